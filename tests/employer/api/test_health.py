"""What monitoring sees: whether the receiver runs, and how its reflectors do."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path as Folder

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from employer import reflector_process
from employer.api.health import HEALTH, LINE_HEALTH, LineHealth
from employer.app import application
from employer.line import Line
from employer.receiver import utc_now
from protocol.stamp import SenderPacket
from tests.employer.conftest import ADDRESS, an_employer, problem


@pytest.fixture
def app(tmp_path: Folder) -> Iterator[Starlette]:
    """A receiver with a reflector of its own on loopback."""
    with an_employer(tmp_path, reflector_host="127.0.0.1") as running:
        running.clock.now = utc_now()
        line = Line(running.receiver.settings, running.receiver.keys)
        line.start()
        try:
            yield application(replace(running.receiver, line=line))
        finally:
            line.stop()


def asked_from(app: Starlette, host: str) -> TestClient:
    """A caller at that address."""
    return TestClient(app, base_url=ADDRESS, client=(host, 50_000))


@pytest.mark.realtime
def test_monitoring_on_this_computer_reads_how_the_reflectors_do(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    line: Line = app.state.receiver.line
    offer = line.offer(bytes(16), "a-bearer-for-tests", app.state.receiver.now().replace(year=2100))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(10)
        probe.connect(("127.0.0.1", offer.reflector_port))
        probe.send(b"rubbish")
        probe.send(SenderPacket(0, 0, padding=bytes.fromhex(offer.ticket)).encode())
        probe.recv(2048)
    answer = asked_from(app, "127.0.0.1").get(LINE_HEALTH)
    assert answer.status_code == 200
    health = msgspec.json.decode(answer.content, type=LineHealth)
    assert (health.processes, health.answering, health.restarts) == (1, 1, 0)
    assert (health.packets, health.answered, health.dropped, health.sessions) == (2, 1, {"too_short": 1}, 1)
    assert health.held_p99_ms is not None

    assert problem(asked_from(app, "192.0.2.7").get(LINE_HEALTH)) == "not_found"
    assert asked_from(app, "192.0.2.7").get(HEALTH).text == "ok\n"

    if sys.platform != "win32":
        process = line.reflectors._processes[0]._process
        assert process is not None
        monkeypatch.setattr(reflector_process, "ANSWER_DEADLINE_S", 0.2)
        process.send_signal(signal.SIGSTOP)
        silent = asked_from(app, "::1").get(LINE_HEALTH)
        process.send_signal(signal.SIGCONT)
        assert silent.status_code == 503
        assert msgspec.json.decode(silent.content, type=LineHealth).answering == 0


def test_where_there_is_no_line_it_has_no_health(tmp_path: Folder) -> None:
    with an_employer(tmp_path) as plain:
        assert problem(plain.http.get(LINE_HEALTH)) == "not_found"
        assert plain.http.get(HEALTH).text == "ok\n"
