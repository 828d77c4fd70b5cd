"""How far a voice stands above its room, in dB(A): from a quiet recording and one of somebody reading aloud."""

from __future__ import annotations

import math
from dataclasses import dataclass

from checks.audio.hearing import Heard

HEARD_ABOVE_DB = 1.5
"""Reading that raises the level by less can't be told from the room: a voice 4 dB below the noise raises it by 1.5."""
METHOD_ERROR_DB = 0.6
"""Standard deviation of what the method itself gets wrong, on recorded speech in noises of known level."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Voice over room, with its 95 % interval."""

    db: float
    low: float
    high: float


def voice_over_room(silence: Heard, reading: Heard) -> Ratio | None:
    """``10 lg(10^(ASL/10) − 10^(LAeq/10)) − LAeq``: the microphone's gain cancels.

    ASL is the A-weighted active speech level (ITU-T P.56) of the reading, LAeq the level of the silence, whose energy
    is taken off the reading's. ``None`` when the reading can't be told from the room. The interval comes from the
    spread within both recordings and the method's own error.
    """
    asl, laeq = reading.voice_a.level_dbfs, silence.noise.laeq
    if asl - laeq < HEARD_ABOVE_DB:
        return None
    voice, noise = 10.0 ** (asl / 10.0), 10.0 ** (laeq / 10.0)
    db = 10.0 * math.log10(voice - noise) - laeq
    sharper = voice / (voice - noise)
    """What an error of either level is multiplied by."""
    parts = [
        (sharper * reading.voice_spread.error_db, reading.voice_spread.freedom),
        (sharper * silence.noise_spread.error_db, silence.noise_spread.freedom),
        (METHOD_ERROR_DB, 1000),
    ]
    variance = sum(error**2 for error, _ in parts)
    freedom = variance**2 / sum(error**4 / max(1, n) for error, n in parts)
    half = _t_quantile(freedom) * math.sqrt(variance)
    return Ratio(db, db - half, db + half)


def _t_quantile(freedom: float) -> float:
    """Student's t, two-sided 95 % (Abramowitz and Stegun, 26.7.5); Welch's degrees of freedom aren't whole."""
    z, n = 1.959964, max(2.0, freedom)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / n ** (k + 1) for k, term in enumerate(terms))
