"""Encryption at rest: what is sealed opens in one place only, with one key only."""

import base64
import pickle
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from app.config import DEMO_ENCRYPTION_KEYS, DEMO_SIGNING_KEY, Settings
from app.vault import (
    KeySettingError,
    PersonCipher,
    Vault,
    VaultError,
    WrappedKey,
    new_key_text,
    read_keys,
    refuse_weak_keys,
    weak,
)

CANARY = b"Canary Klaproos, 06-12345678"
PLACE = "contact_details.content"
PERSON, ROW = UUID(int=1), UUID(int=2)
OLD, NEW, SIGNING = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))


@pytest.fixture
def vault() -> Vault:
    return Vault({"new": NEW, "old": OLD}, SIGNING)


@pytest.fixture
def cipher(vault: Vault) -> PersonCipher:
    return vault.cipher(PERSON, vault.new_key(PERSON))


def base64_of(key: bytes) -> str:
    return base64.b64encode(key).decode()


def made_of(encryption: str, signing: str) -> Settings:
    return Settings(encryption_keys=SecretStr(encryption), signing_key=SecretStr(signing))


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=4096), st.text(st.characters(codec="utf-8"), max_size=60), st.uuids()
)  # fmt: skip
def test_what_is_sealed_opens_unchanged(content, place, row):
    vault = Vault({"only": NEW}, SIGNING)
    key = vault.new_key(PERSON)
    sealed = vault.cipher(PERSON, key).seal(place, row, content)
    assert vault.cipher(PERSON, key).open(place, row, sealed) == content
    assert len(sealed) == len(content) + 29


def test_what_is_sealed_holds_nothing_of_the_content(cipher):
    assert CANARY[:6] not in cipher.seal(PLACE, ROW, CANARY)


def test_a_flipped_bit_anywhere_is_found(cipher):
    sealed = cipher.seal(PLACE, ROW, b"naam")
    assert cipher.open(PLACE, ROW, sealed) == b"naam"
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VaultError):
            cipher.open(PLACE, ROW, bytes(changed))


def test_a_flipped_bit_in_a_wrapped_key_is_found(vault):
    key = vault.new_key(PERSON)
    for bit in range(len(key.wrapped) * 8):
        changed = bytearray(key.wrapped)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VaultError):
            vault.cipher(PERSON, WrappedKey(key.key_id, bytes(changed)))


def test_what_was_cut_short_or_made_longer_is_found(cipher):
    sealed = cipher.seal(PLACE, ROW, b"naam")
    for changed in [sealed[:size] for size in range(len(sealed))] + [sealed + b"\0"]:
        with pytest.raises(VaultError):
            cipher.open(PLACE, ROW, changed)


@pytest.mark.parametrize(
    ("place", "row"),
    [
        (PLACE, UUID(int=3)),
        ("intake.motivation", ROW),
        (PLACE.upper(), ROW),
        (PLACE[:-1], ROW),
        ("", ROW),
    ],
)
def test_what_moved_to_another_row_or_place_does_not_open(cipher, place, row):
    sealed = cipher.seal(PLACE, ROW, CANARY)
    with pytest.raises(VaultError):
        cipher.open(place, row, sealed)


def test_a_place_and_a_row_do_not_run_into_each_other(cipher):
    sealed = cipher.seal("a", UUID(bytes=b"b" * 16), CANARY)
    with pytest.raises(VaultError):
        cipher.open("ab", UUID(bytes=b"b" * 15 + b"c"), sealed)


def test_what_moved_to_another_person_does_not_open(vault, cipher):
    other = vault.cipher(UUID(int=9), vault.new_key(UUID(int=9)))
    with pytest.raises(VaultError):
        other.open(PLACE, ROW, cipher.seal(PLACE, ROW, CANARY))


def test_a_key_that_moved_to_another_person_does_not_open(vault):
    with pytest.raises(VaultError):
        vault.cipher(UUID(int=9), vault.new_key(PERSON))


def test_a_key_under_the_name_of_another_wrapping_key_does_not_open(vault):
    with pytest.raises(VaultError):
        vault.cipher(PERSON, WrappedKey("old", vault.new_key(PERSON).wrapped))


def test_the_same_name_for_another_wrapping_key_does_not_open(vault):
    with pytest.raises(VaultError):
        Vault({"new": OLD}, SIGNING).cipher(PERSON, vault.new_key(PERSON))


