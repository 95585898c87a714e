"""Retention with 100,000 intakes: flat memory, and killed and resumed the same result."""

import os
import shutil
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.terms import Action
from app.models import (
    AuditEntry,
    ContactDetails,
    GuidanceSession,
    Intake,
    ProcessingEntry,
    SessionLogEntry,
    metadata,
)
from app.services import audit, retention
from app.services.acts import acting
from app.services.audit import Verified
from app.services.erasure_list import read
from app.services.processing_log import new_trace
from app.services.retention import Count, Terms
from app.vault import Vault
from tests.conftest import filled_database
from tests.server import ROOT
from tests.services.audit_trail import person
from tests.services.cases import GUIDED_EVERY, store_cases

MANY = 100_000
EXPIRED = 5_000
OUT_OF_REACH = 4_000
"""Cases of which the contact details are past their term, and nothing else."""

TERM, CONTACT_TERM = timedelta(days=730), timedelta(days=700)
APART = (TERM - CONTACT_TERM) / OUT_OF_REACH
ALREADY_TOLD = 1_000
WAITING = MANY // 20 // GUIDED_EVERY
"""Of which a session still waits: all of them are past their term."""

WATCHED = 2_000
"""Of the expired: memory is watched over these, as watching makes a run three times as slow."""

MEBIBYTES = 4
PATIENCE_SECONDS = 60


def settings_for(url: str, folder: Path) -> Settings:
    return Settings(
        demo=True,
        database_url=url,
        erasure_list=folder / "erasures.log",
        retention_intakes=TERM,
        retention_contact_details=CONTACT_TERM,
    )


def fill(database: Database, vault: Vault, now: datetime) -> None:
    """Store the cases; a term passes halfway between two of them, so that minutes do not matter."""
    store_cases(database, MANY, oldest=now - TERM - (EXPIRED - 0.5) * APART, apart=APART)
    with acting(database, SYSTEM, vault, new_trace(), now=now) as act:
        for _ in range(ALREADY_TOLD):
            act.did(Action.intake_expired, person())


class Copies:
    """The same database twice: one to run undisturbed, one to be disturbed."""

    def __init__(self, urls: tuple[str, str], folder: Path) -> None:
        (folder / "one").mkdir()
        (folder / "other").mkdir()
        self.calm = settings_for(urls[0], folder / "one")
        self.disturbed = settings_for(urls[1], folder / "other")


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def copies(
    engine_kind: str, request: pytest.FixtureRequest, tmp_path: Path, now: datetime
) -> Copies:
    url = filled_database(engine_kind, request, tmp_path)
    settings = settings_for(url, tmp_path)
    database = Database(settings)
    fill(database, Vault.of(settings), now)
    assert database.sweep()
    database.dispose()
    if engine_kind == "sqlite":
        shutil.copyfile(tmp_path / "gids.db", tmp_path / "copy.db")
        return Copies((url, f"sqlite:///{tmp_path / 'copy.db'}"), tmp_path)
    name = url.rpartition("/")[2]
    cluster = request.getfixturevalue("cluster")
    with cluster.as_superuser(name) as connection:
        connection.execute("ANALYZE")
    return Copies((url, cluster.create_database(f"{name}_copy", template=name)), tmp_path)


def remaining_ids(session: Session, column: sa.ColumnElement[Any]) -> tuple[int, str, str]:
    """Say which ids are left: they follow each other, so the ends and the number say it all."""
    text = sa.cast(column, sa.String)
    counted = sa.select(sa.func.count(), sa.func.min(text), sa.func.max(text))
    count, first, last = session.execute(counted.select_from(column.table)).one()
    assert int(last.replace("-", ""), 16) - int(first.replace("-", ""), 16) + 1 == count
    return count, first, last


