"""Base64url without padding (RFC 7515, section 2), where each byte string has exactly one spelling."""

from __future__ import annotations

import base64
import re

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")


class Base64Error(ValueError):
    """Text that is no base64url, or not the one spelling of its bytes."""


def encode(data: bytes) -> str:
    """The bytes in base64url, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes. Padding, white space, other alphabets and set trailing bits raise :class:`Base64Error`."""
    if not _ALPHABET.fullmatch(text):
        raise Base64Error("a character that is not base64url")
    if len(text) % 4 == 1:
        raise Base64Error("a length that no base64url has")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(data) != text:
        raise Base64Error("trailing bits that are not zero")
    return data
