"""Lets through only JSON that has one reading, whichever parser reads it (RFC 8259; RFC 7493, I-JSON)."""

from __future__ import annotations

import json
import math
import re
from typing import NoReturn

MAX_DEPTH = 32
"""Of nested objects and arrays."""
MAX_NUMBER_CHARACTERS = 40
MAX_INTEGER = 2**53 - 1
"""Beyond it, readers that keep numbers as doubles see another number (RFC 7493, section 2.2)."""

_FORBIDDEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 (but tab, newline and return), DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional marks, embeddings, overrides, isolates
    "\u2028\u2029\ufeff\ufff9-\ufffb"  # line separators, byte order mark, interlinear annotation
    "\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f"  # lone surrogates, noncharacters, tags
)
FORBIDDEN = re.compile(f"[{_FORBIDDEN}]")
"""A character that may stand nowhere, raw or escaped. In a string an escaped carriage return may not stand
either; an escaped tab or newline may, since a comment has lines."""

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
"""One that doesn't end is taken whole: to look for its end from every quotation mark takes quadratic time."""
_NO_BRACKET = re.compile(r"[^\[\]{}]+")
_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL)


class StrictError(ValueError):
    """Bytes that are not JSON, or JSON that different readers may read differently. Says what, and where."""


def check(data: bytes) -> None:
    """Returns when ``data`` is JSON with only one reading; raises :class:`StrictError` otherwise.

    Refused: a byte order mark, bad UTF-8, duplicate keys, control and bidirectional characters (raw or
    escaped), lone surrogates, ``NaN`` and ``Infinity``, numbers that overflow, are longer than 40 characters
    or are integers beyond ±(2⁵³ − 1), and nesting deeper than 32.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        raise StrictError("byte 0: a byte order mark")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictError(f"byte {error.start}: not UTF-8") from None
    if found := FORBIDDEN.search(text):
        raise StrictError(f"{_place(text, found.start())}: forbidden character U+{ord(found[0]):04X}")
    _check_depth(text)
    if "\\" in text:
        _check_escapes(text)
    try:
        json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        raise StrictError(f"{_place(text, error.pos)}: {error.msg}") from None


def _place(text: str, index: int) -> str:
    return f"byte {len(text[:index].encode())}"


def _check_depth(text: str) -> None:
    """Before any parser recurses."""
    depth = 0
    for bracket in _NO_BRACKET.sub("", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise StrictError(f"nested deeper than {MAX_DEPTH}")


def _check_escapes(text: str) -> None:
    """What the escapes stand for. In JSON a backslash stands nowhere but in a string."""
    for escape in _ESCAPE.finditer(text):
        try:
            character = json.loads(f'"{escape[0]}"')
        except json.JSONDecodeError:
            raise StrictError(f"{_place(text, escape.start())}: an unknown escape") from None
        if character == "\r" or FORBIDDEN.match(character):
            place = _place(text, escape.start())
            raise StrictError(f"{place}: forbidden character U+{ord(character):04X}, escaped")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members: dict[str, object] = {}
    for key, value in pairs:
        if key in members:
            raise StrictError(f"key {key!r}: stands twice in one object")
        members[key] = value
    return members


def _integer(number: str) -> int:
    if len(number) > MAX_NUMBER_CHARACTERS or abs(int(number)) > MAX_INTEGER:
        raise StrictError(f"number {number[:MAX_NUMBER_CHARACTERS]}: an integer beyond ±(2^53 - 1)")
    return int(number)


def _float(number: str) -> float:
    value = float(number)
    if len(number) > MAX_NUMBER_CHARACTERS or not math.isfinite(value):
        raise StrictError(f"number {number[:MAX_NUMBER_CHARACTERS]}: too long or too large")
    return value


def _constant(name: str) -> NoReturn:
    raise StrictError(f"{name}: not a JSON number")
