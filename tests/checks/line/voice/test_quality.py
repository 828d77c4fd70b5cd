"""What a call would sound like over lines whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.line.voice.calibration import SHAPE
from checks.line.voice.codecs import CODECS, Codec, CodecName
from checks.line.voice.quality import CallQuality, burst_ratio, call_quality, fitted_mos, published_mos
from protocol.packets import packets
from tests.protocol.lines import Line, steady

G711_PLC = CODECS["g711_plc"]


def quality(line: Line, codec: CodecName = "g711_plc") -> CallQuality:
    return call_quality(packets(line.trace(), line.counts()), CODECS[codec])


def test_a_clean_line_is_as_good_as_its_codec() -> None:
    heard = quality(steady(1000))
    assert fitted_mos(G711_PLC) == published_mos(G711_PLC, 0, 1) == pytest.approx(4.41, abs=0.005)
    assert fitted_mos(G711_PLC) - heard.worse.mos.value < 0.1
    assert fitted_mos(G711_PLC) - heard.worse_mos_cqe.value < 0.1
    assert heard.up.delay_ms == pytest.approx(20 + 25 + 40, abs=3), "packet, half the round trip, buffer"
    assert heard.most_loss_percent.value == 0
    assert 0.37 < heard.most_loss_percent.high < 3.5, "rare bursts can't be excluded"


@pytest.mark.parametrize(("codec", "ie", "bpl"), [("g711", 0, 4.3), ("g711_plc", 0, 25.1)])
def test_published_figures_are_those_of_the_recommendation(codec: CodecName, ie: float, bpl: float) -> None:
    assert (CODECS[codec].ie, CODECS[codec].bpl) == (ie, bpl)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_the_fitted_impairment_begins_at_ie_and_is_halfway_to_its_worst_where_the_power_is_bpl(codec: Codec) -> None:
    fitted = codec.fitted
    assert fitted.impairment(0) == fitted.ie
    assert fitted.impairment(fitted.bpl ** (1 / SHAPE)) == pytest.approx((fitted.ie + 95) / 2)


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


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@given(loss=st.floats(0, 100), more=st.floats(0, 50))
def test_more_loss_is_never_better(codec: Codec, loss: float, more: float) -> None:
    most = min(100, loss + more)
    assert 1 <= fitted_mos(codec, most) <= fitted_mos(codec, loss) + 1e-9
    assert 1 <= published_mos(codec, most, 1.5) <= published_mos(codec, loss, 1.5) + 1e-9


@given(st.floats(0.1, 60))
def test_concealment_helps(loss: float) -> None:
    plain, concealed = fitted_mos(CODECS["g711"], loss), fitted_mos(G711_PLC, loss)
    assert plain < concealed or plain == concealed == 1


def test_forward_correction_costs_bits_on_a_clean_line() -> None:
    assert fitted_mos(CODECS["opus"]) - 0.3 < fitted_mos(CODECS["opus_fec"]) < fitted_mos(CODECS["opus"])


def test_the_first_losses_cost_more_than_the_published_figures_say() -> None:
    for loss in (0.5, 2, 5):
        assert fitted_mos(G711_PLC, loss) < published_mos(G711_PLC, loss, 1)


def test_losses_in_bursts_are_worse_by_the_published_figures() -> None:
    single = quality(steady(1000, lost_up=frozenset(range(10, 1000, 25)))).up
    bursts = quality(steady(1000, lost_up=frozenset(k for k in range(1000) if k % 200 < 8))).up
    assert single.loss_percent.value == bursts.loss_percent.value == 4
    assert bursts.mos_cqe.value < single.mos_cqe.value - 0.05
    assert bursts.mos.value == pytest.approx(single.mos.value, abs=0.01)


def test_losses_by_chance_have_a_burst_ratio_of_one() -> None:
    draw = np.random.default_rng(9)
    assert burst_ratio(draw.random(100_000) < 0.1) == pytest.approx(1, abs=0.03)
    assert burst_ratio(np.arange(1000) % 100 < 5) == pytest.approx(5 * 0.95)
    assert burst_ratio(np.zeros(100, np.bool_)) == 1


def test_forward_correction_recovers_single_losses_and_the_last_of_a_row() -> None:
    single = quality(steady(1000, lost_up=frozenset(range(10, 1000, 25))), "opus_fec")
    assert single.up.loss_percent.value == 0
    pairs = frozenset({100, 101, 300, 301})
    assert quality(steady(1000, lost_up=pairs), "opus_fec").up.loss_percent.value == pytest.approx(0.2)
    assert quality(steady(1000, lost_up=pairs), "opus").up.loss_percent.value == pytest.approx(0.4)


def test_forward_correction_makes_bursts_worse_than_as_many_single_losses() -> None:
    single = quality(steady(1000, lost_up=frozenset(range(10, 1000, 25))), "opus_fec").up
    bursts = quality(steady(1000, lost_up=frozenset(k for k in range(1000) if k % 200 < 8)), "opus_fec").up
    assert bursts.mos.value < single.mos.value - 0.2


def test_a_part_of_a_call_is_heard_as_it_was_in_the_whole() -> None:
    down = np.full(1000, 30.0)
    down[400:800] += 250
    trace = Line([20.0] * 1000, down.tolist())
    rows = packets(trace.trace(), trace.counts())
    part = call_quality(rows.between(9.5, 15.5), G711_PLC, rows)
    assert part.down.loss_percent.value == 0, "the buffer had adapted before this part began"
    assert part.down.delay_ms > part.up.delay_ms + 240
    assert part.down.mos.value < part.up.mos.value - 0.2
