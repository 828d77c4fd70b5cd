"""As much of HTTP/1.1 (RFC 9112) as a transfer needs: it counts bytes, so it reads no more than the head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

MOST_HEAD_BYTES = 16 * 1024

Refusal = Literal["", "refused", "busy", "foreign"]


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and what to ask for."""

    host: str
    port: int
    tls: bool
    path: str
    """With a query."""

    @property
    def authority(self) -> str:
        """For the ``Host`` field: without the port where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def target(base: str, path: str) -> Target:
    """A path below a base address. Raises ``ValueError`` for an address that is not http or https."""
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"not an address of a server: {base}")
    tls = parts.scheme == "https"
    return Target(parts.hostname, parts.port or (443 if tls else 80), tls, parts.path.rstrip("/") + path)


def head(method: str, to: Target, bearer: str, *more: str) -> bytes:
    """The head of a request; ``more`` are further fields."""
    lines = (
        f"{method} {to.path} HTTP/1.1",
        f"Host: {to.authority}",
        f"Authorization: Bearer {bearer}",
        "Accept-Encoding: identity",
        "Connection: close",
        *more,
    )
    return "\r\n".join((*lines, "", "")).encode("ascii")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an answer."""

    status: int
    fields: dict[str, str]
    """By lower-case name."""


class HeadReader:
    """Takes an answer's bytes until its head is complete."""

    def __init__(self) -> None:
        self._bytes = b""
        self.head: Head | None = None

    def feed(self, data: bytes) -> bytes:
        """Returns what belongs to the body already. Raises ``ValueError`` when it is no HTTP, or too long a head."""
        self._bytes += data
        head_bytes, end, body = self._bytes.partition(b"\r\n\r\n")
        if end:
            self._bytes = b""
            self.head = _parse(head_bytes)
            return body
        if len(self._bytes) > MOST_HEAD_BYTES:
            raise ValueError("the head does not end")
        return b""


def _parse(head_bytes: bytes) -> Head:
    status_line, *field_lines = head_bytes.decode("latin-1").split("\r\n")
    version, _, rest = status_line.partition(" ")
    if not version.startswith("HTTP/1.") or not rest[:3].isdigit():
        raise ValueError("not HTTP")
    fields = (line.partition(":") for line in field_lines)
    return Head(int(rest[:3]), {name.strip().lower(): value.strip() for name, _, value in fields})


def body_bytes(head: Head) -> int | None:
    """How long the answer says that its body is; ``None`` where it doesn't. Raises ``ValueError`` for nonsense."""
    given = head.fields.get("content-length")
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise ValueError("no length")
    return int(given)


def refusal(head: Head, media_type: str) -> Refusal:
    """Why an answer carries no transfer: ``refused``, ``busy`` or ``foreign``; empty when it does.

    An answer of another type, or a way elsewhere, isn't the employer's: a sign-in page of the network, as a rule.
    """
    if head.status in (401, 403, 429):
        return "refused"
    if head.status == 503:
        return "busy"
    given = head.fields.get("content-type", "").partition(";")[0].strip().lower()
    return "" if head.status == 200 and given == media_type else "foreign"
