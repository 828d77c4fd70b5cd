"""Listens to speech after lines: what left the jitter buffer is decoded and scored by PESQ, codec by codec."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pesq import pesq

from benchmarks.voice import g711, opus
from benchmarks.voice.lines import PACKETS, TestedLine
from benchmarks.voice.sentences import RATE, SECONDS, Language, Samples, sentences
from checks.line.voice.codecs import CODECS, Codec, CodecName
from checks.line.voice.jitter_buffer import Playout
from checks.line.voice.quality import burst_ratio, fitted_mos, published_mos
from protocol.line_statistics import LineStatistics, statistics

ROUNDS = 3
"""So often other sentences are spoken over the same line."""
CORES = 2
_SENTENCES = 90
_PER_SENTENCE = SECONDS * 50


@dataclass(frozen=True, slots=True)
class Heard:
    """One line through one codec: what was heard, and what was predicted."""

    line: TestedLine
    codec: CodecName
    mos_lqo: float
    """Mean over the sentences (PESQ, ITU-T P.862.1, narrowband)."""
    chance: float
    """Standard error of that mean: which sounds the losses hit."""
    unheard_percent: float
    """After jitter buffer and recovery."""
    fitted: float
    """Our prediction, of listening alone."""
    published: float
    """The same chain with the published figures."""
    network_loss_only: float
    """The E-model with the published figures, on what the network lost."""
    by_rtt_jitter_loss: float
    """The formula that many programs use."""


def listen(language: Language, lines: Iterable[TestedLine], seed: int) -> Iterator[Heard]:
    """Each line through each codec, on all cores."""
    jobs = [(language, number, line, seed) for number, line in enumerate(lines)]
    with ProcessPoolExecutor(CORES) as cores:
        for heard in cores.map(_over_a_line, jobs, chunksize=2):
            yield from heard


def by_rtt_jitter_loss(said: LineStatistics) -> float:
    """The usual shortcut: an effective latency of half the round trip, twice the jitter and 10 ms lowers R, and so does
    each percent of loss by 2.5."""
    if said.rtt_p50_ms is None or said.up.jitter_ms is None:
        return 1.0
    latency = said.rtt_p50_ms.value / 2 + 2 * said.up.jitter_ms.value + 10
    r = 93.2 - (latency / 40 if latency < 160 else (latency - 120) / 10) - 2.5 * said.up.loss.percent.value
    r = min(max(r, 0.0), 100.0)
    return max(1.0, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r))


def _over_a_line(job: tuple[Language, int, TestedLine, int]) -> list[Heard]:
    language, number, line, seed = job
    draw = random.Random(1000 * seed + number)
    spoken = draw.sample(_spoken(language, seed), ROUNDS * PACKETS // _PER_SENTENCE)
    rows = line.packets()
    said = statistics(rows, 0.02)
    heard = []
    for name, codec in CODECS.items():
        played = line.play(rows.up, forward_correction=codec.forward_correction)
        scores = [_score(name, sentence, played, k, number) for k, sentence in enumerate(spoken)]
        unheard = 100 * float(np.mean(played.missing))
        heard.append(
            Heard(
                line,
                name,
                mos_lqo=float(np.mean(scores)),
                chance=_chance(np.array(scores).reshape(ROUNDS, -1)),
                unheard_percent=unheard,
                fitted=fitted_mos(codec, unheard),
                published=published_mos(codec, unheard, burst_ratio(played.missing)),
                network_loss_only=_network_loss_only(codec, said),
                by_rtt_jitter_loss=by_rtt_jitter_loss(said),
            )
        )
    return heard


def _chance(scores: NDArray[np.float64]) -> float:
    """Of the mean of all scores; a row per round, a column per part of the line, since these differ in truth."""
    return float(np.sqrt(scores.var(axis=0, ddof=1).mean() / scores.size))


def _network_loss_only(codec: Codec, said: LineStatistics) -> float:
    return published_mos(codec, said.up.loss.percent.value, 1.0)


@cache
def _spoken(language: Language, seed: int) -> list[Samples]:
    return sentences(language, _SENTENCES, seed)


def _score(name: CodecName, sentence: Samples, played: Playout, spoken_as: int, number: int) -> float:
    """Of one sentence, at its place in the line; mu-law and A-law by turns."""
    start = spoken_as * _PER_SENTENCE % PACKETS
    at = slice(start, start + _PER_SENTENCE)
    missing, by_copy = played.missing[at].tolist(), played.by_copy[at].tolist()
    if name in ("opus", "opus_fec"):
        packets = opus.encode(sentence, forward_correction=name == "opus_fec")
        decoded = opus.decode(packets, missing, by_copy)
    else:
        coded = g711.through("mu" if number % 2 else "A", sentence)
        decoded = (g711.silenced if name == "g711" else g711.concealed)(coded, missing)
    return float(pesq(RATE, sentence, decoded, "nb"))
