"""The intake: four questions asked, understood, and held against the rule.

"'uit welke sector kom je', 'naar welke sector wil je', 'wat zijn je skills' en 'wat past bij je
en wat motiveert je'?" (Handreiking, bijlage 3, 3.e)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from app.domain.catalogue import Catalogue
from app.domain.errors import Fault, InvalidInput
from app.domain.hearing import Remembering
from app.domain.lexicon import key
from app.domain.person import Person
from app.domain.resolve import (
    Lexicon,
    MunicipalityMatch,
    OrganisationMatch,
    Resolution,
    resolve_municipality,
    resolve_occupation,
    resolve_organisation,
    resolve_sector,
)
from app.domain.rule import LEAVING, Assessment, ProvisionCheck, check_provisions
from app.domain.skills import (
    AdjacentSector,
    ProfileFit,
    SkillIndex,
    SkillMatch,
    adjacent_sectors,
    fits_for_target,
    recognise,
    skills_of_occupation,
)
from app.domain.terms import Ask, Employment, JobLoss, MatchedBy, Mode, Purpose, Service

PLANNED_AHEAD = timedelta(days=366)
"""How far ahead the wish for sessions may lie."""


@dataclass(frozen=True, slots=True)
class UsedProvision:
    """A provision used before, with the day when that is known."""

    provision_id: str
    used_on: date | None


@dataclass(frozen=True, slots=True)
class Scheduling:
    """When and how guidance sessions would suit; modes in order of preference."""

    not_before: datetime | None
    modes: tuple[Mode, ...]
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was answered in the intake, in the words it was answered in; None: not answered."""

    origin_sector: str
    target_sector: str | None
    organisation: str | None
    occupation: str | None
    skills: tuple[str, ...]
    motivation: str | None
    employment: Employment | None
    job_loss: JobLoss | None
    purpose: Purpose | None
    municipality: str | None
    region: str | None
    years_of_service: int | None
    used_provisions: tuple[UsedProvision, ...] | None
    scheduling: Scheduling


@dataclass(frozen=True, slots=True)
class Knowledge:
    """One version of the catalogue with its look-up tables; never changed, only replaced."""

    version: int
    catalogue: Catalogue
    lexicon: Lexicon
    skills: SkillIndex


