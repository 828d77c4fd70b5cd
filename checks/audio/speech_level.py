"""The active speech level: how loud a voice is while it speaks, pauses left out (ITU-T P.56, method B)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from checks.audio.levels import FLOOR_DBFS, Samples, decibels

TIME_CONSTANT_S = 0.03
"""Of the two-stage envelope (P.56, section 7.3)."""
HANGOVER_S = 0.2
"""A pause shorter than this still counts as speech."""
MARGIN_DB = 15.9
"""Between the active level and the threshold that tells speech from pause."""
THRESHOLDS = 2.0 ** -np.arange(1, 21)
"""6.02 dB apart, from −6 to −120 dB relative to full scale."""
_ENVELOPE_HZ = 1000
"""The envelope's rate; P.56 asks for at least 694 points per second."""


@dataclass(frozen=True, slots=True)
class SpeechLevel:
    """What method B says of a recording."""

    level_dbfs: float
    """Active speech level, dB relative to full scale 1.0 (dBov)."""
    activity: float
    """Share of the time with speech, 0 to 1."""
    threshold_dbfs: float
    """Envelope above this is speech."""


NO_SPEECH = SpeechLevel(FLOOR_DBFS, 0.0, FLOOR_DBFS)


def envelope(samples: Samples, rate_hz: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The rectified signal smoothed twice with 30 ms, one point per millisecond."""
    block = max(1, round(rate_hz / _ENVELOPE_HZ))
    whole = len(samples) // block * block
    rectified = np.abs(np.asarray(samples[:whole], dtype=np.float64)).reshape(-1, block).mean(axis=1)
    keep = float(np.exp(-block / rate_hz / TIME_CONSTANT_S))
    once = twice = 0.0
    smooth = np.empty(len(rectified))
    for i, value in enumerate(rectified.tolist()):
        once = keep * once + (1.0 - keep) * value
        twice = keep * twice + (1.0 - keep) * once
        smooth[i] = twice
    return smooth


def active_speech_level(samples: Samples, rate_hz: int) -> SpeechLevel:
    """Active level and activity of a recording of full scale 1; :data:`NO_SPEECH` when it is silent."""
    total = float(np.sum(np.square(samples, dtype=np.float64)))
    smooth = envelope(samples, rate_hz)
    if total <= 0.0 or not len(smooth):
        return NO_SPEECH
    mean_db = decibels(total / len(samples))
    previous: tuple[float, float] | None = None
    for threshold in THRESHOLDS:
        activity = _activity(smooth, float(threshold))
        if activity == 0.0:
            continue
        level = mean_db - decibels(activity)
        gap = level - 20.0 * float(np.log10(threshold)) - MARGIN_DB
        if gap >= 0.0:
            return _between(previous, (level, gap), mean_db, float(threshold))
        previous = (level, gap)
    return SpeechLevel(mean_db, 1.0, FLOOR_DBFS)


def _between(
    above: tuple[float, float] | None, below: tuple[float, float], mean_db: float, threshold: float
) -> SpeechLevel:
    """The level where it lies exactly the margin over the threshold, between two neighbouring thresholds."""
    level, gap = below
    share = 0.0
    if above is not None:
        share = gap / (gap - above[1])
        level += share * (above[0] - level)
    threshold_db = 20.0 * float(np.log10(threshold)) + share * 20.0 * float(np.log10(2.0))
    return SpeechLevel(level, min(1.0, 10.0 ** ((mean_db - level) / 10.0)), threshold_db)


def _activity(smooth: np.ndarray[tuple[int], np.dtype[np.float64]], threshold: float) -> float:
    """Share of the points at or above the threshold, or within the hangover after such a point."""
    above = np.flatnonzero(smooth >= threshold)
    if not len(above):
        return 0.0
    hangover = round(HANGOVER_S * _ENVELOPE_HZ)
    gaps = np.diff(np.append(above, len(smooth)))
    return float(np.minimum(gaps, hangover + 1).sum()) / len(smooth)


def active_mask(samples: Samples, rate_hz: int, threshold_dbfs: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Per millisecond: is there speech by that threshold, hangover included?"""
    smooth = envelope(samples, rate_hz)
    above = np.flatnonzero(smooth >= 10.0 ** (threshold_dbfs / 20.0))
    mask = np.zeros(len(smooth), dtype=bool)
    for index in above.tolist():
        mask[index : index + round(HANGOVER_S * _ENVELOPE_HZ) + 1] = True
    return mask
