"""What an operator does for the rights and terms of workers."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, func, select

from app.commands import privacy
from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import Action
from app.models import AuditEntry, Consent, ProcessingEntry
from app.services import erasure_list
from app.services.erasure import still_there
from app.services.erasure_list import CONSENT, CONTACT_DETAILS, Erasures
from tests.conftest import MONDAY
from tests.services.cases import store_cases

NOBODY = UUID(int=1 << 100)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def operated(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of an operator with a list of their own."""
    return settings.model_copy(update={"erasure_list": tmp_path / "erasures.log"})


def ids(*numbers: int) -> list[UUID]:
    return [UUID(int=number) for number in numbers]


def again(*, intakes: int, details: int) -> list[str]:
    """Say what a replay says that found so many, and no consent."""
    return [
        f"intakes: {intakes} erased again",
        f"contact details: {details} removed again",
        "consents: 0 withdrawn again",
        "drafts: 0 thrown away again",
    ]


def lines(path: Path, count: int) -> str:
    return f"{path}: {count} lines read"


def store(database: Database, count: int, *, days: int = 0) -> None:
    oldest = MONDAY - timedelta(days=days)
    store_cases(database, count, oldest=oldest, apart=timedelta(minutes=1))


def test_the_list_is_checked_and_replayed(database, operated, said):
    store(database, 5)
    assert privacy.check_erasures(operated, said.append) == 0
    erasure_list.add(operated.erasure_list, [*ids(2, 3, 2), NOBODY], at=MONDAY)
    one_and_newer = [*ids(1, 4), NOBODY]
    erasure_list.add(operated.erasure_list, one_and_newer, at=MONDAY, what=CONTACT_DETAILS)
    erasure_list.add(operated.erasure_list, ids(5), at=MONDAY, what=f"{CONSENT}{NOBODY}")
    assert privacy.check_erasures(operated, said.append) == 1
    for _ in range(2):
        assert privacy.replay_erasures(operated, [], said.append, now=MONDAY) == 0
    assert privacy.check_erasures(operated, said.append) == 0
    read = lines(operated.erasure_list, 8)
    assert said == [
        f"there is no erasure list at {operated.erasure_list}",
        "intakes: 0 on the list, 0 of them still there",
        "contact details: 0 on the list, 0 of them still there",
        "consents: 0 on the list, 0 of them still there",
        "drafts: 0 on the list, 0 of them still there",
        read,
        "intakes: 3 on the list, 2 of them still there",
        "contact details: 3 on the list, 1 of them still there",
        "consents: 1 on the list, 0 of them still there",
        "drafts: 0 on the list, 0 of them still there",
        "`gids erasures replay` lets them go again",
        read,
        *again(intakes=2, details=1),
        lines(operated.erasure_list, 11),
        *again(intakes=0, details=0),
        lines(operated.erasure_list, 11),
        "intakes: 3 on the list, 0 of them still there",
        "contact details: 3 on the list, 0 of them still there",
        "consents: 1 on the list, 0 of them still there",
        "drafts: 0 on the list, 0 of them still there",
    ]


def test_lists_of_other_places_can_be_replayed_and_end_up_on_our_own(
    database, operated, said, tmp_path
):
    store(database, 5)
    one, other = tmp_path / "one.log", tmp_path / "other.log"
    erasure_list.add(one, ids(1), at=MONDAY)
    erasure_list.add(other, ids(1, 4), at=MONDAY)
    earlier = MONDAY + timedelta(hours=1)
    erasure_list.add(other, ids(2), at=earlier, what=CONTACT_DETAILS)
    now = MONDAY + timedelta(hours=2)
    assert privacy.replay_erasures(operated, [one, other], said.append, now=now) == 0
    assert said == [lines(one, 1), lines(other, 3), *again(intakes=2, details=1)]
    listed = erasure_list.read(operated.erasure_list)
    assert listed == Erasures(dict.fromkeys(ids(1, 4), now), (), {UUID(int=2): earlier})


