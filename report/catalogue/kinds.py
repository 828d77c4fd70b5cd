"""What the catalogue knows of a metric, a finding, a check: the types of its entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Area = Literal["run", "room", "headset", "network", "computer"]


def N_(text: str) -> str:
    """Marks a sentence for translation; it is translated where it is shown (:mod:`report.words`)."""
    return text


class Better(StrEnum):
    """Which way a metric improves. ``neither`` is shown and never judged."""

    LOWER = "lower"
    HIGHER = "higher"
    NEITHER = "neither"


class Severity(StrEnum):
    """How much a finding stands in the way of a shift."""

    INFO = "info"
    MINOR = "minor"
    MAJOR = "major"
    BLOCKING = "blocking"

    @property
    def rank(self) -> int:
        """0 for ``info`` to 3 for ``blocking``."""
        return list(Severity).index(self)


class Mender(StrEnum):
    """Who can mend it."""

    OPERATOR = "operator"
    SUPPORT = "support"
    EMPLOYER = "employer"
    PROVIDER = "provider"


class Category(StrEnum):
    """The service desk's category, as its ticket systems name it."""

    AUDIO = "Audio device"
    ENVIRONMENT = "Work environment"
    NETWORK = "Network"
    COMPUTER = "Computer performance"
    SOFTWARE = "Readiness program"
    EMPLOYER = "Employer service"


@dataclass(frozen=True, slots=True)
class Metric:
    """One kind of measurement."""

    name: str
    """Dotted, unit last: ``room.laeq_dbfs_a``."""
    unit: str
    better: Better
    decimals: int
    title: str
    """Plain-language name, in English: "noise in the room"."""
    about: str
    """How it is got, for support: method and standard, in one sentence."""


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One named condition, with the words that operator and support both read."""

    code: str
    number: int
    """Three digits that can be said over the phone; never reused. run 1xx, room 2xx, headset 3xx, network 4xx,
    computer 5xx."""
    severity: Severity
    category: Category
    mender: Mender
    title: str
    """A few words for a card: "too noisy for calls"."""
    says: str
    """One or two plain sentences on what was found; ``{param}`` fields are filled in."""
    advice: Mapping[str, str] = field(default_factory=dict)
    """What to do now, by operating system: ``windows``, ``darwin``, ``linux``, or ``any``."""
    params: tuple[str, ...] = ()
    """Names of the parameters that ``says`` and ``advice`` may use."""
    explains: tuple[str, ...] = ()
    """Metrics whose missed limit this finding already explains."""
    again: str = ""
    """The check to measure again once it is mended, where the one that found it would measure more than that."""
    without_details_of: str = ""
    """The finding that this one is, less its private details: operator and support say the same number."""

    @property
    def area(self) -> str:
        """The first word of the code."""
        return self.code.partition(".")[0]


@dataclass(frozen=True, slots=True)
class CheckKind:
    """One check, as a person reads it on its card."""

    id: str
    title: str
    measures: str
    why: str
    """Why it matters on a call."""
    todo: str
    """What to do when it isn't good."""
    metrics: tuple[str, ...] = ()
    """What it measures; a criterion on one of them is this check's to keep."""
