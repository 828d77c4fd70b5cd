"""How lost speech lowers quality, fitted to decoded speech: the constants, and how they were got.

The form is the E-model's (ITU-T G.107, equation 7-29) with one more constant, the power of the loss::

    Ie,eff = Ie + (95 - Ie) * Ppl^SHAPE / (Ppl^SHAPE + Bpl)

``Ppl`` are packets not heard, in percent, after jitter buffer and recovery. There is no term for bursts: the score that
was fitted to goes by how much speech is missing, and a term for how it is spread did not lower the error.

They come from ``make benchmark-voice_fit``, 2026-11-24: real English speech, decoded after the
laboratory's losses and jitter, and scored by PESQ (ITU-T P.862.1, narrowband); 64 lines for each codec, six sentences
of eight seconds over each, least squares. What was left, root mean square: 0.13 (G.711), 0.10 (G.711 with concealment),
0.10 (Opus), 0.08 (Opus with forward correction). G.711 without loss has an Ie of 0 by definition.
How true they are is shown on Russian speech, of which they know nothing, by ``make benchmark-voice_truth``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fitted:
    """The constants of one codec with its way of recovery."""

    ie: float
    """Impairment without loss."""
    bpl: float
    """Robustness against loss; its scale is not that of the published Bpl, which goes with a power of 1."""

    def impairment(self, loss_percent: float) -> float:
        """Ie,eff for that much speech not heard."""
        power: float = loss_percent**SHAPE
        return self.ie + (95 - self.ie) * power / (power + self.bpl)


SHAPE = 0.85
"""Below 1: the first losses cost more, the further ones less, than the published form has it."""
G711 = Fitted(ie=0.0, bpl=6.6)
G711_PLC = Fitted(ie=0.0, bpl=8.8)
OPUS = Fitted(ie=0.0, bpl=9.4)
OPUS_FEC = Fitted(ie=5.5, bpl=10.1)
"""Coded coarser without loss too: part of the bits goes into the copies."""
