"""JSON that two parsers could read differently doesn't get in; everything else does."""

from __future__ import annotations

import json
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import strict
from protocol.strict import StrictError, check

GOOD = [
    b"{}",
    b'[1, -2.5, 1e-7, true, null, "\xd0\xb4\xd0\xb0"]',
    b'{"a": {"a": 1}, "b": {"a": 1}}',
    b'\r\n\t {"comment": "two\\nlines\\tand a tab"} \n',
    b'"\\ud83d\\ude00"',
    b'"a \\\\u0000 that is only text"',
    b'"brackets in strings [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["',
    b"[" * 32 + b"]" * 32,
    b"9007199254740991",
    b"-9007199254740991",
    b"1.7976931348623157e308",
    b'"\\"]]]]"',
]

BAD = {
    b"": "byte 0",
    b"\xef\xbb\xbf{}": "byte order mark",
    b"\xff\xfe{\x00}\x00": "not UTF-8",
    b'{"a": "\xc3\x28"}': "byte 7: not UTF-8",
    b'"\xed\xa0\x80"': "not UTF-8",
    b'{"a": 1, "a": 1}': "key 'a'",
    b'{"x": [{"b": 1, "c": 2, "b": 3}]}': "key 'b'",
    b'{"a": 1, "\\u0061": 2}': "key 'a'",
    b'"\x00"': "byte 1: forbidden character U+0000",
    b'"\\u0000"': "U+0000, escaped",
    b'"\\b"': "U+0008, escaped",
    b'"\\r"': "U+000D, escaped",
    b'"\\u001b[31m"': "U+001B, escaped",
    b'"\x7f"': "U+007F",
    b'"\xc2\x9b"': "U+009B",
    '"\u202e"'.encode(): "U+202E",
    '{"\u2066": 1}'.encode(): "U+2066",
    b'"\\u202E"': "U+202E, escaped",
    '"\u2028"'.encode(): "U+2028",
    '"\ufeff"'.encode(): "U+FEFF",
    '"\U000e0041"'.encode(): "U+E0041",
    b'"\\ud800"': "U+D800, escaped",
    b'"\\ude00\\ud83d"': "U+DE00, escaped",
    b'"\\ud83dx"': "U+D83D, escaped",
    b'"\\q"': "unknown escape",
    b'"\\u12"': "unknown escape",
    b'"a\nb"': "Invalid control character",
    b"NaN": "NaN",
    b"[Infinity]": "Infinity",
    b"[-Infinity]": "-Infinity",
    b"1e400": "too large",
    b"-1e400": "too large",
    b"1e" + b"9" * 50: "too long",
    b"0." + b"1" * 60: "too long",
    b"9007199254740992": "beyond",
    b"1" * 5000: "beyond",
    b"[" * 33 + b"]" * 33: "deeper than 32",
    b'{"a":' * 100_000: "deeper than 32",
    b"[1,]": "byte 3",
    b"{} {}": "Extra data",
    b"{'a': 1}": "byte 1",
    b"01": "Extra data",
    b"// a comment\n1": "byte 0",
    b'"open': "byte 0",
}


@pytest.mark.parametrize("data", GOOD)
def test_one_reading_is_let_through(data: bytes) -> None:
    check(data)


@pytest.mark.parametrize(("data", "said"), BAD.items(), ids=[repr(b[:24]) for b in BAD])
def test_two_readings_are_refused_with_the_place(data: bytes, said: str) -> None:
    with pytest.raises(StrictError, match=r".+") as refused:
        check(data)
    assert said in str(refused.value)


_MANY_KEYS = ",".join(f'"key {n}":0' for n in range(18_000))
LONG = {
    "an endless string of escapes": b'{"a":"' + b'\\"' * 130_000,
    "many keys, the last of them twice": f'{{{_MANY_KEYS},"key 17999":1}}'.encode(),
    "many brackets": b"[" + b"[]," * 80_000,
    "many escapes": b'["' + b"\\u00e9" * 40_000,
}


@pytest.mark.parametrize("data", LONG.values(), ids=LONG)
def test_the_time_it_takes_grows_with_the_length_alone(data: bytes) -> None:
    """A signed report of the largest size must not hold up all others: quadratic time is minutes here."""
    began = time.process_time()
    with pytest.raises(StrictError):
        check(data)
    assert time.process_time() - began < 5


_plain = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"], max_codepoint=0xFFFD))
_documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-strict.MAX_INTEGER, strict.MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_plain, inner, max_size=4),
    max_leaves=20,
)


@given(_documents)
def test_whatever_our_own_encoder_writes_is_let_through(document: object) -> None:
    check(msgspec.json.encode(document))
    check(json.dumps(document, indent=1).encode())


@given(st.binary(max_size=60) | st.text('{}[]",:\\u0d8aE1.e+-\n ', max_size=60).map(str.encode))
def test_whatever_is_let_through_reads_the_same_in_both_parsers(data: bytes) -> None:
    try:
        check(data)
    except StrictError:
        return
    assert msgspec.json.decode(data) == json.loads(data)
