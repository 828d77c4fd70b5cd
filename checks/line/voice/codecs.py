"""The codecs that a softphone may use: how much they impair speech, and what they recover of lost packets.

``ie`` and ``bpl`` are the E-model's (ITU-T G.107). Those of G.711 are published (ITU-T G.113, appendix I). Opus has no
row there: its figures are provisional, taken over from G.711 with concealment, since its own concealment is at least
as robust and its coding at telephone rates no audible impairment on the narrowband scale. They are to be fitted to
decoded speech; until then a prediction for Opus says how the line treats it, not how Opus compares to other codecs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from protocol.packets import Flags

CodecName = Literal["g711", "g711_plc", "opus", "opus_fec"]


@dataclass(frozen=True, slots=True)
class Codec:
    """A codec with its way of recovery."""

    title: str
    ie: float
    """Impairment without loss."""
    bpl: float
    """Robustness against loss: the percentage that halves what loss leaves of the quality."""
    delay_ms: float
    """Packet of 20 ms plus look-ahead."""
    forward_correction: bool = False
    """Each packet also carries a coarse copy of the one before (Opus in-band FEC, RFC 6716, section 2.1.7)."""
    provisional: bool = False
    """The figures are not published ones."""

    def unheard(self, missing: Flags) -> Flags:
        """Which packets' speech is not recovered: with forward correction only where the next one is missing too."""
        if not self.forward_correction:
            return missing
        next_missing = np.ones_like(missing)
        next_missing[:-1] = missing[1:]
        return np.logical_and(missing, next_missing)


CODECS: dict[CodecName, Codec] = {
    "g711": Codec("G.711", ie=0.0, bpl=4.3, delay_ms=20.0),
    "g711_plc": Codec("G.711 with concealment", ie=0.0, bpl=25.1, delay_ms=20.0),
    "opus": Codec("Opus", ie=0.0, bpl=25.1, delay_ms=26.5, provisional=True),
    "opus_fec": Codec(
        "Opus with forward correction",
        ie=0.0,
        bpl=25.1,
        delay_ms=26.5,
        forward_correction=True,
        provisional=True,
    ),
}
