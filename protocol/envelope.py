"""The signed envelope: a compact JWS (RFC 7515) in which accepted bytes have exactly one reading."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from protocol import strict
from protocol.base64url import Base64Error, decode
from protocol.keys import ALGORITHM, THUMBPRINT, KeyFormatError, PrivateKey, PublicKey
from protocol.messages import MAX_MESSAGE_BYTES, MAX_REPORT_BYTES, EnvelopeType

if TYPE_CHECKING:
    from joserfc.jws import JWSRegistry

MAX_HEADER_BYTES = 1500
MAX_URL_CHARACTERS = 400
MAX_NONCE_CHARACTERS = 200

_REQUIRED = {"alg", "kid", "typ", "url"}
_OPTIONAL = {"nonce", "jwk"}


class EnvelopeError(ValueError):
    """An envelope that is not accepted."""

    def __init__(self, problem: str, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem
        """Last part of the problem's ``type``: ``too_large``, ``malformed``, ``wrong_type``, ``wrong_url``,
        ``unknown_key`` or ``bad_signature``."""


@dataclass(frozen=True, slots=True)
class Header:
    """The protected header. Nothing in it is proven before the signature is verified."""

    alg: str
    kid: str
    """Thumbprint of the signing key; of ``jwk`` when that is present."""
    typ: str
    url: str
    """The address that it was made for, or that it is published at."""
    nonce: str | None = None
    jwk: PublicKey | None = None
    """The signing key itself: in an enrolment, a policy and a receipt, whose readers know its thumbprint."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An envelope whose signature holds."""

    header: Header
    payload: bytes


