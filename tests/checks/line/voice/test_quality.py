"""What a call would sound like over lines whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from checks.line.voice.codecs import CODECS
from checks.line.voice.quality import CallQuality, best_mos, call_quality
from protocol.packets import packets
from tests.protocol.lines import Line, steady

G711_PLC = CODECS["g711_plc"]


def quality(line: Line, codec: str = "g711_plc") -> CallQuality:
    return call_quality(packets(line.trace(), line.counts()), CODECS[codec])  # type: ignore[index]


def test_a_clean_line_is_as_good_as_its_codec() -> None:
    heard = quality(steady(1000))
    assert best_mos(G711_PLC) == pytest.approx(4.41, abs=0.005)
    assert best_mos(G711_PLC) - heard.worse.mos.value < 0.1
    assert heard.up.delay_ms == pytest.approx(20 + 25 + 20), "packet, half the round trip, buffer"
    assert heard.most_loss_percent.value == 0
    assert 0.37 < heard.most_loss_percent.high < 3.5, "rare bursts can't be excluded"


def test_loss_is_judged_in_the_direction_where_it_is() -> None:
    draw = np.random.default_rng(4)
    heard = quality(steady(1000, lost_up=frozenset(np.flatnonzero(draw.random(1000) < 0.05).tolist())))
    assert heard.up.loss_percent.value == pytest.approx(5, abs=1.5)
    assert heard.down.loss_percent.value == 0
    assert heard.worse is heard.up
    assert heard.up.mos.low < heard.up.mos.value < heard.up.mos.high < heard.down.mos.value


def test_jitter_costs_delay_or_loss_and_so_quality() -> None:
    draw = np.random.default_rng(5)
    jittery = quality(Line([20.0] * 1000, (30 + draw.exponential(60, 1000)).tolist()))
    assert jittery.worse is jittery.down
    assert jittery.down.delay_ms > jittery.up.delay_ms + 80
    assert jittery.down.mos.value < jittery.up.mos.value - 0.1


def test_a_long_way_costs_quality_without_any_loss() -> None:
    far = quality(Line([250.0] * 500, [250.0] * 500))
    near = quality(Line([10.0] * 500, [10.0] * 500))
    assert far.most_loss_percent.value == 0
    assert far.worse.mos.value < near.worse.mos.value - 0.4


def test_concealment_helps() -> None:
    lost = frozenset(range(0, 1000, 25))
    assert quality(steady(1000, lost_up=lost), "g711_plc").up.mos.value > (
        quality(steady(1000, lost_up=lost), "g711").up.mos.value + 1
    )


def test_forward_correction_recovers_single_losses_and_the_first_of_a_row() -> None:
    single = quality(steady(1000, lost_up=frozenset(range(10, 1000, 25))), "opus_fec")
    assert single.up.loss_percent.value == 0
    pairs = quality(steady(1000, lost_up=frozenset({100, 101, 300, 301})), "opus_fec")
    assert pairs.up.loss_percent.value == pytest.approx(0.2)
    assert quality(steady(1000, lost_up=frozenset({100, 101, 300, 301})), "opus").up.loss_percent.value == (
        pytest.approx(0.4)
    )
