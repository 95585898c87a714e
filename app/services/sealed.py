"""What a person said and what the rule found of it, sealed with the person's own key."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.models import Intake, PersonKey
from app.vault import PersonCipher, Vault, WrappedKey

CONTENT = "intake.content"


@dataclass(frozen=True, slots=True)
class Content:
    """What an intake holds: `answers` is what was said, `finding` what the rule made of it."""

    answers: dict[str, Any]
    finding: dict[str, Any]


def new_cipher(session: Session, vault: Vault, intake_id: UUID) -> PersonCipher:
    """Make a person's key and keep it, wrapped; the intake must have been stored."""
    key = vault.new_key(intake_id)
    session.add(PersonKey(intake_id=intake_id, key_id=key.key_id, wrapped=key.wrapped))
    return vault.cipher(intake_id, key)


def cipher_of(session: Session, vault: Vault, intake_id: UUID) -> PersonCipher:
    """Open a person's key.

    Raises:
        app.vault.VaultError: the key that wraps it is not among the keys of the settings.

    """
    kept = session.get_one(PersonKey, intake_id)
    return vault.cipher(intake_id, WrappedKey(kept.key_id, kept.wrapped))


def seal_content(cipher: PersonCipher, intake_id: UUID, content: Content) -> bytes:
    """Seal what an intake holds."""
    document = {"answers": content.answers, "finding": content.finding}
    return cipher.seal(CONTENT, intake_id, json.dumps(document, ensure_ascii=False).encode())


def open_content(session: Session, vault: Vault, intake: Intake) -> Content:
    """Open what an intake holds.

    Raises:
        app.vault.VaultError: it was changed or moved, or the key is not there.

    """
    cipher = cipher_of(session, vault, intake.id)
    return Content(**json.loads(cipher.open(CONTENT, intake.id, intake.content)))
