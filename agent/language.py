"""The language of the agent's words: which one the person reads, and the translation of a sentence into it."""

from __future__ import annotations

import gettext
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from report.words import Words

LANGUAGES: Mapping[str, str] = {"en": "English", "ru": "Русский"}
"""Languages by code, each in its own name."""
PSEUDO = "xx"
"""A language for tests: every translated sentence stands in ⟦brackets⟧, so that a hard-coded one is seen."""
FALLBACK = "en"

_VARIABLES = ("READINESS_LANGUAGE", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_WINDOWS_RUSSIAN = 0x19
"""Primary language id (``winnt.h``, ``LANG_RUSSIAN``)."""

_language = FALLBACK


def pick(chosen: str | None, environ: Mapping[str, str], windows_ui: int | None = None) -> str:
    """The language to speak: the person's own choice, else the environment's, else that of Windows, else English.

    ``chosen`` comes from the settings; ``windows_ui`` is the language id of the Windows user interface.
    """
    if chosen is not None and (chosen in LANGUAGES or chosen == PSEUDO):
        return chosen
    for variable in _VARIABLES:
        for name in environ.get(variable, "").split(":"):
            code = name.partition(".")[0].replace("-", "_").partition("_")[0].lower()
            if code in LANGUAGES or (variable == "READINESS_LANGUAGE" and code == PSEUDO):
                return code
    if windows_ui is not None and windows_ui & 0x3FF == _WINDOWS_RUSSIAN:
        return "ru"
    return FALLBACK


def windows_ui() -> int | None:
    """The language id of the Windows user interface; ``None`` on other systems."""
    if sys.platform == "win32":
        import ctypes

        return int(ctypes.windll.kernel32.GetUserDefaultUILanguage())
    return None


def use(language: str) -> None:
    """From now on the program speaks this language. An unknown one is English."""
    global _language
    _language = language if language in LANGUAGES or language == PSEUDO else FALLBACK


def language() -> str:
    """The code of the language in use."""
    return _language


def _(text: str) -> str:
    """``text`` in the language in use."""
    return bracketed(text) if _language == PSEUDO else _catalogue(_language).gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """The form of a sentence that goes with ``number``."""
    if _language == PSEUDO:
        return bracketed(one if number == 1 else many)
    return _catalogue(_language).ngettext(one, many, number)


def N_(text: str) -> str:
    """Marks a sentence for translation; it is translated where it is shown."""
    return text


def words() -> Words:
    """The report catalogue's sentences in the language in use."""
    return _words(_language)


def bracketed(text: str) -> str:
    """``text`` as the pseudo-language says it."""
    return f"⟦{text}⟧" if text else text


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    folder = Path(__file__).resolve().parent / "locale"
    return gettext.translation("agent", str(folder), [language], fallback=True)


@cache
def _words(language: str) -> Words:
    from report.words import Words

    class Pseudo(Words):
        def __init__(self) -> None:
            super().__init__(FALLBACK)
            self._t = bracketed

    return Pseudo() if language == PSEUDO else Words(language)
