"""How true our prediction of a call's sound is, beside the usual ones: ``make benchmark-voice_truth``.

Recorded speech is encoded, sent over lines of the laboratory (random and bursty loss; exponential, normal, Pareto and
uniform jitter, and jitter in waves; through fixed buffers of 60 and 100 ms and the adaptive one), decoded with
concealment of what was lost or late, and scored by PESQ, narrowband. The prediction knows only what a probe would have
seen of the line. PESQ listens and has no delay, so all predictions are of listening alone.

The constants were fitted to English speech (``make benchmark-voice_fit``); here are other lines, other sentences, and a
language and a voice that they know nothing of. G.711's concealment is our own, after the Recommendation's description.
One row is a language, a codec and a kind of impairment; for each prediction: root mean square error and correlation
over lines. ``chance`` is what of the error no prediction can know: which sounds the losses hit.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from benchmarks.voice.lines import drawn
from benchmarks.voice.listening import Heard, listen
from benchmarks.voice.sentences import Language, missing
from checks.line.voice.codecs import CODECS

PREDICTIONS: dict[str, Callable[[Heard], float]] = {
    "ours": lambda heard: heard.fitted,
    "ours, not fitted": lambda heard: heard.published,
    "network loss only": lambda heard: heard.network_loss_only,
    "RTT, jitter, loss": lambda heard: heard.by_rtt_jitter_loss,
}
TARGET_RMSE, TARGET_CORRELATION = 0.25, 0.95
ALL = "all"


def table(language: Language, heard: Sequence[Heard]) -> None:
    """Prints a row for each codec and kind of impairment."""
    kinds = dict.fromkeys(one.line.kind for one in heard)
    for codec in CODECS:
        for kind in (*kinds, ALL):
            some = [one for one in heard if one.codec == codec and kind in (one.line.kind, ALL)]
            truth = np.array([one.mos_lqo for one in some])
            row = f"{language:<4}{codec:<10}{kind:<21}{len(some):>4}  {truth.min():.2f}-{truth.max():.2f}"
            row += f"{np.sqrt(np.mean([one.chance**2 for one in some])):>8.2f}"
            for predict in PREDICTIONS.values():
                guess = np.array([predict(one) for one in some])
                row += f"{np.sqrt(np.mean((truth - guess) ** 2)):>12.2f}{_correlation(truth, guess):>7}"
            print(row, flush=True)


def _correlation(truth: NDArray[np.float64], guess: NDArray[np.float64]) -> str:
    return f"{np.corrcoef(truth, guess)[0, 1]:.2f}" if np.ptp(truth) and np.ptp(guess) else "-"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--language", choices=get_args(Language), action="append", help="default: all")
    parser.add_argument("--each", type=int, default=8, help="lines of each kind of impairment")
    parser.add_argument("--seed", type=int, default=2, help="of lines and sentences")
    parser.add_argument("--quick", action="store_true", help="a fourth of the lines")
    options = parser.parse_args()
    each = max(3, options.each // 4) if options.quick else options.each
    print(f"target in ru, for g711_plc and opus_fec: RMSE <= {TARGET_RMSE}, correlation >= {TARGET_CORRELATION}")
    print(" " * 48 + "chance" + "".join(f"{name:>19}" for name in PREDICTIONS))
    for language in options.language or get_args(Language):
        if why := missing(language):
            print(f"{language}: {why}")
            continue
        table(language, list(listen(language, drawn(each, options.seed), options.seed)))


if __name__ == "__main__":
    main()