def test_a_wrapping_key_that_is_gone_is_told_without_its_name(vault):
    key = vault.new_key(PERSON)
    with pytest.raises(VaultError, match="GIDS_ENCRYPTION_KEYS lacks a key"):
        Vault({"old": OLD}, SIGNING).cipher(PERSON, key)


def test_after_rotation_the_old_wrapping_key_is_not_needed():
    before = Vault({"old": OLD}, SIGNING)
    key = before.new_key(PERSON)
    sealed = before.cipher(PERSON, key).seal(PLACE, ROW, CANARY)
    between = Vault({"new": NEW, "old": OLD}, SIGNING)
    assert between.cipher(PERSON, key).open(PLACE, ROW, sealed) == CANARY
    wrapped = between.rewrap(PERSON, key)
    assert (key.key_id, wrapped.key_id, between.present_key_id) == ("old", "new", "new")
    after = Vault({"new": NEW}, SIGNING)
    assert after.cipher(PERSON, wrapped).open(PLACE, ROW, sealed) == CANARY
    with pytest.raises(VaultError):
        before.cipher(PERSON, wrapped)


def test_each_person_has_a_key_of_their_own(vault):
    sealed = vault.cipher(PERSON, vault.new_key(PERSON)).seal(PLACE, ROW, CANARY)
    with pytest.raises(VaultError):
        vault.cipher(PERSON, vault.new_key(PERSON)).open(PLACE, ROW, sealed)


def test_a_nonce_is_never_used_again(cipher):
    assert len({cipher.seal(PLACE, ROW, b"")[1:13] for _ in range(10_000)}) == 10_000


def test_errors_and_objects_hold_nothing_of_keys_or_content(vault, cipher):
    sealed = cipher.seal(PLACE, ROW, CANARY)
    with pytest.raises(VaultError) as caught:
        cipher.open(PLACE, UUID(int=3), sealed)
    assert caught.value.__cause__ is None
    for text in (str(caught.value), repr(caught.value), repr(vault), repr(cipher)):
        assert "Klaproos" not in text
        assert base64_of(NEW) not in text
        assert repr(NEW) not in text
        assert str(ROW) not in text
    with pytest.raises(TypeError):
        pickle.dumps(cipher)


def test_a_signature_is_for_one_purpose_one_message_and_one_key(vault):
    signed = vault.sign("audit", b"message")
    assert signed == vault.sign("audit", b"message")
    assert signed == Vault({"x": OLD}, SIGNING).sign("audit", b"message")
    others = [
        vault.sign("processing", b"message"),
        vault.sign("audit", b"massage"),
        Vault({"new": NEW}, OLD).sign("audit", b"message"),
    ]
    assert len({signed, *others}) == 4
    assert len(signed) == 32


def test_a_signature_stays_the_same_from_release_to_release():
    known = "ed000c346fa887e2ad9b28509e3ee228d9c08714712269357a1f709ec359a6be"
    assert Vault({"new": NEW}, SIGNING).sign("audit", b"message").hex() == known


def test_a_pseudonym_is_a_signature_of_the_text(vault):
    pseudonym = vault.pseudonym("data subject", str(PERSON))
    assert pseudonym == vault.sign("data subject", str(PERSON).encode()).hex()
    assert pseudonym != vault.pseudonym("caller", str(PERSON))


def test_keys_are_read_in_their_order():
    text = f" new:{base64_of(NEW)}\n  old-1.b_C:{base64_of(OLD)} "
    assert list(read_keys(text).items()) == [("new", NEW), ("old-1.b_C", OLD)]
    assert Vault.of(made_of(text, base64_of(SIGNING))).present_key_id == "new"


WRONG_KEYS = {
    "": "at least one key",
    " ": "at least one key",
    "secretvalue": "key 1 is not written as id:base64",
    f":{base64_of(NEW)}": "key 1 is not written as id:base64",
    f"{'a' * 41}:{base64_of(NEW)}": "key 1 is not written as id:base64",
    f"sécret:{base64_of(NEW)}": "key 1 is not written as id:base64",
    "id:secret!value": "key 1 is not base64",
    "id:sécretvalue": "key 1 is not base64",
    "id:": "key 1 must be 32 bytes, and is 0",
    f"id:{base64_of(NEW[:31])}": "key 1 must be 32 bytes, and is 31",
    f"id:{base64_of(NEW + b'!')}": "key 1 must be 32 bytes, and is 33",
    f"a:{base64_of(NEW)} a:{base64_of(OLD)}": "key 2 has an id that is used before",
    f"a:{base64_of(NEW)} secretvalue": "key 2 is not written as id:base64",
}


