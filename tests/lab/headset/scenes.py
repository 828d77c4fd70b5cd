"""What a microphone hears in a test: recorded speech and music from Debian's packages, and sounds made here.

Every sound says where it comes from: RECORDED ones are real; MADE ones are synthesised, or recorded and then altered.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from checks.audio.levels import a_weighted, level_dbfs
from checks.audio.speech_level import active_speech_level
from tests.lab.headset.wav import Signal, read_sound

Language = Literal["en", "ru"]

_PROMPTS = {
    "en": Path("/usr/share/asterisk/sounds/en_US_f_Allison"),
    "ru": Path("/usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU"),
}
"""Packages asterisk-core-sounds-en-g722 and -ru-g722: one woman's voice each, 16 kHz, CC-BY-SA."""
_MUSIC = Path("/usr/share/asterisk/moh")
"""Package asterisk-moh-opsound-wav: 8 kHz, CC-BY-SA."""
_FULL_BAND = Path("/usr/share/sounds/alsa")
"""Package alsa-utils: a woman's voice, 48 kHz."""
_LONG_PROMPT_BYTES = 24_000
"""Of G.722 at 64 kbit/s: 3 s."""


class Origin(StrEnum):
    """Where a sound comes from."""

    RECORDED = "recorded"
    MADE = "made"


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples of full scale 1, and where they come from."""

    samples: Signal
    rate_hz: int
    origin: Origin

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / self.rate_hz


@cache
def speech(language: Language, seconds: float, rate_hz: int = 48000, start: int = 0) -> Sound:
    """RECORDED. Fluent speech: long prompts one after the other, from the ``start``-th on, without their margins."""
    files = sorted(f for f in _PROMPTS[language].glob("*.g722") if f.stat().st_size >= _LONG_PROMPT_BYTES)
    parts: list[Signal] = []
    length, index = 0, start
    while length < seconds * rate_hz:
        part = _without_margins(read_sound(files[index % len(files)], rate_hz), rate_hz)
        parts.append(np.concatenate([part, np.zeros(int(0.25 * rate_hz))]))
        length += len(parts[-1])
        index += 1
    return Sound(np.concatenate(parts)[: int(seconds * rate_hz)], rate_hz, Origin.RECORDED)


@cache
def full_band_speech(rate_hz: int = 48000) -> Sound:
    """RECORDED. About 8 s of single words, up to 20 kHz: "front center", "side left" …"""
    names = ("Side_Left", "Front_Center", "Side_Right", "Rear_Center", "Front_Left", "Rear_Right", "Front_Right")
    parts = [read_sound(_FULL_BAND / f"{name}.wav", rate_hz) for name in names]
    return Sound(np.concatenate(parts), rate_hz, Origin.RECORDED)


@cache
def music(seconds: float, rate_hz: int = 48000, piece: int = 3) -> Sound:
    """RECORDED. Music on hold."""
    file = sorted(_MUSIC.glob("*.wav"))[piece]
    samples = read_sound(file, rate_hz)[rate_hz * 5 :]
    return Sound(np.resize(samples, int(seconds * rate_hz)), rate_hz, Origin.RECORDED)


def room_tone(seconds: float, rate_hz: int = 48000, seed: int = 1) -> Sound:
    """MADE. The noise of a still room: falls by 5 dB per octave."""
    return Sound(_shaped_noise(seconds, rate_hz, seed, slope_db_per_octave=-5.0), rate_hz, Origin.MADE)


def fan(seconds: float, rate_hz: int = 48000, seed: int = 2) -> Sound:
    """MADE. A computer's fan: noise with the blades' tone and its harmonics."""
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    noise = _shaped_noise(seconds, rate_hz, seed, slope_db_per_octave=-3.0)
    tone = sum((0.3 / k * np.sin(2 * np.pi * 147.0 * k * t) for k in (1, 2, 3)), np.zeros_like(t))
    return Sound(noise / np.std(noise) + tone, rate_hz, Origin.MADE)


def hum(seconds: float, rate_hz: int = 48000, mains_hz: float = 50.0) -> Sound:
    """MADE. Mains hum: odd harmonics strongest."""
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    tone = sum(
        ((1.0 if k % 2 else 0.3) / k * np.sin(2 * np.pi * mains_hz * k * t) for k in range(1, 13)), np.zeros_like(t)
    )
    return Sound(tone, rate_hz, Origin.MADE)


@cache
def television(seconds: float, language: Language = "ru", rate_hz: int = 48000) -> Sound:
    """MADE from RECORDED speech: another voice, low-passed at 5 kHz, reverberated (0.6 s), with music underneath."""
    voice = speech(language, seconds, rate_hz, start=7).samples
    bed = music(seconds, rate_hz).samples
    bed = bed * (np.std(voice) / np.std(bed)) * 10 ** (-12 / 20)
    return Sound(reverberated(_low_passed(voice + bed, rate_hz, 5000.0), rate_hz, 0.6), rate_hz, Origin.MADE)


def band_limited(sound: Sound, edge_hz: float) -> Sound:
    """MADE: the sound through a channel that ends at ``edge_hz``."""
    return Sound(_low_passed(sound.samples, sound.rate_hz, edge_hz), sound.rate_hz, Origin.MADE)


def reverberated(samples: Signal, rate_hz: int, rt60_s: float, seed: int = 3) -> Signal:
    """The sound in a room whose echo falls by 60 dB in ``rt60_s``: direct sound and a decaying noise tail."""
    t = np.arange(int(rt60_s * rate_hz)) / rate_hz
    tail = np.random.default_rng(seed).standard_normal(len(t)) * 10 ** (-3 * t / rt60_s)
    tail *= 0.7 / np.sqrt(np.sum(tail**2))
    tail[0] += 0.7
    size = len(samples) + len(tail)
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(tail, size), size)
    return wet[: len(samples)]


def at_noise_level(sound: Sound, laeq_dbfs_a: float) -> Sound:
    """The sound scaled so that its A-weighted level is that."""
    now = level_dbfs(a_weighted(sound.samples, sound.rate_hz))
    return _louder(sound, laeq_dbfs_a - now)


def at_speech_level(sound: Sound, dbfs: float) -> Sound:
    """The sound scaled so that its active speech level (ITU-T P.56, unweighted) is that."""
    return _louder(sound, dbfs - active_speech_level(sound.samples, sound.rate_hz).level_dbfs)


def at_weighted_speech_level(sound: Sound, dbfs_a: float) -> Sound:
    """The sound scaled so that its A-weighted active speech level is that."""
    weighted = a_weighted(sound.samples, sound.rate_hz)
    return _louder(sound, dbfs_a - active_speech_level(weighted, sound.rate_hz).level_dbfs)


def mixed(*sounds: Sound) -> Sound:
    """The sounds together, as long as the shortest."""
    length = min(len(s.samples) for s in sounds)
    total = np.sum([s.samples[:length] for s in sounds], axis=0)
    made = any(s.origin is Origin.MADE for s in sounds)
    return Sound(total, sounds[0].rate_hz, Origin.MADE if made else Origin.RECORDED)


def silence(seconds: float, rate_hz: int = 48000) -> Sound:
    """MADE. Nothing at all."""
    return Sound(np.zeros(int(seconds * rate_hz)), rate_hz, Origin.MADE)


def _louder(sound: Sound, by_db: float) -> Sound:
    return Sound(sound.samples * 10 ** (by_db / 20), sound.rate_hz, sound.origin)


def _without_margins(samples: Signal, rate_hz: int) -> Signal:
    block = rate_hz // 100
    loud = np.abs(samples[: len(samples) // block * block]).reshape(-1, block).max(axis=1) > 0.02
    first, last = np.argmax(loud), len(loud) - np.argmax(loud[::-1])
    return samples[first * block : last * block]


def _shaped_noise(seconds: float, rate_hz: int, seed: int, slope_db_per_octave: float) -> Signal:
    size = int(seconds * rate_hz)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(size))
    hz = np.maximum(np.fft.rfftfreq(size, 1 / rate_hz), 30.0)
    noise = np.fft.irfft(spectrum * (hz / 1000.0) ** (slope_db_per_octave / 6.0206), size)
    return noise / np.std(noise) * 0.1


def _low_passed(samples: Signal, rate_hz: int, edge_hz: float) -> Signal:
    spectrum = np.fft.rfft(samples)
    hz = np.fft.rfftfreq(len(samples), 1 / rate_hz)
    spectrum *= np.clip(1.0 - (hz - edge_hz) / (0.03 * edge_hz), 0.0, 1.0)
    return np.fft.irfft(spectrum, len(samples))
