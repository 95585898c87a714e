"""A citizen service number is found however it is written, and other numbers are let through."""

import unicodedata
from datetime import date
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.bsn import holds_bsn

MANY = settings(max_examples=300, deadline=None, derandomize=True)
ZEROES = [chr(c) for c in range(0x110000) if unicodedata.decimal(chr(c), None) == 0]
SPACES = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) == "Zs"]
DASHES = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) == "Pd"]
MARKS = [",", "/", "_", "\u2044", "\uff0c", "\uff0f", "\uff3f"]
WIDE = [
    *("  ", " \t ", "\n", "\r\n", "\n\n", "\u2028", " \u00a0", "\u00a0\u00a0", "    ", "\x0b"),
    *(
        " - ",
        " . ",
        " / ",
        " _ ",
        "- ",
        " \u2013 ",
        "\u00a0-\u00a0",
        "-\n",
        "--",
        "...",
        "//",
        "__",
    ),
]
"""What may stand between the digits: one by one, and more than one character."""


def remainder(digits: str) -> int:
    first, last = digits[:-1], int(digits[-1])
    return (sum(int(d) * w for d, w in zip(first, range(9, 1, -1), strict=True)) - last) % 11


@st.composite
def valid_bsns(draw: st.DrawFn) -> str:
    """Every number that passes can come out, and no other."""
    numbers = st.integers(1, 99_999_999).map(lambda n: f"{n:08}")
    first = draw(numbers.filter(lambda eight: remainder(eight + "0") < 10))
    return first + str(remainder(first + "0"))


@MANY
@given(
    valid_bsns(),
    st.sampled_from(["", " ", ".", "-", *SPACES, *DASHES, *MARKS, *WIDE]),
    st.integers(0, 255),
)
@example("123456782", "-", 0b00100100)
@example("111222333", ".", 0)
@example("010000008", " ", 255)
@example("123456782", ".", 0b10000000)
def test_every_bsn_in_every_spelling_is_found(bsn, separator, places):
    assert remainder(bsn) == 0
    spelled = bsn[0] + "".join(
        (separator if places >> place & 1 else "") + digit for place, digit in enumerate(bsn[1:])
    )
    assert holds_bsn(spelled)
    assert holds_bsn(f"Mijn BSN is {spelled}, en 3 kinderen.")
    assert holds_bsn(f"({spelled})")
    assert holds_bsn(f"bsn:{spelled}.\nVerder niets 1")
    assert holds_bsn(f"+{spelled}")
    assert holds_bsn(f"# {spelled} #")


@MANY
@given(valid_bsns(), st.sampled_from(ZEROES))
def test_every_decimal_digit_of_unicode_is_one(bsn, zero):
    assert holds_bsn("".join(chr(ord(zero) + int(digit)) for digit in bsn))


@MANY
@given(valid_bsns(), st.integers(1, 8), st.sampled_from("\u200b\u00ad\u2060\ufe0f\u20e3\u0301"))
def test_what_cannot_be_seen_hides_nothing(bsn, place, hidden):
    assert holds_bsn(bsn[:place] + hidden + bsn[place:])


@MANY
@given(valid_bsns().filter(lambda bsn: bsn.startswith("0")))
def test_a_leading_zero_may_be_left_out_unless_a_date_is_left(bsn):
    shown = bsn[1:]
    is_date = any(is_day(day) for day in (shown, f"{shown[4:]}{shown[2:4]}{shown[:2]}"))
    assert holds_bsn(f"nummer {shown}") is not is_date


def is_day(digits: str) -> bool:
    try:
        return 1900 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year < 2100
    except ValueError:
        return False


@MANY
@given(valid_bsns(), st.integers(1, 9))
def test_a_number_that_is_wrong_in_one_digit_is_let_through(bsn, change):
    for place, digit in enumerate(bsn):
        wrong = bsn[:place] + str((int(digit) + change) % 10) + bsn[place + 1 :]
        assert not holds_bsn(wrong)


@MANY
@given(valid_bsns(), st.text("0123456789", min_size=1, max_size=4))
def test_a_part_of_a_longer_number_is_let_through(bsn, more):
    assert not holds_bsn(bsn + more)
    assert not holds_bsn(more + bsn)


@MANY
@given(st.text(st.characters(codec="utf-8")))
def test_any_text_is_answered(text):
    assert holds_bsn(text) in {True, False}


@MANY
@given(st.uuids())
@example(UUID("12345672-1234-4234-8234-123456782000"))
def test_the_address_of_a_skill_is_let_through(uuid):
    assert not holds_bsn(f"http://data.europa.eu/esco/skill/{uuid}")
    assert not holds_bsn(str(uuid).upper())


