"""What somebody comes for, and which services answer that (Handreiking, chapter 3)."""

import pytest

from app.domain.person import Person, purpose_of
from app.domain.rule import needed_services
from app.domain.terms import JobLoss, Purpose, Service
from tests.domain.builders import SMALL


@pytest.mark.parametrize(
    ("person", "purpose"),
    [
        pytest.param(
            Person(origin="kas"), Purpose.orientation, id="without a target it is orientation"
        ),
        pytest.param(
            Person(origin=None),
            Purpose.orientation,
            id="without anything understood it is orientation",
        ),
        pytest.param(
            Person(origin="kas", target="kas", target_named=True),
            Purpose.growth_in_sector,
            id="the own sector is growth",
        ),
        pytest.param(
            Person(origin="kas", target="rozen", target_named=True),
            Purpose.growth_in_sector,
            id="a sector below the own one is growth",
        ),
        pytest.param(
            Person(origin="rozen", target="groen", target_named=True),
            Purpose.growth_in_sector,
            id="a sector above the own one is growth",
        ),
        pytest.param(
            Person(origin="kas", target="loonwerk", target_named=True),
            Purpose.other_sector,
            id="a sister sector is another sector",
        ),
        pytest.param(
            Person(origin="kas", target="geld", target_named=True),
            Purpose.other_sector,
            id="another branch of the tree is another sector",
        ),
        pytest.param(
            Person(origin=None, target="geld", target_named=True),
            Purpose.other_sector,
            id="a target beside an origin that was not understood is another sector",
        ),
        pytest.param(
            Person(origin="kas", target_named=True),
            Purpose.orientation,
            id="a target that was not understood says nothing about the purpose",
        ),
        pytest.param(
            Person(origin="kas", target_named=True, job_loss=JobLoss.threatened),
            Purpose.other_work,
            id="nor does it when the job is threatened, which does",
        ),
        pytest.param(
            Person(origin="kas", job_loss=JobLoss.threatened),
            Purpose.other_work,
            id="a threatened job without a target is other work",
        ),
        pytest.param(
            Person(origin="kas", job_loss=JobLoss.happened),
            Purpose.other_work,
            id="a lost job without a target is other work",
        ),
        pytest.param(
            Person(origin="kas", target="kas", target_named=True, job_loss=JobLoss.threatened),
            Purpose.other_work,
            id="a threatened job with the own sector as target is other work",
        ),
        pytest.param(
            Person(origin="kas", target="geld", target_named=True, job_loss=JobLoss.happened),
            Purpose.other_sector,
            id="a lost job with another sector as target is another sector",
        ),
        pytest.param(
            Person(
                origin="kas",
                target="geld",
                target_named=True,
                job_loss=JobLoss.happened,
                purpose=Purpose.orientation,
            ),
            Purpose.orientation,
            id="what was given goes before what follows from the rest",
        ),
    ],
)
def test_the_purpose_follows_from_where_somebody_wants_to_go(person, purpose):
    assert purpose_of(person, SMALL) is purpose


ADVICE, TRAINING = Service.career_advice, Service.training
ENTRY, PLAN = Service.side_entry, Service.social_plan


@pytest.mark.parametrize(
    ("purpose", "loses_job", "services"),
    [
        pytest.param(Purpose.orientation, False, {ADVICE}, id="orientation asks for advice"),
        pytest.param(
            Purpose.orientation, True, {ADVICE}, id="orientation never asks for a social plan"
        ),
        pytest.param(
            Purpose.growth_in_sector, False, {ADVICE, TRAINING}, id="growth asks for training too"
        ),
        pytest.param(
            Purpose.growth_in_sector,
            True,
            {ADVICE, TRAINING},
            id="growth never asks for a social plan",
        ),
        pytest.param(
            Purpose.other_work, False, {ADVICE, TRAINING}, id="other work asks for no social plan"
        ),
        pytest.param(
            Purpose.other_work,
            True,
            {ADVICE, TRAINING, PLAN},
            id="other work asks for a social plan when the job is lost",
        ),
        pytest.param(
            Purpose.other_sector,
            False,
            {ADVICE, TRAINING, ENTRY},
            id="another sector asks for side entry",
        ),
        pytest.param(
            Purpose.other_sector,
            True,
            {ADVICE, TRAINING, ENTRY, PLAN},
            id="another sector asks for a social plan as well when the job is lost",
        ),
    ],
)
def test_a_purpose_is_answered_by_certain_services(purpose, loses_job, services):
    needed = needed_services(purpose, loses_job=loses_job)
    assert set(needed) == services
    assert len(needed) == len(services)


@pytest.mark.parametrize(
    ("job_loss", "loses"),
    [(JobLoss.none, False), (JobLoss.threatened, True), (JobLoss.happened, True)],
)
def test_a_threatened_job_counts_as_losing_it(job_loss, loses):
    assert Person(origin="kas", job_loss=job_loss).loses_job is loses
