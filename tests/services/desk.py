"""What the tests of the services are told in: a desk for intakes and sessions."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION, Caller
from app.domain.intake import Answers, Knowledge, Scheduling
from app.domain.planning import AMSTERDAM, Slot, slot_id
from app.domain.terms import JobLoss, Mode, Role, SessionStatus
from app.models import (
    AvailabilityException,
    AvailabilityWindow,
    GuidanceSession,
    Intake,
    Referral,
    SessionLogEntry,
)
from app.services import intakes, referrals, sessions
from app.services.acts import Act, acting
from app.services.advisers import AdviserIn, ExceptionIn, WindowIn, import_advisers
from app.services.intakes import IntakeView
from app.services.planner import Planning
from app.services.processing_log import new_trace
from app.services.session_log import lock_region
from app.services.sessions import NextStep, fill_places
from app.vault import Vault

REGION = "AM01"
OTHER_REGION = "AM02"
ANNA = UUID("0b6f4a52-6a0c-4f0e-9a57-5b8a4f7f0a01")
BRAM = UUID("c2a7e1f0-1111-4222-8333-444455556666")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday, ten o'clock in the Netherlands."""

ADVISER = Caller(
    UUID("a0000000-0000-4000-8000-000000000001"),
    "https://login.example adviser",
    frozenset({Role.adviser}),
    name="Adviseur aan tafel",
    organisation="Bond",
)
COLLEAGUE = replace(
    ADVISER,
    id=UUID("a0000000-0000-4000-8000-000000000002"),
    actor="https://login.example colleague",
    name="Collega",
)
VAULT = Vault.of(Settings())
PLANNING = Planning.of(Settings())
ALL_MODES = tuple(Mode)


