"""Thirty-five werkcentra and two unions ask everything there is, about themselves and each other.

What was said, and every id, in each region and union is a canary: it must be seen nowhere else.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import col

from app.catalogue import load
from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION, NATIONWIDE
from app.models import SessionLogEntry
from tests.conftest import ENGINES, filled_database
from tests.identity import adviser, token, werkcentrum
from tests.operations import (
    ABSENT,
    Case,
    Operations,
    open_case,
    open_guidance,
    published,
    request,
    with_a_place,
    with_a_webhook,
)
from tests.server import ServerProcess

REGIONS = tuple(load().regions)
NO_REGION_AT_ALL = "AM99"
FORMATS = ("application/json", "application/x-ndjson", "text/csv")
ANNA, BRAM, CARLA = adviser("anna"), adviser("bram"), adviser("carla", "Unie")
ID = re.compile("-?".join(f"[0-9a-f]{{{digits}}}" for digits in (8, 4, 4, 4, 12)))
CHANGING = {"Date", "X-Request-Id"}
"""Headers that differ between any two answers."""


def said_in(region: str) -> str:
    """What somebody said there."""
    return f"kanarie van {region}"


@dataclass(frozen=True)
class Country:
    """The service with a case in each region, and what must not be seen elsewhere."""

    client: httpx.Client
    operations: Operations
    cases: Mapping[str, Case]
    pseudonyms: Mapping[str, frozenset[str]]

    def ask(self, operation: str, case: Case, shown: str, **headers: str) -> httpx.Response:
        """Ask one thing with a token."""
        asked = request(self.operations, operation, case)
        asked.headers = {**asked.headers, **headers, "Authorization": f"Bearer {shown}"}
        answer = asked.send(self.client)
        assert answer.status_code < 500, f"{operation}: {answer.text}"
        return answer


@pytest.fixture(scope="module", params=ENGINES)
def country(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Country]:
    """Run the service as an operator does; its whole log is looked through at the end."""
    folder = tmp_path_factory.mktemp("country")
    url = filled_database(request.param, request, folder)
    service = ServerProcess(url, GIDS_LOG_LEVEL="DEBUG")
    log = folder / "log"
    with log.open("wb") as written, httpx.Client(base_url=service.url, timeout=30) as client:
        service.start(written)
        try:
            cases = {
                region: with_a_webhook(
                    client,
                    werkcentrum(region),
                    open_guidance(client, ANNA, said=said_in(region), region=region),
                )
                for region in REGIONS
            }
            country = Country(client, published(client), cases, pseudonyms_in(url))
            yield country
        finally:
            service.stop()
    check_log(log, country)


def pseudonyms_in(url: str) -> dict[str, frozenset[str]]:
    """Read how the log of each region calls its intakes."""
    database = Database(Settings(database_url=url))
    with database.read(EVERY_REGION) as session:
        asked = sa.select(col(SessionLogEntry.region), col(SessionLogEntry.intake_pseudonym))
        told = session.execute(asked).all()
    database.dispose()
    return {
        region: frozenset(str(pseudonym) for place, pseudonym in told if place == region)
        for region in REGIONS
    }


def ids_of(case: Case) -> set[str]:
    """Say the ids by which a case could be known."""
    return {case.intake, case.session, case.referred, case.consent} - {ABSENT}


def hooks_of(case: Case) -> set[str]:
    """Say the ids that the werkcentrum of the region is told, and no other."""
    return {case.webhook, case.message} - {ABSENT}


def ids_in(told: str) -> set[str]:
    """Find every id in a text, written with dashes or without."""
    return {str(UUID(found)) for found in ID.findall(told)}


def check_log(log: Path, country: Country) -> None:
    """Hold that the log of the server tells of every request, and of nobody."""
    lines = log.read_text()
    assert lines.count('"message":"request"') > len(REGIONS)
    assert "kanarie" not in lines
    canaries = frozenset[str]().union(
        *map(ids_of, country.cases.values()),
        *map(hooks_of, country.cases.values()),
        *country.pseudonyms.values(),
    )
    assert ids_in(lines).isdisjoint(canaries)
    assert "eyJ" not in lines  # how a token begins


def everything_of(answer: httpx.Response) -> str:
    """Say all that an answer tells: its status, its headers and its body."""
    return f"{answer.status_code} {answer.headers.multi_items()} {answer.text}"


def without_request_id(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], str]:
    """Say the same, less what differs between any two answers."""
    headers = [pair for pair in answer.headers.multi_items() if pair[0].title() not in CHANGING]
    text = answer.text.replace(answer.headers["X-Request-Id"], "")
    # The address of a calendar feed is another one each time.
    return answer.status_code, headers, re.sub(r"/agenda/[\w-]+", "", text)


@cache
def depends(operation: str) -> bool:
    """Whether what is asked is about a case or a region at all."""
    somewhere, elsewhere = (Case(region=r, intake=r, session=r, referred=r) for r in REGIONS[:2])
    asked = [case.requests()[operation] for case in (somewhere, elsewhere)]
    for one in asked:
        one.pop("headers", None)
    return asked[0] != asked[1]


def test_each_region_has_canaries_of_its_own(country: Country) -> None:
    assert len(REGIONS) == 35
    assert all(len(country.pseudonyms[region]) == 1 for region in REGIONS)
    assert len(frozenset().union(*country.pseudonyms.values())) == 35


def test_a_werkcentrum_is_told_nothing_of_another_region_by_any_operation(
    country: Country,
) -> None:
    never = {one for case in country.cases.values() for one in ids_of(case)}
    for place, region in enumerate(REGIONS):
        elsewhere = REGIONS[(place + 1) % len(REGIONS)]
        canaries = never.union(
            *(names for other, names in country.pseudonyms.items() if other != region),
            *(hooks_of(case) for other, case in country.cases.items() if other != region),
        )
        cases = {
            "own": country.cases[region],
            "foreign": country.cases[elsewhere],
            "absent": Case(region=NO_REGION_AT_ALL),
        }
        for operation in country.operations:
            answers = {
                which: country.ask(operation, case, werkcentrum(region))
                for which, case in cases.items()
                if which == "own" or depends(operation)
            }
            for which, answer in answers.items():
                told = everything_of(answer)
                assert "kanarie" not in told, f"{operation} {which}"
                assert ids_in(told).isdisjoint(canaries), f"{operation} {which}"
            if depends(operation) and operation != "checkProvisions":  # which is open to all
                same = without_request_id(answers["absent"])
                assert without_request_id(answers["foreign"]) == same, operation


def test_a_werkcentrum_reads_its_own_log_and_the_others_are_not_there(country: Country) -> None:
    for region in REGIONS:
        own = werkcentrum(region)
        for accept in FORMATS:
            read = country.ask("readSessionLog", Case(region=region), own, Accept=accept)
            assert read.status_code == 200
            seen = ids_in(read.text)
            assert seen == country.pseudonyms[region]
        absent = country.ask("readSessionLog", Case(region=NO_REGION_AT_ALL), own)
        assert absent.status_code == 404
        for other in {*REGIONS, NATIONWIDE, "AM00"} - {region}:
            answer = country.ask("readSessionLog", Case(region=other), own)
            assert without_request_id(answer) == without_request_id(absent), other


@pytest.mark.parametrize("accept", FORMATS)
def test_a_log_that_is_not_theirs_is_absent_in_every_format(country: Country, accept: str) -> None:
    for who in (werkcentrum("AM01"), token("policy", "policy")):
        absent, foreign = (
            country.ask("readSessionLog", Case(region=region), who, Accept=accept)
            for region in (NO_REGION_AT_ALL, "AM22")
        )
        assert foreign.status_code == 404
        assert without_request_id(foreign) == without_request_id(absent)


def test_where_agreements_are_lacking_only_the_log_of_no_region_is_read(country: Country) -> None:
    policy = token("policy", "policy")
    read = country.ask("readSessionLog", Case(region=NATIONWIDE), policy)
    assert (read.status_code, read.json()["items"]) == (200, [])
    for region in REGIONS:
        assert country.ask("readSessionLog", Case(region=region), policy).status_code == 404


@pytest.fixture
def unions(client: httpx.Client) -> Country:
    """Anna and Bram of one union, Carla of another; Anna and Carla have a case each."""
    cases = {
        union: with_a_place(client, who, open_case(client, who, said=said_in(union)))
        for union, who in (("Bond", ANNA), ("Unie", CARLA))
    }
    return Country(client, published(client), cases, {})


# Advisers. -----------------------------------------------------------------------------------


def check_that_a_case_is_nowhere(unions: Country, case: Case, canary: str, who: str) -> None:
    """Hold that whoever asks anything is told the same as if the case were not there."""
    absent = Case(slot=case.slot)
    for operation in unions.operations:
        if operation in {"createIntake", "listIntakes", "listHolderChanges"}:
            continue
        answer, same = (unions.ask(operation, one, who) for one in (case, absent))
        assert without_request_id(answer) == without_request_id(same), operation
    for operation in ("listIntakes", "listHolderChanges"):
        told = everything_of(unions.ask(operation, case, who))
        assert canary not in told, operation
        assert ids_in(told).isdisjoint(ids_of(case)), operation


@pytest.mark.parametrize(
    ("union", "who", "own"),
    [("Bond", CARLA, "Unie"), ("Unie", ANNA, "Bond"), ("Unie", BRAM, None), ("Bond", BRAM, None)],
    ids=["the other union", "the one union", "another colleague", "a colleague"],
)
def test_an_adviser_sees_nothing_of_a_case_that_another_holds(
    unions: Country, union: str, who: str, own: str | None
) -> None:
    if own is not None:  # what is looked for can be seen
        seen = everything_of(unions.ask("readPersonalData", unions.cases[own], who))
        assert said_in(own) in seen
    check_that_a_case_is_nowhere(unions, unions.cases[union], said_in(union), who)


def hold(unions: Country, case: Case, who: str, **body: str) -> httpx.Response:
    """Ask to change who holds both intakes of a case; return the answer about the first."""
    first, *_ = (
        unions.client.put(
            f"/intakes/{intake}/holder", json=body, headers={"Authorization": f"Bearer {who}"}
        )
        for intake in (case.intake, case.referred)
    )
    return first


def test_a_case_that_waits_is_seen_by_colleagues_and_changed_by_nobody(unions: Country) -> None:
    case = unions.cases["Bond"]
    hold(unions, case, ANNA, holder="nobody", reason="absence")
    listed = unions.ask("listIntakes", case, BRAM).json()["items"]
    assert {one["id"] for one in listed} == {case.intake, case.referred}
    assert "kanarie" not in json.dumps(listed)  # a list tells no more than is needed
    assert said_in("Bond") in unions.ask("readIntake", case, BRAM).text
    for operation, (method, path) in unions.operations.items():
        answer = unions.ask(operation, case, BRAM)
        of_a_case = "{intakeId}" in path or "{sessionId}" in path
        if of_a_case and method != "GET" and operation != "changeHolder":
            assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (
                409,
                "take-it-over-first",
            ), operation
    check_that_a_case_is_nowhere(unions, case, said_in("Bond"), CARLA)


def test_after_a_take_over_the_previous_holder_sees_the_change_and_not_the_case(
    unions: Country,
) -> None:
    case = unions.cases["Bond"]
    why = {"reason": "expertise", "note": "Hij kent het ziekenhuis."}
    taken = hold(unions, case, BRAM, holder="me", **why).json()
    assert (taken["intakeId"], taken["reason"], taken["note"]) == (case.intake, *why.values())
    changes = unions.ask("listHolderChanges", case, ANNA).json()["items"]
    told = {one["intakeId"]: one for one in changes}
    assert told.keys() == {case.intake, case.referred}
    assert told[case.intake] == taken
    assert unions.ask("listIntakes", case, ANNA).json()["items"] == []
    absent = Case(slot=case.slot)
    for operation, (_, path) in unions.operations.items():
        if "{intakeId}" in path or "{sessionId}" in path:
            if operation == "changeHolder":
                continue  # she may take it back
            answers = [unions.ask(operation, one, ANNA) for one in (case, absent)]
            first, second = map(without_request_id, answers)
            assert first == second, operation
    assert said_in("Bond") in unions.ask("readPersonalData", case, BRAM).text
    assert unions.ask("listHolderChanges", case, CARLA).json()["items"] == []
