"""What each kind of condition means for a person, with the reason in plain Dutch.

Every answer is met, unmet or unknown. Unknown never refuses: it becomes the question that
settles it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import singledispatch

from app.domain.catalogue import Catalogue
from app.domain.conditions import (
    Condition,
    EmployedBy,
    EmploymentIs,
    ForEmployers,
    JobLossIs,
    MustConfirm,
    NotUsedWithin,
    PurposeIs,
    StaysIn,
    TargetOccupationIs,
    WantsInto,
    WorksIn,
    WorksInOrWantsInto,
    YearsOfService,
)
from app.domain.person import Person
from app.domain.terms import Employment, Inheritance, JobLoss, Purpose

MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)

EMPLOYMENT_WORDS = {
    Employment.employee: "werknemer",
    Employment.agency_worker: "uitzendkracht",
    Employment.self_employed: "zelfstandige",
    Employment.job_seeker: "werkzoekende",
}

PURPOSE_WORDS = {
    Purpose.orientation: "weten waar u staat",
    Purpose.growth_in_sector: "verder komen in uw eigen sector",
    Purpose.other_work: "ander werk vinden",
    Purpose.other_sector: "naar een andere sector gaan",
}


class Answer(StrEnum):
    """Whether a condition holds."""

    met = "met"
    unknown = "unknown"
    unmet = "unmet"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code for machines and one plain Dutch sentence for people."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one condition says. With `unknown`, the reason's detail is the question to ask."""

    answer: Answer
    reason: Reason


@dataclass(frozen=True, slots=True)
class Case:
    """What a condition is held against: who, which provision, what we know, which day.

    `person.purpose` is already decided here.
    """

    person: Person
    provision_id: str
    catalogue: Catalogue
    on: date

    def sector_names(self, sector_ids: Iterable[str]) -> str:
        """Name sectors as one phrase."""
        return " of ".join(self.catalogue.sectors[sector_id].name for sector_id in sector_ids)


