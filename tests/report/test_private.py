"""What a person may keep back, and that keeping it back changes nothing that was measured."""

from __future__ import annotations

import msgspec

from report.catalogue import finding, measurement
from report.private import DETAILS, PROGRAM_NAMES, without
from report.vocabulary import Outcome, Status

OUTCOME = Outcome(
    check="computer.load",
    version=1,
    status=Status.MEASURED,
    measurements=[measurement("computer.cpu_busy_percent", 61.0)],
    findings=[finding("computer.busy_program", program="SecretGame", percent=38), finding("computer.throttled")],
    facts={"cores": 4, "program_1": "SecretGame", "program_1_percent": 38.0, "program_2": "browser"},
)


def test_program_names_stay_here_unless_they_are_left_in() -> None:
    assert [d.code for d in DETAILS if not d.sent] == [PROGRAM_NAMES]
    kept_back = without(OUTCOME, [PROGRAM_NAMES])
    assert b"SecretGame" not in msgspec.json.encode(kept_back)
    assert b"browser" not in msgspec.json.encode(kept_back)
    assert kept_back.measurements == OUTCOME.measurements
    assert kept_back.facts == {"cores": 4, "program_1_percent": 38.0}
    assert [f.code for f in kept_back.findings] == ["computer.busy_unnamed_program", "computer.throttled"]
    assert kept_back.findings[0].params == {"percent": 38}


def test_nothing_changes_where_nothing_is_left_out() -> None:
    assert without(OUTCOME, []) is OUTCOME
    other = Outcome(check="room.noise", version=1, status=Status.MEASURED, facts={"program_1": "no program"})
    assert without(other, [PROGRAM_NAMES]) is other
