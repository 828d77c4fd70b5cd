"""Faults put at known places of a real line: each is placed where it is, or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from checks.line.where import Place
from tests.checks.line.placed_faults import Fault, place_of
from tests.lab.router.namespaces import missing
from tests.lab.router.ways import Way

SECONDS = 8.0
AT_A_TIME = 3
PAUSING = Way(delay_ms=1, spike_every_s=0.5, spike_ms=100)
JITTERY = Way(delay_ms=12, jitter_ms=20)
LOSSY = Way(delay_ms=12, loss_percent=8)
FAULTS = (
    Fault("pauses at home", frozenset({Place.HOME}), lan=(PAUSING, PAUSING)),
    Fault("jitter beyond", frozenset({Place.BEYOND}), wan=(JITTERY, JITTERY)),
    Fault("loss beyond", frozenset({Place.BEYOND}), wan=(LOSSY, LOSSY)),
    Fault("jitter, silent router", frozenset({Place.CANNOT_TELL}), wan=(JITTERY, JITTERY), router="silent"),
    Fault("jitter at the company's end", frozenset({Place.TOWARD_COMPANY}), company=(JITTERY, JITTERY), second=True),
    Fault("none", frozenset({Place.NOWHERE})),
)


LOOKS = 3
DISTURBED = {Place.THIS_COMPUTER, Place.COMPANY}
"""What a look says that the testing computer itself was too busy for: it is taken again."""


def placed(fault: Fault) -> Place:
    """What is said of a fault."""
    said = [place_of(fault, SECONDS)[0].place]
    while said[-1] in DISTURBED and len(said) < LOOKS:
        said.append(place_of(fault, SECONDS)[0].place)
    return said[-1]


@pytest.mark.realtime
def test_faults_are_placed_where_they_are() -> None:
    if (why := missing()) is not None:
        pytest.skip(why)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        told = dict(zip([fault.name for fault in FAULTS], pool.map(placed, FAULTS), strict=True))
    assert told == {fault.name: next(iter(fault.right)) for fault in FAULTS}
