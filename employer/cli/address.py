"""The address that operators know this employer by, kept in the state folder for the commands beside ``serve``."""

from __future__ import annotations

import json
from pathlib import Path

from employer.errors import EmployerError
from protocol.invitation import InvitationError, check_address

FILE_NAME = "address.json"


def checked(url: str) -> str:
    """An address in its one form. Raises :class:`EmployerError`."""
    try:
        return check_address(url)
    except InvitationError as error:
        raise EmployerError(
            f"--public-url {url}: {error}.", "Give the address that operators reach, such as https://ready.example.org."
        ) from error


def keep(folder: Path, url: str) -> None:
    """Remembers the address. Raises :class:`EmployerError`."""
    draft = folder / f"{FILE_NAME}.new"
    try:
        draft.write_text(json.dumps({"public_url": url}))
        draft.replace(folder / FILE_NAME)
    except OSError as error:
        raise EmployerError(
            f"The state folder {folder} can't be written: {error.strerror}.",
            "Look whether the disk is full and this user may write there.",
        ) from error


def kept(folder: Path) -> str:
    """The address of the receiver that was started last. Raises :class:`EmployerError`."""
    try:
        return checked(str(json.loads((folder / FILE_NAME).read_text())["public_url"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EmployerError(
            "It isn't known at which address operators reach this employer.",
            "Start the receiver once with readiness-employer serve, or say it with --public-url.",
        ) from error
