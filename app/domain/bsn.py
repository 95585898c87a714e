"""Citizen service numbers (BSN), which must not be kept here (UAVG art. 46).

A BSN has nine digits that pass the 11-proof; a leading zero is often left out. One number in eleven
passes by chance, so what is plainly something else (a telephone number, a date, the id of a record)
is not looked at: a worker's words must not be refused for those.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
LENGTH = len(WEIGHTS)
FEWEST_DIGITS = LENGTH - 1

_BETWEEN = r"[ .()/_-]{0,3}"
_SOMETHING_ELSE = re.compile(
    "|".join(
        (
            # A UUID, as in the address of an ESCO skill.
            r"(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])",
            # Telephone numbers: with a country code (E.164), and mobile ones whose 06 stands apart.
            # All others have no nine digits, or no eight, that stand by themselves. With so few
            # after a plus it may as well be a BSN: only the smallest countries have such numbers.
            rf"\+(?!\d{{8,9}}(?!\d))\d(?:{_BETWEEN}\d){{9,14}}(?!\d)",
            rf"(?<!\d)00[1-9]\d{{0,2}}(?!\d)(?:{_BETWEEN}\d){{7,12}}(?!\d)",
            rf"(?<!\d)06(?!\d)(?:{_BETWEEN}\d){{8}}(?!\d)",
            # Amounts with their cents: 1.234.567,89.
            r"(?<![\d.,])\d{1,3}(?:\.\d{3})+,\d\d(?![.,]?\d)",
            r"(?<![\d.,])\d{1,3}(?:,\d{3})+\.\d\d(?![.,]?\d)",
        )
    ),
    re.IGNORECASE,
)
# None is possessive: Python 3.11.2 then takes a separator that no digit follows.
_CHAIN = re.compile(r"(?<!\d)\d+(?:[ .-]\d+)*")
_MIXTURE = re.compile(r"(?<!\d)\d+(?:[ .,/_-]\d+)+")
# Not a comma with a space: that parts the numbers of a list, such as 561, 617, 673.
_SEPARATORS = (
    *(" ", r"\.", "-", ",+", "/", "_"),
    *(r"\s+", r"\s*\.+\s*", r"\s*-+\s*", r"\s*/+\s*", r"\s*_+\s*"),
)
_RUNS = tuple(re.compile(rf"(?<!\d)\d+(?:{one}\d+)+") for one in _SEPARATORS)
_WRITTEN = {"Zs": " ", "Pd": "-", "Pc": "_", "Cf": "", "Me": "", "Mn": ""}
_ALIKE = {
    "\t": " ",
    "\N{MINUS SIGN}": "-",
    "\N{MIDDLE DOT}": ".",
    "\N{FRACTION SLASH}": "/",
    "\N{DIVISION SLASH}": "/",
}
_YEAR = re.compile(r"(?:19|20)\d\d")


def holds_bsn(text: str) -> bool:
    """Tell whether a BSN is written in this text.

    Found are nine digits, and eight by themselves (the leading zero left out), in any digits of
    Unicode. The nine also in groups, with the same between them throughout: white space of any
    kind and length; a dot, dash, slash or underscore, with or without white space around it; a
    comma without; or with several of these, one at a time. Not found is what is part of a longer
    number, and eight digits that are a date as well.
    """
    if sum(map(str.isdigit, text)) < FEWEST_DIGITS:
        return False
    plain = _SOMETHING_ELSE.sub("x", "".join(map(_plain, text)))
    return any(map(_passes, _readings(plain)))


def _plain(character: str) -> str:
    """Write every digit and every separator in one way; leave out what cannot be seen."""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category in _WRITTEN:
        return _WRITTEN[category]
    # Full stops, commas and slashes of another width.
    return _ALIKE.get(character) or unicodedata.normalize("NFKC", character)


def _readings(plain: str) -> Iterator[str]:
    """Give every number that stands here, or that groups of digits can be read as together."""
    for chain in _CHAIN.findall(plain):
        groups = _digits(chain)
        yield from groups
        if len(groups) == 1 and len(chain) == FEWEST_DIGITS and not _is_date(chain):
            yield f"0{chain}"
    for run in _RUNS:
        yield from ("".join(_digits(found)) for found in run.findall(plain))
    for mixture in (*_CHAIN.findall(plain), *_MIXTURE.findall(plain)):
        groups = _digits(mixture)
        # With several kinds of separators a year tells a date and a number beside it: 1-10-2024 12.
        if not any(map(_YEAR.fullmatch, groups)):
            yield "".join(groups)


def _digits(groups: str) -> list[str]:
    return re.findall(r"\d+", groups)


def _passes(digits: str) -> bool:
    if len(digits) != LENGTH or not digits.strip("0"):
        return False
    return sum(w * int(d) for w, d in zip(WEIGHTS, digits, strict=True)) % 11 == 0


def _is_date(digits: str) -> bool:
    """Whether eight digits are a day of these centuries, the year first or last."""
    for day in (digits, digits[4:] + digits[2:4] + digits[:2]):
        if _YEAR.match(day):
            try:
                date.fromisoformat(day)
            except ValueError:
                continue
            return True
    return False
