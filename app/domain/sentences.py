"""Each condition of a provision as one plain Dutch sentence: what it asks of a worker."""

from collections.abc import Iterable
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
from app.domain.verdicts import EMPLOYMENT_WORDS, JOB_LOSS_WORDS, PURPOSE_WORDS


@singledispatch
def sentence(condition: Condition, catalogue: Catalogue) -> str:
    """Say what a condition asks, to the worker.

    Raises:
        TypeError: a kind of condition without a sentence.

    """
    message = f"no sentence for {type(condition).__name__} among {len(catalogue.provisions)}"
    raise TypeError(message)


def _either(names: Iterable[str]) -> str:
    *rest, last = names
    return f"{', '.join(rest)} of {last}" if rest else last


def _sectors(sector_ids: Iterable[str], catalogue: Catalogue) -> str:
    return f"de sector {_either(catalogue.sectors[one].name for one in sector_ids)}"


@sentence.register
def _(condition: WorksIn, catalogue: Catalogue) -> str:
    return f"U werkt in {_sectors(condition.sectors, catalogue)}, of werkte daar het laatst."


@sentence.register
def _(condition: WantsInto, catalogue: Catalogue) -> str:
    if not condition.sectors:
        return "U wilt in een andere sector gaan werken dan waar u nu werkt."
    wants = f"U wilt in {_sectors(condition.sectors, catalogue)} gaan werken"
    if not condition.not_from:
        return f"{wants} en u komt van buiten die sector."
    return f"{wants} en u komt niet uit {_sectors(condition.not_from, catalogue)}."


@sentence.register
def _(condition: WorksInOrWantsInto, catalogue: Catalogue) -> str:
    return f"U werkt in {_sectors(condition.sectors, catalogue)}, of u wilt daar gaan werken."


@sentence.register
def _(condition: EmployedBy, catalogue: Catalogue) -> str:
    names = _either(catalogue.organisations[one].name for one in condition.organisations)
    return f"U werkt bij {names}."


@sentence.register
def _(condition: EmploymentIs, _catalogue: Catalogue) -> str:
    said = f"U bent {_either(EMPLOYMENT_WORDS[one] for one in condition.allowed)}."
    if not condition.ask:
        return said
    return f"{said} Bent u {_either(EMPLOYMENT_WORDS[one] for one in condition.ask)}? Vraag het na."


@sentence.register
def _(condition: JobLossIs, _catalogue: Catalogue) -> str:
    return f"Dit is er alleen als u {_either(JOB_LOSS_WORDS[one] for one in condition.allowed)}."


@sentence.register
def _(condition: PurposeIs, _catalogue: Catalogue) -> str:
    return f"U wilt {_either(PURPOSE_WORDS[one] for one in condition.allowed)}."


@sentence.register
def _(condition: StaysIn, catalogue: Catalogue) -> str:
    said = f"U blijft in {_sectors(condition.sectors, catalogue)} werken."
    return f"{said} Gaat u daar weg? Vraag na of het dan ook kan." if condition.ask else said


@sentence.register
def _(condition: TargetOccupationIs, catalogue: Catalogue) -> str:
    return f"U wilt {_either(catalogue.occupations[one] for one in condition.occupations)} worden."


@sentence.register
def _(condition: YearsOfService, _catalogue: Catalogue) -> str:
    return f"U zit in uw {condition.from_year}e dienstjaar of later."


@sentence.register
def _(condition: NotUsedWithin, _catalogue: Catalogue) -> str:
    said = f"U gebruikte dit niet in de laatste {condition.years} jaar."
    return f"{said} Deed u dat wel? Vraag na of het nog kan." if condition.ask else said


@sentence.register
def _(condition: MustConfirm, _catalogue: Catalogue) -> str:
    return f"Vraag dit eerst na: {condition.question or 'is dit nu open?'}"


@sentence.register
def _(_condition: ForEmployers, _catalogue: Catalogue) -> str:
    return "Dit is voor werkgevers, niet voor werkenden."
