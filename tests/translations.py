"""The translations of the packages that speak: collects their words, updates and compiles the Russian files.

Run ``make translations`` after a change of words; docs/translating.md says how.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from report.catalogue import METRICS

ROOT = Path(__file__).parents[1]
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
TEMPLATE_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true"}
UNUSED_HEADERS = ('"Report-Msgid-Bugs-To:', '"Last-Translator:', '"Generated-By:')
LINE_LENGTH = 110
PERCENT_FIELD = re.compile(r"%\(\w+\)[sd]|%%")
BRACE_FIELD = re.compile(r"\{\w*\}")


@dataclass(frozen=True, slots=True)
class Domain:
    """The words of one package, in Russian."""

    package: str

    @property
    def po(self) -> Path:
        """What translators write."""
        return ROOT / self.package / "locale" / "ru" / "LC_MESSAGES" / f"{self.package}.po"

    @property
    def mo(self) -> Path:
        """What the program reads."""
        return self.po.with_suffix(".mo")

    def needed(self) -> Catalog:
        """Every sentence that the sources mark, and for ``report`` the units of the metrics."""
        catalog = Catalog(locale="ru", domain=self.package)
        folder = ROOT / self.package
        options = {pattern: TEMPLATE_OPTIONS if method == "jinja2" else {} for pattern, method in METHODS}
        for _file, _line, text, _comments, context in extract_from_dir(folder, METHODS, options, DEFAULT_KEYWORDS):
            catalog.add(text, context=context)
        if self.package == "report":
            for unit in {metric.unit for metric in METRICS.values()} - {""}:
                catalog.add(unit)
        return catalog

    def written(self) -> Catalog:
        """What stands in the ``.po`` file."""
        with self.po.open("rb") as file:
            return read_po(file, locale="ru", domain=self.package)

    def compiled(self) -> Catalog:
        """What stands in the ``.mo`` file."""
        with self.mo.open("rb") as file:
            return read_mo(file)

    def update(self) -> list[str]:
        """Brings both files up to date with the sources; returns the sentences that are left to translate.

        Words that the sources no longer say go. A changed sentence is a new one: nothing is guessed.
        """
        catalog = self.written()
        catalog.update(self.needed(), no_fuzzy_matching=True, update_creation_date=False)
        for message in messages(catalog):
            if not PERCENT_FIELD.search(forms(message.id)[0]):
                message.flags.discard("python-format")  # Babel takes "5 % of" for a format.
        text = io.BytesIO()
        write_po(text, catalog, LINE_LENGTH, no_location=True, sort_output=True, ignore_obsolete=True)
        lines = text.getvalue().decode().splitlines(keepends=True)
        self.po.write_text("".join(line for line in lines if not line.startswith(UNUSED_HEADERS)), encoding="utf-8")
        with self.mo.open("wb") as file:
            write_mo(file, catalog)
        return [forms(message.id)[0] for message in messages(catalog) if not all(forms(message.string))]


DOMAINS = tuple(Domain(package) for package in ("agent", "employer", "report"))


def messages(catalog: Catalog) -> Iterator[Message]:
    """All but the header."""
    return (message for message in catalog if message.id)


def words(catalog: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Originals and translations, each in all of its forms."""
    return {forms(message.id): forms(message.string) for message in messages(catalog)}


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """The forms of a plural; otherwise the one text."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def fields(text: str) -> list[str]:
    """What is filled in when the sentence is shown."""
    return sorted(PERCENT_FIELD.findall(text) + BRACE_FIELD.findall(text))


def main() -> int:
    """Updates and compiles all domains; 1 when something is left to translate."""
    left = 0
    for domain in DOMAINS:
        for text in domain.update():
            print(f"{domain.po.relative_to(ROOT)}: not translated yet: {text}")
            left += 1
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
