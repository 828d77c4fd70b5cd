"""Limits as words and as a scale."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from employer.desk.gauge import WIDTH, gauge, limits
from employer.desk.language import language
from report.catalogue import measurement
from report.policy import Criterion

CPU = "computer.cpu_busy_percent"
MEMORY = "computer.memory_available_gib"
TIMERS = "computer.late_timers_percent"


def test_limits_say_which_way_is_better() -> None:
    busy = limits(CPU, Criterion(pass_=60, fail=85), language("en"))
    assert (busy.asks, busy.fails) == ("≤ 60", "> 85")
    memory = limits(MEMORY, Criterion(pass_=1, fail=0.5), language("ru"))
    assert (memory.asks, memory.fails) == ("≥ 1,0", "< 0,5")


def test_what_never_fails_has_no_limit_to_fail() -> None:
    assert limits(TIMERS, Criterion(pass_=2), language("en")).fails == ""
    drawn = gauge(measurement(TIMERS, 1), Criterion(pass_=2))
    assert [zone.kind for zone in drawn.zones] == ["pass", "warn"]


def test_zones_go_from_good_to_bad_or_back() -> None:
    assert [z.kind for z in gauge(measurement(CPU, 1), Criterion(pass_=60, fail=85)).zones] == ["pass", "warn", "fail"]
    assert [z.kind for z in gauge(measurement(MEMORY, 1), Criterion(pass_=1, fail=0.5)).zones] == [
        "fail",
        "warn",
        "pass",
    ]


def test_the_value_lies_in_the_zone_that_it_is_judged_by() -> None:
    drawn = gauge(measurement(CPU, 70, 65, 75), Criterion(pass_=60, fail=85))
    warn = next(zone for zone in drawn.zones if zone.kind == "warn")
    assert warn.x < drawn.low < drawn.value < drawn.high < warn.x + warn.width


def test_a_value_off_the_scale_stands_at_its_edge() -> None:
    assert gauge(measurement(CPU, 1e9), Criterion(pass_=60, fail=85)).value == WIDTH
    assert gauge(measurement(CPU, -5), Criterion(pass_=60, fail=85)).value == 0


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(min_value=-1e6, max_value=1e6),
    st.floats(min_value=0, max_value=1e6),
)
def test_any_policy_gives_zones_that_fill_the_scale(value: float, passes: float, more: float) -> None:
    drawn = gauge(measurement(CPU, value), Criterion(pass_=passes, fail=passes + more))
    assert 0 <= drawn.value <= WIDTH
    assert abs(sum(zone.width for zone in drawn.zones) - WIDTH) < 0.5
