"""Base64url without padding (RFC 7515, section 2), where each byte string has exactly one spelling."""

from __future__ import annotations

import base64


class Base64Error(ValueError):
    """Text that is no base64url, or not the one spelling of its bytes."""


def encode(data: bytes) -> str:
    """The bytes in base64url, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes. Padding, white space, other alphabets and set trailing bits raise :class:`Base64Error`."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Base64Error("not base64url") from None
    if encode(data) != text:
        raise Base64Error("not base64url in its one spelling, without padding, white space or trailing bits")
    return data
