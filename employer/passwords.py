"""Passwords of the desk's users: scrypt (RFC 7914), with its parameters beside each hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from protocol.base64url import Base64Error, decode, encode

LOG2_N, R, P = 15, 8, 3
"""32 MiB and about 0.2 s a guess (OWASP Password Storage Cheat Sheet: as strong as N = 2¹⁷, p = 1)."""
MIN_CHARACTERS = 10
MAX_CHARACTERS = 200
_SALT_BYTES = 16
_HASH_BYTES = 32


class PasswordError(ValueError):
    """A password that can't be set."""


def check(password: str) -> None:
    """Raises :class:`PasswordError` for a password that is too short or too long."""
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        raise PasswordError(f"a password has {MIN_CHARACTERS} to {MAX_CHARACTERS} characters")


def hash_password(password: str) -> str:
    """``scrypt$15$8$3$salt$hash``. Takes a moment, on purpose. Raises :class:`PasswordError`."""
    check(password)
    salt = secrets.token_bytes(_SALT_BYTES)
    hashed = _scrypt(password, salt, LOG2_N, R, P)
    return f"scrypt${LOG2_N}${R}${P}${encode(salt)}${encode(hashed)}"


def verify(password: str, stored: str | None) -> bool:
    """Whether it is the password. ``None``, for nobody's, takes as long and is never right."""
    try:
        name, log2_n, r, p, salt, hashed = (stored or _NOBODY).split("$")
        guess = _scrypt(password, decode(salt), int(log2_n), int(r), int(p))
        right = hmac.compare_digest(guess, decode(hashed))
    except (ValueError, Base64Error):
        return False
    return right and name == "scrypt" and stored is not None


def _scrypt(password: str, salt: bytes, log2_n: int, r: int, p: int) -> bytes:
    data = password[:MAX_CHARACTERS].encode("utf-8", "surrogatepass")
    n = 2**log2_n
    return hashlib.scrypt(data, salt=salt, n=n, r=r, p=p, maxmem=2 * 128 * n * r + 2**20, dklen=_HASH_BYTES)


_NOBODY = f"scrypt${LOG2_N}${R}${P}${encode(bytes(_SALT_BYTES))}${encode(bytes(_HASH_BYTES))}"
