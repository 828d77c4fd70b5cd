"""The main job: from an invitation to a receipt, in rooms and on computers that are good, and in ones that are not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agent.errors import Exit
from report.vocabulary import Readiness, Status
from tests.e2e import rooms
from tests.e2e.conftest import wide_policy
from tests.e2e.workplace import Employer, Operator, judged
from tests.lab.headset.fixtures import PlugIn
from tests.lab.router.fixtures import MakeNetwork
from tests.lab.router.ways import Way
from tests.lab.servers import certificate

pytestmark = pytest.mark.realtime


def enrolled(operator: Operator, employer: Employer) -> Operator:
    told = operator.run("enrol", employer.invite())
    assert told.code == Exit.READY, told.err
    return operator


def test_a_good_workstation_is_ready_and_the_receipt_verifies(
    tmp_path: Path, plug_in: PlugIn, employer: Employer
) -> None:
    headset = plug_in()
    operator = enrolled(Operator(tmp_path), employer)
    report, told = operator.check(tmp_path, rooms.good(headset))
    evaluation = judged(report, employer.policy)
    assert {o.check: (o.status, o.because) for o in report.outcomes if o.status is not Status.MEASURED} == {}
    assert evaluation.readiness is Readiness.READY, [(c.check, c.findings) for c in evaluation.checks]
    assert told.code == Exit.READY

    assert operator.run("export", "--to", str(tmp_path / "out")).code == Exit.READY
    files = sorted(str(f) for f in (tmp_path / "out").rglob("*.jws"))
    assert len(files) == 2
    assert operator.run("verify", *files).code == Exit.READY
    assert employer.run_verify(*files) == 0
    entry = json.loads(operator.run("history", "--json").out)[0]
    assert entry["state"] == "delivered"
    assert entry["readiness"] == "ready"


def test_a_television_leads_to_the_room_and_what_to_do(tmp_path: Path, plug_in: PlugIn, employer: Employer) -> None:
    headset = plug_in()
    report, told = enrolled(Operator(tmp_path), employer).check(tmp_path, rooms.with_television(headset), "--quick")
    evaluation = judged(report, employer.policy)
    assert evaluation.readiness is Readiness.NOT_READY
    assert evaluation.next_action is not None
    assert evaluation.next_action.finding.code == "room.too_loud"
    assert evaluation.next_action.check == "room.noise"
    assert told.code == Exit.NOT_READY


def test_a_muted_microphone_is_told_and_never_a_quiet_room(tmp_path: Path, plug_in: PlugIn, employer: Employer) -> None:
    headset = plug_in()
    headset.mute()
    report, told = enrolled(Operator(tmp_path), employer).check(tmp_path, rooms.good(headset), "--quick")
    evaluation = judged(report, employer.policy)
    assert evaluation.readiness is Readiness.INCOMPLETE
    assert evaluation.next_action is not None
    assert evaluation.next_action.finding.code == "headset.muted"
    room = evaluation.of("room.noise")
    assert room is not None
    assert room.outcome.measurements == []
    assert told.code == Exit.INCOMPLETE


def test_a_busy_computer_is_told_and_what_to_do(tmp_path: Path, strict_employer: Employer) -> None:
    operator = enrolled(Operator(tmp_path), strict_employer)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4)]
    try:
        report, told = operator.check(tmp_path, {}, "--only", "computer.load")
    finally:
        for program in busy:
            program.kill()
            program.wait()
    evaluation = judged(report, strict_employer.policy)
    load = evaluation.of("computer.load")
    assert load is not None
    assert load.findings[0].code == "computer.busy_unnamed_program", "names are sent only when they are left in"
    assert evaluation.readiness is Readiness.NOT_READY
    assert evaluation.next_action is not None
    assert evaluation.next_action.check == "computer.load"
    assert told.code == Exit.NOT_READY


def test_a_jittery_line_leads_to_the_line_and_how_far_it_was_measured(tmp_path: Path, network: MakeNetwork) -> None:
    jittery = network(Way(delay_ms=20, jitter_ms=40), Way(delay_ms=20))
    tls = certificate(tmp_path, jittery.far.address)
    serve = ["--host", jittery.far.address, "--port", "8443", "--public-url", f"https://{jittery.far.address}:8443"]
    serve += ["--tls-cert", str(tls.certificate_file), "--tls-key", str(tls.key_file)]
    with Employer(tmp_path, wide_policy(), serve, prefix=jittery.far.command()) as employer:
        operator = Operator(tmp_path, prefix=jittery.home.command())
        told = operator.run("enrol", employer.invite(), "--ca", str(tls.ca_file))
        assert told.code == Exit.READY, told.err
        report, told = operator.check(tmp_path, {}, "--quick")
    evaluation = judged(report, employer.policy)
    line = evaluation.of("network.jitter")
    assert line is not None
    up, down = (line.outcome.value(f"network.jitter_{way}_ms") for way in ("up", "down"))
    assert up is not None
    assert down is not None
    assert up.value == pytest.approx(40, rel=0.25), "ten seconds of random delays"
    assert down.value < 4
    assert evaluation.readiness is Readiness.NOT_READY
    assert evaluation.next_action is not None
    assert evaluation.next_action.finding.code == "network.high_jitter"
    assert told.code == Exit.NOT_READY


def test_without_an_employer_the_room_and_the_computer_are_still_checked(tmp_path: Path, plug_in: PlugIn) -> None:
    headset = plug_in()
    report, told = Operator(tmp_path).check(tmp_path, rooms.good(headset), "--quick")
    statuses = {o.check: o.status for o in report.outcomes}
    assert statuses["room.noise"] is Status.MEASURED
    assert statuses["computer.load"] is Status.MEASURED
    assert statuses["network.jitter"] is Status.SKIP
    assert told.code == Exit.INCOMPLETE
    assert not told.err.count("Traceback")