def digest(data: bytes) -> str:
    """SHA-256 of the exact bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def limit_bytes(typ: str) -> int:
    """The most bytes that an envelope of this type may have."""
    return MAX_REPORT_BYTES if typ == EnvelopeType.REPORT else MAX_MESSAGE_BYTES


def seal(
    key: PrivateKey, typ: str, payload: bytes, url: str, *, nonce: str | None = None, show_key: bool = False
) -> bytes:
    """Signs ``payload`` as it stands. ``show_key`` puts the public key into the header.

    Raises :class:`EnvelopeError` (``too_large``) beyond the limit of its type, so that a report that could
    never be received is told when it is made.
    """
    from joserfc import jws

    header: dict[str, object] = {"alg": ALGORITHM, "kid": key.public.thumbprint, "typ": typ, "url": url}
    if nonce is not None:
        header["nonce"] = nonce
    if show_key:
        header["jwk"] = key.public.jwk
    sealed = jws.serialize_compact(header, payload, key.jose, registry=_registry()).encode("ascii")
    if len(sealed) > limit_bytes(typ):
        raise EnvelopeError("too_large", f"{len(sealed)} bytes; the limit is {limit_bytes(typ)}")
    return sealed


def open_envelope(data: bytes, key_for: Callable[[Header], PublicKey], typ: str, url: str | None = None) -> Opened:
    """Opens an envelope of type ``typ`` made for ``url`` (``None``: for any).

    In this order: size, form, header, ``key_for(header)``, signature, and only then what the payload says:
    it has passed :mod:`protocol.strict`, except that of a policy, which is TOML. ``key_for`` gives the key
    that must have signed, and raises :class:`EnvelopeError` (``unknown_key``) when it knows none.

    Raises :class:`EnvelopeError`.
    """
    if len(data) > limit_bytes(typ):
        raise EnvelopeError("too_large", f"{len(data)} bytes; the limit is {limit_bytes(typ)}")
    raw_header, payload, _ = _parts(data)
    header = _header(raw_header)
    if header.typ != typ:
        raise EnvelopeError("wrong_type", f"typ is {header.typ!r}, not {typ!r}")
    if url is not None and header.url != url:
        raise EnvelopeError("wrong_url", f"made for {header.url!r}, not for {url!r}")
    _verify(data, key_for(header), header)
    if typ != EnvelopeType.POLICY:
        _check_json("payload", payload)
    return Opened(header, payload)


def peek(data: bytes) -> tuple[Header, bytes]:
    """Header and payload of an envelope whose signature is *not* verified. Raises :class:`EnvelopeError`.

    Only for choosing what to verify, or for an envelope of our own making.
    """
    if len(data) > MAX_REPORT_BYTES:
        raise EnvelopeError("too_large", f"{len(data)} bytes; the limit is {MAX_REPORT_BYTES}")
    raw_header, payload, _ = _parts(data)
    return _header(raw_header), payload


def shown_key(thumbprint: str) -> Callable[[Header], PublicKey]:
    """A ``key_for`` that takes the key in the header if it is the one with this thumbprint."""

    def key_for(header: Header) -> PublicKey:
        if header.jwk is None or header.jwk.thumbprint != thumbprint:
            raise EnvelopeError("unknown_key", f"signed by {header.kid}, not by {thumbprint}")
        return header.jwk

    return key_for


def _parts(data: bytes) -> tuple[bytes, bytes, bytes]:
    try:
        header, payload, signature = data.decode("ascii").split(".")
    except ValueError:
        raise EnvelopeError("malformed", "not a compact JWS: three base64url parts joined by dots") from None
    decoded = []
    for name, part in (("header", header), ("payload", payload), ("signature", signature)):
        try:
            decoded.append(decode(part))
        except Base64Error as error:
            raise EnvelopeError("malformed", f"{name}: {error}") from None
        if not part:
            raise EnvelopeError("malformed", f"{name}: empty")
    if len(decoded[0]) > MAX_HEADER_BYTES:
        raise EnvelopeError("malformed", f"header: {len(decoded[0])} bytes; the limit is {MAX_HEADER_BYTES}")
    if len(decoded[2]) != 64:
        raise EnvelopeError("malformed", f"signature: {len(decoded[2])} bytes, not 64")
    return decoded[0], decoded[1], decoded[2]


def _check_json(part: str, data: bytes) -> None:
    try:
        strict.check(data)
    except strict.StrictError as error:
        raise EnvelopeError("malformed", f"{part}: {error}") from None


def _header(raw: bytes) -> Header:
    _check_json("header", raw)
    fields = json.loads(raw)
    if not isinstance(fields, dict):
        raise EnvelopeError("malformed", "header: not an object")
    if not set(fields) >= _REQUIRED or set(fields) - _REQUIRED - _OPTIONAL:
        raise EnvelopeError("malformed", "header: its fields are alg, kid, typ, url, and nonce or jwk")
    jwk = fields.pop("jwk", None)
    if not all(isinstance(value, str) for value in fields.values()):
        raise EnvelopeError("malformed", "header: every field but jwk is a string")
    if fields["alg"] != ALGORITHM:
        raise EnvelopeError("malformed", f"header: alg is {ALGORITHM}, nothing else")
    if not THUMBPRINT.fullmatch(fields["kid"]):
        raise EnvelopeError("malformed", "header: kid is not an RFC 7638 thumbprint")
    if len(fields["url"]) > MAX_URL_CHARACTERS or len(fields.get("nonce", "")) > MAX_NONCE_CHARACTERS:
        raise EnvelopeError("malformed", "header: url or nonce is too long")
    try:
        header = Header(jwk=PublicKey.from_jwk(jwk) if jwk is not None else None, **fields)
    except KeyFormatError as error:
        raise EnvelopeError("malformed", f"header: jwk: {error}") from None
    if header.jwk is not None and header.jwk.thumbprint != header.kid:
        raise EnvelopeError("malformed", "header: kid is not the thumbprint of jwk")
    return header


def _verify(data: bytes, key: PublicKey, header: Header) -> None:
    from joserfc import jws
    from joserfc.errors import JoseError

    if key.thumbprint != header.kid:
        raise EnvelopeError("unknown_key", f"signed by {header.kid}, not by {key.thumbprint}")
    try:
        jws.deserialize_compact(data, key.jose, registry=_registry())
    except JoseError as error:
        raise EnvelopeError("bad_signature", f"the signature does not hold ({error.error})") from None


@cache
def _registry() -> JWSRegistry:
    """joserfc's registry with our header fields, our one algorithm and our sizes."""
    from joserfc.jws import JWSRegistry
    from joserfc.registry import HeaderParameter

    class Registry(JWSRegistry):
        max_header_length = MAX_HEADER_BYTES * 4 // 3 + 4
        max_payload_length = MAX_REPORT_BYTES

    extra = {name: HeaderParameter(name, "str") for name in ("url", "nonce")}
    return Registry(header_registry=extra, algorithms=[ALGORITHM])