@pytest.mark.parametrize("text", WRONG_KEYS)
def test_keys_that_cannot_be_read_are_named_and_not_repeated(text):
    with pytest.raises(KeySettingError) as caught:
        read_keys(text)
    told = str(caught.value)
    assert told.startswith("GIDS_ENCRYPTION_KEYS: ")
    assert WRONG_KEYS[text] in told
    assert "secret" not in told
    assert caught.value.__cause__ is None
    assert not any(part and part in told for part in text.split(":")[1:])


@pytest.mark.parametrize("text", ["", "secret!", "c2VjcmV0"])
def test_a_signing_key_that_cannot_be_read_is_named_and_not_repeated(text):
    with pytest.raises(KeySettingError, match=r"^GIDS_SIGNING_KEY ") as caught:
        Vault.of(made_of(f"id:{base64_of(NEW)}", text))
    assert "c2Vj" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "key",
    [b"\0" * 32, b"\xff" * 32, bytes(range(15)) * 3, b"correct horse battery staple 123"],
)
def test_what_no_random_generator_gives_is_weak(key):
    assert weak(key)


def test_keys_that_are_made_are_not_weak_and_all_differ():
    made = {new_key_text() for _ in range(500)}
    assert len(made) == 500
    assert not any(weak(key) for text in made for key in read_keys(f"id:{text}").values())


DEMO = DEMO_ENCRYPTION_KEYS.get_secret_value().partition(":")[2]
DEMO_SIGNING = DEMO_SIGNING_KEY.get_secret_value()
RANDOM = "Nw6gHCP1V5CFJSBWUo4kPPyQ4NvzwGZr2qTuO2m5Wm0="
OTHER = "9rVmDtkBKxHm4Lf2wZ3Zk0rKqCq3mQ9xqS2r9hZfT1E="


@pytest.mark.parametrize(
    ("encryption", "signing", "told"),
    [
        (f"demo:{DEMO}", OTHER, "GIDS_ENCRYPTION_KEYS: key 1 is not set, or is the demo's"),
        (f"mine:{DEMO}", OTHER, "GIDS_ENCRYPTION_KEYS: key 1 is not set, or is the demo's"),
        (f"a:{RANDOM} b:{DEMO}", OTHER, "GIDS_ENCRYPTION_KEYS: key 2 is not set, or is the demo's"),
        (f"a:{DEMO_SIGNING}", OTHER, "GIDS_ENCRYPTION_KEYS: key 1 is not set, or is the demo's"),
        (f"a:{RANDOM}", DEMO_SIGNING, "GIDS_SIGNING_KEY is not set, or is the demo's"),
        (f"a:{RANDOM}", DEMO, "GIDS_SIGNING_KEY is not set, or is the demo's"),
        (f"a:{base64_of(b'8' * 32)}", OTHER, "GIDS_ENCRYPTION_KEYS: key 1 was not made at random"),
        (f"a:{RANDOM}", base64_of(bytes(32)), "GIDS_SIGNING_KEY was not made at random"),
        (f"a:{RANDOM} b:{RANDOM}", OTHER, "GIDS_ENCRYPTION_KEYS: key 2 is the same as another"),
        (f"a:{RANDOM}", RANDOM, "GIDS_SIGNING_KEY is the same as another key"),
        ("", OTHER, "GIDS_ENCRYPTION_KEYS: at least one key"),
        (f"a:{RANDOM}", "", "GIDS_SIGNING_KEY must be 32 bytes"),
    ],
)
def test_keys_that_others_know_or_could_guess_are_refused(encryption, signing, told):
    with pytest.raises(KeySettingError) as caught:
        refuse_weak_keys(made_of(encryption, signing))
    assert str(caught.value).startswith(told)
    assert not any(value in str(caught.value) for value in (DEMO, DEMO_SIGNING, RANDOM, OTHER))


def test_the_keys_that_stand_in_the_settings_from_the_start_are_refused():
    with pytest.raises(KeySettingError, match="GIDS_ENCRYPTION_KEYS"):
        refuse_weak_keys(Settings())


def test_keys_that_were_made_are_accepted_and_work():
    made = made_of(f"2026:{RANDOM} 2025:{new_key_text()}", OTHER)
    refuse_weak_keys(made)
    vault, intake = Vault.of(made), uuid4()
    key = vault.new_key(intake)
    assert key.key_id == "2026"
    assert vault.cipher(intake, key).open(
        PLACE, ROW, vault.cipher(intake, key).seal(PLACE, ROW, CANARY)
    )
