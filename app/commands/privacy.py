"""What an operator does for the rights and terms of workers: erase again, and let go in time."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from app.config import Settings
from app.db import opened
from app.domain.access import EVERY_REGION, SYSTEM
from app.services import retention
from app.services.acts import acting
from app.services.erasure import erase_again, still_there
from app.services.erasure_list import read
from app.services.planner import Planning
from app.services.processing_log import new_trace
from app.services.retention import Terms
from app.vault import Vault

Say = Callable[[str], None]


def replay_erasures(settings: Settings, files: Sequence[Path], say: Say, *, now: datetime) -> int:
    """Erase again whom a restored backup brought back; 1 when a list has lines that say nothing.

    Without files it is the list of the settings. Stopped halfway, it can be done again.

    Raises:
        OSError: a list cannot be read, or the list of the settings cannot be written.
        KeySettingError: the keys are not written as they should be.
        DatabaseBusyError: see app.db.Database.write.

    """
    planning, vault, erased, code = Planning.of(settings), Vault.of(settings), 0, 0
    with opened(settings) as database:
        for path in files or [settings.erasure_list]:
            listed = read(_existing(path) if files else path)
            for intake_id in still_there(database, listed.intakes):
                with acting(database, SYSTEM, vault, new_trace(), now=now) as act:
                    erased += erase_again(act, intake_id, planning, settings.erasure_list)
            code |= _tell_faults(path, listed.faulty_lines, say)
        database.sweep()
    say(f"{erased} intakes were erased again")
    return code


def check_erasures(settings: Settings, say: Say) -> int:
    """Say how many on the erasure list are still there; 1 when there are any."""
    listed = read(settings.erasure_list)
    with opened(settings) as database:
        there = sum(1 for _ in still_there(database, listed.intakes))
    say(f"{len(listed.intakes)} erasures on the list, {there} of them are still there")
    if there:
        say("`gids erasures replay` erases them again")
    return _tell_faults(settings.erasure_list, listed.faulty_lines, say) or int(there > 0)


def run_retention(settings: Settings, say: Say, *, now: datetime, dry_run: bool) -> int:
    """Let go what is past its term, or with `dry_run` only say how much that is.

    Raises:
        OSError: the erasure list cannot be written.
        KeySettingError: the keys are not written as they should be.
        DatabaseBusyError: see app.db.Database.write.

    """
    terms = Terms.of(settings)
    with opened(settings) as database:
        if dry_run:
            with database.read(EVERY_REGION) as session:
                count = retention.count_due(session, terms, now=now)
        else:
            vault = Vault.of(settings)
            count = retention.run(database, vault, terms, settings.erasure_list, now=now)
    will = "would go" if dry_run else "gone"
    say(f"contact details: {count.contact_details} {will}")
    say(f"intakes: {count.intakes} {will}")
    say(f"entries of the processing log: {count.processing_log} {will}")
    return 0


def _existing(path: Path) -> Path:
    """Refuse a file that is not there: an operator who names one means one."""
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
    return path


def _tell_faults(path: Path, lines: Sequence[int], say: Say) -> int:
    for number in lines:
        say(f"{path}: line {number} is not an erasure")
    return int(bool(lines))
