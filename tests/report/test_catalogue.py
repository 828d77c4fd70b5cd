"""The catalogue is consistent with itself."""

from __future__ import annotations

import string
from collections import Counter

import pytest

from report.catalogue import CHECKS, FINDINGS, METRICS, Better, finding, measurement
from report.catalogue.kinds import FindingKind, Metric

AREA_OF_NUMBER = {1: "run", 2: "room", 3: "headset", 4: "network", 5: "computer"}
SYSTEMS = {"any", "windows", "darwin", "linux"}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("kind", FINDINGS.values(), ids=lambda kind: kind.code)
def test_a_finding_speaks_only_of_its_parameters_and_says_what_to_do(kind: FindingKind) -> None:
    spoken = fields(kind.says).union(*(fields(text) for text in kind.advice.values()))
    assert spoken <= set(kind.params)
    assert kind.advice
    assert set(kind.advice) <= SYSTEMS
    assert "any" in kind.advice or set(kind.advice) == SYSTEMS - {"any"}
    assert set(kind.explains) <= set(METRICS)


@pytest.mark.parametrize("kind", FINDINGS.values(), ids=lambda kind: kind.code)
def test_a_findings_number_tells_its_area(kind: FindingKind) -> None:
    area = "network" if kind.area == "employer" else kind.area
    assert AREA_OF_NUMBER[kind.number // 100] == area


def test_numbers_are_unique_but_for_a_finding_without_its_private_details() -> None:
    whole = [kind for kind in FINDINGS.values() if not kind.without_details_of]
    assert [n for n, count in Counter(kind.number for kind in whole).items() if count > 1] == []
    for kind in FINDINGS.values():
        if kind.without_details_of:
            assert kind.number == FINDINGS[kind.without_details_of].number


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_a_metric_belongs_to_one_check(metric: Metric) -> None:
    assert len([check.id for check in CHECKS.values() if metric.name in check.metrics]) == 1


def test_a_judged_metric_has_one_limit_finding() -> None:
    from report.policy import default

    for name in default().criteria:
        limit_findings = [
            k.code for k in FINDINGS.values() if name in k.explains and set(k.params) <= {"value", "limit"}
        ]
        assert len([code for code in limit_findings if set(FINDINGS[code].params) == {"value", "limit"}]) == 1, name
        assert METRICS[name].better is not Better.NEITHER


def test_unknown_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="takes"):
        finding("run.cancelled", value=1)


def test_a_measurement_is_rounded_to_two_digits_more_than_shown() -> None:
    metric = next(m for m in METRICS.values() if m.decimals == 0)
    assert measurement(metric.name, 1 / 3).value == 0.33
