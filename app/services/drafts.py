"""Drafts: kept while an adviser talks, sent once, and gone when they are not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.domain.access import Caller
from app.domain.errors import Conflict, Fault, InvalidInput, NotFound, PreconditionFailed
from app.domain.terms import Action
from app.models import Adviser, Draft, Intake, PersonKey
from app.services import erasure_list
from app.services.acts import Act
from app.services.holders import know_adviser
from app.services.paging import UNKNOWN_CURSOR
from app.services.sealed import cipher_of, forget_keys, keep_key, new_key
from app.vault import PersonCipher

CONTENT = "draft.content"
REPLAY = "replay"
UNKNOWN = Fault(
    "/draftId", "unknown-draft", "There is no draft with this id, or not for you. Leave it out."
)

Said = Mapping[str, Any]
"""What was written down, by the names of the contract."""


class DraftAlreadySentError(Conflict):
    """A change to a draft that has become an intake."""

    slug = "draft-already-sent"
    title = "This draft was sent already"
    detail = "This draft has become an intake with the same id. Read that."


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft, opened, with the name of who saved it last."""

    draft: Draft
    saved_by: str
    said: Said


def begin(act: Act, draft_id: UUID, said: Said) -> DraftView:
    """Keep a draft under an id that the client chose.

    Raises:
        PreconditionFailed: there is something under this id.
        DraftAlreadySentError: and that is the intake it became.

    """
    if _sent(act, draft_id):
        raise DraftAlreadySentError
    if act.session.get(PersonKey, draft_id) is not None:
        raise PreconditionFailed
    adviser = know_adviser(act)
    key, cipher = new_key(act.vault, draft_id)
    keep_key(act.session, key)
    act.session.flush()
    draft = Draft(
        id=draft_id,
        adviser_id=adviser.id,
        saved_by_id=adviser.id,
        organisation=act.caller.organisation,
        version=1,
        created_at=act.now,
        saved_at=act.now,
        content=_sealed(cipher, draft_id, said),
    )
    act.session.add(draft)
    act.did(Action.draft_begun, gone=draft_id)
    return DraftView(draft, adviser.name, said)


def save(act: Act, draft_id: UUID, version: int, said: Said) -> DraftView:
    """Put what was written down in the place of this version of a draft.

    Raises:
        NotFound: there is none with this id, or not for this caller.
        PreconditionFailed: it has been saved since.
        DraftAlreadySentError: it has become an intake.

    """
    draft = _held(act, draft_id)
    if draft.version != version:
        raise PreconditionFailed
    adviser = know_adviser(act)
    draft.version += 1
    draft.saved_at = act.now
    draft.saved_by_id = adviser.id
    draft.content = _sealed(cipher_of(act.session, act.vault, draft_id), draft_id, said)
    act.session.add(draft)
    return DraftView(draft, adviser.name, said)


def read(act: Act, draft_id: UUID) -> DraftView:
    """Read a draft.

    Raises:
        NotFound: there is none with this id, or not for this caller.
        DraftAlreadySentError: it has become an intake.

    """
    draft = _seen(act, draft_id)
    saver = act.session.get_one(Adviser, draft.saved_by_id)
    act.did(Action.draft_read, gone=draft_id)
    return DraftView(draft, saver.name, _opened(act, draft))


def list_drafts(act: Act, *, after: UUID | None, limit: int) -> tuple[list[DraftView], UUID | None]:
    """List the drafts the caller began, the one that was saved last first.

    Returns a page, and what to ask the next one with when there is more.

    Raises:
        InvalidInput: `after` is no draft of theirs.

    """
    own = col(Draft.adviser_id) == act.caller.id
    saver = aliased(Adviser)
    statement = (
        # The keys come along: one by one they would be asked for when each is opened.
        select(Draft, saver.name, PersonKey)
        .join(PersonKey, col(PersonKey.intake_id) == col(Draft.id))
        .join(saver, col(saver.id) == col(Draft.saved_by_id))
        .where(own)
        .order_by(col(Draft.saved_at).desc(), col(Draft.id).desc())
    )
    if after is not None:
        last = act.session.exec(select(Draft).where(col(Draft.id) == after, own)).one_or_none()
        if last is None:
            raise InvalidInput([UNKNOWN_CURSOR])
        place = sa.tuple_(col(Draft.saved_at), col(Draft.id))
        statement = statement.where(place < (last.saved_at, last.id))
    found = act.session.exec(statement.limit(limit + 1)).all()
    views = [DraftView(draft, name, _opened(act, draft)) for draft, name, _key in found[:limit]]
    return views, views[-1].draft.id if len(found) > limit else None


def discard(act: Act, draft_id: UUID, erasures: Path) -> None:
    """Throw a draft away; nothing of it can be read again.

    Raises:
        NotFound: there is none with this id, or not for this caller.
        DraftAlreadySentError: it has become an intake.

    """
    draft = _held(act, draft_id)
    act.did(Action.draft_discarded, gone=draft_id)
    remove(act, [draft.id], erasures)


