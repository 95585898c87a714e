"""Keys of chatbots: made, listed, revoked, and recognised."""

import re
import secrets
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.db import Database
from app.domain.access import NO_REGION, Caller
from app.domain.terms import Role
from app.models import ApiKey
from app.models.api_key import LONGEST_KEY_NAME

KEY_PREFIX = "gids_"
"""Tells a key from a token, and lets a scanner of source code find one that leaked."""

KEY_BYTES = 32
_WRITTEN = re.compile(rf"{KEY_PREFIX}[A-Za-z0-9_-]{{43}}")

BELIEVED = timedelta(seconds=5)
"""How long a process goes on with what it looked up, and so how long a revoked key still works."""


class ApiKeyError(Exception):
    """A key cannot be made or revoked as asked; says why."""


def create(session: Session, name: str, *, now: datetime) -> tuple[ApiKey, str]:
    """Make a key; its text is returned here and never again, for only its digest is kept.

    Raises:
        ApiKeyError: a key with this name is in use, or this is no name.

    """
    if name != name.strip() or not name.isprintable() or not 1 <= len(name) <= LONGEST_KEY_NAME:
        raise ApiKeyError(f"a name has 1 to {LONGEST_KEY_NAME} visible characters on one line")
    text = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
    key = ApiKey(id=uuid4(), name=name, digest=_digest(text), created_at=now)
    session.add(key)
    try:
        session.flush()
    except IntegrityError as error:
        raise ApiKeyError(f"a key with the name {name!r} is in use") from error
    return key, text


def list_keys(session: Session) -> Sequence[ApiKey]:
    """Return every key there ever was, the oldest first."""
    return session.exec(select(ApiKey).order_by(col(ApiKey.created_at), col(ApiKey.id))).all()


def revoke(session: Session, name: str, *, now: datetime) -> ApiKey:
    """Make the key of this name useless, in every process within the time it is believed.

    Raises:
        ApiKeyError: no key of this name is in use.

    """
    key = session.exec(
        select(ApiKey)
        .where(col(ApiKey.name) == name, col(ApiKey.revoked_at).is_(None))
        .with_for_update()
    ).one_or_none()
    if key is None:
        raise ApiKeyError(f"no key with the name {name!r} is in use")
    key.revoked_at = now
    session.flush()
    return key


class ApiKeys:
    """Recognises who shows a key. Shared by the threads of a process."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[bytes, tuple[Caller, datetime]] = {}
        self._looking = threading.Lock()

    def caller(self, text: str) -> Caller | None:
        """Return who shows this key, or None when it is no key, or one that was revoked.

        Raises:
            DatabaseBusyError: today's first use could not be noted (see app.db.Database.write).

        """
        if not _WRITTEN.fullmatch(text):
            return None
        digest = _digest(text)
        caller = self._believed(digest)
        if caller is None:
            # One at a time: however many keys are tried, requests keep their connections.
            with self._looking:
                caller = self._believed(digest) or self._look_up(digest)
        return caller

    def believed(self, text: str) -> Caller | None:
        """Return who shows this key, when it was looked up a moment ago; without waiting."""
        return self._believed(_digest(text)) if _WRITTEN.fullmatch(text) else None

    def _believed(self, digest: bytes) -> Caller | None:
        caller, since = self._known.get(digest, (None, None))
        if since is None:
            return None
        # A clock that was set back must not make a revoked key last.
        return caller if timedelta(0) <= self._clock() - since < BELIEVED else None

    def _look_up(self, digest: bytes) -> Caller | None:
        now = self._clock()
        with self._database.read(NO_REGION) as session:
            key = session.exec(
                select(ApiKey).where(col(ApiKey.digest) == digest, col(ApiKey.revoked_at).is_(None))
            ).one_or_none()
        if key is None:
            self._known.pop(digest, None)
            return None
        if key.last_used_on != now.date():
            self._note_use(key, now)
        caller = Caller(key.id, f"key {key.name}", frozenset({Role.chatbot}))
        self._known[digest] = (caller, now)
        return caller

    def _note_use(self, key: ApiKey, now: datetime) -> None:
        with self._database.write(NO_REGION) as session:
            session.execute(
                sa.update(ApiKey).where(col(ApiKey.id) == key.id).values(last_used_on=now.date())
            )


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()
