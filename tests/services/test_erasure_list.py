"""The erasure list: a file that keeps every line, whatever happens to the machine."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app.services.erasure_list import CONSENT, CONTACT_DETAILS, Erasures, add, read
from tests.conftest import MONDAY

ONE, OTHER = UUID(int=1), UUID(int=2)
LATER = MONDAY + timedelta(seconds=1, microseconds=2)


def test_a_line_says_when_and_whom_and_nothing_more(tmp_path):
    path = tmp_path / "new" / "folder" / "erasures.log"
    add(path, [ONE], at=MONDAY)
    add(path, [OTHER, ONE], at=MONDAY)
    add(path, [], at=MONDAY)
    add(path, [ONE], at=MONDAY, what=CONTACT_DETAILS)
    add(path, [ONE], at=LATER, what=f"{CONSENT}{OTHER}")
    assert path.read_text().splitlines() == [
        f"2026-11-23T09:00:00.000000Z {ONE}",
        f"2026-11-23T09:00:00.000000Z {OTHER}",
        f"2026-11-23T09:00:00.000000Z {ONE}",
        f"2026-11-23T09:00:00.000000Z {ONE} contact-details",
        f"2026-11-23T09:00:01.000002Z {ONE} consent {OTHER}",
    ]
    assert read(path) == Erasures({ONE: MONDAY, OTHER: MONDAY}, (), {ONE: MONDAY}, {OTHER: LATER})


def test_details_go_by_the_last_removal_and_a_consent_by_the_first_withdrawal(tmp_path):
    path = tmp_path / "erasures.log"
    for at in (MONDAY, LATER, MONDAY):
        add(path, [ONE], at=at, what=CONTACT_DETAILS)
    for at in (LATER, MONDAY):
        add(path, [ONE], at=at, what=f"{CONSENT}{OTHER}")
    assert read(path) == Erasures({}, (), {ONE: LATER}, {OTHER: LATER})


def test_a_line_of_an_earlier_release_is_an_erasure(tmp_path):
    path = tmp_path / "erasures.log"
    path.write_text(f"2026-11-23T09:00:00Z {ONE}\n")
    assert read(path) == Erasures({ONE: MONDAY}, ())


def test_the_list_is_for_who_runs_the_service_alone(tmp_path):
    add(tmp_path / "erasures.log", [ONE], at=MONDAY)
    assert stat.S_IMODE((tmp_path / "erasures.log").stat().st_mode) == 0o600


def test_no_file_is_an_empty_list(tmp_path):
    assert read(tmp_path / "erasures.log") == Erasures({}, ())


@pytest.mark.parametrize(
    "torn",
    [
        "2026-11-23T09:00:00Z 0000",
        "x",
        f"{ONE}",
        f"2026-11-23T09:00:00Z {ONE} and more",
        f"2026-11-23T09:00:00Z {ONE} contact-det",
        f"2026-11-23T09:00:00Z {ONE} consent {ONE.hex[:5]}",
        f"2026-02-30T09:00:00Z {ONE}",
    ],
)
def test_what_a_power_cut_left_is_told_and_spoils_nothing_that_follows(torn, tmp_path):
    path = tmp_path / "erasures.log"
    add(path, [ONE], at=MONDAY)
    path.write_text(path.read_text() + torn)
    assert read(path) == Erasures({ONE: MONDAY}, (2,))
    add(path, [OTHER], at=MONDAY)
    assert read(path) == Erasures({ONE: MONDAY, OTHER: MONDAY}, (2,))


def test_bytes_that_are_no_text_are_a_fault_like_any_other(tmp_path):
    path = tmp_path / "erasures.log"
    path.write_bytes(b"\xff\xfe\x00\n\n")
    add(path, [ONE], at=MONDAY)
    assert read(path) == Erasures({ONE: MONDAY}, (1,))


def test_many_at_once_lose_no_line(tmp_path):
    path = tmp_path / "erasures.log"
    everybody = [[uuid4() for _ in range(5)] for _ in range(40)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda some: add(path, some, at=MONDAY), everybody))
    listed = read(path)
    assert set(listed.intakes) == {one for some in everybody for one in some}
    assert listed.faulty_lines == ()


def test_a_list_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "erasures.log").mkdir()
    with pytest.raises(OSError, match=r"erasures\.log"):
        add(tmp_path / "erasures.log", [ONE], at=MONDAY)


@pytest.mark.parametrize("folder", [True, False], ids=["new", "old"])
def test_the_list_and_a_new_name_of_it_are_on_disk_when_it_returns(folder, tmp_path, monkeypatch):
    path = tmp_path / "erasures.log"
    if not folder:
        path.touch()
    synced: list[str] = []
    really = os.fsync

    def fsync(file: int) -> None:
        synced.append(Path(f"/proc/self/fd/{file}").readlink().name)
        really(file)

    monkeypatch.setattr(os, "fsync", fsync)
    add(path, [ONE], at=MONDAY)
    assert synced == ["erasures.log", *([tmp_path.name] if folder else [])]
