"""All words of all packages are there in Russian, and the compiled files are the written ones."""

from __future__ import annotations

import pytest

from tests.translations import DOMAINS, Domain, fields, forms, messages, words

pytestmark = pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.package)


def test_every_sentence_of_the_sources_is_written_and_no_other(domain: Domain) -> None:
    assert words(domain.needed()).keys() == words(domain.written()).keys(), "run `make translations`"


def test_nothing_is_untranslated_or_a_guess(domain: Domain) -> None:
    unready = [m.id for m in messages(domain.written()) if m.fuzzy or not all(forms(m.string))]
    assert unready == []


def test_translations_keep_what_is_filled_in(domain: Domain) -> None:
    for message in messages(domain.written()):
        wanted = [fields(form) for form in forms(message.id)]
        assert all(fields(form) in wanted for form in forms(message.string)), message.id


def test_every_plural_has_the_three_forms_of_russian(domain: Domain) -> None:
    assert all(len(forms(m.string)) == 3 for m in messages(domain.written()) if m.pluralizable)


def test_the_compiled_file_is_the_written_one(domain: Domain) -> None:
    assert words(domain.compiled()) == words(domain.written()), "run `make translations`"
