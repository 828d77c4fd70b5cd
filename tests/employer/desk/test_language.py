"""How a language is chosen, and how it writes dates, ages and numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from employer.desk.language import chosen, language

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cookie", "accept", "code"),
    [
        ("ru", "en", "ru"),
        ("xx", "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        (None, "de-DE, en;q=0.4, ru;q=0.5", "ru"),
        (None, "en, ru", "en"),
        (None, "ru;q=0, en;q=0.1", "en"),
        (None, "de, fr", "en"),
        (None, None, "en"),
        (None, "ru;q=nonsense", "en"),
        (None, ",,;;q=1," * 500 + "ru", "en"),
    ],
)
def test_the_choice_counts_before_the_browsers_wish(cookie: str | None, accept: str | None, code: str) -> None:
    assert chosen(cookie, accept) == code


@pytest.mark.parametrize(
    ("minutes", "english", "russian"),
    [
        (0.5, "just now", "только что"),
        (1, "1 minute ago", "1 минуту назад"),
        (89, "89 minutes ago", "89 минут назад"),
        (95, "2 hours ago", "2 часа назад"),
        (60 * 35, "35 hours ago", "35 часов назад"),
        (60 * 24 * 21, "21 days ago", "21 день назад"),
    ],
)
def test_an_age_is_told_in_the_largest_fitting_unit(minutes: float, english: str, russian: str) -> None:
    then = NOW - timedelta(minutes=minutes)
    assert language("en").age(then, NOW) == english
    assert language("ru").age(then, NOW) == russian


def test_a_time_is_told_in_utc_until_the_browser_knows_better() -> None:
    elsewhere = NOW.astimezone(datetime.strptime("+0300", "%z").tzinfo)
    assert language("en").date_time(elsewhere) == "24 Nov 2026, 09:30 UTC"
    assert language("ru").date_time(elsewhere) == "24 ноя 2026, 09:30 UTC"


def test_numbers_have_no_idle_zeros_and_a_true_minus() -> None:
    assert language("en").plain_number(-1.50, 2) == "−1.5"
    assert language("ru").plain_number(2.25, 2) == "2,25"
    assert language("en").plain_number(-0.001) == "0"
    assert language("en").plain_number(1200, 0) == "1200"


def test_an_unknown_language_is_english() -> None:
    assert language("../ru").code == "en"
