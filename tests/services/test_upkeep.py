"""What happens although nobody asks."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.domain.access import EVERY_REGION
from app.domain.terms import EffectKind
from app.models import KeptAnswer
from app.services import idempotency, outbox
from app.services.outbox import Effect, to_adviser
from app.services.upkeep import upkeep
from tests.services.desk import ANNA, OTHER_REGION, PLANNING, REGION, VAULT, adviser, hours, wishes

WEDNESDAY = 3


def test_time_that_passes_gives_places_to_who_waits(quiet):
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 10)))
    intakes = [quiet.intake(scheduling=wishes(count=3)) for _ in range(5)]
    assert quiet.agenda(intakes[4])[0] == "1 waiting"
    quiet.now += timedelta(weeks=8)
    upkeep(quiet.database, PLANNING, VAULT, lambda: quiet.now)
    assert all("planned" in line for line in quiet.agenda(intakes[4]))


def test_a_place_given_back_by_somebody_of_no_region_goes_to_who_waits_in_its_region(quiet):
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 10, region=REGION)))
    passing = [quiet.intake(region=None, scheduling=wishes(count=3)) for _ in range(4)]
    waiting = quiet.intake(scheduling=wishes(count=1))
    assert quiet.agenda(waiting) == ["1 waiting"]
    quiet.conclude(quiet.session(passing[0], 1).id, "cancelled")
    upkeep(quiet.database, PLANNING, VAULT, lambda: quiet.now)
    assert quiet.agenda(waiting) == ["1 planned Wed 25 Nov 09:00"]
    assert quiet.told(OTHER_REGION) == []


@pytest.mark.parametrize(("hours_later", "left"), [(23, 250), (24, 0)])
def test_kept_answers_are_forgotten_when_their_day_has_passed(hours_later, left, quiet):
    with quiet.act() as act:
        for number in range(250):
            answer = idempotency.claim(act, operation="POST", key=str(number), fingerprint="0")
            assert answer is None
    upkeep(quiet.database, PLANNING, VAULT, lambda: quiet.now + timedelta(hours=hours_later))
    with quiet.database.read(EVERY_REGION) as session:
        assert len(session.exec(select(KeptAnswer)).all()) == left


def test_what_waits_to_be_delivered_for_an_hour_is_an_error_until_it_is_delivered(quiet, caplog):
    def told(minutes: int) -> list[str]:
        caplog.clear()
        moment = quiet.now + timedelta(minutes=minutes)
        upkeep(quiet.database, PLANNING, VAULT, lambda: moment)
        return [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]

    adviser_hears = Effect(recipient=to_adviser(ANNA), kind=EffectKind.guidance_reopened, facts={})
    with quiet.act() as act:
        act.effects.append(adviser_hears)
    assert told(59) == []
    (line,) = told(60)
    assert line.startswith("mail and webhooks wait to be delivered since 2026-11-23T09:00:00+00:00")
    with quiet.database.write(EVERY_REGION) as session:
        outbox.drop(session, sa.true(), now=quiet.now)
    assert told(60) == []


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_what_a_sweep_had_to_leave_is_swept_up_later(quiet, tmp_path):
    quiet.intake()
    assert (tmp_path / "gids.db-wal").stat().st_size > 0
    upkeep(quiet.database, PLANNING, VAULT, lambda: quiet.now)
    assert (tmp_path / "gids.db-wal").stat().st_size == 0
