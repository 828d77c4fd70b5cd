"""What is wrong with a recording as such: clipped peaks, exact zeros, short holes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checks.audio.levels import Samples

FULL_SCALE = 0.985
"""Peaks at or above this are at the end of the scale: within 0.13 dB, since resampling moves them a little."""
FLAT_RUN = 3
"""So many samples in a row at the same extreme are a peak cut off before the signal was scaled."""
FLAT_TOLERANCE = 0.0005
"""Relative to the extreme."""
FLAT_ABOVE = 0.05
"""A recording whose extreme is below this isn't looked at for flat peaks: quantisation makes them."""
HOLE_AT_LEAST_S = 0.005
"""Shorter runs of zeros are ordinary zero crossings of quiet sound."""
SILENT_RUN_S = 1.0
"""Exact zeros for this long come from a mute, a missing permission or a noise gate, never from a room."""


@dataclass(frozen=True, slots=True)
class Defects:
    """Faults found in one recording."""

    clipped_percent: float
    """Samples at the end of the scale or on a flat peak, in percent of all samples that aren't exact zeros."""
    all_zeros: bool
    """Not one sample differs from zero."""
    longest_zeros_s: float
    """The longest run of exact zeros."""
    holes: int
    """Runs of exact zeros from 5 ms to below 1 s with sound on both sides: lost pieces."""

    @property
    def digitally_silent(self) -> bool:
        """The recording holds a second or more that no room makes."""
        return self.all_zeros or self.longest_zeros_s >= SILENT_RUN_S


def defects(samples: Samples, rate_hz: int) -> Defects:
    """Looks through a recording of full scale 1."""
    zeros = _runs(np.asarray(samples) == 0.0)
    lengths_s = (zeros[:, 1] - zeros[:, 0]) / rate_hz
    inner = (zeros[:, 0] > 0) & (zeros[:, 1] < len(samples))
    holes = inner & (lengths_s >= HOLE_AT_LEAST_S) & (lengths_s < SILENT_RUN_S)
    silent_samples = int(np.sum(zeros[:, 1] - zeros[:, 0]))
    return Defects(
        clipped_percent=100.0 * _clipped(samples) / max(1, len(samples) - silent_samples),
        all_zeros=silent_samples == len(samples),
        longest_zeros_s=float(lengths_s.max(initial=0.0)),
        holes=int(holes.sum()),
    )


def _clipped(samples: Samples) -> int:
    size = np.abs(samples)
    extreme = float(size.max(initial=0.0))
    clipped = size >= FULL_SCALE
    if extreme >= FLAT_ABOVE:
        at_top = _runs(samples >= float(np.max(samples)) * (1.0 - FLAT_TOLERANCE))
        at_bottom = _runs(samples <= float(np.min(samples)) * (1.0 - FLAT_TOLERANCE))
        for start, end in np.concatenate([at_top, at_bottom]).tolist():
            if end - start >= FLAT_RUN:
                clipped[start:end] = True
    return int(clipped.sum())


def _runs(true: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Start and end of each run of true values, shape (n, 2)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], true, [False])).astype(np.int8)))
    return edges.reshape(-1, 2)
