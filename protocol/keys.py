"""Ed25519 keys as JSON Web Keys (RFC 8037), named by their thumbprint (RFC 7638)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from protocol.base64url import Base64Error, decode, encode

if TYPE_CHECKING:
    from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"
"""The fully specified JOSE algorithm of RFC 9864."""
THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")


class KeyFormatError(ValueError):
    """No Ed25519 key in the form of a JWK."""


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 public key. Whether its point is a strong one is for the enrolment to ask."""

    x: bytes
    """32 bytes, RFC 8032 encoding."""

    def __post_init__(self) -> None:
        if len(self.x) != 32:
            raise KeyFormatError(f"an Ed25519 public key has 32 bytes, this one {len(self.x)}")

    @classmethod
    def from_jwk(cls, jwk: object) -> PublicKey:
        """Reads a public JWK with exactly ``crv``, ``kty`` and ``x``. Raises :class:`KeyFormatError`."""
        if not isinstance(jwk, Mapping) or set(jwk) != {"crv", "kty", "x"}:
            raise KeyFormatError("a public key has exactly crv, kty and x")
        return cls(_member(jwk, "x"))

    @property
    def jwk(self) -> dict[str, str]:
        """The public JWK, in the members and order that the thumbprint is taken over."""
        return {"crv": "Ed25519", "kty": "OKP", "x": encode(self.x)}

    @cached_property
    def thumbprint(self) -> str:
        """RFC 7638, SHA-256, base64url: 43 characters. It names the key."""
        import hashlib

        members = '{{"crv":"{crv}","kty":"{kty}","x":"{x}"}}'.format(**self.jwk)
        return encode(hashlib.sha256(members.encode()).digest())

    @cached_property
    def jose(self) -> OKPKey:
        """The key as joserfc wants it."""
        from joserfc.jwk import OKPKey

        return OKPKey.import_key({**self.jwk})


@dataclass(frozen=True)
class PrivateKey:
    """An Ed25519 private key: the seed and what follows from it."""

    seed: bytes
    """32 secret bytes (RFC 8032, section 5.1.5)."""

    def __repr__(self) -> str:
        return f"PrivateKey({self.public.thumbprint})"

    @classmethod
    def generate(cls) -> PrivateKey:
        """A new key from the system's random source."""
        import secrets

        return cls(secrets.token_bytes(32))

    @classmethod
    def from_jwk(cls, jwk: object) -> PrivateKey:
        """Reads a private JWK. Raises :class:`KeyFormatError`, also when ``x`` doesn't belong to ``d``."""
        if not isinstance(jwk, Mapping) or set(jwk) != {"crv", "kty", "x", "d"}:
            raise KeyFormatError("a private key has exactly crv, d, kty and x")
        key = cls(_member(jwk, "d"))
        if key.public.x != _member(jwk, "x"):
            raise KeyFormatError("the public half does not belong to the private one")
        return key

    @property
    def jwk(self) -> dict[str, str]:
        """The private JWK. A secret: write it to a 0600 file and nowhere else."""
        return {**self.public.jwk, "d": encode(self.seed)}

    @cached_property
    def public(self) -> PublicKey:
        """The public half."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return PublicKey(Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    @cached_property
    def jose(self) -> OKPKey:
        """The key as joserfc wants it."""
        from joserfc.jwk import OKPKey

        return OKPKey.import_key({**self.jwk})


def _member(jwk: Mapping[str, object], name: str) -> bytes:
    if jwk.get("kty") != "OKP" or jwk.get("crv") != "Ed25519":
        raise KeyFormatError("not an Ed25519 key (kty OKP, crv Ed25519)")
    value = jwk[name]
    if not isinstance(value, str):
        raise KeyFormatError(f"{name} is not a string")
    try:
        raw = decode(value)
    except Base64Error as error:
        raise KeyFormatError(f"{name}: {error}") from None
    if len(raw) != 32:
        raise KeyFormatError(f"{name} has {len(raw)} bytes, not 32")
    return raw
