"""What an operator does for the rights and terms of workers: erase again, and let go in time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from app.config import Settings
from app.db import opened
from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.terms import Action
from app.services import retention
from app.services.acts import Act, acting
from app.services.drafts import discard_again
from app.services.erasure import (
    consents_still_there,
    details_still_there,
    drafts_still_there,
    erase_again,
    forget_again,
    still_there,
    withdraw_again,
)
from app.services.erasure_list import Erasures, read
from app.services.planner import Planning
from app.services.processing_log import new_trace
from app.services.retention import Terms
from app.vault import Vault

Say = Callable[[str], None]

DRY_RUN = "dry_run"


def replay_erasures(settings: Settings, files: Sequence[Path], say: Say, *, now: datetime) -> int:
    """Let go again what a restored backup brought back; 1 when a list has lines that say nothing.

    Without files it is the list of the settings; several are read as one, so that what was let go
    more than once is so as of the last time. Stopped halfway, it can be done again.

    Raises:
        OSError: a list is not there or cannot be read, or that of the settings cannot be written.
        KeySettingError: the keys are not written as they should be.
        DatabaseBusyError: see app.db.Database.write.

    """
    planning, vault, own = Planning.of(settings), Vault.of(settings), settings.erasure_list
    lists = {path: read(path) for path in [_existing(path) for path in files or [own]]}
    erased = _latest(listed.intakes for listed in lists.values())
    removed = _latest(listed.contact_details for listed in lists.values())
    withdrawn = _latest(listed.consents for listed in lists.values())
    thrown_away = _latest(listed.drafts for listed in lists.values())
    intakes, details, consents, drafts, code = 0, 0, 0, 0, 0
    for path, listed in lists.items():
        _tell_read(path, listed, say)
        code |= _tell_faults(path, listed.faulty_lines, say)
    with opened(settings) as database:

        def act() -> AbstractContextManager[Act]:
            return acting(database, SYSTEM, vault, new_trace(), now=now)

        for one in still_there(database, erased):
            with act() as again:
                intakes += erase_again(again, one, erased[one], planning, own)
        for one in details_still_there(database, removed):
            with act() as again:
                details += forget_again(again, one, removed[one], own)
        for one in consents_still_there(database, withdrawn):
            with act() as again:
                consents += withdraw_again(again, one, withdrawn[one], planning, own)
        for one in drafts_still_there(database, thrown_away):
            with act() as again:
                drafts += discard_again(again, one, thrown_away[one], own)
        database.sweep()
    say(f"intakes: {intakes} erased again")
    say(f"contact details: {details} removed again")
    say(f"consents: {consents} withdrawn again")
    say(f"drafts: {drafts} thrown away again")
    return code


def check_erasures(settings: Settings, say: Say) -> int:
    """Say how much of what is on the erasure list is still there; 1 when there is any.

    That there is no list is told, and no fault: perhaps nothing was let go yet.

    Raises:
        OSError: the list cannot be read.

    """
    path = settings.erasure_list
    listed = read(path)
    if path.exists():
        _tell_read(path, listed, say)
    else:
        say(f"there is no erasure list at {path.absolute()}")
    with opened(settings) as database:
        there = {
            "intakes": (listed.intakes, still_there(database, listed.intakes)),
            "contact details": (
                listed.contact_details,
                details_still_there(database, listed.contact_details),
            ),
            "consents": (listed.consents, consents_still_there(database, listed.consents)),
            "drafts": (listed.drafts, drafts_still_there(database, listed.drafts)),
        }
        left = 0
        for kind, (on_the_list, found) in there.items():
            count = sum(1 for _ in found)
            say(f"{kind}: {len(on_the_list)} on the list, {count} of them still there")
            left += count
    if left:
        say("`gids erasures replay` lets them go again")
    return _tell_faults(path, listed.faulty_lines, say) or int(left > 0)


def run_retention(settings: Settings, say: Say, *, now: datetime, dry_run: bool) -> int:
    """Let go what is past its term, or with `dry_run` only say how much that is.

    The audit log tells of either.

    Raises:
        OSError: the erasure list cannot be written.
        KeySettingError: the keys are not written as they should be.
        DatabaseBusyError: see app.db.Database.write.

    """
    terms, vault = Terms.of(settings), Vault.of(settings)
    with opened(settings) as database:
        # First: also of a run that is stopped halfway it is told that it began.
        with acting(database, SYSTEM, vault, new_trace(), now=now) as act:
            act.did(Action.retention_run, reason=DRY_RUN if dry_run else None)
        if dry_run:
            with database.read(EVERY_REGION) as session:
                count = retention.count_due(session, terms, now=now)
        else:
            count = retention.run(database, vault, terms, settings.erasure_list, now=now)
    will = "would go" if dry_run else "gone"
    say(f"contact details: {count.contact_details} {will}")
    say(f"intakes: {count.intakes} {will}")
    say(f"drafts: {count.drafts} {will}")
    say(f"entries of the processing log: {count.processing_log} {will}")
    say(f"names of advisers who left: {count.advisers} {will}")
    say(f"messages that went out: {count.messages} {will}")
    return 0


def _existing(path: Path) -> Path:
    """Refuse a list that is not there: that nothing is left to do could not be told."""
    if not path.exists():
        raise FileNotFoundError(f"there is no erasure list at {path.absolute()}")
    return path


def _latest(lists: Iterable[Mapping[UUID, datetime]]) -> dict[UUID, datetime]:
    """Take lists together: of each id the last moment any of them tells."""
    found: dict[UUID, datetime] = {}
    for listed in lists:
        for one, at in listed.items():
            found[one] = max(at, found.get(one, at))
    return found


def _tell_read(path: Path, listed: Erasures, say: Say) -> None:
    say(f"{path.absolute()}: {listed.lines} lines read")


def _tell_faults(path: Path, lines: Sequence[int], say: Say) -> int:
    for number in lines:
        say(f"{path}: line {number} is not an erasure")
    return int(bool(lines))
