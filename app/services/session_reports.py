"""What an adviser keeps of a session: why it was called off, and one short note. Sealed."""

import json
from dataclasses import dataclass
from uuid import UUID

from app.domain.sessions import CancelReason
from app.domain.terms import Action
from app.models import GuidanceSession, Intake
from app.services.acts import Act
from app.services.sealed import cipher_of
from app.services.sessions import locked_session

REPORT = "guidance_session.report"


@dataclass(frozen=True, slots=True)
class Report:
    """What was kept of a session."""

    note: str | None = None
    reason: CancelReason | None = None


def read_report(act: Act, row: GuidanceSession) -> Report:
    """Open what was kept of a session.

    Raises:
        app.vault.VaultError: it was changed or moved.

    """
    if row.report is None:
        return Report()
    cipher = cipher_of(act.session, act.vault, row.intake_id)
    kept = json.loads(cipher.open(REPORT, row.id, row.report))
    reason = kept["reason"]
    return Report(kept["note"], CancelReason(reason) if reason else None)


def keep_report(act: Act, row: GuidanceSession, report: Report) -> None:
    """Seal what is to be kept of a session, in the place of what was."""
    cipher = cipher_of(act.session, act.vault, row.intake_id)
    content = json.dumps({"note": report.note, "reason": report.reason}, ensure_ascii=False)
    row.report = cipher.seal(REPORT, row.id, content.encode())
    act.session.add(row)


def add_report(act: Act, row: GuidanceSession, report: Report) -> None:
    """Keep what is said now; what is not said again stays as it was."""
    before = read_report(act, row)
    after = Report(report.note or before.note, report.reason or before.reason)
    if after != before:
        keep_report(act, row, after)
        act.did(Action.session_concluded, act.session.get_one(Intake, row.intake_id))


def change_note(act: Act, session_id: UUID, note: str | None) -> GuidanceSession:
    """Put another note in the place of the one there is, or take it away (AVG, article 16).

    Raises:
        NotFound, NotYoursError: no such session, or not the caller's to change.

    """
    row, intake, _ = locked_session(act, session_id)
    before = read_report(act, row)
    if before.note != note:
        keep_report(act, row, Report(note, before.reason))
        act.did(Action.session_concluded, intake)
    return row