@dataclass(frozen=True, slots=True)
class SkillFinding:
    """How the skills of a person count: towards the target, or towards the neighbours."""

    recognised: tuple[SkillMatch, ...]
    suggested: tuple[str, ...]
    fits: tuple[ProfileFit, ...]
    adjacent: tuple[AdjacentSector, ...]
    closing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Everything the rule makes of an intake.

    `assumed` is what was not said, or not precisely, and may be asked (app/domain/questions.py).
    """

    origin: Resolution
    target: Resolution | None
    organisation: OrganisationMatch | None
    municipality: MunicipalityMatch | None
    region: str | None
    check: ProvisionCheck
    skills: SkillFinding
    assumed: frozenset[Ask]


def examine(answers: Answers, knowledge: Knowledge, *, on: date) -> Finding:
    """Understand the answers and apply the rule; nothing is kept.

    What is not understood stays as said and never stops the intake.

    Raises:
        InvalidInput: a region or a used provision that does not exist, a use in the future, a
            region that is not the municipality's, or sessions wished more than a year ahead.

    """
    municipality = _municipality(answers, knowledge)
    _refuse_faults(answers, knowledge.catalogue, municipality, on=on)
    return _found(answers, knowledge, municipality, on=on)


def find(answers: Answers, knowledge: Knowledge, *, on: date) -> Finding:
    """Understand answers that were accepted before, and apply the rule of this day to them."""
    return _found(answers, knowledge, _municipality(answers, knowledge), on=on)


def _found(
    answers: Answers, knowledge: Knowledge, municipality: MunicipalityMatch | None, *, on: date
) -> Finding:
    target = _sector(knowledge, answers.target_sector) if answers.target_sector else None
    organisation = (
        resolve_organisation(knowledge.lexicon, answers.organisation)
        if answers.organisation
        else None
    )
    origin = _placed_by_employer(
        _sector(knowledge, answers.origin_sector), organisation, knowledge.catalogue
    )
    person = Person(
        origin=origin.sector,
        target=target.sector if target else None,
        target_named=target is not None,
        target_occupation=target.occupation if target else None,
        occupation=resolve_occupation(knowledge.lexicon, answers.occupation, origin.sector)
        if answers.occupation
        else origin.occupation,
        organisation=organisation.organisation if organisation else origin.organisation,
        organisation_named=organisation is not None or origin.organisation is not None,
        organisation_guessed=organisation is not None
        and organisation.matched_by is MatchedBy.fuzzy,
        employment=answers.employment,
        job_loss=answers.job_loss or JobLoss.none,
        purpose=answers.purpose,
        years_of_service=answers.years_of_service,
        used=_days_of_use(answers.used_provisions or ()),
    )
    check = check_provisions(person, knowledge.catalogue, on=on, hearing=Remembering)
    return Finding(
        origin=origin,
        target=target,
        organisation=organisation,
        municipality=municipality,
        region=answers.region or (municipality.region if municipality else None),
        check=check,
        skills=_weigh_skills(answers, person, knowledge, check),
        assumed=_assumed(answers, person),
    )


def _assumed(answers: Answers, person: Person) -> frozenset[Ask]:
    """Say what was taken to be so because nothing, or nothing precise, was said of it.

    Where they want to go is asked of who said to leave, or said where and not precisely; whoever
    wants to look around, or to grow where they are, is not asked. Who said where needs no purpose.
    """
    assumed = {Ask.origin_sector}
    if answers.job_loss is None:
        assumed.add(Ask.job_loss)
    if answers.used_provisions is None:
        assumed.add(Ask.used_provisions)
    if answers.purpose is None:
        if person.target is None:
            assumed.add(Ask.purpose)
        if person.target_named:
            assumed.add(Ask.target_sector)
    elif answers.purpose in LEAVING or person.target is not None:
        assumed.add(Ask.target_sector)
    return frozenset(assumed)


def _sector(knowledge: Knowledge, said: str) -> Resolution:
    """Understand a sector; a word of the catalogue itself is looked into once.

    What somebody says in words of their own is never kept, nor how they spelled a word.
    """
    memory = knowledge.catalogue.memory
    remembered = memory.about("words of the catalogue")
    word = key(said)
    found: Resolution | None = remembered.get(word)
    if found is None:
        found = resolve_sector(knowledge.lexicon, said)
        if knowledge.lexicon.sectors.get(word):
            memory.keep(remembered, word, replace(found, said=word))
    return found if found.said == said else replace(found, said=said)


def _municipality(answers: Answers, knowledge: Knowledge) -> MunicipalityMatch | None:
    if answers.municipality is None:
        return None
    return resolve_municipality(knowledge.lexicon, answers.municipality)


def _days_of_use(used: Sequence[UsedProvision]) -> dict[str, tuple[date | None, ...]]:
    days: dict[str, tuple[date | None, ...]] = {}
    for one in used:
        days[one.provision_id] = (*days.get(one.provision_id, ()), one.used_on)
    return days


def _placed_by_employer(
    origin: Resolution, organisation: OrganisationMatch | None, catalogue: Catalogue
) -> Resolution:
    """Let the employer tell the sector, when what was said is broader or not understood.

    "Waar het begrip 'sector' in deze handreiking wordt gebruikt, worden zowel sectoren als
    organisaties en bedrijven bedoeld" (Handreiking, footnote 1). A guessed employer tells nothing.
    """
    if organisation is None or organisation.organisation is None:
        return origin
    sector = catalogue.organisations[organisation.organisation].sector
    guessed = organisation.matched_by is MatchedBy.fuzzy
    tells_more = origin.sector is None or (
        origin.sector != sector and catalogue.lies_within(sector, origin.sector)
    )
    if guessed or not tells_more:
        return origin
    return replace(
        origin,
        sector=sector,
        matched_by=MatchedBy.organisation,
        alternatives=tuple(one for one in origin.alternatives if one != sector),
    )


def _refuse_faults(
    answers: Answers, catalogue: Catalogue, municipality: MunicipalityMatch | None, *, on: date
) -> None:
    faults = []
    if answers.region is not None and answers.region not in catalogue.regions:
        faults.append(Fault("/region", "unknown", "There is no such region; see GET /v1/regions."))
    elif (
        answers.region is not None
        and municipality is not None
        and municipality.region not in {None, answers.region}
    ):
        faults.append(Fault("/region", "contradiction", "The municipality lies in another region."))
    not_before = answers.scheduling.not_before
    if not_before is not None and not_before.date() > on + PLANNED_AHEAD:
        faults.append(
            Fault("/scheduling/notBefore", "too-far-ahead", "This must be within a year from now.")
        )
    for place, used in enumerate(answers.used_provisions or ()):
        pointer = f"/usedProvisions/{place}"
        if used.provision_id not in catalogue.provisions:
            faults.append(
                Fault(
                    f"{pointer}/provisionId",
                    "unknown",
                    "There is no such provision; see GET /v1/provisions.",
                )
            )
        if used.used_on is not None and used.used_on > on:
            faults.append(
                Fault(f"{pointer}/usedOn", "in-the-future", "The day of use must have passed.")
            )
    if faults:
        raise InvalidInput(faults)


def _weigh_skills(
    answers: Answers, person: Person, knowledge: Knowledge, check: ProvisionCheck
) -> SkillFinding:
    recognised = recognise(knowledge.skills, answers.skills)
    known = {match.skill for match in recognised if match.skill is not None}
    fits: tuple[ProfileFit, ...] = ()
    adjacent: tuple[AdjacentSector, ...] = ()
    if person.target is not None:
        fits = fits_for_target(
            knowledge.catalogue,
            knowledge.skills,
            target=person.target,
            occupation=person.target_occupation,
            skills=known,
        )
    elif person.origin is not None:
        adjacent = adjacent_sectors(
            knowledge.catalogue, knowledge.skills, origin=person.origin, skills=known
        )
    suggested = skills_of_occupation(knowledge.catalogue, knowledge.skills, person.occupation)
    return SkillFinding(
        recognised=recognised,
        suggested=tuple(skill for skill in suggested if skill not in known),
        fits=fits,
        adjacent=adjacent,
        closing=_closing(check),
    )


def _closing(check: ProvisionCheck) -> tuple[str, ...]:
    """Name what could close a gap: what is open here and teaches, or lets someone enter."""
    teaches = {Service.training, Service.side_entry}
    candidates: tuple[Assessment, ...] = (*check.referrals, *check.also_available)
    return tuple(one.provision.id for one in candidates if teaches & set(one.provision.services))
