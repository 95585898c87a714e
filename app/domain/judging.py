"""How each kind of condition is held against a person, with the reason in plain Dutch."""

from collections.abc import Iterable
from datetime import date
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
from app.domain.terms import Ask, Inheritance, JobLoss, Purpose
from app.domain.verdicts import (
    EMPLOYMENT_WORDS,
    JOB_LOSS_WORDS,
    PURPOSE_WORDS,
    Answer,
    Case,
    Finding,
    either,
    in_dutch,
    met,
    unknown,
    unmet,
)


@singledispatch
def judge(condition: Condition, case: Case) -> Finding:
    """Hold one condition against a person.

    Raises:
        TypeError: a kind of condition without a rule.

    """
    message = f"no rule for {type(condition).__name__} in {case.provision_id}"
    raise TypeError(message)


def _strongest(catalogue: Catalogue, sector: str, wanted: Iterable[str]) -> Inheritance:
    found = [catalogue.falls_under(sector, one) for one in wanted]
    if Inheritance.yes in found:
        return Inheritance.yes
    return Inheritance.uncertain if Inheritance.uncertain in found else Inheritance.no


def _lies_within(catalogue: Catalogue, sector: str, wanted: Iterable[str]) -> bool:
    return any(catalogue.lies_within(sector, one) for one in wanted)


def _lies_above(catalogue: Catalogue, sector: str, wanted: Iterable[str]) -> bool:
    return any(catalogue.lies_within(one, sector) for one in wanted)


def _employer_says(sectors: tuple[str, ...], case: Case) -> Finding | None:
    """Let an employer that is surely known narrow what its sector says.

    An organisation keeps its sector's provisions only as far as its cao says so, and an employer
    of another sector makes one wonder in which sector someone works.
    """
    person, catalogue = case.person, case.catalogue
    organisation = catalogue.organisations.get(person.organisation or "")
    if organisation is None or person.origin is None or person.organisation_guessed:
        return None
    if not catalogue.same_line(person.origin, organisation.sector):
        own = case.the_sectors((person.origin,))
        return unknown("employer_elsewhere", f"Werkt u in {own}?")
    if organisation.sector != person.origin or organisation.inherits is Inheritance.yes:
        return None
    if organisation.inherits is Inheritance.no:
        return unmet(
            "employer_outside_cao",
            f"Deze voorziening is voor {case.the_sectors(sectors)}. "
            f"{organisation.name} valt daar niet onder.",
        )
    names = case.sector_names(sectors)
    return unknown("sector_uncertain", f"Valt uw werk onder de cao van {names}?")


@judge.register
def judge_works_in(condition: WorksIn, case: Case) -> Finding:
    """Origin side, with inheritance down the tree only (Handreiking 4.3, row Agrarische sector)."""
    person, catalogue = case.person, case.catalogue
    asked = case.the_sectors(condition.sectors)
    if person.origin is None:
        return unmet(
            "sector_unknown",
            f"Deze voorziening is voor {asked}. Wij weten niet in welke sector u werkt.",
            Ask.origin_sector,
        )
    inherits = _strongest(catalogue, person.origin, condition.sectors)
    own = case.sector_names((person.origin,))
    if inherits is not Inheritance.no and (finding := _employer_says(condition.sectors, case)):
        return finding
    if inherits is Inheritance.yes:
        works = "werkte het laatst" if person.seeks_work else "werkt"
        return met("works_in_sector", f"U {works} in {case.the_sectors((person.origin,))}.")
    if inherits is Inheritance.uncertain:
        names = case.sector_names(condition.sectors)
        return unknown(
            "sector_uncertain", condition.question or f"Valt uw werk onder de cao van {names}?"
        )
    if _lies_above(catalogue, person.origin, condition.sectors):
        return unmet(
            "sector_too_broad",
            f"Deze voorziening is alleen voor {asked}. U noemde {own}, dat is breder. "
            "In welk deel daarvan werkt u?",
            Ask.origin_sector,
        )
    return unmet("other_sector", f"Deze voorziening is voor {asked}. Uw sector is {own}.")


def _wants_into(sectors: tuple[str, ...], case: Case) -> Finding:
    person, catalogue = case.person, case.catalogue
    if person.target is None:
        if person.target_named:
            unclear = "Wij weten niet naar welke sector u wilt."
            return unmet("target_unknown", unclear, Ask.target_sector)
        return unmet("no_target", "U noemde geen sector waar u naartoe wilt.", Ask.target_sector)
    wanted = case.sector_names((person.target,))
    inherits = _strongest(catalogue, person.target, sectors) if sectors else Inheritance.yes
    if inherits is Inheritance.yes:
        return met("wants_into_sector", f"U wilt naar {wanted}.")
    asked = case.the_sectors(sectors)
    if inherits is Inheritance.uncertain:
        return unknown("target_uncertain", f"Hoort {wanted} bij {asked}?")
    if _lies_above(catalogue, person.target, sectors):
        return unmet(
            "target_too_broad",
            f"Deze voorziening is alleen voor {asked}. U noemde {wanted}, dat is breder. "
            "Naar welk deel daarvan wilt u?",
            Ask.target_sector,
        )
    return unmet("other_target", f"Deze voorziening is voor {asked}. U wilt naar {wanted}.")