def remove(act: Act, ids: list[UUID], erasures: Path) -> None:
    """Remove drafts with their keys, and put them on the erasure list; the caller holds them."""
    act.session.flush()
    for table, column in ((Draft, col(Draft.id)), (PersonKey, col(PersonKey.intake_id))):
        act.session.execute(
            sa.delete(table).where(column.in_(ids)),
            execution_options={"synchronize_session": False},
        )
    forget_keys(act.session, *ids)
    add = partial(erasure_list.add, erasures, ids, at=act.now, what=erasure_list.DRAFT)
    act.at_last.append(add)


def expire(act: Act, before: datetime, limit: int, erasures: Path) -> int:
    """Remove some of the drafts that were last saved before a moment; say how many."""
    due = due_drafts(before).order_by(col(Draft.saved_at), col(Draft.id)).limit(limit)
    ids = list(act.session.scalars(due.with_for_update(skip_locked=True)))
    for draft_id in ids:
        act.did(Action.draft_expired, gone=draft_id)
    if ids:
        remove(act, ids, erasures)
    return len(ids)


def due_drafts(before: datetime) -> sa.Select[UUID]:
    """Select the drafts that were last saved before a moment."""
    return sa.select(col(Draft.id)).where(col(Draft.saved_at) < before)


def discard_again(act: Act, draft_id: UUID, at: datetime, erasures: Path) -> bool:
    """Remove a draft that a restored backup brought back; says whether it was there.

    One that was begun under the same id after that moment stays.
    """
    held = select(Draft).where(col(Draft.id) == draft_id).with_for_update()
    draft = act.session.exec(held.execution_options(populate_existing=True)).one_or_none()
    if draft is None or draft.created_at > at:
        return False
    act.did(Action.draft_discarded, gone=draft_id, reason=REPLAY)
    remove(act, [draft_id], erasures)
    return True


def take(act: Act, draft_id: UUID, version: int | None) -> PersonCipher:
    """Let a draft become the intake that is kept next, under its id and with its key.

    Raises:
        InvalidInput: there is no such draft for this caller.
        DraftAlreadySentError: it has become an intake before.
        PreconditionFailed: it has been saved since this version.

    """
    try:
        draft = _held(act, draft_id)
    except NotFound:
        raise InvalidInput([UNKNOWN]) from None
    if version is not None and draft.version != version:
        raise PreconditionFailed
    act.session.delete(draft)
    act.session.flush()
    return cipher_of(act.session, act.vault, draft_id)


def faults_of(act: Act, draft_id: UUID) -> list[Fault]:
    """Say what is wrong with the id of a draft that is to be sent, beside other faults."""
    try:
        _seen(act, draft_id)
    except NotFound:
        return [UNKNOWN]
    except DraftAlreadySentError:
        pass  # it is told when there is nothing else to mend
    return []


def _seen(act: Act, draft_id: UUID) -> Draft:
    draft = act.session.exec(
        select(Draft).where(col(Draft.id) == draft_id, _sees(act.caller))
    ).one_or_none()
    if draft is None:
        raise DraftAlreadySentError if _sent(act, draft_id) else NotFound
    return draft


def _held(act: Act, draft_id: UUID) -> Draft:
    """Read a draft and hold its row: who saves it, sends it or throws it away comes one by one."""
    draft = act.session.exec(
        select(Draft)
        .where(col(Draft.id) == draft_id, _sees(act.caller))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if draft is None:
        raise DraftAlreadySentError if _sent(act, draft_id) else NotFound
    return draft


def _sees(caller: Caller) -> sa.ColumnElement[bool]:
    """Say which drafts a caller sees: their own, and by their id those of a colleague."""
    own = col(Draft.adviser_id) == caller.id
    if caller.organisation is None:
        return own
    return sa.or_(own, col(Draft.organisation) == caller.organisation)


def _sent(act: Act, draft_id: UUID) -> bool:
    """Whether this is an intake by now, of the caller or of a colleague of theirs."""
    whose = col(Intake.holder_id) == act.caller.id
    if act.caller.organisation is not None:
        whose = sa.or_(whose, col(Intake.organisation) == act.caller.organisation)
    found = act.session.exec(select(Intake.id).where(col(Intake.id) == draft_id, whose))
    return found.one_or_none() is not None


def _sealed(cipher: PersonCipher, draft_id: UUID, said: Said) -> bytes:
    return cipher.seal(CONTENT, draft_id, json.dumps(said, ensure_ascii=False).encode())


def _opened(act: Act, draft: Draft) -> Said:
    cipher = cipher_of(act.session, act.vault, draft.id)
    said: Said = json.loads(cipher.open(CONTENT, draft.id, draft.content))
    return said
