"""The tools at /mcp: the questions that the open part of the API answers, as a model asks them.

Each takes and gives shapes of the contract and calls what the API calls, so that a chatbot is told
what a screen shows. None of them touches the database, and so none can keep anything of anybody.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from app.domain import gidsfunctie
from app.domain.errors import Fault, InvalidInput
from app.domain.intake import examine
from app.domain.resolve import resolve_municipality, resolve_sector, suggest_sectors
from app.problems import faults_of
from app.routers.provision_pages import written_page
from app.schemas.base import Answer, Contract
from app.schemas.catalogue import ProvisionAnswer, ProvisionPage
from app.schemas.intake import IntakeIn, ProvisionCheckAnswer
from app.schemas.mcp import (
    ExplainIn,
    Explanation,
    FetchIn,
    SearchIn,
    SectorFound,
    SectorIn,
    SectorSuggestion,
)
from app.services.findings import write_check
from app.services.planner import today
from app.services.provisions import find_provision
from app.services.search import ProvisionFilter, Search

SUGGESTIONS = 10

Taken = TypeVar("Taken", bound=Contract)


@dataclass(frozen=True, slots=True)
class Tool(Generic[Taken]):
    """One thing a model can ask: what it takes and gives, and what makes JSON of the one."""

    name: str
    title: str
    description: str
    takes: type[Taken]
    gives: type[Answer]
    answers: Callable[[Taken, Search, datetime], bytes]

    def call(self, arguments: Mapping[str, Any], search: Search, now: datetime) -> bytes:
        """Answer, as JSON.

        Raises:
            InvalidInput: the arguments hold faults; every one of them is named.
            NotFound: what was asked for does not exist.

        """
        try:
            taken = self.takes.model_validate(arguments)
        except ValidationError as error:
            errors = error.errors(include_url=False, include_input=False)
            raise InvalidInput(
                faults_of([{**one, "loc": ("body", *one["loc"])} for one in errors])
            ) from None
        try:
            return self.answers(taken, search, now)
        except InvalidInput as error:
            raise InvalidInput([_as_argument(fault) for fault in error.faults]) from None


def _as_argument(fault: Fault) -> Fault:
    """Point at the argument: what the API takes in a query is one here."""
    place, slash, name = fault.pointer.partition("query/")
    return fault if place or not slash else Fault(f"/{name}", fault.code, fault.detail)


def _written(answer: Answer) -> bytes:
    return answer.model_dump_json(by_alias=True).encode()


def _search(sought: SearchIn, search: Search, now: datetime) -> bytes:
    wanted = ProvisionFilter(
        query=sought.q,
        sector=sought.sector,
        side=sought.side,
        building_block=sought.building_block,
        service=sought.service,
        status=sought.status,
    )
    found = search.find(wanted, on=today(now), after=sought.after, limit=sought.limit)
    return written_page(search, found, on=today(now))


def _fetch(wanted: FetchIn, search: Search, now: datetime) -> bytes:
    provision = find_provision(search.knowledge, wanted.provision_id)
    return _written(ProvisionAnswer.in_full(provision, search.knowledge.catalogue, on=today(now)))


def _check(answers: IntakeIn, search: Search, now: datetime) -> bytes:
    finding = examine(answers.answers(), search.knowledge, on=today(now))
    return write_check(finding, search.knowledge.catalogue)


def _resolve(wanted: SectorIn, search: Search, _now: datetime) -> bytes:
    sectors = search.knowledge.catalogue.sectors
    meant = resolve_sector(search.knowledge.lexicon, wanted.said)
    return _written(
        SectorFound(
            sector_id=meant.sector,
            name=sectors[meant.sector].name if meant.sector else None,
            matched_by=meant.matched_by,
            suggestions=[
                SectorSuggestion.of(sectors[one.sector], one.matched_by)
                for one in suggest_sectors(search.knowledge.lexicon, wanted.said, SUGGESTIONS)
            ],
        )
    )


def _explain(wanted: ExplainIn, search: Search, now: datetime) -> bytes:
    catalogue = search.knowledge.catalogue
    place = resolve_municipality(search.knowledge.lexicon, wanted.municipality or "")
    return _written(
        Explanation.of(
            [
                ProvisionAnswer.in_full(catalogue.provisions[one], catalogue, on=today(now))
                for one in gidsfunctie.DOORS
                if one in catalogue.provisions
            ],
            catalogue.regions[place.region] if place.region else None,
            [catalogue.municipalities[code] for code in place.alternatives],
            on=today(now),
        )
    )


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "search_provisions",
        "Voorzieningen zoeken",
        "Search the provisions (voorzieningen) that Dutch sectors offer workers who want or need"
        " other work: career advice, training budgets, vouchers, side entry, social plans, public"
        " desks. Use the worker's own words in `q`, also with typos: 'omscholen',"
        " 'potje voor een cursus', 'zij-instroom'. Add `sector` ('schoonmaak', 'de kassen') with"
        " side=origin for what the present sector offers, side=target for what the wanted sector"
        " offers newcomers. A search does not say whether somebody may use a provision: for that"
        " call check_provisions. Name the source and verifiedOn of what you tell.",
        SearchIn,
        ProvisionPage,
        _search,
    ),
    Tool(
        "get_provision",
        "Eén voorziening lezen",
        "Read everything about one provision by its id, such as 'schoonmaak-loopbaancheck': its"
        " conditions (each with a Dutch sentence to show as it is), amount, who receives people,"
        " its source and verifiedOn, and what the source states and what we inferred. Say so when"
        " something is inferred.",
        FetchIn,
        ProvisionAnswer,
        _fetch,
    ),
    Tool(
        "check_provisions",
        "Nagaan wat er voor iemand is",
        "Apply the rule: which provisions are open to this worker, which need one more answer, and"
        " which are refused with every reason. Only `originSector` is needed ('ik werk in de"
        " schoonmaak'); each further answer settles more: targetSector ('naar de zorg'),"
        " employment, jobLoss, organisation ('Belastingdienst'), municipality. Never guess an"
        " answer: leave out what the worker did not say, ask the worker the first of `questions` as"
        " it is, put the answer in its `field`, and call again; one without a `field` is for the"
        " worker to know or for the desk to say. Do not send names, addresses or numbers of"
        " persons. Nothing is kept. Name the source and verifiedOn of what you tell; say so when"
        " verifiedRecently is false.",
        IntakeIn,
        ProvisionCheckAnswer,
        _check,
    ),
    Tool(
        "resolve_sector",
        "Sector herkennen",
        "Find which sector is meant by what a worker says: a sector ('de kassen'), a job"
        " ('vrachtwagenchauffeur'), an employer ('Belastingdienst'), with typos ('brandwer')."
        " Gives the sector when that is sure, and else suggestions, each with what matched: ask"
        " the worker which one it is. The other tools understand the same words by themselves.",
        SectorIn,
        SectorFound,
        _resolve,
    ),
    Tool(
        "explain_gidsfunctie",
        "Uitleg over de gidsfunctie",
        "Explain in plain Dutch what the gidsfunctie of the unions is and how a worker reaches an"
        " adviser, with its source. Give `municipality` ('Rotterdam') to name the region of the"
        " werkcentrum. No source gives a telephone number, address or website of an adviser: do"
        " not add one.",
        ExplainIn,
        Explanation,
        _explain,
    ),
)
"""In the order a conversation most often takes them."""
