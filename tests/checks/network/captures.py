"""Captures of lines whose truth is known, and what the checks say of them."""

from __future__ import annotations

from dataclasses import replace

from checks.interface import Captures, Check, Context
from checks.interface import Line as EmployerLine
from checks.line.interface_traffic import OtherTraffic
from checks.line.probing import Probed
from checks.steps.full_line import FullLineCapture, Window
from checks.steps.idle_line import IdleLineCapture
from protocol.messages import ReflectorCounts
from protocol.trace import Trace
from report import policy
from report.vocabulary import Outcome
from tests.protocol.lines import Line

CONTEXT = Context(
    policy=policy.default(),
    line=EmployerLine("https://employer.example", "reflector.example", 5862, bytes(16), b"", "bearer"),
)


def probed(trace: Trace, *, clock_step_ms: float = 0.0) -> Probed:
    return Probed(
        trace=trace,
        address="192.0.2.1",
        expedited=True,
        arrivals_by_kernel=True,
        departures_by_kernel=True,
        refused=0,
        clock_step_ms=clock_step_ms,
    )


def idle(
    line: Line,
    *,
    counts: ReflectorCounts | None = None,
    web_answers: bool | None = None,
    others: OtherTraffic | None = None,
    clock_step_ms: float = 0.0,
) -> IdleLineCapture:
    """What the step brings of such a line; with the reflector's counts unless others are given."""
    return IdleLineCapture(
        probed=probed(line.trace(), clock_step_ms=clock_step_ms),
        counts=line.counts() if counts is None else counts,
        counts_problem="",
        web_answers=web_answers,
        others=others,
    )


def full(
    trace: Trace | None,
    down: Window | None,
    up: Window | None,
    counts: ReflectorCounts | None = None,
) -> FullLineCapture:
    """What the full line's step brings of the probe."""
    return FullLineCapture(
        provider="native",
        down=None,
        up=None,
        failed=None,
        probed=probed(trace) if trace else None,
        unprobed=None,
        counts=counts,
        down_window=down,
        up_window=up,
        metered=None,
        other_mbit_s=None,
    )


def without_counts(capture: IdleLineCapture) -> IdleLineCapture:
    return replace(capture, counts=None, counts_problem="status 503")


def assess(check: Check, capture: IdleLineCapture, full: FullLineCapture | None = None) -> Outcome:
    taken = {"idle_line": capture} | ({"full_line": full} if full else {})
    return check.assess(Captures(taken), CONTEXT)


def value(outcome: Outcome, metric: str) -> float:
    measured = outcome.value(metric)
    assert measured is not None, f"{metric} is not among the measurements"
    return measured.value
