"""The External Account Binding (RFC 8555, section 7.3.4): the invitation's secret vouches for a new key."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable

from protocol import strict
from protocol.base64url import Base64Error, decode, encode
from protocol.keys import KeyFormatError, PublicKey

MAX_CHARACTERS = 4096


class BindingError(ValueError):
    """A binding that doesn't vouch for the key."""


def bind(key: PublicKey, invitation: str, secret: bytes, url: str) -> str:
    """A compact JWS with HS256 under the invitation's secret over the key's JWK."""
    signed = f"{_part({'alg': 'HS256', 'kid': invitation, 'url': url})}.{_part(key.jwk)}"
    return f"{signed}.{encode(_mac(secret, signed))}"


def open_binding(binding: str, secret_for: Callable[[str], bytes], key: PublicKey, url: str) -> str:
    """Verifies that a binding vouches for ``key`` at ``url``; returns the invitation's id.

    ``secret_for`` gives the secret of an invitation's id, and raises what it likes when it knows none. Raises
    :class:`BindingError`.
    """
    if len(binding) > MAX_CHARACTERS:
        raise BindingError(f"longer than {MAX_CHARACTERS} characters")
    try:
        header, payload, mac = (decode(part) for part in binding.split("."))
        for part in (header, payload):
            strict.check(part)
    except (ValueError, Base64Error, strict.StrictError) as error:
        raise BindingError(f"not a compact JWS: {error}") from None
    fields = json.loads(header)
    if not isinstance(fields, dict) or set(fields) != {"alg", "kid", "url"} or fields["alg"] != "HS256":
        raise BindingError("its header has exactly alg (HS256), kid and url")
    if not isinstance(fields["kid"], str) or fields["url"] != url:
        raise BindingError("its kid or url is not the invitation's")
    signed = binding.rpartition(".")[0]
    if not hmac.compare_digest(mac, _mac(secret_for(fields["kid"]), signed)):
        raise BindingError("it was not made with this invitation's secret")
    try:
        bound = PublicKey.from_jwk(json.loads(payload))
    except KeyFormatError as error:
        raise BindingError(f"its payload is no public key: {error}") from None
    if bound != key:
        raise BindingError("it vouches for another key")
    return fields["kid"]


def _part(members: dict[str, str]) -> str:
    return encode(json.dumps(members, separators=(",", ":")).encode())


def _mac(secret: bytes, signed: str) -> bytes:
    return hmac.digest(secret, signed.encode("ascii"), hashlib.sha256)
