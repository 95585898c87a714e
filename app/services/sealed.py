"""What a person said and what the rule found of it, sealed with the person's own key."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.errors import NotFound
from app.domain.intake import Answers
from app.models import Intake, PersonKey, Referral
from app.vault import ENCRYPTION_KEYS, KeySettingError, PersonCipher, Vault, VaultError, WrappedKey

CONTENT = "intake.content"
GROUNDS = "referral.content"

ANSWERS = TypeAdapter(Answers)
"""How answers are kept."""

TRIED = 100
"""Keys of persons that are tried of each wrapping key."""


@dataclass(frozen=True, slots=True)
class Content:
    """What an intake holds: `answers` is what was said, `finding` what the rule made of it."""

    answers: dict[str, Any]
    finding: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a provision is open to a person, and what is to be asked: it repeats what was said."""

    reasons: list[dict[str, str]]
    to_confirm: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Tried:
    """How many keys of persons were tried under one wrapping key, and how many did not open."""

    key_id: str
    tried: int
    closed: int


def new_key(vault: Vault, intake_id: UUID) -> tuple[PersonKey, PersonCipher]:
    """Make a person's key, to be kept, and what seals with it."""
    key = vault.new_key(intake_id)
    row = PersonKey(intake_id=intake_id, key_id=key.key_id, wrapped=key.wrapped)
    return row, vault.cipher(intake_id, key)


def keep_key(session: Session, key: PersonKey) -> None:
    """Keep a person's key."""
    session.add(key)
    _remember(session, key)


def cipher_of(session: Session, vault: Vault, intake_id: UUID) -> PersonCipher:
    """Open a person's key.

    Raises:
        NotFound: the person was erased since their intake was read.
        app.vault.VaultError: the key that wraps it is not among the keys of the settings.

    """
    kept = session.get(PersonKey, intake_id)
    if kept is None:
        raise NotFound
    _remember(session, kept)
    return vault.cipher(intake_id, WrappedKey(kept.key_id, kept.wrapped))


def forget_keys(session: Session, *intake_ids: UUID) -> None:
    """Let nothing in this session open what was sealed for persons whose keys are removed."""
    for intake_id in intake_ids:
        session.info.pop((PersonKey, intake_id), None)


def _remember(session: Session, kept: PersonKey) -> None:
    # A session lets go of what nobody holds, and would read the key again each time it is needed.
    session.info[PersonKey, kept.intake_id] = kept


def require_wrapping_keys(database: Database, vault: Vault) -> None:
    """Refuse keys with which persons cannot be read, or would be sealed with a wrong one.

    Without it nobody would notice until a case is read. Under the present key one that opens tells
    that it is the right one. Under an older one nobody is sealed any more: that some or none of
    them open is to be mended, and no reason to serve nobody.

    Raises:
        KeySettingError: the settings lack a wrapping key, or have another one as the present.

    """
    for one in try_keys(database, vault):
        if not vault.knows(one.key_id):
            raise KeySettingError(
                f"{ENCRYPTION_KEYS} lacks key {one.key_id!r}, which persons were sealed with"
            )
        if one.key_id == vault.present_key_id and one.closed == one.tried:
            raise KeySettingError(
                f"{ENCRYPTION_KEYS}: key {one.key_id!r} opens none of the keys of persons that were"
                f" tried ({one.tried}), so most likely it is another one than they were sealed with"
            )


def try_keys(database: Database, vault: Vault) -> list[Tried]:
    """Try some keys of persons under each wrapping key, whichever the index gives.

    It steps from id to id along the index, and reads no more than that.
    """
    found: list[Tried] = []
    after = select(PersonKey.key_id).order_by(col(PersonKey.key_id)).limit(1)
    seen = ""
    with database.read(EVERY_REGION) as session:
        while key_id := session.exec(after.where(col(PersonKey.key_id) > seen)).first():
            some = session.exec(select(PersonKey).where(PersonKey.key_id == key_id).limit(TRIED))
            opens = [_opens(vault, kept) for kept in some]
            found.append(Tried(key_id, len(opens), opens.count(False)))
            seen = key_id
    return found


def _opens(vault: Vault, kept: PersonKey) -> bool:
    try:
        vault.cipher(kept.intake_id, WrappedKey(kept.key_id, kept.wrapped))
    except VaultError:
        return False
    return True


def seal_content(cipher: PersonCipher, intake_id: UUID, content: Content) -> bytes:
    """Seal what an intake holds."""
    document = {"answers": content.answers, "finding": content.finding}
    return cipher.seal(CONTENT, intake_id, _written(document))


def open_content(cipher: PersonCipher, intake: Intake) -> Content:
    """Open what an intake holds.

    Raises:
        app.vault.VaultError: it was changed or moved.

    """
    return Content(**json.loads(cipher.open(CONTENT, intake.id, intake.content)))


def seal_grounds(cipher: PersonCipher, referral_id: UUID, grounds: Grounds) -> bytes:
    """Seal what a referral holds."""
    document = {"reasons": grounds.reasons, "to_confirm": grounds.to_confirm}
    return cipher.seal(GROUNDS, referral_id, _written(document))


def open_grounds(cipher: PersonCipher, referral: Referral) -> Grounds:
    """Open what a referral holds.

    Raises:
        app.vault.VaultError: it was changed or moved.

    """
    return Grounds(**json.loads(cipher.open(GROUNDS, referral.id, referral.content)))


def _written(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
