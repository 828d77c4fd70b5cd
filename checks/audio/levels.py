"""Sound levels of a recording relative to digital full scale: A-weighted, over time, and by octave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.floating[Any]]

FLOOR_DBFS = -200.0
"""What stands for the level of exact silence, whose logarithm is no number."""
FAST_S = 0.125
"""Time constant of the "fast" time weighting (IEC 61672-1, section 5.8)."""
POLES_HZ = (20.598997, 107.65265, 737.86223, 12194.217)
"""Of the A-weighting (IEC 61672-1, annex E)."""
OCTAVE_CENTRES_HZ = tuple(1000.0 * 10 ** (0.3 * n) for n in range(-4, 5))
"""Exact midband frequencies, nominally 63 Hz to 16 kHz (IEC 61260-1, base ten)."""
OCTAVE_NAMES = ("63", "125", "250", "500", "1k", "2k", "4k", "8k", "16k")
_BLOCK_S = 0.005
"""Of energy, between points of the fast level's filter."""
FAST_EVERY_S = 0.025
"""Between the points that :func:`fast_levels` returns."""


def level_dbfs(samples: Samples) -> float:
    """Root-mean-square level in dB relative to full scale 1.0: a full-scale sine is −3.01, a square wave 0.

    This is the reference of ITU-T P.56 (dBov). :data:`FLOOR_DBFS` for exact silence or no samples.
    """
    return decibels(float(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else FLOOR_DBFS


def decibels(power: float) -> float:
    """Ten times the logarithm of a power, not below :data:`FLOOR_DBFS`."""
    return max(FLOOR_DBFS, 10.0 * float(np.log10(power))) if power > 0 else FLOOR_DBFS


def a_weight(hz: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Amplitude gain of the A-weighting at each frequency, 1 at 1 kHz (IEC 61672-1, annex E, formula E.6)."""
    return np.asarray(_a_response(hz) / _a_response(np.array([1000.0])))


def _a_response(hz: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    f1, f2, f3, f4 = (pole**2 for pole in POLES_HZ)
    square = np.asarray(hz, dtype=np.float64) ** 2
    return np.asarray(f4 * square**2 / ((square + f1) * np.sqrt((square + f2) * (square + f3)) * (square + f4)))


def a_weighted(samples: Samples, rate_hz: int) -> NDArray[np.float64]:
    """The recording through an A-weighting filter: same length, same scale.

    The gain is applied to the spectrum of the whole recording, so that it is exact up to the Nyquist frequency, where a
    bilinear filter is 6–8 dB off. The ends are padded against wrapping around.
    """
    if not len(samples):
        return np.zeros(0)
    size = _fast_size(len(samples) + rate_hz // 10)
    spectrum = np.fft.rfft(np.asarray(samples, dtype=np.float64), size)
    spectrum *= a_weight(np.fft.rfftfreq(size, 1.0 / rate_hz))
    return np.fft.irfft(spectrum, size)[: len(samples)]


def _fast_size(at_least: int) -> int:
    """The next length whose only factors are 2, 3 and 5."""
    best = 1 << (at_least - 1).bit_length()
    fives = 1
    while fives < best:
        threes = fives
        while threes < best:
            twos = 1 << max(0, (-(-at_least // threes) - 1).bit_length())
            best = min(best, threes * twos)
            threes *= 3
        fives *= 5
    return best


def block_powers(samples: Samples, rate_hz: int, block_s: float) -> NDArray[np.float64]:
    """Mean square of each whole block of ``block_s`` seconds; the rest at the end is left out."""
    size = max(1, round(rate_hz * block_s))
    whole = len(samples) // size * size
    return np.asarray(np.mean(np.square(samples[:whole], dtype=np.float64).reshape(-1, size), axis=1))


def fast_levels(weighted: Samples, rate_hz: int) -> NDArray[np.float64]:
    """Levels in dBFS with the "fast" time weighting, one per :data:`FAST_EVERY_S`; the first 0.125 s settle it.

    ``weighted`` is already A-weighted. Empty for less than 0.15 s.
    """
    powers = block_powers(weighted, rate_hz, _BLOCK_S)
    settle = round(FAST_S / _BLOCK_S)
    if len(powers) <= settle:
        return np.zeros(0)
    keep = float(np.exp(-_BLOCK_S / FAST_S))
    state = float(np.mean(powers[:settle]))
    smoothed = np.empty(len(powers) - settle)
    for i, power in enumerate(powers[settle:]):
        state = keep * state + (1.0 - keep) * float(power)
        smoothed[i] = state
    smoothed = smoothed[:: round(FAST_EVERY_S / _BLOCK_S)]
    return np.asarray(10.0 * np.log10(np.maximum(smoothed, 10 ** (FLOOR_DBFS / 10))))


@dataclass(frozen=True, slots=True)
class NoiseLevels:
    """The level of a noise and how it varies, in dBFS(A)."""

    laeq: float
    """Equivalent level: the energy mean."""
    l10: float
    """Exceeded for 10 % of the time, fast time weighting."""
    l90: float
    """Exceeded for 90 % of the time, fast time weighting."""


def noise_levels(weighted: Samples, rate_hz: int) -> NoiseLevels:
    """LAeq, L10 and L90 of a recording that is already A-weighted (terms of ISO 1996-1, section 3)."""
    fast = fast_levels(weighted, rate_hz)
    laeq = level_dbfs(weighted)
    if not len(fast):
        return NoiseLevels(laeq, laeq, laeq)
    l90, l10 = np.percentile(fast, [10, 90])
    return NoiseLevels(laeq, float(l10), float(l90))


def octave_bands(samples: Samples, rate_hz: int) -> tuple[float | None, ...]:
    """Unweighted level in dBFS of each octave of :data:`OCTAVE_CENTRES_HZ`, from the spectrum of the whole recording.

    ``None`` for an octave that doesn't lie wholly below the Nyquist frequency.
    """
    size = len(samples)
    if not size:
        return tuple(None for _ in OCTAVE_CENTRES_HZ)
    power = np.abs(np.fft.rfft(np.asarray(samples, dtype=np.float64))) ** 2 / size**2
    power[1 : (size + 1) // 2] *= 2.0
    hz = np.fft.rfftfreq(size, 1.0 / rate_hz)
    bands: list[float | None] = []
    for centre in OCTAVE_CENTRES_HZ:
        low, high = centre * 10**-0.15, centre * 10**0.15
        inside = (hz >= low) & (hz < high)
        bands.append(decibels(float(power[inside].sum())) if high <= rate_hz / 2 else None)
    return tuple(bands)
