"""Encryption at rest: a key per person, wrapped by a key that is never in the database.

AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D, 8.2.2): one key may seal 2^32 times before
two nonces are likely to meet, which no person's record and no count of persons comes near. What is
sealed is bound to its place and its row, so that it opens nowhere else; destroying a person's key
destroys all that was sealed with it.
"""

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.config import DEMO_ENCRYPTION_KEYS, DEMO_SIGNING_KEY, PREFIX, Settings

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
VERSION = b"\x01"
"""First byte of everything sealed, so that another way of sealing can one day stand beside it."""

ENCRYPTION_KEYS = f"{PREFIX}ENCRYPTION_KEYS"
SIGNING_KEY = f"{PREFIX}SIGNING_KEY"
KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,40}")
LEAST_VARIETY = 16
"""Different bytes in a key: of 10^12 keys made at random, not one is expected to have fewer."""


class VaultError(Exception):
    """What was sealed does not open: another key, another place, or it was changed.

    Says nothing of what is in it.
    """


class KeySettingError(Exception):
    """A setting that holds keys cannot be used; names it and the fault, and repeats no value."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A person's key as the database keeps it, and the id of the key it is wrapped with."""

    key_id: str
    wrapped: bytes


class PersonCipher:
    """One person's key, in memory for as long as one request needs it."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = AESGCM(key)

    def seal(self, place: str, row: UUID, content: bytes) -> bytes:
        """Encrypt for one place ("contact_details.content") and one row, and for nowhere else."""
        return _seal(self._key, _bound(place, row), content)

    def open(self, place: str, row: UUID, sealed: bytes) -> bytes:
        """Return what was sealed for this place and row.

        Raises:
            VaultError: it was sealed for something else, with another key, or was changed.

        """
        return _open(self._key, _bound(place, row), sealed)


class Vault:
    """The keys that are kept outside the database, and what is done with them."""

    __slots__ = (
        "_ciphers",
        "_purposes",
        "_signing_key",
        "_wrapping",
        "_wrapping_keys",
        "present_key_id",
    )

    def __init__(self, wrapping_keys: Mapping[str, bytes], signing_key: bytes) -> None:
        """Take the wrapping keys, the present one first."""
        self.present_key_id = next(iter(wrapping_keys))
        self._wrapping = {key_id: AESGCM(key) for key_id, key in wrapping_keys.items()}
        self._signing_key = signing_key
        self._purposes: dict[str, bytes] = {}
        self._wrapping_keys = dict(wrapping_keys)
        self._ciphers: dict[tuple[str, str], AESGCM] = {}

    @classmethod
    def of(cls, settings: Settings) -> "Vault":
        """Make the vault of these settings.

        Raises:
            KeySettingError: a key is not written as it should be.

        """
        return cls(read_keys(settings.encryption_keys.get_secret_value()), _signing_key(settings))

    def knows(self, key_id: str) -> bool:
        """Tell whether a wrapping key of this id is among those of the settings."""
        return key_id in self._wrapping

    def new_key(self, intake: UUID) -> WrappedKey:
        """Make a key for the person of this intake."""
        return self._wrap(intake, secrets.token_bytes(KEY_BYTES))

    def cipher(self, intake: UUID, key: WrappedKey) -> PersonCipher:
        """Return what opens and seals the data of the person of this intake.

        Raises:
            VaultError: the wrapping key is not known here, or this is not the person's key.

        """
        return PersonCipher(self._unwrap(intake, key))

    def rewrap(self, intake: UUID, key: WrappedKey) -> WrappedKey:
        """Wrap the same key of the person with the present wrapping key.

        Raises:
            VaultError: as for `cipher`.

        """
        return self._wrap(intake, self._unwrap(intake, key))

    def sign(self, purpose: str, message: bytes) -> bytes:
        """Sign with HMAC-SHA256; each purpose has a key of its own, derived with HKDF (RFC 5869).

        Compare with `hmac.compare_digest`.
        """
        key = self._purposes.get(purpose)
        if key is None:
            derivation = HKDF(
                algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()
            )
            key = self._purposes[purpose] = derivation.derive(self._signing_key)
        return hmac.digest(key, message, "sha256")

    def seal(self, purpose: str, content: bytes) -> bytes:
        """Encrypt for one purpose, with a key of its own that follows from the present one."""
        key_id = self.present_key_id
        sealed = _seal(self._purpose_cipher(purpose, key_id), purpose.encode(), content)
        return key_id.encode() + b":" + sealed

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """Return what was sealed for this purpose, under the present key or an older one.

        Raises:
            VaultError: it was sealed for something else, with a key that is not known here, or was
                changed.

        """
        key_id, _, rest = sealed.partition(b":")
        known = next((one for one in self._wrapping_keys if one.encode() == key_id), None)
        if known is None:
            raise VaultError("this was not sealed here")
        return _open(self._purpose_cipher(purpose, known), purpose.encode(), rest)

    def _purpose_cipher(self, purpose: str, key_id: str) -> AESGCM:
        cipher = self._ciphers.get((purpose, key_id))
        if cipher is None:
            derivation = HKDF(
                algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()
            )
            cipher = AESGCM(derivation.derive(self._wrapping_keys[key_id]))
            self._ciphers[purpose, key_id] = cipher
        return cipher

    def pseudonym(self, purpose: str, value: str) -> str:
        """Return 64 hexadecimal digits that stand for the value within this purpose alone."""
        return self.sign(purpose, value.encode()).hex()

    def _wrap(self, intake: UUID, key: bytes) -> WrappedKey:
        key_id = self.present_key_id
        return WrappedKey(key_id, _seal(self._wrapping[key_id], _owned(intake, key_id), key))

    def _unwrap(self, intake: UUID, key: WrappedKey) -> bytes:
        wrapping = self._wrapping.get(key.key_id)
        if wrapping is None:
            raise VaultError(f"{ENCRYPTION_KEYS} lacks a key that data was sealed with")
        return _open(wrapping, _owned(intake, key.key_id), key.wrapped)


def read_keys(text: str) -> dict[str, bytes]:
    """Read `id:base64 id:base64`, the present key first.

    Raises:
        KeySettingError: something is not written so, an id is there twice, or there is no key.

    """
    keys: dict[str, bytes] = {}
    for number, entry in enumerate(text.split(), start=1):
        key_id, colon, encoded = entry.partition(":")
        # The number is told and not the id: without a colon that could be the key itself.
        if not colon or not KEY_ID.fullmatch(key_id):
            raise KeySettingError(f"{ENCRYPTION_KEYS}: key {number} is not written as id:base64")
        if key_id in keys:
            raise KeySettingError(f"{ENCRYPTION_KEYS}: key {number} has an id that is used before")
        keys[key_id] = _key(f"{ENCRYPTION_KEYS}: key {number}", encoded)
    if not keys:
        raise KeySettingError(f"{ENCRYPTION_KEYS}: at least one key is needed")
    return keys


def weak(key: bytes) -> bool:
    """Tell whether this is what no random generator would ever give: a phrase, or a pattern."""
    return len(set(key)) < LEAST_VARIETY or (key.isascii() and key.decode().isprintable())


def refuse_weak_keys(settings: Settings) -> None:
    """Refuse, outside demo mode, keys that others know or could guess.

    Raises:
        KeySettingError: a key is one of the demo's, is weak, or is used twice.

    """
    wrapping = read_keys(settings.encryption_keys.get_secret_value())
    signing = _signing_key(settings)
    demo = {*read_keys(DEMO_ENCRYPTION_KEYS.get_secret_value()).values(), _demo_signing_key()}
    named = [(f"{ENCRYPTION_KEYS}: key {n}", key) for n, key in enumerate(wrapping.values(), 1)]
    seen: set[bytes] = set()
    for name, key in [*named, (SIGNING_KEY, signing)]:
        if key in demo:
            raise KeySettingError(
                f"{name} is not set, or is the demo's, which everybody knows;"
                " `gids keys generate` makes one"
            )
        if weak(key):
            raise KeySettingError(f"{name} was not made at random; `gids keys generate` makes one")
        if key in seen:
            raise KeySettingError(f"{name} is the same as another key; each needs its own")
        seen.add(key)


def new_key_text() -> str:
    """Make a key at random, written as the settings want it."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _signing_key(settings: Settings) -> bytes:
    return _key(SIGNING_KEY, settings.signing_key.get_secret_value())


def _demo_signing_key() -> bytes:
    return _key(SIGNING_KEY, DEMO_SIGNING_KEY.get_secret_value())


def _key(name: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise KeySettingError(f"{name} is not base64") from None  # its cause may hold the value
    if len(key) != KEY_BYTES:
        raise KeySettingError(f"{name} must be {KEY_BYTES} bytes, and is {len(key)}")
    return key


def _bound(place: str, row: UUID) -> bytes:
    return VERSION + place.encode() + row.bytes


def _owned(intake: UUID, key_id: str) -> bytes:
    return VERSION + b"person_key" + intake.bytes + key_id.encode()


def _seal(key: AESGCM, bound: bytes, content: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + key.encrypt(nonce, content, bound)


def _open(key: AESGCM, bound: bytes, sealed: bytes) -> bytes:
    nonce, content = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    if sealed[:1] != VERSION or len(content) < TAG_BYTES:
        raise VaultError("this was not sealed here")
    try:
        return key.decrypt(nonce, content, bound)
    except InvalidTag:
        raise VaultError("this was sealed for something else, or was changed") from None