def _comes_from_inside(condition: WantsInto, case: Case) -> Finding | None:
    """Say what stands in the way of someone who is, or may be, inside already."""
    origin, catalogue = case.person.origin, case.catalogue
    not_from = condition.not_from or condition.sectors
    question = condition.question or f"Werkt u nu al in {case.the_sectors(not_from)}?"
    if origin is None:
        return unknown("origin_unknown", question, Ask.origin_sector)
    if _strongest(catalogue, origin, not_from) is Inheritance.yes:
        return unmet(
            "already_there",
            "Dit is voor mensen die van buiten komen. "
            f"U werkt of werkte al in {case.the_sectors((origin,))}.",
        )
    if _lies_within(catalogue, origin, (*not_from, *condition.ask_from)):
        return unknown("origin_near", question)
    if _lies_above(catalogue, origin, not_from):
        return unknown("origin_near", question, Ask.origin_sector)
    return None


@judge.register
def judge_wants_into(condition: WantsInto, case: Case) -> Finding:
    """Target side: for people who come from elsewhere (Handreiking 3.4 and 4.5)."""
    origin, target = case.person.origin, case.person.target
    wants = _wants_into(condition.sectors, case)
    if wants.answer is Answer.unmet:
        return wants
    if condition.sectors:
        return _comes_from_inside(condition, case) or wants
    if origin is not None and target is not None and case.catalogue.same_line(origin, target):
        return unmet("already_there", "U werkt of werkte al in de sector waar u naartoe wilt.")
    return wants


@judge.register
def judge_either_side(condition: WorksInOrWantsInto, case: Case) -> Finding:
    """Either side; the side that says most counts (Handreiking 3.2, box Ontwikkelpad)."""
    works = judge_works_in(WorksIn(sectors=condition.sectors, question=condition.question), case)
    wants = _wants_into(condition.sectors, case)
    for answer in (Answer.met, Answer.unknown):
        for finding in (works, wants):
            if finding.answer is answer:
                return finding
    why = works.reason
    return unmet(why.code, why.detail, why.asks or wants.reason.asks)


@judge.register
def judge_employed_by(condition: EmployedBy, case: Case) -> Finding:
    """Only its own employees (Handreiking 4.1, 4.3 and 4.4: rows MN, ABN AMRO and NS)."""
    person, catalogue = case.person, case.catalogue
    organisations = [catalogue.organisations[one] for one in condition.organisations]
    names = either(organisation.name for organisation in organisations)
    if person.organisation in condition.organisations:
        employer = catalogue.organisations[person.organisation]
        if person.organisation_guessed:
            question = f"Is {employer.name} uw werkgever?"
            return unknown("employer_uncertain", question, Ask.organisation)
        if person.origin is None or catalogue.same_line(person.origin, employer.sector):
            return met("employed_by", f"U werkt bij {employer.name}.")
        return unknown(
            "employer_uncertain", condition.question or f"Is {employer.name} uw werkgever?"
        )
    may_work_there = not person.organisation_named and any(
        person.origin is not None and catalogue.same_line(person.origin, organisation.sector)
        for organisation in organisations
    )
    if may_work_there:
        question = condition.question or f"Werkt u bij {names}?"
        return unknown("employer_unknown", question, Ask.organisation)
    return unmet("other_employer", f"Deze voorziening is alleen voor werknemers van {names}.")


@judge.register
def judge_employment(condition: EmploymentIs, case: Case) -> Finding:
    """A scheme for employees is not for others (Handreiking 4.1 to 4.4: werknemers)."""
    employment = case.person.employment
    allowed = either(EMPLOYMENT_WORDS[one] for one in condition.allowed)
    if employment is None:
        question = condition.question or f"Bent u {allowed}?"
        return unknown("employment_unknown", question, Ask.employment)
    own = EMPLOYMENT_WORDS[employment]
    if employment in condition.allowed:
        return met("employment_fits", f"U bent {own}.")
    if employment in condition.ask:
        return unknown(
            "employment_uncertain",
            condition.question or f"Geldt de voorziening ook nu u {own} bent?",
        )
    return unmet("employment_differs", f"Deze voorziening is voor een {allowed}. U bent {own}.")


@judge.register
def judge_job_loss(condition: JobLossIs, case: Case) -> Finding:
    """A social plan counts only when the job is lost (Handreiking, chapter 3)."""
    code = "job_at_risk" if case.person.loses_job else "job_not_at_risk"
    if case.person.job_loss not in condition.allowed:
        allowed = either(JOB_LOSS_WORDS[one] for one in condition.allowed)
        return unmet(code, f"Deze voorziening is er alleen als u {allowed}.", Ask.job_loss)
    if case.person.job_loss is JobLoss.happened:
        return met(code, "U bent uw baan kwijt, of binnenkort.", Ask.job_loss)
    if case.person.job_loss is JobLoss.threatened:
        return met(code, "Er is kans dat u uw baan verliest.", Ask.job_loss)
    return met(code, "Uw baan is niet in gevaar.", Ask.job_loss)