def in_dutch(day: date) -> str:
    """Write a day as a Dutch reader would: 1 oktober 2029."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _met(code: str, detail: str) -> Finding:
    return Finding(Answer.met, Reason(code, detail))


def _unmet(code: str, detail: str) -> Finding:
    return Finding(Answer.unmet, Reason(code, detail))


def _unknown(code: str, condition: Condition, question: str) -> Finding:
    return Finding(Answer.unknown, Reason(code, condition.question or question))


@singledispatch
def judge(condition: Condition, case: Case) -> Finding:
    """Hold one condition against a person.

    Raises:
        TypeError: a kind of condition without a rule.

    """
    message = f"no rule for {type(condition).__name__} in {case.provision_id}"
    raise TypeError(message)


def _strongest(catalogue: Catalogue, sector: str, wanted: Iterable[str]) -> Inheritance:
    found = {catalogue.falls_under(sector, one) for one in wanted}
    if Inheritance.yes in found:
        return Inheritance.yes
    return Inheritance.uncertain if Inheritance.uncertain in found else Inheritance.no


def _lies_above(catalogue: Catalogue, sector: str, wanted: Iterable[str]) -> bool:
    return any(one != sector and catalogue.lies_within(one, sector) for one in wanted)


@judge.register
def _(condition: WorksIn, case: Case) -> Finding:
    """Origin side, with inheritance down the tree only (Handreiking 4.3, row Agrarische sector).

    An organisation keeps its sector's provisions only as far as its cao says so.
    """
    person, catalogue = case.person, case.catalogue
    names = case.sector_names(condition.sectors)
    if person.origin is None:
        return _unmet(
            "sector_unknown",
            f"Deze voorziening is voor {names}. Wij herkennen uw sector niet.",
        )
    inherits = _strongest(catalogue, person.origin, condition.sectors)
    organisation = catalogue.organisations.get(person.organisation or "")
    if organisation and organisation.sector == person.origin and inherits is not Inheritance.no:
        by_cao = organisation.inherits
        inherits = by_cao if inherits is Inheritance.yes or by_cao is Inheritance.no else inherits
    own = catalogue.sectors[person.origin].name
    if inherits is Inheritance.yes:
        return _met("works_in_sector", f"U werkt in {own}, of werkte daar het laatst.")
    if inherits is Inheritance.uncertain:
        return _unknown("sector_uncertain", condition, f"Valt uw werk onder de cao van {names}?")
    if _lies_above(catalogue, person.origin, condition.sectors):
        return _unmet(
            "sector_too_broad",
            f"Deze voorziening is alleen voor {names}. U noemde {own}, dat is breder. "
            "Vraag in welke sector het precies is.",
        )
    return _unmet("other_sector", f"Deze voorziening is voor {names}. U werkt in {own}.")


def _target_finding(condition: Condition, sectors: tuple[str, ...], case: Case) -> Finding:
    person, catalogue = case.person, case.catalogue
    names = case.sector_names(sectors)
    if person.target is None:
        if person.target_named:
            return _unmet("target_unknown", "Wij herkennen niet naar welke sector u wilt.")
        return _unmet("no_target", "U noemde geen sector waar u naartoe wilt.")
    wanted = catalogue.sectors[person.target].name
    inherits = _strongest(catalogue, person.target, sectors)
    if inherits is Inheritance.yes:
        return _met("wants_into_sector", f"U wilt naar {wanted}.")
    if inherits is Inheritance.uncertain:
        return _unknown(
            "target_uncertain", condition, f"Geldt de instroom van {names} ook voor {wanted}?"
        )
    if _lies_above(catalogue, person.target, sectors):
        return _unmet(
            "target_too_broad",
            f"Deze voorziening is alleen voor {names}. U noemde {wanted}, dat is breder.",
        )
    return _unmet("other_target", f"Deze voorziening is voor {names}. U wilt naar {wanted}.")


@judge.register
def _(condition: WantsInto, case: Case) -> Finding:
    """Target side: for people who come from elsewhere (Handreiking 3.4 and 4.5)."""
    person, catalogue = case.person, case.catalogue
    if not condition.sectors:
        if person.target is None:
            return _target_finding(condition, (), case)
        if person.origin is not None and catalogue.same_line(person.origin, person.target):
            return _unmet("already_there", "U werkt al in de sector waar u naartoe wilt.")
        wanted = catalogue.sectors[person.target].name
        return _met("wants_into_sector", f"U wilt naar {wanted}.")
    finding = _target_finding(condition, condition.sectors, case)
    if finding.answer is Answer.unmet:
        return finding
    not_from = condition.not_from or condition.sectors
    names = case.sector_names(not_from)
    if person.origin is None:
        return _unknown("origin_unknown", condition, f"Werkt u nu al in {names}?")
    if any(catalogue.lies_within(person.origin, sector) for sector in not_from):
        own = catalogue.sectors[person.origin].name
        return _unmet(
            "already_there",
            f"Dit is voor mensen die van buiten komen. U werkt al in {own}.",
        )
    comes_from_near = any(
        catalogue.lies_within(person.origin, sector) for sector in condition.ask_from
    )
    if comes_from_near or _lies_above(catalogue, person.origin, not_from):
        return _unknown("origin_near", condition, f"Werkt u nu al in {names}?")
    return finding


@judge.register
def _(condition: WorksInOrWantsInto, case: Case) -> Finding:
    """Either side; the side that says most counts (Handreiking 3.2, box Ontwikkelpad)."""
    works = judge(WorksIn(sectors=condition.sectors, question=condition.question), case)
    wants = _target_finding(condition, condition.sectors, case)
    for answer in (Answer.met, Answer.unknown):
        for finding in (works, wants):
            if finding.answer is answer:
                return finding
    return works


@judge.register
def _(condition: EmployedBy, case: Case) -> Finding:
    """Only its own employees (Handreiking 4.1, 4.3 and 4.4: rows MN, ABN AMRO and NS)."""
    person, catalogue = case.person, case.catalogue
    organisations = [catalogue.organisations[one] for one in condition.organisations]
    names = " of ".join(organisation.name for organisation in organisations)
    if person.organisation in condition.organisations:
        sector = catalogue.organisations[person.organisation].sector
        if person.origin is None or catalogue.same_line(person.origin, sector):
            return _met("employed_by", f"U werkt bij {names}.")
        return _unknown("employer_uncertain", condition, f"Is {names} uw werkgever?")
    may_work_there = not person.organisation_named and any(
        person.origin is not None and catalogue.same_line(person.origin, organisation.sector)
        for organisation in organisations
    )
    if may_work_there:
        return _unknown("employer_unknown", condition, f"Werkt u bij {names}?")
    return _unmet("other_employer", f"Deze voorziening is alleen voor werknemers van {names}.")


@judge.register
def _(condition: EmploymentIs, case: Case) -> Finding:
    """A scheme for employees is not for others (Handreiking 4.1 to 4.4: werknemers)."""
    employment = case.person.employment
    allowed = " of ".join(EMPLOYMENT_WORDS[one] for one in condition.allowed)
    if employment is None:
        return _unknown("employment_unknown", condition, f"Bent u {allowed}?")
    own = EMPLOYMENT_WORDS[employment]
    if employment in condition.allowed:
        return _met("employment_fits", f"U bent {own}.")
    if employment in condition.ask:
        return _unknown(
            "employment_uncertain", condition, f"Geldt de voorziening ook nu u {own} bent?"
        )
    return _unmet("employment_differs", f"Deze voorziening is voor een {allowed}. U bent {own}.")


@judge.register
def _(condition: JobLossIs, case: Case) -> Finding:
    """A social plan counts only when the job is lost (Handreiking, chapter 3)."""
    if case.person.job_loss in condition.allowed:
        if case.person.loses_job:
            return _met("job_at_risk", "U verliest uw baan, of dat dreigt.")
        return _met("job_not_at_risk", "Uw baan is niet in gevaar.")
    if JobLoss.none in condition.allowed:
        return _unmet("job_at_risk", "Deze voorziening is er niet bij verlies van uw baan.")
    return _unmet(
        "job_not_at_risk",
        "Deze voorziening is er alleen als u uw baan verliest of als dat dreigt.",
    )


@judge.register
def _(condition: PurposeIs, case: Case) -> Finding:
    """Some schemes are made for one kind of question (Handreiking, chapter 3)."""
    purpose = case.person.purpose
    if purpose in condition.allowed:
        return _met("purpose_fits", "De voorziening past bij uw vraag.")
    allowed = " of ".join(PURPOSE_WORDS[one] for one in condition.allowed)
    return _unmet("purpose_differs", f"Deze voorziening is bedoeld voor: {allowed}.")


@judge.register
def _(condition: StaysIn, case: Case) -> Finding:
    """Staying inside or leaving (Handreiking 4.4, row Metalektro: "elders in de sector")."""
    person, catalogue = case.person, case.catalogue
    names = case.sector_names(condition.sectors)
    question = f"Wilt u in {names} blijven werken?"
    if person.target is not None:
        stays = any(catalogue.lies_within(person.target, sector) for sector in condition.sectors)
        leaves = not stays
    else:
        stays = person.purpose is Purpose.growth_in_sector
        leaves = person.purpose is Purpose.other_sector
    if stays:
        return _met("stays_in_sector", f"U blijft in {names}.")
    if leaves and not condition.ask:
        return _unmet("leaves_sector", f"Deze voorziening is voor wie in {names} blijft.")
    return _unknown("destination_uncertain", condition, question)


@judge.register
def _(condition: TargetOccupationIs, case: Case) -> Finding:
    """Some side-entry schemes are for one trade (Handreiking 4.5: "nieuwe chauffeurs")."""
    wanted = case.person.target_occupation
    occupations = {
        occupation.id: occupation.name
        for sector in case.catalogue.sectors.values()
        for occupation in sector.occupations
        if occupation.id in {*condition.occupations, wanted}
    }
    names = " of ".join(occupations[one].lower() for one in condition.occupations)
    if wanted in condition.occupations:
        return _met("occupation_fits", f"U wilt {names} worden.")
    if wanted is None:
        return _unknown("occupation_unknown", condition, f"Wilt u {names} worden?")
    return _unmet("occupation_differs", f"Deze voorziening is voor wie {names} wil worden.")


@judge.register
def _(condition: YearsOfService, case: Case) -> Finding:
    """From a year of service on (Handreiking 4.5, row Brandweer: "vanaf hun 15e dienstjaar").

    Someone with fourteen full years may or may not have begun the fifteenth: that is asked.
    """
    years = case.person.years_of_service
    if years is None:
        return _unknown(
            "years_unknown", condition, f"Zit u in uw {condition.from_year}e dienstjaar of later?"
        )
    if years >= condition.from_year:
        return _met("years_reached", f"U hebt {years} dienstjaren.")
    if years == condition.from_year - 1:
        return _unknown(
            "years_uncertain", condition, f"Is uw {condition.from_year}e dienstjaar al begonnen?"
        )
    return _unmet(
        "years_not_reached", f"Deze voorziening begint in het {condition.from_year}e dienstjaar."
    )


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February has no counterpart: the period ends a day later
        return date(day.year + years, 3, 1)


@judge.register
def _(condition: NotUsedWithin, case: Case) -> Finding:
    """Once in so many years (Handreiking 4.3, row Rijksoverheid: "eenmaal per vijf jaar")."""
    if case.provision_id not in case.person.used:
        return _met("not_used", f"U gebruikte dit niet in de laatste {condition.years} jaar.")
    used_on = case.person.used[case.provision_id]
    if used_on is None:
        return _unknown("use_unknown", condition, "Wanneer gebruikte u deze voorziening?")
    opens_on = _years_later(used_on, condition.years)
    if case.on >= opens_on:
        return _met("not_used", f"U gebruikte dit niet in de laatste {condition.years} jaar.")
    if condition.ask:
        return _unknown("used_before", condition, "U gebruikte dit eerder. Is er nog tegoed?")
    return _unmet(
        "used_before",
        f"U gebruikte dit op {in_dutch(used_on)}. Het kan weer vanaf {in_dutch(opens_on)}.",
    )


@judge.register
def _(condition: MustConfirm, case: Case) -> Finding:
    """Something the intake never tells."""
    return _unknown(
        "must_confirm", condition, f"Is {case.catalogue.provisions[case.provision_id].name} open?"
    )


@judge.register
def _(_condition: ForEmployers, _case: Case) -> Finding:
    """Not for workers (Handreiking, bijlage 3, 3.c: WerkgeversServicepunt)."""
    return _unmet("for_employers", "Deze voorziening is voor werkgevers, niet voor werkenden.")
