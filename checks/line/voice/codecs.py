"""The codecs that a softphone may use: how much they impair speech, and what they recover of lost packets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checks.line.voice import calibration
from checks.line.voice.calibration import Fitted

CodecName = Literal["g711", "g711_plc", "opus", "opus_fec"]


@dataclass(frozen=True, slots=True)
class Codec:
    """A codec with its way of recovery.

    ``ie`` and ``bpl`` are the E-model's, not fitted. Those of G.711 are published (ITU-T G.113, appendix I). Opus has
    no row there, and borrows those of G.711 with concealment.
    """

    title: str
    ie: float
    """Impairment without loss."""
    bpl: float
    """Robustness against loss: the percentage that halves what loss leaves of the quality."""
    delay_ms: float
    """Packet of 20 ms plus look-ahead."""
    fitted: Fitted
    """What decoded speech showed instead."""
    forward_correction: bool = False
    """Each packet also carries a coarse copy of the one before (Opus in-band FEC, RFC 6716, section 2.1.7)."""


CODECS: dict[CodecName, Codec] = {
    "g711": Codec("G.711", ie=0.0, bpl=4.3, delay_ms=20.0, fitted=calibration.G711),
    "g711_plc": Codec("G.711 with concealment", ie=0.0, bpl=25.1, delay_ms=20.0, fitted=calibration.G711_PLC),
    "opus": Codec("Opus", ie=0.0, bpl=25.1, delay_ms=26.5, fitted=calibration.OPUS),
    "opus_fec": Codec(
        "Opus with forward correction",
        ie=0.0,
        bpl=25.1,
        delay_ms=26.5,
        fitted=calibration.OPUS_FEC,
        forward_correction=True,
    ),
}
