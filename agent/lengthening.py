"""How much longer a running step is wanted to go on by the checks that will judge it."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from checks.interface import Captures, Check, NotMeasured, StepId
from report.policy import Policy

log = logging.getLogger(__name__)


def most_wanted_s(step: StepId, checks: Iterable[Check], captures: Captures, policy: Policy) -> float:
    """Seconds, by the check that wants most of this step. One that breaks, or can't judge yet, wants nothing."""
    return max((_wanted_s(check, captures, policy) for check in checks if step in check.uses), default=0.0)


def _wanted_s(check: Check, captures: Captures, policy: Policy) -> float:
    try:
        return max(0.0, check.wants_more(captures, policy))
    except NotMeasured:
        return 0.0
    except Exception:
        log.exception("%s could not say how much more it wants", check.id)
        return 0.0