@judge.register
def judge_purpose(condition: PurposeIs, case: Case) -> Finding:
    """Some schemes are made for one kind of question (Handreiking, chapter 3)."""
    if case.person.purpose in condition.allowed:
        return met("purpose_fits", "De voorziening past bij uw vraag.", Ask.purpose)
    allowed = either(PURPOSE_WORDS[one] for one in condition.allowed)
    return unmet("purpose_differs", f"Deze voorziening is bedoeld voor: {allowed}.", Ask.purpose)


@judge.register
def judge_staying(condition: StaysIn, case: Case) -> Finding:
    """Staying inside or leaving (Handreiking 4.4, row Metalektro: "elders in de sector")."""
    person, catalogue = case.person, case.catalogue
    asked = case.the_sectors(condition.sectors)
    if person.target is not None:
        stays = _lies_within(catalogue, person.target, condition.sectors)
        leaves = not _lies_above(catalogue, person.target, condition.sectors)
    else:
        stays = person.purpose is Purpose.growth_in_sector
        leaves = person.purpose is Purpose.other_sector
    if stays:
        return met("stays_in_sector", f"U blijft in {asked}.")
    if leaves and not condition.ask:
        return unmet("leaves_sector", f"Deze voorziening is voor wie in {asked} blijft.")
    stay = f"Wilt u in {asked} blijven werken?"
    if leaves:
        return unknown("destination_uncertain", condition.question or stay)
    if person.purpose is Purpose.orientation and person.target is None:
        return unknown("destination_uncertain", stay)  # who looks around has nowhere to name
    return unknown("destination_uncertain", stay, Ask.target_sector)


@judge.register
def judge_target_occupation(condition: TargetOccupationIs, case: Case) -> Finding:
    """Some side-entry schemes are for one trade (Handreiking 4.5: "nieuwe chauffeurs")."""
    wanted = case.person.target_occupation
    occupations = case.catalogue.occupations
    names = either(occupations[one] for one in condition.occupations)
    present = case.person.occupation
    if present in condition.occupations:
        return unmet("occupation_present", f"U bent al {occupations[present]}.")
    if wanted is None:
        question = condition.question or f"Wilt u {names} worden?"
        return unknown("occupation_unknown", question, Ask.target_occupation)
    if wanted in condition.occupations:
        return met("occupation_fits", f"U wilt {occupations[wanted]} worden.")
    return unmet("occupation_differs", f"Deze voorziening is voor wie {names} wil worden.")


@judge.register
def judge_years_of_service(condition: YearsOfService, case: Case) -> Finding:
    """From a year of service on (Handreiking 4.5, row Brandweer: "vanaf hun 15e dienstjaar").

    People round their years: who says fourteen may or may not have begun the fifteenth. That is to
    be confirmed; another number of years would not be what the worker said.
    """
    years = case.person.years_of_service
    if years is None:
        return unknown(
            "years_unknown",
            condition.question or f"Zit u in uw {condition.from_year}e dienstjaar of later?",
            Ask.years_of_service,
        )
    if years >= condition.from_year:
        return met("years_reached", f"U werkt daar al {years} jaar.")
    if years == condition.from_year - 1:
        return unknown(
            "years_uncertain",
            condition.question or f"Is uw {condition.from_year}e dienstjaar al begonnen?",
        )
    return unmet(
        "years_not_reached", f"Deze voorziening begint in het {condition.from_year}e dienstjaar."
    )


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February has no counterpart: the period ends a day later
        return date(day.year + years, 3, 1)


@judge.register
def judge_earlier_use(condition: NotUsedWithin, case: Case) -> Finding:
    """Once in so many years (Handreiking 4.3, row Rijksoverheid: "eenmaal per vijf jaar")."""
    not_used = met(
        "not_used",
        f"Voor zover wij weten gebruikte u dit niet in de laatste {condition.years} jaar.",
        Ask.used_provisions,
    )
    days = case.person.used.get(case.provision_id, ())
    known = [day for day in days if day is not None]
    opens_on = max((_years_later(day, condition.years) for day in known), default=case.on)
    if opens_on <= case.on:
        if None not in days:
            return not_used
        name = case.catalogue.provisions[case.provision_id].name
        return unknown("use_unknown", f"Wanneer gebruikte u {name}?", Ask.day_of_use)
    if condition.ask:
        return unknown("used_before", condition.question or "U gebruikte dit eerder. Kan het nog?")
    return unmet(
        "used_before",
        f"U gebruikte dit op {in_dutch(max(known))}. Het kan weer vanaf {in_dutch(opens_on)}.",
    )


@judge.register
def judge_must_confirm(condition: MustConfirm, _case: Case) -> Finding:
    """Something the intake never tells."""
    return unknown("must_confirm", condition.question)


@judge.register
def judge_for_employers(_condition: ForEmployers, _case: Case) -> Finding:
    """Not for workers (Handreiking, bijlage 3, 3.c: WerkgeversServicepunt)."""
    return unmet("for_employers", "Deze voorziening is voor werkgevers, niet voor werkenden.")
