import pytest

from app.strict_json import DEEPEST, LARGEST, fault_in
from tests.api.things import SECRET

REFUSED = {
    "the same name twice": (b'{"a": 1, "a": 1}', "not-strict-json"),
    "the same name twice further down": (b'{"b": [{"a": 1, "a": 2}]}', "not-strict-json"),
    "NaN": (b'{"a": NaN}', "not-strict-json"),
    "Infinity": (b'{"a": -Infinity}', "not-strict-json"),
    "a number that becomes infinite": (b'{"a": 1e400}', "not-strict-json"),
    "a whole number beyond 2^53": (b'{"a": 9007199254740992}', "not-strict-json"),
    "ten thousand digits": (b'{"a": ' + b"9" * 10_000 + b"}", "not-strict-json"),
    "ten thousand decimals": (b'{"a": 0.' + b"9" * 10_000 + b"}", "not-strict-json"),
    "a lone surrogate": (rb'{"a": "\ud800"}', "lone-surrogate"),
    "a lone surrogate as a name": (rb'{"\udc00": 1}', "lone-surrogate"),
    "bytes that are not UTF-8": (b'{"a": "\xff"}', "not-utf-8"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "not-utf-8"),
    "a byte order mark": (b'\xef\xbb\xbf{"a": 1}', "not-json"),
    "too deep": (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "too-deep"),
    "a mebibyte of brackets": (b"[" * 2**20, "too-deep"),
    "nothing but space": (b"  ", "not-json"),
    "half an object": (b'{"a": "zwanger-van-Piet"', "not-json"),
    "a string without an end": (b'{"a": "zwanger-van-Piet', "not-json"),
    "single quotes": (b"{'a': 1}", "not-json"),
    "a comma too many": (b'{"a": 1,}', "not-json"),
    "a comment": (b'{"a": 1} // zwanger-van-Piet', "not-json"),
    "a raw control character": (b'{"a": "\x01"}', "not-json"),
}
ACCEPTED = {
    "an object": b'{"a": [1, -2.5, true, null, "x"]}',
    "the largest whole number": b'{"a": %d, "b": -%d}' % (LARGEST, LARGEST),
    "a pair of surrogates": rb'{"a": "\ud83d\ude00"}',
    "as deep as may be": b"[" * DEEPEST + b"]" * DEEPEST,
    "brackets in a string": b'{"a": "' + b"[{" * 100 + b'"}',
    "brackets after an escaped quote": rb'{"a": "\"' + b"[" * 100 + b'"}',
    "the same name in two objects": b'[{"a": 1}, {"a": 1}]',
}


@pytest.mark.parametrize("name", REFUSED)
def test_json_that_readers_understand_differently_is_refused_without_showing_it(name):
    body, code = REFUSED[name]
    fault = fault_in(body)
    assert fault is not None
    assert (fault.pointer, fault.code) == ("", code)
    assert SECRET not in fault.detail


@pytest.mark.parametrize("name", ACCEPTED)
def test_plain_json_is_accepted(name):
    assert fault_in(ACCEPTED[name]) is None


@pytest.mark.parametrize("name", [name for name in REFUSED if name != "a mebibyte of brackets"])
def test_a_route_is_never_given_json_that_is_not_strict(ask, name):
    body, code = REFUSED[name]
    headers = {"Content-Type": "application/json"}
    answer = ask("PUT", "/v1/things/a?page=1", headers=headers, content=body[:4096])
    if len(body) <= 4096:
        faults = [(f["pointer"], f["code"]) for f in answer.json()["errors"]]
        assert faults == [("query/page", "unknown"), ("", code)]
    assert answer.status_code == 400
    assert SECRET not in answer.text
