"""Keys: those of chatbots, and those that wrap what is sealed."""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.config import Settings
from app.db import Database, opened
from app.domain.access import EVERY_REGION, NO_REGION, SYSTEM
from app.domain.terms import Action
from app.models import PersonKey
from app.services import api_keys
from app.services.acts import acting
from app.services.processing_log import new_trace
from app.vault import ENCRYPTION_KEYS, SIGNING_KEY, Vault, VaultError, WrappedKey, new_key_text

Say = Callable[[str], None]

BATCH = 500
"""Keys of persons that are wrapped again in one transaction."""


def create(settings: Settings, name: str, say: Say, *, now: datetime) -> int:
    """Make a key for a chatbot and say it, this once.

    Raises:
        ApiKeyError: a key with this name is in use, or this is no name.
        AuditHeadError, DatabaseBusyError, KeySettingError: the audit log cannot tell of it.

    """
    vault = Vault.of(settings)
    with opened(settings) as database, acting(database, SYSTEM, vault, new_trace(), now=now) as act:
        key, text = api_keys.create(act.session, name, now=now)
        act.did(Action.key_created, reason=str(key.id))
    say(text)
    say("Keep it now: it is stored nowhere, and not shown again.")
    return 0


def list_all(settings: Settings, say: Say) -> int:
    """Say which keys there are, what became of each, and the day (UTC) of its last use."""
    with opened(settings) as database, database.read(NO_REGION) as session:
        for key in api_keys.list_keys(session):
            used = key.last_used_on.isoformat() if key.last_used_on else "never"
            state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "in use"
            say(f"{key.name}: {state}, made {key.created_at:%Y-%m-%d}, last used {used}")
    return 0


def revoke(settings: Settings, name: str, say: Say, *, now: datetime) -> int:
    """Make the key of this name useless.

    Raises:
        ApiKeyError: no key of this name is in use.
        AuditHeadError, DatabaseBusyError, KeySettingError: the audit log cannot tell of it.

    """
    vault = Vault.of(settings)
    with opened(settings) as database, acting(database, SYSTEM, vault, new_trace(), now=now) as act:
        key = api_keys.revoke(act.session, name, now=now)
        act.did(Action.key_revoked, reason=str(key.id))
    seconds = int(api_keys.BELIEVED.total_seconds())
    say(f"revoked; no process believes it for more than {seconds} seconds from now")
    return 0


def generate(say: Say) -> int:
    """Say a new wrapping key and a new signing key, as the settings want them."""
    say(f"{ENCRYPTION_KEYS}={secrets.token_hex(4)}:{new_key_text()}")
    say(f"{SIGNING_KEY}={new_key_text()}")
    return 0


def rotate(settings: Settings, say: Say, *, now: datetime) -> int:
    """Wrap every person's key with the present wrapping key; what is sealed stays as it is.

    It goes over them until there is nothing more to do: a process with the older settings may make
    keys meanwhile. Each batch is a transaction of its own, with its entry in the audit log:
    stopped halfway, it goes on where it was. At last it tries every key there is, also those under
    the present one, and names the intakes of which none opens. Returns 0 when no older one is left,
    and 1 when somebody had one in use each time; run it again then.

    Raises:
        AuditHeadError: the audit log cannot tell of it; nothing was changed.
        KeySettingError: the keys are not written as they should be.
        VaultError: some keys did not open, and stay as they were; all others are done.
        DatabaseBusyError: see app.db.Database.write.

    """
    vault = Vault.of(settings)
    done, closed = 0, 0
    with opened(settings) as database:
        while count := _once_over(database, vault, now):
            done += count
        with database.read(EVERY_REGION) as session:
            left = session.exec(
                select(sa.func.count()).where(col(PersonKey.key_id) != vault.present_key_id)
            ).one()
        say(f"{done} keys are wrapped anew, with {vault.present_key_id}; {left} are left")
        for intake, fault in _closed(database, vault):
            say(f"does not open: {intake}: {fault}")
            closed += 1
    if closed:
        raise VaultError(f"keys of persons that do not open, and stay as they were: {closed}")
    if left:
        say("Older keys are still needed: run this again.")
        return 1
    say("Older keys are needed only for backups made before now.")
    return 0


def _once_over(database: Database, vault: Vault, now: datetime) -> int:
    """Wrap what nobody has in use, and opens; return how many."""
    done = 0
    after: UUID | None = UUID(int=0)
    older = col(PersonKey.key_id) != vault.present_key_id
    while after is not None:
        with acting(database, SYSTEM, vault, new_trace(), now=now) as act:
            batch = act.session.exec(
                _next(after).where(older).with_for_update(skip_locked=True)
            ).all()
            after = batch[-1].intake_id if batch else None
            count = sum(_rewrap(vault, key) for key in batch)
            if count:
                act.did(Action.keys_rotated, reason=vault.present_key_id)
        done += count
    return done


def _rewrap(vault: Vault, key: PersonKey) -> bool:
    try:
        wrapped = vault.rewrap(key.intake_id, WrappedKey(key.key_id, key.wrapped))
    except VaultError:
        return False  # it stays as it is, and is named when all others are done
    key.key_id, key.wrapped = wrapped.key_id, wrapped.wrapped
    return True


def _closed(database: Database, vault: Vault) -> Iterator[tuple[UUID, VaultError]]:
    """Yield the intakes whose key does not open, with the reason."""
    after: UUID | None = UUID(int=0)
    while after is not None:
        with database.read(EVERY_REGION) as session:
            batch = session.exec(_next(after)).all()
            after = batch[-1].intake_id if batch else None
            for key in batch:
                try:
                    vault.cipher(key.intake_id, WrappedKey(key.key_id, key.wrapped))
                except VaultError as fault:
                    yield key.intake_id, fault


def _next(after: UUID) -> SelectOfScalar[PersonKey]:
    statement = select(PersonKey).where(col(PersonKey.intake_id) > after)
    return statement.order_by(col(PersonKey.intake_id)).limit(BATCH)
