"""The line toward a STUN server, where the employer runs no reflector: coturn, over the impaired line."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from checks.interface import Captures, Check, Context, NotMeasured, Target
from checks.line.probing import Probing
from checks.network import jitter, voice_quality
from checks.steps.idle_line import IdleLineCapture
from protocol.packets import packets
from protocol.stun import BindingRequest
from protocol.trace import Trace
from report import policy
from report.evaluate import evaluate
from report.policy import Criterion
from report.vocabulary import Outcome, Verdict
from tests.checks.network import captures
from tests.checks.probe import TestProbe
from tests.lab import stun
from tests.lab.router.fixtures import MakeNetwork, network
from tests.lab.router.network import Network
from tests.lab.router.record import Direction
from tests.lab.router.ways import Way
from tests.protocol.lines import Line, steady

__all__ = ["network"]

TARGET = Target("192.0.2.1", 3478, "stun")
CONTEXT = Context(policy=policy.default(), stun=TARGET)


def round_trips(line: Line) -> IdleLineCapture:
    """What the step brings of such a line when whoever answers neither numbers nor stamps."""
    whole = line.trace()
    answers = tuple(
        msgspec.structs.replace(
            answer, reflector_sequence=answer.sequence, reflector_received_ns=0, reflector_sent_ns=0
        )
        for answer in whole.answers
    )
    trace = Trace(whole.interval_s, whole.sent, answers, round_trips_only=True)
    return IdleLineCapture(captures.probed(trace), counts=None, counts_problem="", web_answers=None, others=None)


def assess(check: Check, capture: IdleLineCapture) -> Outcome:
    return check.assess(Captures({"idle_line": capture}), CONTEXT)


def test_nothing_is_said_of_one_direction_and_that_is_told() -> None:
    capture = round_trips(steady(925, held_ms=0.0))
    outcomes = [assess(check, capture) for check in (jitter.CHECK, voice_quality.CHECK)]
    metrics = {measurement.metric for outcome in outcomes for measurement in outcome.measurements}
    assert {"network.rtt_p50_ms", "network.jitter_ms", "network.loss_after_buffer_percent"} <= metrics
    assert not [metric for metric in metrics if "_up" in metric or "_down" in metric]
    for outcome in outcomes:
        assert "network.round_trips_only" in [found.code for found in outcome.disturbed_by]


def test_a_failure_needs_half_of_what_was_seen_to_be_beyond_the_limit() -> None:
    draw = np.random.default_rng(5)

    def judged(most_ms: float) -> Verdict | None:
        line = Line((20 + draw.uniform(0, most_ms, 925)).tolist(), [20.0] * 925)
        limits = msgspec.structs.replace(policy.default(), criteria={"network.jitter_ms": Criterion(pass_=20, fail=30)})
        return evaluate([assess(jitter.CHECK, round_trips(line))], limits).checks[0].verdict

    assert judged(30) is Verdict.PASS
    assert judged(120) is None, "40 ms of the round trip may be 20 ms each way"
    assert judged(300) is Verdict.FAIL


def test_a_server_that_never_answers_is_named() -> None:
    capture = round_trips(steady(925, lost_up=frozenset(range(925))))
    with pytest.raises(NotMeasured) as missing:
        assess(jitter.CHECK, capture)
    assert missing.value.because.code == "network.stun_silent"
    assert missing.value.because.params == {"host": "192.0.2.1", "port": 3478}


def true_round_trips_ms(net: Network) -> dict[int, float]:
    """Of each request that was answered, what the router added both ways."""
    records, _ = net.end()
    ways: dict[Direction, dict[int, float]] = {Direction.UP: {}, Direction.DOWN: {}}
    last_stream = b""
    for record in records:
        payload = record.udp_payload()
        if payload is None or payload[4:8] != BindingRequest(bytes(8), 0).encode(20)[4:8]:
            continue
        stream, sequence = payload[8:16], int.from_bytes(payload[16:20], "big")
        if record.direction is Direction.UP and stream != last_stream:
            last_stream = stream
            ways = {Direction.UP: {}, Direction.DOWN: {}}
        if stream == last_stream and record.out_ns:
            ways[record.direction].setdefault(sequence, record.delay_ms)
    down = ways[Direction.DOWN]
    return {sequence: up_ms + down[sequence] for sequence, up_ms in ways[Direction.UP].items() if sequence in down}


@pytest.mark.realtime
def test_every_round_trip_through_an_impaired_line_is_known(network: MakeNetwork) -> None:
    if (reason := stun.missing()) is not None:
        pytest.skip(reason)
    net = network(
        Way(delay_ms=20, jitter_ms=5, keep_order=True, loss_percent=3), Way(delay_ms=10, jitter_ms=3, keep_order=True)
    )
    with stun.coturn([net.far.address, net.far.address6], net.far.command()) as port:

        def probe(address: str, seconds: float) -> Trace:
            with Probing(Target(address, port, "stun"), seconds, TestProbe()) as probing:
                return probing.result().trace

        six = net.home.call(lambda: probe(net.far.address6, 0.5))
        trace = net.home.call(lambda: probe(net.far.address, 5.0))
    assert len(six.answers) > 15
    rows = packets(trace)
    truth_ms = true_round_trips_ms(net)
    answered = np.flatnonzero(~np.isnan(rows.rtt_ms))
    assert len(trace.sent) == 250
    assert set(answered.tolist()) == set(truth_ms)
    true_rtt_ms = np.array([truth_ms[int(row)] for row in answered])
    added_ms = rows.rtt_ms[answered] - true_rtt_ms
    assert np.all(added_ms > 0)
    assert np.median(added_ms) < 2.0, "coturn and both kernels"
    measured = float(np.mean(np.abs(np.diff(rows.rtt_ms[answered]))))
    assert measured == pytest.approx(float(np.mean(np.abs(np.diff(true_rtt_ms)))), rel=0.15)


def test_a_policy_names_a_stun_server_or_says_what_is_wrong() -> None:
    whole = policy.default()
    for written, meant in (("stun.example:3478", ("stun.example", 3478)), ("[2001:db8::1]:1", ("2001:db8::1", 1))):
        line = msgspec.convert({"stun": written}, policy.LinePolicy)
        assert replace(CONTEXT, policy=msgspec.structs.replace(whole, line=line)).policy.line.stun_address == meant
    for wrong in ("stun.example", "stun.example:0", "stun.example:65536", ":3478", "2001:db8::1:3478\n", "a b:1"):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"stun": wrong}, policy.LinePolicy)
