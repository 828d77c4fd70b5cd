"""The invitation link: where the employer is, and the secret that binds a new key to an operator."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from protocol.base64url import Base64Error, decode, encode
from protocol.keys import THUMBPRINT
from protocol.messages import Path

VERSION = "1"
MIN_SECRET_BYTES = 16
"""128 bits."""
_ID = re.compile(r"[A-Za-z0-9_-]{4,64}")
_HOST = re.compile(r"[0-9A-Za-z.:_\[\]-]+")
_PATH = re.compile(r"[0-9A-Za-z./_~-]*")
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_AROUND = "<>()[]\"'“”«»‘’.,;:!"
_MAX_CHARACTERS = 1000


class InvitationError(ValueError):
    """Text that is no invitation link. ``reason`` names what is wrong, for whoever words it."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        """``empty``, ``not_a_link``, ``not_https``, ``not_an_invitation``, ``cut_off``, ``newer_version`` or
        ``damaged``."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invitation link says."""

    api_url: str
    """The employer's address without a trailing slash: ``https://host[:port][/base]``."""
    id: str
    secret: bytes
    employer_key: str
    """Thumbprint of the key that signs policies and receipts."""

    def __repr__(self) -> str:
        return f"Invitation({self.api_url!r}, {self.id!r})"

    @property
    def link(self) -> str:
        """The link. A secret: the fragment is never sent to the server by a browser, nor by us."""
        fragment = ".".join((VERSION, self.id, encode(self.secret), self.employer_key))
        return f"{self.api_url}{Path.INVITATION}#{fragment}"


def is_loopback(host: str | None) -> bool:
    """Whether a host's name or address stays on this computer."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def check_address(url: str) -> str:
    """An employer's address in its one form, without a trailing slash. Raises :class:`InvitationError`.

    ``https``, or ``http`` on this computer alone.
    """
    return _address(_split(url.rstrip("/")))


def parse(text: str) -> Invitation:
    """Reads an invitation link as people paste it: without a mail program's line breaks and invisible characters, and
    without the brackets, quotes or full stop around it.

    Raises :class:`InvitationError`.
    """
    link = _UNSEEN.sub("", text).strip(_AROUND)
    if not link:
        raise InvitationError("empty", "no link was given")
    if len(link) > _MAX_CHARACTERS:
        raise InvitationError("not_a_link", f"longer than {_MAX_CHARACTERS} characters")
    split = _split(link)
    path, _, last = split.path.rpartition("/")
    if "/" + last != Path.INVITATION or split.query:
        raise InvitationError("not_an_invitation", "an invitation's address ends in /i, and then # and a secret")
    api_url = _address(split._replace(path=path, fragment=""))
    return _fragment(api_url, split.fragment)


def _split(url: str) -> SplitResult:
    try:
        split = urlsplit(url)
        _ = split.port
    except ValueError as error:
        raise InvitationError("not_a_link", f"not an address: {error}") from None
    if split.scheme not in ("http", "https") or not split.hostname:
        raise InvitationError("not_a_link", "an address begins with https:// and names a host")
    return split


def _address(split: SplitResult) -> str:
    if split.username is not None or split.password is not None:
        raise InvitationError("not_a_link", "an address with a user name or password in it")
    if split.query or split.fragment:
        raise InvitationError("not_a_link", "an employer's address has neither ? nor #")
    if not _HOST.fullmatch(split.netloc) or not _PATH.fullmatch(split.path):
        raise InvitationError("not_a_link", "an address with unusual characters")
    if split.scheme == "http" and not is_loopback(split.hostname):
        raise InvitationError("not_https", "http:// is for this computer alone; the employer's address is https://")
    return f"{split.scheme}://{split.netloc.lower()}{split.path.rstrip('/')}"


def _fragment(api_url: str, fragment: str) -> Invitation:
    version, *rest = fragment.split(".")
    if not fragment or (version == VERSION and len(rest) < 3):
        raise InvitationError("cut_off", "the part after # is missing or cut off")
    if version != VERSION:
        reason = "newer_version" if version.isascii() and version.isdigit() else "damaged"
        raise InvitationError(reason, f"a link of version {version!r}, not {VERSION}")
    if len(rest) > 3:
        raise InvitationError("damaged", "the part after # has too many parts")
    id_, secret_text, employer_key = rest
    if not _ID.fullmatch(id_):
        raise InvitationError("damaged", "the invitation's id is damaged")
    if not THUMBPRINT.fullmatch(employer_key):
        reason = "cut_off" if len(employer_key) < 43 else "damaged"
        raise InvitationError(reason, "the employer's key at the end is cut off or damaged")
    try:
        secret = decode(secret_text)
    except Base64Error as error:
        raise InvitationError("damaged", f"the secret is damaged: {error}") from None
    if len(secret) < MIN_SECRET_BYTES:
        raise InvitationError("damaged", f"the secret has only {len(secret) * 8} bits")
    return Invitation(api_url, id_, secret, employer_key)
