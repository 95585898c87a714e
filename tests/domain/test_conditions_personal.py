"""What each kind of condition about losing the job and about wishes says, and why."""

import pytest

from app.domain.conditions import (
    JobLossIs,
    PurposeIs,
    StaysIn,
    TargetOccupationIs,
)
from app.domain.person import Person
from app.domain.terms import Ask, JobLoss, Purpose
from app.domain.verdicts import met, unknown, unmet
from tests.domain.builders import judged

LOST = JobLossIs(allowed=(JobLoss.threatened, JobLoss.happened))


@pytest.mark.parametrize(
    ("condition", "job_loss", "finding"),
    [
        pytest.param(
            LOST,
            JobLoss.threatened,
            met("job_at_risk", "Er is kans dat u uw baan verliest.", Ask.job_loss),
            id="a job that is about to be lost is met",
        ),
        pytest.param(
            LOST,
            JobLoss.happened,
            met("job_at_risk", "U bent uw baan kwijt, of binnenkort.", Ask.job_loss),
            id="a job that is lost is met",
        ),
        pytest.param(
            LOST,
            JobLoss.none,
            unmet(
                "job_not_at_risk",
                "Deze voorziening is er alleen als u uw baan dreigt te verliezen "
                "of uw baan hebt verloren.",
                Ask.job_loss,
            ),
            id="a safe job is refused",
        ),
        pytest.param(
            JobLossIs(allowed=(JobLoss.none,)),
            JobLoss.none,
            met("job_not_at_risk", "Uw baan is niet in gevaar.", Ask.job_loss),
            id="a safe job is met where it must be safe",
        ),
        pytest.param(
            JobLossIs(allowed=(JobLoss.none,)),
            JobLoss.happened,
            unmet(
                "job_at_risk", "Deze voorziening is er alleen als u uw baan houdt.", Ask.job_loss
            ),
            id="a lost job is refused where it must be safe",
        ),
        pytest.param(
            JobLossIs(allowed=(JobLoss.threatened,)),
            JobLoss.happened,
            unmet(
                "job_at_risk",
                "Deze voorziening is er alleen als u uw baan dreigt te verliezen.",
                Ask.job_loss,
            ),
            id="a lost job is refused where it must still be there",
        ),
    ],
)
def test_job_loss_is(condition, job_loss, finding):
    assert judged(condition, Person(origin="kas", job_loss=job_loss)) == finding


@pytest.mark.parametrize(
    ("purpose", "finding"),
    [
        pytest.param(
            Purpose.orientation,
            met("purpose_fits", "De voorziening past bij uw vraag.", Ask.purpose),
            id="the first purpose is met",
        ),
        pytest.param(
            Purpose.other_work,
            met("purpose_fits", "De voorziening past bij uw vraag.", Ask.purpose),
            id="the second purpose is met",
        ),
        pytest.param(
            Purpose.other_sector,
            unmet(
                "purpose_differs",
                "Deze voorziening is bedoeld voor: "
                "nagaan welk werk bij u past of ander werk vinden.",
                Ask.purpose,
            ),
            id="another purpose is refused",
        ),
        pytest.param(
            None,
            met("purpose_fits", "De voorziening past bij uw vraag.", Ask.purpose),
            id="a purpose that was not told is derived first",
        ),
    ],
)
def test_purpose_is(purpose, finding):
    condition = PurposeIs(allowed=(Purpose.orientation, Purpose.other_work))
    assert judged(condition, Person(origin="kas", purpose=purpose)) == finding


def test_every_purpose_has_words_of_its_own():
    condition = PurposeIs(allowed=(Purpose.growth_in_sector, Purpose.other_sector))
    assert judged(condition, Person(origin="kas")).reason.detail == (
        "Deze voorziening is bedoeld voor: verder komen in uw eigen sector "
        "of naar een andere sector gaan."
    )


STAYS = StaysIn(sectors=("kas",))
STAYS_OR_ASKS = StaysIn(sectors=("kas",), ask=True)
ASKS_THE_FUND = StaysIn(sectors=("kas",), ask=True, question="Betaalt het fonds dat?")
STAYING = met("stays_in_sector", "U blijft in de sector Kas.")
WHERE_TO = unknown(
    "destination_uncertain", "Wilt u in de sector Kas blijven werken?", Ask.target_sector
)
WHERE_TO_CONFIRMED = WHERE_TO._replace(reason=WHERE_TO.reason._replace(asks=None))
LEAVING = unmet("leaves_sector", "Deze voorziening is voor wie in de sector Kas blijft.")


