"""Recorded speech for listening tests: Debian's Asterisk prompts, joined to sentences of eight seconds with pauses.

As listening tests want it (ITU-T P.830, P.862.3), they are spoken into a telephone: through the sending characteristic
of the modified intermediate reference system, and at 26 dB below overload.
"""

from __future__ import annotations

import random
import wave
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Language = Literal["en", "ru"]
Samples = NDArray[np.int16]

RATE = 8000
SECONDS = 8
FOLDERS: dict[Language, Path] = {
    "en": Path("/usr/share/asterisk/sounds/en_US_f_Allison"),
    "ru": Path("/usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU"),
}
_PAUSE_S = (0.3, 0.7)
_PROMPT_S = (0.8, 6.0)
"""Shorter ones are single words, longer ones menus."""
_LOUD = 32768 * 10 ** (-26 / 20)
"""Level of a sentence, RMS."""
_BLOCK = RATE // 50
_AUDIBLE = 10 ** (-35 / 20)
"""Beside a prompt's loudest sample."""
_FAINT = 1000
"""The loudest sample of what is no speech at all."""
_SENDING_HZ = (100, 125, 160, 200, 250, 300, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150, 3500, 4000)
_SENDING_DB = (
    *(-31.7, -24.7, -17.2, -13.3, -10.3, -8.5, -7.0, -6.3, -5.9),
    *(-4.9, -3.7, -2.3, -0.5, 0.1, 1.3, 2.1, -0.3, -3.5),
)
"""ITU-T P.830, annex D."""


def missing(language: Language) -> str | None:
    """Why there is no speech in this language here, or ``None``."""
    return None if FOLDERS[language].is_dir() else f"needs asterisk-core-sounds-{language}-wav"


def sentences(language: Language, number: int, seed: int) -> list[Samples]:
    """``number`` sentences of different prompts; a prompt comes again only when all were used."""
    draw = random.Random(seed)
    prompts: list[Samples] = []
    made = []
    for _ in range(number):
        parts, left = [_pause(draw)], RATE * SECONDS
        left -= len(parts[0])
        while left > 0:
            if not prompts:
                prompts = _prompts(FOLDERS[language])
                draw.shuffle(prompts)
            parts += [prompts.pop(), _pause(draw)]
            left -= len(parts[-1]) + len(parts[-2])
        made.append(_sent(np.concatenate(parts)[: RATE * SECONDS]))
    return made


def _prompts(folder: Path) -> list[Samples]:
    found = (_trimmed(_read(path)) for path in sorted(folder.rglob("*.wav")) if path.parent.name != "silence")
    low, high = (round(s * RATE) for s in _PROMPT_S)
    return [samples for samples in found if low <= len(samples) <= high]


def _trimmed(samples: Samples) -> Samples:
    """Without the silence around it, of which one studio leaves more than the other: pauses are ours alone."""
    blocks = np.abs(samples[: len(samples) // _BLOCK * _BLOCK].reshape(-1, _BLOCK).astype(np.int64)).max(axis=1)
    loud = np.flatnonzero(blocks > _AUDIBLE * max(int(blocks.max(initial=0)), _FAINT))
    return samples[loud[0] * _BLOCK : (loud[-1] + 1) * _BLOCK] if len(loud) else samples[:0]


def _read(path: Path) -> Samples:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def _pause(draw: random.Random) -> Samples:
    return np.zeros(round(draw.uniform(*_PAUSE_S) * RATE), np.int16)


def _sent(samples: Samples) -> Samples:
    """As a telephone sends it, at the usual level."""
    spectrum = np.fft.rfft(samples)
    hz = np.fft.rfftfreq(len(samples), 1 / RATE)
    db = np.interp(np.log(np.maximum(hz, 1.0)), np.log(_SENDING_HZ), _SENDING_DB)
    loud = np.fft.irfft(spectrum * 10 ** (db / 20), len(samples))
    loud *= _LOUD / np.sqrt(np.mean(loud**2))
    return np.clip(np.round(loud), -32768, 32767).astype(np.int16)
