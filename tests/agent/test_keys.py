"""The device's key is a file for this person's eyes alone, and a damaged one is not taken for a key."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from agent import home, keys
from agent.home import Home


def test_a_key_is_made_once_and_read_again(tmp_path: Path) -> None:
    folder = Home(tmp_path)
    assert keys.load(folder) is None
    made = keys.make(folder)
    assert keys.load(folder) == made


@pytest.mark.skipif(os.name != "posix", reason="access rights are POSIX's")
def test_a_key_that_others_could_read_is_closed(tmp_path: Path) -> None:
    folder = Home(tmp_path)
    keys.make(folder)
    folder.path(home.KEY).chmod(0o644)
    keys.load(folder)
    assert stat.S_IMODE(folder.path(home.KEY).stat().st_mode) == 0o600


@pytest.mark.parametrize("change", [lambda b: b"", lambda b: b[:-5], lambda b: b"\xff" + b, lambda b: b"[" * 100_000])
def test_a_damaged_key_is_told(tmp_path: Path, change: object) -> None:
    folder = Home(tmp_path)
    keys.make(folder)
    folder.write(home.KEY, change(folder.read(home.KEY)))  # type: ignore[operator]
    with pytest.raises(keys.DamagedKey):
        keys.load(folder)


def test_halves_of_two_keys_are_damage(tmp_path: Path) -> None:
    folder = Home(tmp_path)
    first, second = keys.make(folder).jwk, keys.make(folder).jwk
    folder.write(home.KEY, json.dumps({**first, "x": second["x"]}).encode())
    with pytest.raises(keys.DamagedKey):
        keys.load(folder)
