"""How a worker can be reached, as it may be written."""

import pytest
from pydantic import ValidationError

from app.problems import faults_of
from app.schemas.person import ContactDetailsIn


def faults(**said: str) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        ContactDetailsIn.model_validate(said)
    errors = [{**error, "loc": ("body", *error["loc"])} for error in caught.value.errors()]
    return [(fault.pointer, fault.code) for fault in faults_of(errors)]


@pytest.mark.parametrize(
    "telephone",
    [
        "0612345678", "06-12345678", "06 12 34 56 78", "(010) 123 45 67", "0181-123456",
        "+31612345678", "+31 (0)6 12345678", "0031 6 12345678", "+32 470 12 34 56",
        "+49 30 123456", "+352 27 12 34 5", "+31.6.12.34.56.78",
    ],
)  # fmt: skip
def test_a_telephone_number_is_kept_as_people_write_it(telephone):
    details = ContactDetailsIn.model_validate({"telephone": f" {telephone} "})
    assert details.telephone == telephone


@pytest.mark.parametrize(
    "telephone",
    [
        "", "06", "061234567", "06123456789", "123456782", "112", "+31", "+0612345678",
        "+31 6 1234 5678 9012 345", "06-1234567a", "06 12345678 of 010 1234567", "zes",
        "06\t12345678", "06\u201312345678",
        "\u0660\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
        "+31    612345678", "06 12345678\n07",
    ],
)  # fmt: skip
def test_what_is_no_telephone_number_is_refused(telephone):
    assert faults(telephone=telephone) == [("/telephone", "telephone")]


@pytest.mark.parametrize(
    "email", ["k@klaver.example", "k.klaver+werk@post.klaver.example", "K_1@a-b.nl", "x@1.nl"]
)
def test_an_email_address_is_kept(email):
    assert ContactDetailsIn.model_validate({"email": f"{email} "}).email == email


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("", "email"), ("klaver", "email"), ("k@klaver", "email"), ("@klaver.nl", "email"),
        ("k@@klaver.nl", "email"), ("k k@klaver.nl", "email"), ("k@klaver..nl", "email"),
        ("k@-klaver.nl", "email"), ("k@klaver.nl\x00", "email"),
        ("k@klaver.nl, l@klaver.nl", "email"), ("Klaartje <k@klaver.nl>", "email"),
        (f"{'k' * 65}@klaver.nl", "email"), (f"k@{'k.' * 150}nl", "too-long"),
        ("123456782@klaver.nl", "bsn"),
    ],
)  # fmt: skip
def test_what_is_no_email_address_is_refused(email, code):
    assert faults(email=email) == [("/email", code)]