def local(text: str) -> datetime:
    """Read a Dutch wall time, such as "2026-11-30 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).astimezone(UTC)


def answers(**changes: Any) -> Answers:
    """Answer as somebody for whom there is nothing, so that guidance follows."""
    given: dict[str, Any] = {
        "origin_sector": "circus",
        "target_sector": None,
        "organisation": None,
        "occupation": None,
        "skills": (),
        "motivation": None,
        "employment": None,
        "job_loss": JobLoss.none,
        "purpose": None,
        "municipality": None,
        "region": REGION,
        "years_of_service": None,
        "used_provisions": (),
        "scheduling": wishes(),
        **changes,
    }
    return Answers(**given)


def wishes(
    *, count: int = 3, modes: Iterable[Mode] = ALL_MODES, not_before: datetime | None = None
) -> Scheduling:
    """Say when and how sessions would suit."""
    return Scheduling(not_before=not_before, modes=tuple(modes), sessions=count)


def hours(
    weekday: int,
    starts: int,
    ends: int,
    *,
    region: str = REGION,
    mode: Mode = Mode.phone,
    **period: Any,
) -> WindowIn:
    """Describe weekly hours, in whole hours of the Dutch clock."""
    return WindowIn(
        region=region, mode=mode, weekday=weekday, starts=time(starts), ends=time(ends), **period
    )


def adviser(
    who: UUID = ANNA, *windows: WindowIn, exceptions: Iterable[ExceptionIn] = ()
) -> AdviserIn:
    """Describe an adviser with these hours."""
    return AdviserIn(
        id=who, name=f"Adviseur {who.hex[:4]}", windows=list(windows), exceptions=list(exceptions)
    )


def slot(text: str, *, who: UUID = ANNA, region: str = REGION, mode: Mode = Mode.phone) -> str:
    """Give the id of the place of an hour that starts at this Dutch wall time."""
    starts_at = local(text)
    return slot_id(Slot(starts_at, starts_at + timedelta(hours=1), str(who), region, mode))


@dataclass
class Desk:
    """Every call is a transaction of its own."""

    database: Database
    knowledge: Knowledge
    now: datetime = NOW
    planning: Planning = PLANNING
    caller: Caller = ADVISER

    def act(self) -> AbstractContextManager[Act]:
        """Open an act of whoever sits at the desk."""
        return acting(self.database, self.caller, VAULT, new_trace(), now=self.now)

    def close_all(self) -> None:
        """Take away all availability."""
        with self.database.write(EVERY_REGION) as session:
            session.execute(sa.delete(AvailabilityWindow))
            session.execute(sa.delete(AvailabilityException))

    def staff(self, *advisers: AdviserIn) -> None:
        """Bring in the availability of these advisers."""
        with self.database.write(EVERY_REGION) as session:
            import_advisers(session, advisers)

    def intake(self, **changes: Any) -> UUID:
        """Take an intake in; see `answers`."""
        with self.act() as act:
            view = intakes.create_intake(act, answers(**changes), self.knowledge, self.planning)
            return view.intake.id

    def book(self, intake: UUID, slot_id: str) -> GuidanceSession:
        """Book a place."""
        with self.act() as act:
            return sessions.book(act, intake, slot_id, self.planning)

    def move(self, session_id: UUID, slot_id: str) -> GuidanceSession:
        """Move a session to another place."""
        with self.act() as act:
            return sessions.move(act, session_id, slot_id, self.planning)

    def conclude(
        self, session_id: UUID, outcome: str, next_step: NextStep = NextStep.go_on
    ) -> GuidanceSession:
        """Say how a session ended."""
        with self.act() as act:
            return sessions.conclude(
                act, session_id, SessionStatus(outcome), next_step, self.planning
            )

    def refer(self, intake: UUID, provision_id: str) -> Referral:
        """Add a referral."""
        with self.act() as act:
            return referrals.add_referral(act, intake, provision_id, self.knowledge)[0].referral

    def fill(self, region: str | None = REGION) -> int:
        """Give free places to who waits."""
        with self.act() as act:
            counter = lock_region(act.session, region)
            return fill_places(act, counter, region, self.planning)

    def read(self, intake: UUID) -> Intake:
        """Read an intake."""
        with self.database.read(EVERY_REGION) as session:
            return session.get_one(Intake, intake)

    def view(self, intake: UUID) -> IntakeView:
        """Read an intake, opened, with what hangs on it."""
        with self.act() as act:
            return intakes.read_intake(act, intake)

    def sessions(self, intake: UUID) -> list[GuidanceSession]:
        """Read the sessions of an intake, by number."""
        with self.database.read(EVERY_REGION) as session:
            return [row for row, _ in sessions.sessions_of(session, intake)]

    def session(self, intake: UUID, number: int) -> GuidanceSession:
        """Read the session that has this number now."""
        (found,) = [
            one
            for one in self.sessions(intake)
            if one.number == number and one.status is not SessionStatus.cancelled
        ]
        return found

    def agenda(self, intake: UUID) -> list[str]:
        """Show the sessions of an intake: number, status, and Dutch wall time when planned."""
        return [
            f"{one.number} {one.status}"
            + (f" {one.starts_at.astimezone(AMSTERDAM):%a %d %b %H:%M}" if one.starts_at else "")
            for one in self.sessions(intake)
            if one.status is not SessionStatus.cancelled
        ]

    def log(self, region: str = REGION) -> list[SessionLogEntry]:
        """Read the whole log of a region."""
        with self.database.read(EVERY_REGION) as session:
            statement = (
                select(SessionLogEntry)
                .where(SessionLogEntry.region == region)
                .order_by(col(SessionLogEntry.number))
            )
            return list(session.exec(statement))

    def told(self, region: str = REGION) -> list[str]:
        """Show the log of a region: number, type and number of the session."""
        return [
            f"{one.number} {one.type}" + (f" {one.session_number}" if one.session_number else "")
            for one in self.log(region)
        ]

    def without_provisions(self) -> "Desk":
        """Give the same desk with a catalogue in which nothing is arranged."""
        catalogue = replace(self.knowledge.catalogue, provisions={})
        return replace(self, knowledge=replace(self.knowledge, catalogue=catalogue))
