"""A number for a case that people can say: the first 40 bits of its id, in Crockford's base 32."""

from uuid import UUID

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U, which are misheard or misread."""
LENGTH = 8
LEAST_GIVEN = 4

REFERENCE = "^[0-9A-Za-z -]{4,12}$"
"""What may be a number, or the beginning of one, before it is read."""

_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
_REST = 128 - 5 * LENGTH


def reference_of(case: UUID) -> str:
    """Return the number of a case: 7K3M-9QX2."""
    bits = case.int >> _REST
    text = "".join(DIGITS[bits >> 5 * place & 31] for place in reversed(range(LENGTH)))
    return f"{text[:4]}-{text[4:]}"


def ids_of(said: str) -> tuple[UUID, UUID] | None:
    """Return the first and the last id whose number begins so; None when none can.

    Small letters, a dash or none, and letters that look like a digit are all one.
    """
    text = said.upper().translate(_READ_AS)
    if not LEAST_GIVEN <= len(text) <= LENGTH or any(one not in DIGITS for one in text):
        return None
    first = 0
    for one in text:
        first = first << 5 | DIGITS.index(one)
    open_bits = 128 - 5 * len(text)
    return UUID(int=first << open_bits), UUID(int=(first + 1 << open_bits) - 1)
