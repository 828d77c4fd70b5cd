"""Up to which frequency a voice gets through, judged where a voice has its highest sounds: s, sh, с, ш, щ, ц."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checks.audio.levels import Samples

FRAME_S = 0.032
BINS_PER_BAND = 4
"""A band is about 125 Hz wide."""
HISS_FROM_HZ = 2000.0
"""A hissing sound has most of its power above this, on a telephone line too."""
HISS_SHARE = 0.05
"""As many of the frames are looked at, those that hiss the most …"""
HISS_FRAMES_AT_LEAST = 8
"""… and never fewer than this."""
BELOW_PEAK_DB = 30.0
"""Beyond the edge the hiss is this far below its strongest band. A codec's or radio's filter falls by far more."""
ABOVE_FLOOR_DB = 10.0
"""A band counts only where the hiss stands out from the quiet frames of the same recording by this much."""
FLOOR_PERCENTILE = 15.0


@dataclass(frozen=True, slots=True)
class BandEdge:
    """The upper edge of what was heard of a voice."""

    hz: float
    hidden_up_to_hz: float
    """Above ``hz`` noise may hide more of the voice, up to here; equal to ``hz`` when the edge stands clear."""


def band_edge(samples: Samples, rate_hz: int) -> BandEdge | None:
    """The edge within one band (125 Hz); ``None`` when nothing stands out of the noise or the recording is too short.

    The edge is never above the Nyquist frequency: a recording at 8 kHz shows at most 4 kHz.
    """
    powers, width_hz = _band_powers(samples, rate_hz)
    first = int(np.ceil(HISS_FROM_HZ / width_hz))
    if len(powers) < 2 * HISS_FRAMES_AT_LEAST or powers.shape[1] <= first:
        return None
    hiss = _decibels(powers[_hissing(powers, first)].mean(axis=0))
    floor = _decibels(np.percentile(powers, FLOOR_PERCENTILE, axis=0))
    peak = float(hiss[first:].max())
    stands_out = hiss >= floor + ABOVE_FLOOR_DB
    heard = np.flatnonzero(stands_out & (hiss >= peak - BELOW_PEAK_DB))
    if not len(heard) or heard[-1] < first:
        return None
    edge = int(heard[-1])
    hidden = np.flatnonzero(~stands_out & (floor + ABOVE_FLOOR_DB > peak - BELOW_PEAK_DB))
    above = int(hidden[-1]) if len(hidden) and hidden[-1] > edge else edge
    return BandEdge((edge + 0.5) * width_hz, (above + 0.5) * width_hz)


def _band_powers(samples: Samples, rate_hz: int) -> tuple[NDArray[np.float64], float]:
    """Power per frame and band, and the bands' width in Hz."""
    size = round(rate_hz * FRAME_S / 2) * 2
    if len(samples) < size:
        return np.zeros((0, 0)), 1.0
    frames = np.lib.stride_tricks.sliding_window_view(np.asarray(samples, dtype=np.float64), size)[:: size // 2]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)[:, : size // 2]) ** 2
    bands = spectrum.shape[1] // BINS_PER_BAND
    powers = spectrum[:, : bands * BINS_PER_BAND].reshape(len(frames), bands, BINS_PER_BAND).sum(axis=2)
    return powers, BINS_PER_BAND * rate_hz / size


def _hissing(powers: NDArray[np.float64], first: int) -> NDArray[np.intp]:
    """The frames that hiss the most: much power above 2 kHz, and a large share of the frame's power."""
    high = powers[:, first:].sum(axis=1)
    share = high / np.maximum(powers.sum(axis=1), 1e-30)
    count = max(HISS_FRAMES_AT_LEAST, round(HISS_SHARE * len(powers)))
    return np.argsort(high * share**2)[-count:]


def _decibels(power: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(10.0 * np.log10(np.maximum(power, 1e-30)))
