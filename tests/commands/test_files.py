"""The file of the embedded database: who makes it, who may read it, what a copy of it holds."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from sqlmodel import select

from app.cli import INTERRUPTED, main
from app.commands import audit
from app.commands.backup import BackupError, backup
from app.config import Settings
from app.db import opened
from app.domain.access import EVERY_REGION
from app.main import create_app
from app.models import Intake
from tests.conftest import TestClock, filled_database, open_settings
from tests.identity import WhoeverMay
from tests.server import ROOT, running

Gids = Callable[..., tuple[int, str]]
NEED_A_DATABASE = [
    ("db", "check"),
    ("db", "backup", "copy.db"),
    ("catalogue", "import"),
    ("waiting", "fill"),
    ("key", "list"),
    ("keys", "rotate"),
    ("audit", "show"),
    ("erasures", "check"),
]
SIGN_OR_SEAL = [
    ("advisers", "import", os.devnull),
    ("waiting", "fill"),
    ("key", "create", "bot"),
    ("key", "revoke", "bot"),
    ("keys", "rotate"),
    ("audit", "verify"),
    ("processing-log", "export"),
    ("erasures", "replay"),
    ("retention", "run"),
]


@pytest.fixture
def gids(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gids:
    """Run a command with these settings; give its exit code and all that it wrote."""

    def run(*arguments: str, **settings: str) -> tuple[int, str]:
        for name, value in settings.items():
            monkeypatch.setenv(f"GIDS_{name.upper()}", value)
        code = main(arguments)
        written = capsys.readouterr()
        return code, written.out + written.err

    return run


@pytest.mark.parametrize("command", NEED_A_DATABASE, ids=" ".join)
def test_a_command_that_needs_a_database_makes_none(
    command: tuple[str, ...], gids: Gids, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, written = gids(*command, demo="1", database_url="sqlite:///var/gids.db")
    told = f"gids: there is no database at {tmp_path}/var/gids.db: run 'gids db upgrade'\n"
    assert (code, written) == (2, told)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", SIGN_OR_SEAL, ids=" ".join)
def test_what_signs_seals_or_checks_a_signature_wants_keys_that_nobody_knows(
    command: tuple[str, ...], gids: Gids, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = filled_database("sqlite", request, tmp_path)
    code, written = gids(*command, demo="0", database_url=url)
    assert (code, written.count("\n")) == (2, 1)
    assert "GIDS_ENCRYPTION_KEYS: key 1 is not set, or is the demo's" in written


def test_only_its_owner_can_read_what_the_database_writes(gids: Gids, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'var' / 'gids.db'}"
    before = os.umask(0)
    try:
        assert gids("db", "upgrade", demo="1", database_url=url)[0] == 0
        with opened(open_settings(url)) as database:
            with database.write(EVERY_REGION) as session:
                session.connection().exec_driver_sql("DELETE FROM intake")
            modes = {one.name: one.stat().st_mode for one in (tmp_path / "var").iterdir()}
        assert gids("db", "backup", str(tmp_path / "copy.db"))[0] == 0
    finally:
        os.umask(before)
    modes["copy.db"] = (tmp_path / "copy.db").stat().st_mode
    assert sorted(modes) == ["copy.db", "gids.db", "gids.db-shm", "gids.db-wal", "gids.db.lock"]
    assert {stat.S_IMODE(mode) for mode in modes.values()} == {0o600}


def test_a_backup_made_beside_a_writing_service_is_whole(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    settings = open_settings(filled_database("sqlite", request, tmp_path))
    made: list[UUID] = []
    some, enough = threading.Event(), threading.Event()

    def work(client: httpx.Client) -> None:
        while not enough.is_set():
            answers = {"originSector": "bouw", "employment": "self_employed", "region": "AM22"}
            once = {"Idempotency-Key": str(uuid4())}
            answer = client.post("/intakes", json=answers, headers=once)
            made.append(UUID(answer.json()["id"]))
            some.set()

    copies: dict[Path, list[UUID]] = {}
    with (
        running(create_app(settings, clock=TestClock())) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30, auth=WhoeverMay()) as client,
    ):
        worker = threading.Thread(target=work, args=(client,))
        worker.start()
        try:
            for number in range(3):
                assert some.wait(30)
                some.clear()
                file = tmp_path / f"copy-{number}.db"
                copies[file] = made.copy()
                assert backup(settings, file, lambda _: None) == 0
        finally:
            enough.set()
            worker.join()
    for file, before in copies.items():
        copied = settings.model_copy(update={"database_url": f"sqlite:///{file}"})
        assert audit.verify(copied, lambda _: None) == 0
        assert set(before) <= stored(copied)


def stored(settings: Settings) -> set[UUID]:
    with opened(settings) as database, database.read(EVERY_REGION) as session:
        return set(session.exec(select(Intake.id)))


def test_a_backup_never_overwrites(
    gids: Gids, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = filled_database("sqlite", request, tmp_path)
    file = tmp_path / "copy.db"
    file.write_text("precious")
    code, written = gids("db", "backup", str(file), demo="1", database_url=url)
    assert (code, written) == (2, f"gids: {file} is there already\n")
    assert file.read_text() == "precious"


KILLED_AT = """
import os, signal, sys
from app.cli import INTERRUPTED, main

def die(event, _arguments):
    if event == sys.argv[1]:
        os.kill(os.getpid(), getattr(signal, sys.argv[2]))

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started us may ignore it
sys.addaudithook(die)
sys.exit(main(["db", "backup", "copy.db"]))
"""
"""Python tells hooks what it is about to do: a moment in the work to be killed at."""


def stopped_at(event: str, with_: str, url: str, folder: Path) -> int:
    done = subprocess.run(  # noqa: S603 - our own program, no shell
        [sys.executable, "-c", KILLED_AT, event, with_],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "GIDS_DEMO": "1", "GIDS_DATABASE_URL": url},
        check=False,
        timeout=60,
    )
    return done.returncode


def test_a_backup_that_is_cut_off_never_has_the_name_of_a_whole_one(
    gids: Gids, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = filled_database("sqlite", request, tmp_path)
    file, part = tmp_path / "copy.db", tmp_path / "copy.db.part"
    assert stopped_at("os.link", "SIGKILL", url, tmp_path) == -signal.SIGKILL
    assert (file.exists(), part.exists()) == (False, True)
    code, written = gids("db", "backup", str(file), demo="1", database_url=url)
    told = f"gids: {part} is in the way: remove it, unless another backup is making it just now\n"
    assert (code, written, file.exists()) == (2, told, False)
    part.unlink()
    assert stopped_at("os.link", "SIGINT", url, tmp_path) == INTERRUPTED
    assert not list(tmp_path.glob("copy*"))
    assert gids("db", "backup", str(file))[0] == 0
    assert [one.name for one in tmp_path.glob("copy*")] == ["copy.db"]


def test_a_backup_of_postgresql_is_left_to_its_own_program(tmp_path: Path) -> None:
    settings = Settings(database_url="postgresql://gids@127.0.0.1/gids")
    with pytest.raises(BackupError, match="pg_dump"):
        backup(settings, tmp_path / "copy.db", lambda _: None)
    assert list(tmp_path.iterdir()) == []