def state(settings: Settings) -> dict[str, Any]:
    """Say what is kept and what is told of it, in terms that do not tell one run from two."""
    database = Database(settings)
    deeds = [col(AuditEntry.action), col(AuditEntry.intake_id)]
    of_persons = sa.select(*deeds).where(col(AuditEntry.action) != Action.retention_run)
    session_log = [col(SessionLogEntry.type), col(SessionLogEntry.intake_pseudonym)]
    entries = [col(ProcessingEntry.name), col(ProcessingEntry.data_subject_id)]
    with database.read(EVERY_REGION) as session:
        found = {
            "intakes": remaining_ids(session, metadata.tables["intake"].c.id),
            "keys": remaining_ids(session, metadata.tables["person_key"].c.intake_id),
            "details": remaining_ids(session, metadata.tables["contact_details"].c.intake_id),
            **{
                name: session.scalars(sa.select(table.c.intake_id).order_by(table.c.id)).all()
                for name, table in metadata.tables.items()
                if name in {"guidance_session", "referral", "consent"}
            },
            "told": session.execute(of_persons.order_by(*deeds)).all(),
            "session log": session.execute(sa.select(*session_log).order_by(*session_log)).all(),
            "processing": session.execute(sa.select(*entries).order_by(*entries)).all(),
        }
        assert len(found["session log"]) == EXPIRED / GUIDED_EVERY + WAITING
        verified = audit.verify(session, Vault.of(settings))
    database.dispose()
    assert isinstance(verified, Verified)
    return found | {"list": sorted(read(settings.erasure_list).intakes)}


class Command:
    """`gids retention run` in a process of its own."""

    def __init__(self, settings: Settings) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "GIDS_DEMO": "1",
            "GIDS_DATABASE_URL": settings.database_url,
            "GIDS_ERASURE_LIST": str(settings.erasure_list),
            "GIDS_RETENTION_INTAKES": f"P{TERM.days}D",
            "GIDS_RETENTION_CONTACT_DETAILS": f"P{CONTACT_TERM.days}D",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "retention", "run"],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )

    def kill_when(self, far_enough: Callable[[], bool]) -> None:
        """End it as a power cut would, when it has come so far and is not done."""
        tick = threading.Event()
        for _ in range(PATIENCE_SECONDS * 100):
            if far_enough():
                break
            tick.wait(0.01)
        assert self._process.poll() is None, "it was done before it was killed"
        self._process.kill()
        self._process.communicate()

    def finish(self) -> list[str]:
        said, _ = self._process.communicate(timeout=PATIENCE_SECONDS)
        assert self._process.returncode == 0
        return said.splitlines()


@pytest.fixture
def watching(copies: Copies) -> Iterator[Database]:
    database = Database(copies.disturbed)
    yield database
    database.dispose()


def left(database: Database, table: Any) -> int:
    with database.read(EVERY_REGION) as session:
        counted = sa.select(sa.func.count()).select_from(table)
        return int(session.execute(counted).scalar_one())


def test_memory_stays_flat_and_a_run_that_is_killed_thrice_ends_the_same(copies, watching, now):
    calm, vault, erasures = Database(copies.calm), Vault.of(copies.calm), copies.calm.erasure_list
    tracemalloc.start()
    oldest = TERM + (EXPIRED - WATCHED) * APART
    terms = replace(Terms.of(copies.calm), intakes=oldest, contact_details=oldest)
    done = retention.run(calm, vault, terms, erasures, now=now)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done == Count(contact_details=0, intakes=WATCHED, processing_log=0)
    assert peak < MEBIBYTES * 2**20
    done = retention.run(calm, vault, Terms.of(copies.calm), erasures, now=now)
    assert done == Count(OUT_OF_REACH, intakes=EXPIRED - WATCHED, processing_log=0)
    calm.dispose()

    run = Command(copies.disturbed)
    run.kill_when(lambda: left(watching, GuidanceSession) < (MANY - EXPIRED / 4) / GUIDED_EVERY)
    assert MANY - EXPIRED < left(watching, GuidanceSession) * GUIDED_EVERY < MANY
    run = Command(copies.disturbed)
    run.kill_when(lambda: left(watching, Intake) < MANY - EXPIRED / 4)
    assert MANY - EXPIRED < left(watching, Intake) < MANY
    run = Command(copies.disturbed)
    run.kill_when(lambda: left(watching, ContactDetails) < MANY - EXPIRED)
    remaining = left(watching, ContactDetails) - (MANY - EXPIRED - OUT_OF_REACH)
    assert 0 < remaining < OUT_OF_REACH
    assert Command(copies.disturbed).finish() == [
        f"contact details: {remaining} gone",
        "intakes: 0 gone",
        "drafts: 0 gone",
        "entries of the processing log: 0 gone",
        "names of advisers who left: 0 gone",
        "messages that went out: 0 gone",
    ]
    assert state(copies.disturbed) == state(copies.calm)