NUMBERS = st.integers(0, 99_999_999).map(lambda n: f"{n:08}")
TELEPHONES = [
    "06{}", "06-{}", "06 {}", "06 - {}", "06 \u2013 {}", "(06) {}", "06/{}", "06.{}",
    "+316{}", "+31 6 {}", "+31-6-{}", "+31(0)6{}", "+31 (0)6 {}", "+31 (0) 6-{}", "+31 6-{}",
    "00316{}", "0031 6 {}", "tel. 06-{}.", "1 kind, bel 06-{}!", "+324{}", "+32 4 {}", "0032 4{}",
    "+32 4-{}", "+32 (0)4-{}", "0031 (0)6-{}", "0031(0)6 {}", "+1-4-{}", "06_{}", "31 6 {}",
    "316{}",
]  # fmt: skip


@MANY
@given(NUMBERS)
def test_a_telephone_number_is_let_through(number):
    for spelling in TELEPHONES:
        assert not holds_bsn(spelling.format(number)), spelling


@MANY
@given(NUMBERS)
def test_a_telephone_number_in_groups_is_let_through(n):
    pairs = f"{n[:2]} {n[2:4]} {n[4:6]} {n[6:]}"
    for spelled in (
        f"06 {pairs}", f"06-{pairs}", f"+31 6 {pairs}", f"+31 (0)6 {pairs}", f"06 {n[:4]} {n[4:]}",
        f"010 1{n[:6]}", f"010-1{n[:2]} {n[2:4]} {n[4:6]}", f"(010) 1{n[:6]}", f"0181-{n[:6]}",
        f"+31 10 1{n[:2]} {n[2:4]} {n[4:6]}", f"(0181) {n[:2]} {n[2:4]} {n[4:6]}",
        f"010 - 1{n[:6]}", f"010/1{n[:6]}", f"010_1{n[:6]}", f"0181  {n[:6]}", f"0181\n{n[:6]}",
        f"06-{n[:4]}-{n[4:]}", f"06  {pairs}", f"06 / {pairs}", f"06,{pairs.replace(' ', ',')}",
    ):  # fmt: skip
        assert not holds_bsn(spelled), spelled


@MANY
@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 99))
def test_a_date_is_let_through(day, beside):
    for form in ("%Y%m%d", "%d%m%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y", "%d/%m/%Y"):
        assert not holds_bsn(f"sinds {day.strftime(form)}"), form
    for form in ("%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y"):
        assert not holds_bsn(f"{day.strftime(form)} {beside}"), form
        assert not holds_bsn(f"om {beside} {day.strftime(form)}"), form


@pytest.mark.parametrize(
    "text",
    [
        "123456782",
        "12345672",  # 012345672
        "1234.56.782",
        "123-456-782",
        "1 2 3 4 5 6 7 8 2",
        "1-2-3-4-5-6-7-8-2",
        "1234.56-782",
        "\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff12",
        "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0662",
        "123\u00a0456\u00a0782",
        "123\u2011456\u2011782",
        "123\u2212456\u2212782",
        "1234\u00b756\u00b7782",
        "1234\uff0e56\uff0e782",
        "123\t456\t782",
        "bsn123456782",
        "BSN=123456782;",
        "123456782 123456782",
        "123456782 2024",
        "2024 123456782",
        "1234.56.782 2024",
        "123456782/06-12345678",
        "06-12345678 123456782",
        "sofi: 111222333",
        "012345672 1 kind",
        "123,456,782",
        "123_456_782",
        "1234/56/782",
        "1234.56,782",
        "1234 56/782",
        "3 123,456,782",
        "123  456  782",
        "123 - 456 - 782",
        "2024 - 123-456-782",
        "1234\n56\n782",
        "123456\n782",
        "+123456782",
        "+12345672",
        "+123456782 3 kinderen",
        "+123 456 782",
        "#123456782",
        "\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u00b2",
        "\u2780\u2781\u2782\u2783\u2784\u2785\u2786\u2787\u2781",
        "\u2460\u2461\u2462\u2463\u2464\u2465\u2466\u2467\u2461",
        "\u0967\u0968\u0969 \u096a\u096b\u096c \u096d\u096e\u0968",
    ],
)
def test_these_are_found(text):
    assert holds_bsn(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "schoonmaak",
        "123456781",
        "000000000",
        "00000000",
        "0 0 0 0 0 0 0 0 0",
        "1234567820",
        "0123456782",
        "123, 456, 782",  # a list
        "1.234.567,82",  # an amount
        "1,234,567.82",
        "van 2.500,00 tot 3.500,00, 36 uur",
        "9.500 - 10.782",
        "01/10/2024 3",
        "4811 AB 12-3, 2024",
        "1234567",
        "1.2.3.4.5.6.7.2",  # eight with separators
        "20241001",
        "01-10-2024",
        "NL91 ABNA 0417 1643 00",
        "NL91ABNA0417164300",
        "DE89 3704 0044 0532 0130 00",
        "2019-2020 5, 2021-2022 6, 2023-2024 7",
        "IPv6 2001:db8::1, ISCO 9112, SBI 81.21",
    ],
)
def test_these_are_let_through(text):
    assert not holds_bsn(text)
