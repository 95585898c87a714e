"""JSON that every reader understands alike: I-JSON (RFC 7493), with a bound on nesting.

Readers differ on duplicate names, NaN, lone surrogates and numbers beyond 2^53; what one of them
would read otherwise is refused before anything of ours reads it.
"""

import json
import math
import re
from itertools import accumulate

from app.domain.errors import Fault

DEEPEST = 32
LARGEST = 2**53 - 1
_LONGEST_NUMBER = 40
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKETS = {"[": 1, "{": 1, "]": -1, "}": -1}


class _RefusedError(ValueError):
    """A reason of ours, which holds nothing of the text."""


def fault_in(body: bytes) -> Fault | None:
    """Return what is wrong with a JSON text, as a fault of the whole body, or None."""
    try:
        text = body.decode("utf-8")
        if text.count("[") + text.count("{") > DEEPEST and _depth(text) > DEEPEST:
            return _fault("too-deep", f"The body is nested deeper than {DEEPEST} levels.")
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
        )
        if "\\u" in text:  # the one way to write half of a pair in valid UTF-8
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError:
        return _fault("not-utf-8", "The body is not valid UTF-8.")
    except UnicodeEncodeError:
        return _fault(
            "lone-surrogate", "The body holds half of a surrogate pair (\\uD800-\\uDFFF)."
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        return _fault("not-json", f"The body is not valid JSON; the fault is at {where}.")
    except _RefusedError as error:
        return _fault("not-strict-json", str(error))
    return None


def _fault(code: str, detail: str) -> Fault:
    return Fault(pointer="", code=code, detail=detail)


def _depth(text: str) -> int:
    steps = (_BRACKETS.get(character, 0) for character in _STRING.sub("", text))
    return max(accumulate(steps), default=0)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _RefusedError("An object in the body holds the same name twice.")
    return found


def _constant(_literal: str) -> object:
    raise _RefusedError("NaN and Infinity are not JSON.")


def _int(literal: str) -> int:
    if len(literal) > _LONGEST_NUMBER or abs(number := int(literal)) > LARGEST:
        raise _RefusedError(f"A whole number in the body is beyond {LARGEST}, so it is not exact.")
    return number


def _float(literal: str) -> float:
    number = float(literal)
    if len(literal) > _LONGEST_NUMBER or not math.isfinite(number):
        raise _RefusedError("A number in the body is too long or too large.")
    return number