def test_lists_of_several_places_are_read_as_one_with_the_last_moment_of_each(
    database, operated, said, tmp_path
):
    store(database, 11)
    one, other, third = (tmp_path / f"{number}.log" for number in range(3))
    with database.read(EVERY_REGION) as session:
        consent = session.exec(select(Consent).where(Consent.intake_id == UUID(int=11))).one()
    moments = [MONDAY + timedelta(hours=hours) for hours in (2, 4, 3)]
    for path, at in zip((one, other, third), moments, strict=True):
        erasure_list.add(path, ids(11), at=at, what=f"{CONSENT}{consent.id}")
        erasure_list.add(path, ids(2), at=at, what=CONTACT_DETAILS)
    now = MONDAY + timedelta(hours=9)
    assert privacy.replay_erasures(operated, [one, other, third], said.append, now=now) == 0
    assert said[3:] == [
        *again(intakes=0, details=1)[:2],
        "consents: 1 withdrawn again",
        "drafts: 0 thrown away again",
    ]
    with database.read(EVERY_REGION) as session:
        assert session.get_one(Consent, consent.id).withdrawn_at == moments[1]
    listed = erasure_list.read(operated.erasure_list)
    assert listed == Erasures({}, (), {UUID(int=2): moments[1]}, {consent.id: moments[1]})


def test_nothing_is_replayed_when_a_list_is_not_there(database, operated, said, tmp_path):
    store(database, 1)
    there, gone = tmp_path / "there.log", tmp_path / "gone.log"
    erasure_list.add(there, ids(1), at=MONDAY)
    for files, missing in (([], operated.erasure_list), ([there, gone], gone)):
        with pytest.raises(FileNotFoundError, match=f"there is no erasure list at {missing}"):
            privacy.replay_erasures(operated, files, said.append, now=MONDAY)
    assert said == []
    assert list(still_there(database, dict.fromkeys(ids(1), MONDAY))) == ids(1)


def test_lines_that_say_nothing_are_told_and_the_rest_is_done(database, operated, said):
    store(database, 2)
    erasure_list.add(operated.erasure_list, ids(1), at=MONDAY)
    operated.erasure_list.write_text(f"broken\n{operated.erasure_list.read_text()}")
    assert privacy.replay_erasures(operated, [], said.append, now=MONDAY) == 1
    assert privacy.check_erasures(operated, said.append) == 1
    fault = f"{operated.erasure_list}: line 1 is not an erasure"
    assert said == [
        lines(operated.erasure_list, 2),
        fault,
        *again(intakes=1, details=0),
        lines(operated.erasure_list, 3),
        "intakes: 1 on the list, 0 of them still there",
        "contact details: 0 on the list, 0 of them still there",
        "consents: 0 on the list, 0 of them still there",
        "drafts: 0 on the list, 0 of them still there",
        fault,
    ]


def test_a_dry_run_says_what_a_run_then_does(database, operated, said):
    store(database, 3, days=800)
    now = MONDAY
    assert privacy.run_retention(operated, said.append, now=now, dry_run=True) == 0
    assert not operated.erasure_list.exists()
    assert privacy.run_retention(operated, said.append, now=now, dry_run=False) == 0
    assert said == [
        "contact details: 0 would go",
        "intakes: 3 would go",
        "drafts: 0 would go",
        "entries of the processing log: 0 would go",
        "names of advisers who left: 0 would go",
        "messages that went out: 0 would go",
        "contact details: 0 gone",
        "intakes: 3 gone",
        "drafts: 0 gone",
        "entries of the processing log: 0 gone",
        "names of advisers who left: 0 gone",
        "messages that went out: 0 gone",
    ]
    assert len(erasure_list.read(operated.erasure_list).intakes) == 3
    with database.read(EVERY_REGION) as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.number))).all()
        assert session.exec(select(func.count()).select_from(ProcessingEntry)).one() == 3
    assert [(one.actor, one.action, one.intake_id, one.reason) for one in entries[:3]] == [
        ("system", Action.retention_run, None, "dry_run"),
        ("system", Action.retention_run, None, None),
        ("system", Action.intake_expired, UUID(int=1), None),
    ]
