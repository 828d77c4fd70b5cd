"""Numbers and sentences as a person reads them, in both languages."""

from __future__ import annotations

import pytest

from report.catalogue import finding, measurement
from report.vocabulary import Finding, Measurement
from report.words import Words

NO_BREAK, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("language", "metric", "value", "shown"),
    [
        ("en", "network.jitter_ms", 23.44, f"23.4{NO_BREAK}ms"),
        ("ru", "network.jitter_ms", 23.44, f"23,4{NO_BREAK}мс"),
        ("en", "room.laeq_dbfs_a", -58.2, f"{MINUS}58{NO_BREAK}dBFS(A)"),
        ("ru", "room.laeq_dbfs_a", -58.2, f"{MINUS}58{NO_BREAK}дБFS(A)"),
        ("ru", "network.bandwidth_up_mbit_s", 93.0, f"93,0{NO_BREAK}Мбит/с"),
        ("ru", "computer.memory_available_gib", 7.25, f"7,2{NO_BREAK}ГиБ"),
        ("ru", "computer.cpu_busy_percent", 61.0, f"61{NO_BREAK}%"),
        ("en", "room.snr_a_db", -0.2, f"0{NO_BREAK}dB"),
    ],
)
def test_a_value_has_the_languages_comma_and_units_a_true_minus_and_no_break_before_its_unit(
    language: str, metric: str, value: float, shown: str
) -> None:
    assert Words(language).value(measurement(metric, value)) == shown


def test_a_unit_that_is_new_to_this_reader_is_shown_as_it_came() -> None:
    assert Words("ru").value(Measurement(metric="room.new_sone", value=2.5, unit="sone")) == f"2,50{NO_BREAK}sone"
    assert Words("ru").value(Measurement(metric="room.new", value=2.5, unit="")) == "2,50"


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", f"takes 0.42{NO_BREAK}points off the quality of a call; up to 0.4{NO_BREAK}is fine."),
        ("ru", "на 0,42; норма — до 0,4."),
    ],
)
def test_a_sentence_tells_a_value_and_its_limit_apart(language: str, shown: str) -> None:
    assert Words(language).finding_text(finding("network.poor_voice", value=0.42, limit=0.4)).endswith(shown)


def test_numbers_in_a_sentence_are_written_as_elsewhere_and_names_as_they_are() -> None:
    ru = Words("ru")
    assert f"{MINUS}52{NO_BREAK}дБFS" in ru.finding_text(finding("headset.too_quiet", level=-52))
    assert f"через 4{NO_BREAK}с" in ru.finding_text(finding("network.server_limited", seconds=4.0))
    assert "Headset-2.0" in ru.finding_text(finding("headset.vanished", device="Headset-2.0"))


@pytest.mark.parametrize("params", [{}, {"level": 10**5000}], ids=["missing", "absurd"])
def test_parameters_that_dont_fit_leave_the_sentence_that_travelled(params: dict[str, str | int | float]) -> None:
    strange = Finding(code="headset.too_quiet", params=params, text="As it was said.")
    assert Words("ru").finding_text(strange) == "As it was said."


def test_an_unknown_language_reads_english() -> None:
    assert Words("xx").check_title("room.noise") == "Room"
    assert Words("ru").check_title("room.noise") == "Помещение"
