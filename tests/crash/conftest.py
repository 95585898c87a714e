"""A database with few advisers, and the service that serves it in processes of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.db import Database
from tests.crash.processes import ServiceProcess
from tests.crash.staff import HOT, replace_staff, staff

Start = Callable[..., list[ServiceProcess]]


@pytest.fixture
def few_places(database: Database) -> Database:
    """Two advisers who both serve two regions."""
    replace_staff(database, staff({1: HOT, 2: HOT}))
    return database


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Start]:
    """Start the service, in one process unless told."""
    started: list[ServiceProcess] = []

    def begin(*changes: str, processes: int = 1, **settings: str) -> list[ServiceProcess]:
        for number in range(processes):
            log = tmp_path / f"log{number}"
            settings.setdefault("GIDS_PLANNING_HORIZON", "P42D")
            started.append(ServiceProcess(database_url, log, *changes, **settings))
            started[-1].start()
        return started

    yield begin
    for service in started:
        service.close()
