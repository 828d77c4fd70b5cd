"""The employer's keys: one file that signs policies and receipts, and that all shared secrets come from."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from nacl.bindings import crypto_core_ed25519_is_valid_point

from employer.errors import EmployerError
from protocol.base64url import Base64Error, decode, encode
from protocol.keys import KeyFormatError, PrivateKey, PublicKey

FILE_NAME = "employer-keys.json"
SECRET_BYTES = 32


@dataclass(frozen=True, repr=False)
class EmployerKeys:
    """What only the employer's receivers know. Several receivers of one employer share the file."""

    signing: PrivateKey
    """Ed25519: signs policies and receipts; its thumbprint stands in every invitation link."""
    secret: bytes
    """32 bytes. Other secrets are derived from it, so that the database holds none."""

    @property
    def ticket_key(self) -> bytes:
        """For the line's tickets, shared with the reflector."""
        return self.derive("ticket", b"")

    def invitation_secret(self, invitation_id: str) -> bytes:
        """The secret of an invitation. HS256 needs it on both sides, so no hash of it would do."""
        return self.derive("invitation", invitation_id.encode())

    def derive(self, use: str, data: bytes) -> bytes:
        """32 bytes by HMAC-SHA256, different for every use."""
        return hmac.digest(self.secret, f"readiness employer {use}\0".encode() + data, hashlib.sha256)


def is_strong(key: PublicKey) -> bool:
    """Whether a public key is a canonical point of the prime-order subgroup.

    Under a key of small order one signature holds for every message, so that its owner could deny any report,
    or anyone could make one (libsodium, ``crypto_core_ed25519_is_valid_point``).
    """
    return crypto_core_ed25519_is_valid_point(key.x)


def load_or_create(folder: Path) -> EmployerKeys:
    """The keys in the state folder; made when there are none. Raises :class:`EmployerError`."""
    return _load(folder / FILE_NAME, create=True)


def load(folder: Path) -> EmployerKeys:
    """The keys in the state folder. Raises :class:`EmployerError`, also when there are none."""
    return _load(folder / FILE_NAME, create=False)


def _load(file: Path, create: bool) -> EmployerKeys:
    try:
        if not file.exists():
            if not create:
                raise EmployerError(f"There is no key file {file}.", "Say with --data where the receiver's folder is.")
            _create(file)
        _refuse_readable_by_others(file)
        return _read(file)
    except OSError as error:
        raise EmployerError(
            f"The key file {file} can't be read or made: {error.strerror}.",
            "Choose another folder with --data, or give this user the right to write there.",
        ) from error


def _create(file: Path) -> None:
    """Whole or not at all, also when two commands start at once."""
    keys = {"signing": PrivateKey.generate().jwk, "secret": encode(secrets.token_bytes(SECRET_BYTES))}
    draft = file.with_name(f"{FILE_NAME}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        json.dump(keys, opened)
        opened.flush()
        os.fsync(opened.fileno())
    try:
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()


def _refuse_readable_by_others(file: Path) -> None:
    if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise EmployerError(
            f"Other users of this computer can read the key file {file}.",
            f"Close it with: chmod 600 {file}. If someone may have copied it, enrol everyone anew.",
        )


def _read(file: Path) -> EmployerKeys:
    try:
        fields = json.loads(file.read_bytes())
        keys = EmployerKeys(PrivateKey.from_jwk(fields["signing"]), decode(fields["secret"]))
        if len(keys.secret) != SECRET_BYTES:
            raise ValueError("secret: not 32 bytes")
    except (ValueError, KeyError, TypeError, KeyFormatError, Base64Error) as error:
        raise EmployerError(
            f"The key file {file} is damaged ({error}).",
            "Restore it from a backup. To begin afresh, move it away: then everyone has to be invited anew.",
        ) from error
    return keys
