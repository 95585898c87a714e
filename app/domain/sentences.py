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
from app.domain.verdicts import (
    EMPLOYMENT_WORDS,
    JOB_LOSS_WORDS,
    PURPOSE_WORDS,
    either,
    the_sectors,
)

STILL_OPEN = "Vraag na of het dan ook kan."


@singledispatch
def sentence(condition: Condition, _catalogue: Catalogue) -> str:
    """Say what a condition asks, to the worker.

    Raises:
        TypeError: a kind of condition without a sentence.

    """
    message = f"no sentence for {type(condition).__name__}"
    raise TypeError(message)


def _sectors(sector_ids: Iterable[str], catalogue: Catalogue) -> str:
    return the_sectors([catalogue.sectors[one].name for one in sector_ids])


def _of_some(who: str, condition: Condition, otherwise: str = STILL_OPEN) -> str:
    """Say what decides for some: the condition's own question when it has one."""
    own = condition.question
    return f"{who} Dan is de vraag: {own}" if own else f"{who} {otherwise}"


@sentence.register
def _(condition: WorksIn, catalogue: Catalogue) -> str:
    return f"U werkt in {_sectors(condition.sectors, catalogue)}, of werkte daar het laatst."


@sentence.register
def _(condition: WantsInto, catalogue: Catalogue) -> str:
    if not condition.sectors:
        return "U wilt in een andere sector gaan werken dan waar u nu werkt."
    wants = f"U wilt in {_sectors(condition.sectors, catalogue)} gaan werken"
    comes = "u komt van buiten die sector"
    if condition.not_from:
        comes = f"u komt niet uit {_sectors(condition.not_from, catalogue)}"
    said = f"{wants} en {comes}."
    if not condition.ask_from:
        return said
    near = f"Werkt u ergens anders in {_sectors(condition.ask_from, catalogue)}?"
    return f"{said} {_of_some(near, condition)}"


@sentence.register
def _(condition: WorksInOrWantsInto, catalogue: Catalogue) -> str:
    return f"U werkt in {_sectors(condition.sectors, catalogue)}, of u wilt daar gaan werken."


@sentence.register
def _(condition: EmployedBy, catalogue: Catalogue) -> str:
    names = either(catalogue.organisations[one].name for one in condition.organisations)
    return f"U werkt bij {names}."


@sentence.register
def _(condition: EmploymentIs, _catalogue: Catalogue) -> str:
    said = f"U bent {either(EMPLOYMENT_WORDS[one] for one in condition.allowed)}."
    if not condition.ask:
        return said
    others = f"Bent u {either(EMPLOYMENT_WORDS[one] for one in condition.ask)}?"
    return f"{said} {_of_some(others, condition, 'Vraag het na.')}"


@sentence.register
def _(condition: JobLossIs, _catalogue: Catalogue) -> str:
    return f"Dit is er alleen als u {either(JOB_LOSS_WORDS[one] for one in condition.allowed)}."


@sentence.register
def _(condition: PurposeIs, _catalogue: Catalogue) -> str:
    return f"U wilt {either(PURPOSE_WORDS[one] for one in condition.allowed)}."


@sentence.register
def _(condition: StaysIn, catalogue: Catalogue) -> str:
    said = f"U blijft in {_sectors(condition.sectors, catalogue)} werken."
    return f"{said} {_of_some('Gaat u daar weg?', condition)}" if condition.ask else said


@sentence.register
def _(condition: TargetOccupationIs, catalogue: Catalogue) -> str:
    return f"U wilt {either(catalogue.occupations[one] for one in condition.occupations)} worden."


@sentence.register
def _(condition: YearsOfService, _catalogue: Catalogue) -> str:
    return f"U zit in uw {condition.from_year}e dienstjaar of later."


@sentence.register
def _(condition: NotUsedWithin, _catalogue: Catalogue) -> str:
    said = f"U gebruikte dit niet in de laatste {condition.years} jaar."
    again = "Vraag na of het nog kan."
    return f"{said} {_of_some('Deed u dat wel?', condition, again)}" if condition.ask else said


@sentence.register
def _(condition: MustConfirm, _catalogue: Catalogue) -> str:
    return f"Dit moet eerst duidelijk zijn: {condition.question}"


@sentence.register
def _(_condition: ForEmployers, _catalogue: Catalogue) -> str:
    return "Dit is voor werkgevers, niet voor werkenden."
