"""The text that is read aloud, in the person's language."""

from __future__ import annotations

from checks.audio.reading import TEXTS


def text_to_read(language: str) -> str:
    """The text, as one paragraph; English where there is none in that language."""
    return TEXTS.get(language) or TEXTS["en"]
