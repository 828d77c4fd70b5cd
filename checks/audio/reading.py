"""The sentences that a person reads aloud: six calm seconds, rich in hissing sounds, about nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "en": "She chose six fresh peaches and a fish dish, then rushed across the street.",
        "ru": "Шесть свежих писем пришли из столицы; Саша спешит и ищет среди них счёт.",
    }
)
"""By language. The hissing sounds (s, sh, ch; с, ш, щ, ц) are the highest of a voice: they show how far up the
microphone hears."""
