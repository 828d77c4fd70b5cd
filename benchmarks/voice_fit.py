"""Fits the constants of ``checks/line/voice/calibration.py`` to English speech: ``make benchmark-voice_fit``.

The same lines, codecs and scores as in ``benchmarks.voice_truth``, with lines and sentences of their own. One power of
the loss for all codecs; a Bpl for each; an Ie for Opus, that of G.711 being 0 by definition. Least squares over a grid.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.voice.lines import drawn
from benchmarks.voice.listening import Heard, listen
from benchmarks.voice.sentences import missing
from checks.line.voice.codecs import CODECS, CodecName
from checks.line.voice.emodel import Path, mos, rate

_SHAPES = np.round(np.arange(0.5, 1.251, 0.05), 2)
_IES = np.round(np.arange(0, 12.01, 0.5), 1)
_BPLS = np.round(np.geomspace(2, 60, 150), 1)
_R_BEST = rate(Path()).r


@dataclass(frozen=True, slots=True)
class Constants:
    """Of one codec, and what they leave."""

    shape: float
    ie: float
    bpl: float
    squared_error: float
    """Summed over lines."""


def fit(heard: Sequence[Heard], codec: CodecName, shape: float) -> Constants:
    """The best constants of a codec for a given power of the loss."""
    truth = np.array([one.mos_lqo for one in heard])
    power = np.array([one.unheard_percent for one in heard]) ** shape
    best = Constants(shape, 0, 0, float("inf"))
    for ie in _IES[:1] if codec in ("g711", "g711_plc") else _IES:
        r = _R_BEST - ie - (95 - ie) * power / (power + _BPLS[:, None])
        errors = ((truth - np.vectorize(mos)(r)) ** 2).sum(axis=1)
        at = int(np.argmin(errors))
        if errors[at] < best.squared_error:
            best = Constants(shape, float(ie), float(_BPLS[at]), float(errors[at]))
    return best


def main() -> None:
    """Prints the constants."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=8, help="lines of each kind of impairment")
    parser.add_argument("--seed", type=int, default=1, help="of lines and sentences")
    options = parser.parse_args()
    if why := missing("en"):
        raise SystemExit(why)
    heard = list(listen("en", drawn(options.each, options.seed), options.seed))
    by_codec = {codec: [one for one in heard if one.codec == codec] for codec in CODECS}
    fits = [{codec: fit(some, codec, shape) for codec, some in by_codec.items()} for shape in _SHAPES]
    best = min(fits, key=lambda constants: sum(one.squared_error for one in constants.values()))
    for codec, one in best.items():
        lines = len(by_codec[codec])
        rmse = (one.squared_error / lines) ** 0.5
        print(f"{codec:<10} shape={one.shape} ie={one.ie} bpl={one.bpl}  {lines} lines, RMSE {rmse:.3f}")


if __name__ == "__main__":
    main()
