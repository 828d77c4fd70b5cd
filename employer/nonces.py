"""Nonces that prove themselves: any receiver of the employer knows its own without having stored them."""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta

from employer.keys import EmployerKeys
from protocol.base64url import Base64Error, decode, encode

LIFETIME = timedelta(minutes=10)
_RANDOM_BYTES = 12
_TIME_BYTES = 6
_MAC_BYTES = 16
_BYTES = _TIME_BYTES + _RANDOM_BYTES + _MAC_BYTES


def issue(keys: EmployerKeys, now: datetime) -> str:
    """A fresh nonce: its end, random bytes, and a MAC over both. Asking for one costs no storage."""
    expires = int((now + LIFETIME).timestamp())
    body = expires.to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)
    return encode(body + _mac(keys, body))


def expiry(keys: EmployerKeys, nonce: str, now: datetime) -> datetime | None:
    """When a nonce of ours expires; ``None`` for another's, or when it has expired.

    That it is used only once is the store's to keep (:func:`employer.store.changes.use_nonce`).
    """
    try:
        raw = decode(nonce)
    except Base64Error:
        return None
    body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if len(raw) != _BYTES or not hmac.compare_digest(mac, _mac(keys, body)):
        return None
    expires = datetime.fromtimestamp(int.from_bytes(body[:_TIME_BYTES], "big"), UTC)
    return expires if expires > now else None


def _mac(keys: EmployerKeys, body: bytes) -> bytes:
    return keys.derive("nonce", body)[:_MAC_BYTES]
