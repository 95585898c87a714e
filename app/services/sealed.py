"""What a person said and what the rule found of it, sealed with the person's own key."""

import json
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.errors import NotFound
from app.models import Intake, PersonKey, Referral
from app.vault import ENCRYPTION_KEYS, KeySettingError, PersonCipher, Vault, VaultError, WrappedKey

CONTENT = "intake.content"
GROUNDS = "referral.content"


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


def new_cipher(session: Session, vault: Vault, intake_id: UUID) -> PersonCipher:
    """Make a person's key and keep it, wrapped; the intake must have been stored."""
    key = vault.new_key(intake_id)
    session.add(PersonKey(intake_id=intake_id, key_id=key.key_id, wrapped=key.wrapped))
    return vault.cipher(intake_id, key)


def cipher_of(session: Session, vault: Vault, intake_id: UUID) -> PersonCipher:
    """Open a person's key.

    Raises:
        NotFound: the person was erased since their intake was read.
        app.vault.VaultError: the key that wraps it is not among the keys of the settings.

    """
    kept = session.get(PersonKey, intake_id)
    if kept is None:
        raise NotFound
    return vault.cipher(intake_id, WrappedKey(kept.key_id, kept.wrapped))


def require_wrapping_keys(database: Database, vault: Vault) -> None:
    """Refuse keys that do not open what is there: one person's key is tried for each wrapping key.

    Without it nobody would notice until a case is read, and who comes in meanwhile would be sealed
    with the wrong one. It steps from id to id along the index, and reads no more than that.

    Raises:
        KeySettingError: the settings lack a wrapping key, or have another one under its id.

    """
    seen = ""
    after = select(PersonKey).order_by(col(PersonKey.key_id)).limit(1)
    with database.read(EVERY_REGION) as session:
        while kept := session.exec(after.where(col(PersonKey.key_id) > seen)).first():
            try:
                vault.cipher(kept.intake_id, WrappedKey(kept.key_id, kept.wrapped))
            except VaultError as error:
                raise KeySettingError(
                    f"{ENCRYPTION_KEYS}: persons were sealed with a key {kept.key_id!r}, and what"
                    " is set does not open them: that key is missing or is another one"
                ) from error
            seen = kept.key_id


def seal_content(cipher: PersonCipher, intake_id: UUID, content: Content) -> bytes:
    """Seal what an intake holds."""
    return cipher.seal(CONTENT, intake_id, _written(content))


def open_content(cipher: PersonCipher, intake: Intake) -> Content:
    """Open what an intake holds.

    Raises:
        app.vault.VaultError: it was changed or moved.

    """
    return Content(**json.loads(cipher.open(CONTENT, intake.id, intake.content)))


def seal_grounds(cipher: PersonCipher, referral_id: UUID, grounds: Grounds) -> bytes:
    """Seal what a referral holds."""
    return cipher.seal(GROUNDS, referral_id, _written(grounds))


def open_grounds(cipher: PersonCipher, referral: Referral) -> Grounds:
    """Open what a referral holds.

    Raises:
        app.vault.VaultError: it was changed or moved.

    """
    return Grounds(**json.loads(cipher.open(GROUNDS, referral.id, referral.content)))


def _written(document: Content | Grounds) -> bytes:
    return json.dumps(asdict(document), ensure_ascii=False).encode()
