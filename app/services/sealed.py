"""What a person said and what the rule found of it, sealed with the person's own key."""

import json
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.domain.errors import NotFound
from app.models import Intake, PersonKey, Referral
from app.vault import PersonCipher, Vault, WrappedKey

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
