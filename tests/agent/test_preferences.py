"""The person's preferences outlive the program, and a damaged file doesn't stop it."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent import preferences
from agent.preferences import Preferences


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    chosen = Preferences(language="ru", theme="contrast", animations=False, microphone="usb-headset")
    preferences.save(tmp_path / "new", chosen)
    assert preferences.load(tmp_path / "new") == chosen
    assert [p.name for p in (tmp_path / "new").iterdir()] == [preferences.FILE]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"theme": "pink"}', b"[" * 100_000])
def test_a_damaged_file_gives_the_defaults(tmp_path: Path, content: bytes) -> None:
    (tmp_path / preferences.FILE).write_bytes(content)
    assert preferences.load(tmp_path) == Preferences()


def test_no_folder_gives_the_defaults(tmp_path: Path) -> None:
    assert preferences.load(tmp_path / "none") == Preferences()


def test_fields_of_a_newer_version_are_ignored(tmp_path: Path) -> None:
    (tmp_path / preferences.FILE).write_bytes(b'{"theme": "light", "colour_of_the_moon": "green"}')
    assert preferences.load(tmp_path).theme == "light"


def test_an_unwritable_folder_raises_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / preferences.FILE).mkdir()
    with pytest.raises(OSError, match=preferences.FILE):
        preferences.save(tmp_path, Preferences())
    assert [p.name for p in tmp_path.iterdir()] == [preferences.FILE]
