"""The employer's words are all there in Russian, and the compiled file is the written one."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parents[2] / "employer" / "locale"
PO = LOCALE / "ru" / "LC_MESSAGES" / "employer.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")


@pytest.fixture(scope="module")
def written() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="ru", domain="employer")


def test_every_word_of_the_sources_is_translated_and_no_other(written: Catalog, tmp_path: Path) -> None:
    pot = tmp_path / "employer.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-k", "N_"]
    command += ["-F", str(LOCALE / "babel.cfg"), "-o", str(pot), "employer"]
    subprocess.run(command, cwd=LOCALE.parents[1], check=True, timeout=60)
    with pot.open("rb") as file:
        needed = read_po(file)
    assert {m.id for m in _messages(needed)} == {m.id for m in _messages(written)}
    assert [m.id for m in _messages(written) if m.fuzzy or not all(_forms(m.string))] == []


def test_translations_keep_what_is_filled_in(written: Catalog) -> None:
    for message in _messages(written):
        fields = {tuple(sorted(PLACEHOLDER.findall(form))) for form in _forms(message.id)}
        assert {tuple(sorted(PLACEHOLDER.findall(form))) for form in _forms(message.string)} == fields


def test_every_plural_has_the_three_forms_of_russian(written: Catalog) -> None:
    assert all(len(_forms(m.string)) == 3 for m in _messages(written) if m.pluralizable)


def test_the_compiled_file_is_the_written_one(written: Catalog) -> None:
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)
    assert _words(compiled) == _words(written)


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _words(catalog: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {_forms(message.id): _forms(message.string) for message in _messages(catalog)}


def _forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)
