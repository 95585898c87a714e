"""What a condition asks, in the words a worker reads."""

import pytest

from app.catalogue import load
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
from app.domain.sentences import sentence
from app.domain.terms import Employment, JobLoss, Purpose
from tests.domain.builders import SMALL

EMPLOYEE, AGENCY, SEEKER = Employment.employee, Employment.agency_worker, Employment.job_seeker


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (WorksIn(sectors=("kas",)), "U werkt in de sector Kas, of werkte daar het laatst."),
        (
            WorksIn(sectors=("kas", "post", "geld")),
            "U werkt in de sector Kas, Post of Geld, of werkte daar het laatst.",
        ),
        (
            WantsInto(sectors=("kas",)),
            "U wilt in de sector Kas gaan werken en u komt van buiten die sector.",
        ),
        (
            WantsInto(sectors=("groen",), not_from=("kas", "geld"), ask_from=("post",)),
            (
                "U wilt in de sector Groen gaan werken en u komt niet uit de sector Kas of Geld. "
                "Werkt u ergens anders in de sector Post? Vraag na of het dan ook kan."
            ),
        ),
        (
            WantsInto(
                sectors=("wegvervoer",),
                not_from=("vracht",),
                ask_from=("wegvervoer",),
                question="Rijdt u nu al?",
            ),
            (
                "U wilt in de sector Wegvervoer gaan werken en u komt niet uit de sector Vracht. "
                "Werkt u ergens anders in de sector Wegvervoer? Dan is de vraag: Rijdt u nu al?"
            ),
        ),
        (
            WantsInto(sectors=("groen",), not_from=("kas", "geld")),
            "U wilt in de sector Groen gaan werken en u komt niet uit de sector Kas of Geld.",
        ),
        (WantsInto(), "U wilt in een andere sector gaan werken dan waar u nu werkt."),
        (
            WorksInOrWantsInto(sectors=("kas",)),
            "U werkt in de sector Kas, of u wilt daar gaan werken.",
        ),
        (
            EmployedBy(organisations=("geldhuis", "spaarhuis")),
            "U werkt bij Geldhuis of Spaarhuis.",
        ),
        (EmploymentIs(allowed=(EMPLOYEE, AGENCY)), "U bent werknemer of uitzendkracht."),
        (
            EmploymentIs(allowed=(EMPLOYEE,), ask=(SEEKER,)),
            "U bent werknemer. Bent u werkzoekende? Vraag het na.",
        ),
        (
            JobLossIs(allowed=(JobLoss.threatened, JobLoss.happened)),
            "Dit is er alleen als u uw baan dreigt te verliezen of uw baan hebt verloren.",
        ),
        (PurposeIs(allowed=(Purpose.other_work,)), "U wilt ander werk vinden."),
        (StaysIn(sectors=("kas",)), "U blijft in de sector Kas werken."),
        (
            StaysIn(sectors=("kas",), ask=True),
            "U blijft in de sector Kas werken. Gaat u daar weg? Vraag na of het dan ook kan.",
        ),
        (
            TargetOccupationIs(occupations=("vrachtrijder", "tankrijder")),
            "U wilt vrachtrijder of tankrijder worden.",
        ),
        (YearsOfService(from_year=15), "U zit in uw 15e dienstjaar of later."),
        (NotUsedWithin(years=5), "U gebruikte dit niet in de laatste 5 jaar."),
        (
            NotUsedWithin(years=5, ask=True),
            "U gebruikte dit niet in de laatste 5 jaar. Deed u dat wel? Vraag na of het nog kan.",
        ),
        (
            NotUsedWithin(years=5, ask=True, question="Hoeveel is er over?"),
            (
                "U gebruikte dit niet in de laatste 5 jaar. Deed u dat wel? "
                "Dan is de vraag: Hoeveel is er over?"
            ),
        ),
        (
            PurposeIs(allowed=(Purpose.orientation, Purpose.growth_in_sector)),
            "U wilt nagaan welk werk bij u past of verder komen in uw eigen sector.",
        ),
        (MustConfirm(question="Kan dat?"), "Dit moet eerst duidelijk zijn: Kan dat?"),
        (ForEmployers(), "Dit is voor werkgevers, niet voor werkenden."),
    ],
)
def test_a_condition_is_said_in_one_plain_sentence(condition: Condition, said: str) -> None:
    assert sentence(condition, SMALL) == said


def test_a_sector_whose_name_says_that_it_is_one_is_not_called_so_twice() -> None:
    real = load()
    farmers = WorksIn(sectors=("agrarische-sector",))
    either = WorksIn(sectors=("agrarische-sector", "banken", "isolatie"))
    assert sentence(farmers, real) == "U werkt in de agrarische sector, of werkte daar het laatst."
    assert sentence(either, real) == (
        "U werkt in de sector Banken, de agrarische sector of de isolatiesector, "
        "of werkte daar het laatst."
    )


def test_every_condition_of_the_catalogue_is_said_to_the_worker_without_ids() -> None:
    real = load()
    ids = {one for one in (*real.sectors, *real.organisations, *real.occupations) if "-" in one}
    for provision in real.provisions.values():
        for condition in provision.conditions:
            said = sentence(condition, real)
            assert said[0].isupper(), said
            assert said[-1] in ".?", said
            assert ids.isdisjoint(said.split()), said


def test_a_kind_of_condition_without_a_sentence_is_seen() -> None:
    with pytest.raises(TypeError, match="no sentence for str"):
        sentence("iets anders", SMALL)  # type: ignore[arg-type]
