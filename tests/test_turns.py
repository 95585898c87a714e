"""GIDS_DATABASE_TURNS: so many requests of a process are in a transaction at once, and no more."""

from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa

from app.config import Settings
from app.db import Database
from app.main import create_app
from tests.conftest import TestClock
from tests.crash.crowd import in_threads
from tests.identity import WhoeverMay
from tests.server import running

CLIENTS = 8
INTAKE = {"originSector": "bouw", "employment": "self_employed", "region": "AM01"}
WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.mark.parametrize("turns", [1, 3])
@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
def test_as_many_requests_are_in_a_transaction_at_once_as_there_are_turns(
    settings: Settings, database: Database, turns: int
) -> None:
    changed = {"database_turns": turns, "lock_timeout": timedelta(milliseconds=400)}
    statuses: list[int] = []

    def keep(key: int, address: str) -> None:
        with httpx.Client(base_url=address, timeout=30, auth=WhoeverMay()) as client:
            once = {"Idempotency-Key": f"turn-{key}"}
            statuses.append(client.post("/intakes", json=INTAKE, headers=once).status_code)

    with (
        running(create_app(settings.model_copy(update=changed), clock=TestClock())) as address,
        database.engine.connect() as holder,
        database.engine.connect() as looking,
    ):
        holder.exec_driver_sql("LOCK TABLE audit_head")
        most = 0
        tasks = [lambda key=key: keep(key, f"{address}/v1") for key in range(CLIENTS)]
        with in_threads(*tasks) as threads:
            while any(thread.is_alive() for thread in threads):
                most = max(most, looking.execute(WAITING).scalar_one())
                looking.rollback()
    assert set(statuses) == {503}
    assert most == turns