@pytest.mark.parametrize(
    ("condition", "person", "finding"),
    [
        pytest.param(STAYS, Person(origin="kas", target="kas"), STAYING, id="who stays is met"),
        pytest.param(
            STAYS,
            Person(origin="kas", target="rozen"),
            STAYING,
            id="a target below it stays inside",
        ),
        pytest.param(
            STAYS,
            Person(origin="kas", purpose=Purpose.growth_in_sector),
            STAYING,
            id="who wants to grow in the own sector stays",
        ),
        pytest.param(
            STAYS, Person(origin="kas", target="geld"), LEAVING, id="who leaves is refused"
        ),
        pytest.param(
            STAYS,
            Person(origin="kas", target="geld", purpose=Purpose.growth_in_sector),
            LEAVING,
            id="the target says more than the purpose",
        ),
        pytest.param(
            STAYS,
            Person(origin="kas", purpose=Purpose.other_sector),
            LEAVING,
            id="who wants another sector, no matter which, is refused",
        ),
        pytest.param(
            STAYS_OR_ASKS,
            Person(origin="kas", target="geld"),
            WHERE_TO_CONFIRMED,
            id="who leaves is asked where the provider decides",
        ),
        pytest.param(
            STAYS_OR_ASKS,
            Person(origin="kas", target="rozen"),
            STAYING,
            id="who stays is met where the provider decides on who leaves",
        ),
        pytest.param(
            STAYS,
            Person(origin="kas", target="groen"),
            WHERE_TO,
            id="a broader target may be inside and is asked",
        ),
        pytest.param(
            STAYS,
            Person(origin="kas", purpose=Purpose.other_work),
            WHERE_TO,
            id="who looks for other work, no matter where, is asked",
        ),
        pytest.param(
            STAYS,
            Person(origin="kas", target_named=True, job_loss=JobLoss.threatened),
            WHERE_TO,
            id="a lost target is asked of who must find other work",
        ),
        pytest.param(
            STAYS,
            Person(origin="kas", purpose=Purpose.orientation),
            WHERE_TO_CONFIRMED,
            id="who looks around names no sector to answer it",
        ),
        pytest.param(
            STAYS_OR_ASKS,
            Person(origin="kas", purpose=Purpose.other_sector),
            WHERE_TO_CONFIRMED,
            id="who wants another sector, no matter which, is asked where the provider decides",
        ),
        pytest.param(
            ASKS_THE_FUND,
            Person(origin="kas", target="geld"),
            unknown("destination_uncertain", "Betaalt het fonds dat?"),
            id="the own question is asked of who leaves",
        ),
        pytest.param(
            ASKS_THE_FUND,
            Person(origin="kas", purpose=Purpose.other_sector),
            unknown("destination_uncertain", "Betaalt het fonds dat?"),
            id="the own question is asked of who leaves for who knows where",
        ),
        pytest.param(
            ASKS_THE_FUND,
            Person(origin="kas", purpose=Purpose.other_work),
            WHERE_TO,
            id="who may stay is asked where to, and not the own question",
        ),
        pytest.param(
            ASKS_THE_FUND,
            Person(origin="kas", target="groen"),
            WHERE_TO,
            id="a broader target is asked where to, and not the own question",
        ),
        pytest.param(
            StaysIn(sectors=("kas",), question="Betaalt het fonds dat?"),
            Person(origin="kas", target="geld"),
            LEAVING,
            id="the own question is not asked where who leaves is refused",
        ),
    ],
)
def test_stays_in(condition, person, finding):
    assert judged(condition, person) == finding


DRIVERS = TargetOccupationIs(occupations=("vrachtrijder", "tankrijder"))


@pytest.mark.parametrize(
    ("condition", "wanted", "finding"),
    [
        pytest.param(
            DRIVERS,
            "tankrijder",
            met("occupation_fits", "U wilt tankrijder worden."),
            id="one of the occupations is met",
        ),
        pytest.param(
            DRIVERS,
            "bijrijder",
            unmet(
                "occupation_differs",
                "Deze voorziening is voor wie vrachtrijder of tankrijder wil worden.",
            ),
            id="another occupation is refused",
        ),
        pytest.param(
            DRIVERS,
            None,
            unknown(
                "occupation_unknown",
                "Wilt u vrachtrijder of tankrijder worden?",
                Ask.target_occupation,
            ),
            id="an occupation that was not told is asked",
        ),
        pytest.param(
            TargetOccupationIs(occupations=("vrachtrijder",), question="Wilt u rijden?"),
            None,
            unknown("occupation_unknown", "Wilt u rijden?", Ask.target_occupation),
            id="an occupation that was not told is asked with the own question",
        ),
    ],
)
def test_target_occupation_is(condition, wanted, finding):
    person = Person(origin="kas", target="vracht", target_occupation=wanted)
    assert judged(condition, person) == finding


@pytest.mark.parametrize("wanted", [None, "bijrijder", "tankrijder", "vrachtrijder"])
def test_who_has_one_of_the_occupations_already_is_refused_whatever_is_wanted(wanted):
    person = Person(
        origin="post", occupation="vrachtrijder", target="vracht", target_occupation=wanted
    )
    assert judged(DRIVERS, person) == unmet("occupation_present", "U bent al vrachtrijder.")


def test_who_has_another_occupation_may_want_one_of_them():
    person = Person(
        origin="vracht", occupation="bijrijder", target="vracht", target_occupation="tankrijder"
    )
    assert judged(DRIVERS, person) == met("occupation_fits", "U wilt tankrijder worden.")
