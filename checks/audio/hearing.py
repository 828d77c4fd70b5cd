"""Listens to one recording: everything that the checks need to know of it, so that the sound itself can be let go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checks.audio.band_edge import BandEdge, band_edge
from checks.audio.defects import Defects, defects
from checks.audio.levels import (
    FLOOR_DBFS,
    NoiseLevels,
    Samples,
    a_weighted,
    block_powers,
    decibels,
    noise_levels,
    octave_bands,
)
from checks.audio.speech_level import SpeechLevel, active_mask, active_speech_level

POINT_S = 0.25
"""Between the points of the coarse series."""
NOISE_BLOCK_S = 1.0
VOICE_BLOCK_S = 0.6
"""Lengths of the stretches whose spread gives the standard errors: longer than a syllable or a breath."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How much a level would vary if it were measured again."""

    error_db: float
    """Standard error."""
    freedom: int
    """Degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one recording says. It holds no sound: nothing that was spoken can be made out of it."""

    rate_hz: int
    seconds: float
    noise: NoiseLevels
    """A-weighted."""
    noise_spread: Spread
    octaves_dbfs: tuple[float | None, ...]
    """Unweighted, by :data:`checks.audio.levels.OCTAVE_CENTRES_HZ`."""
    points_dbfs_a: tuple[float, ...]
    """A-weighted level of each :data:`POINT_S`."""
    voice: SpeechLevel
    """Active speech level, unweighted."""
    voice_a: SpeechLevel
    """Active speech level of the A-weighted signal."""
    voice_spread: Spread
    """Of ``voice_a``."""
    defects: Defects
    edge: BandEdge | None


def hear(samples: Samples, rate_hz: int) -> Heard:
    """Listens to a mono recording of full scale 1. The microphone's constant offset is taken off first."""
    faults = defects(samples, rate_hz)
    centred = np.asarray(samples, dtype=np.float64)
    if len(centred) and not faults.all_zeros:
        centred = centred - float(np.mean(centred))
    weighted = a_weighted(centred, rate_hz)
    voice_a = active_speech_level(weighted, rate_hz)
    return Heard(
        rate_hz=rate_hz,
        seconds=len(samples) / rate_hz,
        noise=noise_levels(weighted, rate_hz),
        noise_spread=_noise_spread(weighted, rate_hz),
        octaves_dbfs=octave_bands(centred, rate_hz),
        points_dbfs_a=tuple(decibels(float(p)) for p in block_powers(weighted, rate_hz, POINT_S)),
        voice=active_speech_level(centred, rate_hz),
        voice_a=voice_a,
        voice_spread=_voice_spread(weighted, rate_hz, voice_a),
        defects=faults,
        edge=None if faults.all_zeros else band_edge(centred, rate_hz),
    )


def _noise_spread(weighted: Samples, rate_hz: int) -> Spread:
    energies = block_powers(weighted, rate_hz, NOISE_BLOCK_S)
    return _jackknife(energies, np.ones(len(energies)))


def _voice_spread(weighted: Samples, rate_hz: int, level: SpeechLevel) -> Spread:
    """Of the ratio that the active level is: energy over time with speech, by stretches."""
    if level.threshold_dbfs <= FLOOR_DBFS:
        return Spread(0.0, 0)
    mask = active_mask(weighted, rate_hz, level.threshold_dbfs)
    size = round(VOICE_BLOCK_S * 1000)
    count = len(mask) // size
    active = mask[: count * size].reshape(count, size).sum(axis=1).astype(np.float64)
    energies = block_powers(weighted, rate_hz, VOICE_BLOCK_S)[:count] * size
    spoken = active[: len(energies)] > 0
    return _jackknife(energies[spoken], active[: len(energies)][spoken])


def _jackknife(energies: NDArray[np.float64], weights: NDArray[np.float64]) -> Spread:
    """Standard error, in dB, of a ratio of sums: each stretch is left out once (Efron and Stein, 1981)."""
    n = len(energies)
    if n < 2 or energies.sum() <= 0.0:
        return Spread(0.0, 0)
    ratios = (energies.sum() - energies) / np.maximum(weights.sum() - weights, 1e-9)
    without = 10.0 * np.log10(np.maximum(ratios, 1e-20))
    return Spread(float(np.sqrt((n - 1) / n * np.sum((without - without.mean()) ** 2))), n - 1)
