"""Moments: aware in Python, UTC in the database, the same after a round trip."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import StatementError
from sqlmodel import col, select

from app.domain.access import EVERY_REGION
from app.models import KeptAnswer

CALLER = uuid4()
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def kept_until(moment: datetime) -> KeptAnswer:
    return KeptAnswer(
        caller_id=CALLER, operation="POST", key=uuid4().hex, fingerprint="0", expires_at=moment
    )


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 30, 9, 0, tzinfo=UTC),
        datetime(2026, 7, 1, 9, 0, 0, 123456, tzinfo=AMSTERDAM),
        datetime(2026, 10, 25, 2, 30, tzinfo=AMSTERDAM),
        datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=AMSTERDAM),
        datetime(2026, 1, 1, 0, 0, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
    ],
)
def test_a_moment_comes_back_as_the_same_moment_in_utc(moment, database):
    with database.write(EVERY_REGION) as session:
        kept = kept_until(moment)
        session.add(kept)
    with database.read(EVERY_REGION) as session:
        found = session.get_one(KeptAnswer, (CALLER, "POST", kept.key)).expires_at
    assert found == moment.astimezone(UTC)
    assert found.tzinfo is UTC


def test_moments_are_stored_in_order_whatever_their_zone(database):
    first = datetime(2026, 10, 25, 2, 30, tzinfo=AMSTERDAM)
    moments = [first, first.replace(fold=1), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)]
    with database.write(EVERY_REGION) as session:
        session.add_all(kept_until(moment) for moment in reversed(moments))
    with database.read(EVERY_REGION) as session:
        stored = session.exec(
            select(KeptAnswer.expires_at).order_by(col(KeptAnswer.expires_at))
        ).all()
    assert stored == [moment.astimezone(UTC) for moment in moments]


def test_a_moment_without_a_zone_is_refused(database):
    naive = datetime(2026, 11, 30, 9, 0)  # noqa: DTZ001 - that is the point
    with database.write(EVERY_REGION) as session:
        session.add(kept_until(naive))
        with pytest.raises(StatementError, match="needs a time zone"):
            session.flush()
        session.expunge_all()
