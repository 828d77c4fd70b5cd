"""The line of a run: its bearer opens it, and nothing else does."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path as Folder

import msgspec
import pytest
from starlette.testclient import TestClient

from employer.app import application
from employer.line import Line
from employer.receiver import utc_now
from protocol.messages import LineOffer, Path, ReflectorCounts
from protocol.stamp import SenderPacket
from tests.employer.conftest import ADDRESS, Employer, an_employer, problem

pytestmark = pytest.mark.realtime
PACKETS = 5


@pytest.fixture
def employer(tmp_path: Folder) -> Iterator[Employer]:
    """A receiver with a reflector of its own on loopback. Its clock is the reflector's: the real one."""
    with an_employer(tmp_path, reflector_host="127.0.0.1") as running:
        running.clock.now = utc_now()
        line = Line(running.receiver.settings, running.receiver.keys)
        line.start()
        receiver = replace(running.receiver, line=line)
        try:
            with TestClient(application(receiver), base_url=ADDRESS) as http:
                yield Employer(receiver, running.clock, http)
        finally:
            line.stop()


def offered(employer: Employer) -> LineOffer:
    """What a run of a new computer may use."""
    offer = employer.enrolled().challenge().line
    assert offer is not None
    return offer


def bearing(offer: LineOffer) -> dict[str, str]:
    """The header that shows the bearer."""
    return {"Authorization": f"Bearer {offer.bearer}"}


def test_a_run_probes_the_reflector_and_reads_what_it_saw(employer: Employer) -> None:
    offer = offered(employer)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(10)
        probe.connect(("127.0.0.1", offer.reflector_port))
        for sequence in range(PACKETS):
            probe.send(SenderPacket(sequence, 0, padding=bytes.fromhex(offer.ticket)).encode())
            probe.recv(2048)

    answer = employer.http.get(f"{Path.LINE}/{offer.session}", headers=bearing(offer))

    counts = msgspec.json.decode(answer.content, type=ReflectorCounts)
    assert (counts.received, counts.unique, counts.highest_sequence) == (PACKETS, PACKETS, PACKETS - 1)


def test_the_bandwidth_test_is_for_the_bearer_of_a_run(employer: Employer) -> None:
    offer = offered(employer)
    down = employer.http.get(Path.DOWN, params={"bytes": 10_000}, headers=bearing(offer))
    up = employer.http.post(Path.UP, content=bytes(5000), headers=bearing(offer))
    mini = employer.http.get(f"{Path.MINI}/{offer.bearer}/speedtest/latency.txt")
    assert len(down.content) == 10_000
    assert up.json()["bytes"] == 5000
    assert mini.text == "test=test"


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer " + "A" * 43}])
def test_without_a_bearer_there_is_no_line(employer: Employer, header: dict[str, str]) -> None:
    offer = offered(employer)
    answer = employer.http.get(f"{Path.LINE}/{offer.session}", headers=header)
    assert (answer.status_code, problem(answer)) == (401, "unauthorised")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert problem(employer.http.get(Path.DOWN, headers=header)) == "unauthorised"
    assert problem(employer.http.post(Path.UP, content=b"x", headers=header)) == "unauthorised"
    assert problem(employer.http.get(f"{Path.MINI}/{'A' * 43}/speedtest/latency.txt")) == "unauthorised"


def test_a_bearer_reads_its_own_session_alone(employer: Employer) -> None:
    mine, other = offered(employer), offered(employer)
    answer = employer.http.get(f"{Path.LINE}/{other.session}", headers=bearing(mine))
    assert (answer.status_code, problem(answer)) == (404, "not_found")


def test_the_right_to_the_line_ends(employer: Employer) -> None:
    offer = offered(employer)
    employer.clock.pass_by(hours=2)
    answer = employer.http.get(f"{Path.LINE}/{offer.session}", headers=bearing(offer))
    assert problem(answer) == "unauthorised"


def test_no_bearer_is_logged(employer: Employer, caplog: pytest.LogCaptureFixture) -> None:
    offer = offered(employer)
    caplog.set_level("INFO", "employer.requests")
    employer.http.get(f"{Path.MINI}/{offer.bearer}/speedtest/latency.txt")
    employer.http.get(f"{Path.MINI}/{offer.bearer}/nowhere")
    employer.http.get(f"{Path.DOWN}?bytes=10&bearer={offer.bearer}", headers=bearing(offer))
    messages = [r.message for r in caplog.records if r.name == "employer.requests"]
    assert len(messages) == 3
    assert not [m for m in messages if offer.bearer in m]


def test_where_there_is_no_line_none_is_offered(tmp_path: Folder) -> None:
    with an_employer(tmp_path / "other") as plain:
        assert plain.enrolled().challenge().line is None
        assert plain.http.get(Path.DOWN).status_code == 404
