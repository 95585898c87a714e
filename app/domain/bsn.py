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

_BETWEEN = r"[ .()/-]{0,3}"
_SOMETHING_ELSE = re.compile(
    "|".join(
        (
            # A UUID, as in the address of an ESCO skill.
            r"(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])",
            # Telephone numbers: with a country code (E.164), and mobile ones whose 06 stands apart.
            # All others have no nine digits, or no eight, that stand by themselves.
            rf"\+\d(?:{_BETWEEN}\d){{7,14}}(?!\d)",
            rf"(?<!\d)00[1-9]\d{{0,2}}(?!\d)(?:{_BETWEEN}\d){{7,12}}(?!\d)",
            rf"(?<!\d)06(?!\d)(?:{_BETWEEN}\d){{8}}(?!\d)",
        )
    ),
    re.IGNORECASE,
)
_CHAIN = re.compile(r"\d+(?:[ .-]\d+)*")
_RUNS = tuple(re.compile(rf"\d+(?:{separator}\d+)+") for separator in (" ", r"\.", "-"))
_YEAR = re.compile(r"(?:19|20)\d\d")


def holds_bsn(text: str) -> bool:
    """Tell whether a BSN is written in this text.

    Found are nine digits, and eight by themselves (the leading zero left out), in any decimal
    digits of Unicode; the nine also with a space, a dot or a dash between them, one at a time. Not
    found is what is part of a longer number, and eight digits that are a date as well.
    """
    if sum(map(str.isdecimal, text)) < FEWEST_DIGITS:
        return False
    plain = _SOMETHING_ELSE.sub("x", "".join(map(_plain, text)))
    return any(_passes(digits) for chain in _CHAIN.findall(plain) for digits in _readings(chain))


def _plain(character: str) -> str:
    """Write every digit, space, dash and dot in one way; leave out what cannot be seen."""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Zs" or character == "\t":
        return " "
    if category == "Pd" or character == "\N{MINUS SIGN}":
        return "-"
    if character in "\N{MIDDLE DOT}\N{ONE DOT LEADER}\N{FULLWIDTH FULL STOP}":
        return "."
    return "" if category in {"Cf", "Me", "Mn"} else character


def _readings(chain: str) -> Iterator[str]:
    """Give every number that these digits, with single separators between them, can be read as."""
    groups = re.split("[ .-]", chain)
    yield from groups
    if len(groups) == 1:
        if len(chain) == FEWEST_DIGITS and not _is_date(chain):
            yield f"0{chain}"
        return
    for run in _RUNS:
        yield from (re.sub(r"\D", "", found) for found in run.findall(chain))
    # With several kinds of separators a year tells a date and a number beside it: 1-10-2024 12.
    if not any(map(_YEAR.fullmatch, groups)):
        yield "".join(groups)


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
