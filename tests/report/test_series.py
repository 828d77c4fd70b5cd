"""Series of evidence have plain names, in both languages."""

from __future__ import annotations

import pytest

from report.catalogue import METRICS, series
from report.words import Words


@pytest.mark.parametrize("name", series.TITLES)
def test_a_series_has_a_name_of_its_own_where_it_is_no_metrics_course(name: str) -> None:
    assert name not in METRICS
    assert Words("en").series_title(name) == series.TITLES[name]
    assert Words("ru").series_title(name) not in (name, series.TITLES[name])


def test_a_metrics_course_is_called_as_the_metric_and_an_unknown_one_by_its_code() -> None:
    assert Words("en").series_title("network.rtt_p50_ms") == METRICS["network.rtt_p50_ms"].title
    assert Words("en").series_title("network.from_the_future") == "network.from_the_future"
