"""This computer's key: a file for this person's eyes alone."""

from __future__ import annotations

import contextlib
import json

from agent import home
from agent.home import Home
from protocol.keys import KeyFormatError, PrivateKey


class DamagedKey(Exception):
    """The key file doesn't hold a key."""


def load(folder: Home, name: str = home.KEY) -> PrivateKey | None:
    """The key, or ``None`` when there is none. Raises :class:`DamagedKey`."""
    data = folder.read(name)
    if data is None:
        return None
    try:
        key = PrivateKey.from_jwk(json.loads(data))
    except (ValueError, RecursionError, KeyFormatError) as error:
        raise DamagedKey(str(error)) from None
    with contextlib.suppress(OSError):
        folder.path(name).chmod(0o600)
    return key


def make(folder: Home, name: str = home.KEY) -> PrivateKey:
    """A new key, on the disk before anything is signed with it."""
    key = PrivateKey.generate()
    folder.write(name, json.dumps(key.jwk).encode())
    return key
