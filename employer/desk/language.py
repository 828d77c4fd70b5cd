"""One language of the desk: its words, and how it writes numbers, dates and ages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

from report.catalogue.kinds import N_
from report.words import LANGUAGES, Words, plural_translator, translator

NAMES = {"en": "English", "ru": "Русский"}
"""Each language in its own words."""

_MONTHS = (
    N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"),
    N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec"),
)  # fmt: skip


class Language:
    """The desk's own words (domain ``employer``) beside the catalogue's (:class:`report.words.Words`)."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.words = Words(code)
        self.gettext: Callable[[str], str] = translator("employer", code)
        self.ngettext: Callable[[str, str, int], str] = plural_translator("employer", code)

    def date_time(self, moment: datetime) -> str:
        """ "24 Nov 2026, 05:57 UTC"; the page's script turns it into the reader's own time zone."""
        utc = moment.astimezone(UTC)
        return f"{utc.day} {self.gettext(_MONTHS[utc.month - 1])} {utc.year}, {utc:%H:%M} UTC"

    def age(self, moment: datetime, now: datetime) -> str:
        """How long ago, in the largest fitting unit: "3 hours ago"."""
        minutes = int((now - moment) / timedelta(minutes=1))
        if minutes < 1:
            return self.gettext("just now")
        if minutes < 90:
            return self.ngettext("%(num)d minute ago", "%(num)d minutes ago", minutes) % {"num": minutes}
        hours = round(minutes / 60)
        if hours < 36:
            return self.ngettext("%(num)d hour ago", "%(num)d hours ago", hours) % {"num": hours}
        days = round(minutes / 60 / 24)
        return self.ngettext("%(num)d day ago", "%(num)d days ago", days) % {"num": days}

    def plain_number(self, value: float, decimals: int = 1) -> str:
        """A number that no metric owns (an axis label): no trailing zeros, a comma in Russian, a true minus."""
        text = f"{value:.{decimals}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        text = "0" if text == "-0" else text.replace("-", "−")
        return text.replace(".", ",") if self.code == "ru" else text


@cache
def language(code: str) -> Language:
    """That language of the desk; English for an unknown code."""
    return Language(code if code in LANGUAGES else "en")


def chosen(cookie: str | None, accept_language: str | None) -> str:
    """The code of the language to answer in: the reader's choice, else the browser's first that is known.

    ``accept_language`` is read as RFC 9110, section 12.5.4: quality values order the ranges, 0 excludes one.
    """
    if cookie in LANGUAGES:
        return cookie
    ranked = []
    for place, part in enumerate((accept_language or "")[:500].split(",")):
        tag, _, weight = part.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        quality = _quality(weight)
        if primary in LANGUAGES and quality > 0:
            ranked.append((-quality, place, primary))
    return min(ranked)[2] if ranked else "en"


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
