"""Which language is spoken, and that every sentence can be collected for translation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import language

AGENT = Path(language.__file__).resolve().parent
KEYWORDS = {"_", "N_", "ngettext"}


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    language.use("en")


@pytest.mark.parametrize(
    ("chosen", "environ", "windows_ui", "expected"),
    [
        (None, {}, None, "en"),
        ("ru", {"LANG": "en_US.UTF-8"}, None, "ru"),
        ("de", {"LANG": "ru_RU.UTF-8"}, None, "ru"),
        (None, {"LANG": "ru_RU.UTF-8"}, None, "ru"),
        (None, {"LANG": "C.UTF-8"}, None, "en"),
        (None, {"LANGUAGE": "de:ru:en", "LANG": "en_US.UTF-8"}, None, "ru"),
        (None, {"LC_ALL": "en_GB.UTF-8", "LANG": "ru_RU.UTF-8"}, None, "en"),
        (None, {"READINESS_LANGUAGE": "ru", "LANG": "en_US.UTF-8"}, None, "ru"),
        (None, {"READINESS_LANGUAGE": "xx"}, None, "xx"),
        (None, {"LANG": "xx"}, None, "en"),
        (None, {}, 0x0419, "ru"),
        (None, {}, 0x0409, "en"),
        (None, {"LANG": "en_US.UTF-8"}, 0x0419, "en"),
    ],
)
def test_language_is_the_persons_choice_else_the_environments_else_that_of_windows(
    chosen: str | None, environ: dict[str, str], windows_ui: int | None, expected: str
) -> None:
    assert language.pick(chosen, environ, windows_ui) == expected


def test_sentences_follow_the_language_in_use() -> None:
    assert language._("Send the report") == "Send the report"
    language.use("ru")
    assert language._("Send the report") == "Отправить отчёт"
    language.use("nonsense")
    assert language._("Send the report") == "Send the report"


@pytest.mark.parametrize(("number", "form"), [(1, "одно"), (2, "2"), (5, "5"), (21, "одно")])
def test_russian_plurals(number: int, form: str) -> None:
    language.use("ru")
    said = language.ngettext("one thing left", "{count} things left", number).format(count=number)
    assert said.endswith(form)


def test_pseudo_language_brackets_every_translation_and_the_catalogues_words_too() -> None:
    language.use(language.PSEUDO)
    assert language._("Send the report") == "⟦Send the report⟧"
    assert language.ngettext("one", "many", 2) == "⟦many⟧"
    assert language.words().check_title("room.noise") == "⟦Room⟧"


@pytest.mark.parametrize("source", sorted(AGENT.rglob("*.py")), ids=lambda path: str(path.relative_to(AGENT)))
def test_no_sentence_hides_inside_an_f_string_where_extraction_does_not_see_it(source: Path) -> None:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    hidden = [
        ast.unparse(call)
        for f_string in ast.walk(tree)
        if isinstance(f_string, ast.JoinedStr)
        for call in ast.walk(f_string)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in KEYWORDS
        and isinstance(call.args[0], ast.Constant)
    ]
    assert not hidden
