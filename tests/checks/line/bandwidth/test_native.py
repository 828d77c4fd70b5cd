"""The native provider against the employer's own addresses, and against servers that misbehave."""

from __future__ import annotations

import json
import os
import random
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from checks.interface import Cancelled, Line
from checks.line.bandwidth.child_run import Done
from checks.line.bandwidth.interface import SERIES, Direction, TransferFailed
from checks.line.bandwidth.native import NativeProvider, transfer
from employer.bandwidth import routes
from employer.transfers import TransferLimits
from protocol.messages import Path as Api
from tests.checks.probe import TestProbe, cancel_after, children_left
from tests.lab.servers import certificate, misbehaving, serving, slow_way_to

pytestmark = pytest.mark.realtime

BEARER = "a-run-of-the-test-0001"
MB = 1_000_000
DIRECTIONS: tuple[Direction, ...] = ("down", "up")


def line(url: str, ca_file: Path | None = None, bearer: str = BEARER) -> Line:
    return Line(url, "127.0.0.1", 1, b"\0" * 16, b"", bearer, str(ca_file) if ca_file else None)


def app(limits: TransferLimits | None = None) -> Starlette:
    return Starlette(routes=routes(lambda bearer: bearer == BEARER, limits, congestion_control="cubic"))


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("secure", [False, True])
def test_it_measures_both_directions_plain_and_through_a_private_authority(
    direction: Direction, secure: bool, tmp_path: Path
) -> None:
    tls = certificate(tmp_path) if secure else None
    probe = TestProbe()
    with serving(app(), tls) as url:
        began_ns = time.time_ns()
        transfer = NativeProvider(line(url, tls.ca_file if tls else None)).measure(direction, 2.0, 400 * MB, probe)
    assert transfer.mbit_s > 50
    assert transfer.low is None or transfer.low <= transfer.mbit_s <= (transfer.high or 0)
    assert transfer.bytes_used > 10 * MB
    assert transfer.connections in (1, 4)
    assert began_ns < transfer.began_ns < transfer.ended_ns < time.time_ns()
    assert {found.code for found in transfer.warnings} <= {"network.speed_computer_limited"}, "nothing else limits here"
    assert probe.series[SERIES[direction]]
    assert children_left() == []


@dataclass
class Counting:
    """An application with all bytes of its bodies counted, each way."""

    app: ASGIApp
    sent: int = 0
    received: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            self.sent += len(message.get("body", b"")) if scope["path"].startswith(Api.DOWN) else 0
            await send(message)

        async def receiving() -> Message:
            message = await receive()
            self.received += len(message.get("body", b""))
            return message

        await self.app(scope, receiving, sending)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_no_more_data_goes_over_the_line_than_the_cap_whatever_that_is_and_whatever_the_rate(
    direction: Direction,
) -> None:
    """Counted by the server, what is on its way when it ends included."""
    draw = random.Random(time.time_ns())
    for mbit_s in (draw.uniform(5, 40), draw.uniform(40, 200), None):
        cap_bytes = round(draw.uniform(0.5, 1) * (mbit_s or 200) * 1e6 / 8)
        counting = Counting(app())
        with serving(counting) as url, slow_way_to(url, mbit_s) if mbit_s else nullcontext(url) as way:
            transfer = NativeProvider(line(way)).measure(direction, 5.0, cap_bytes, TestProbe())
        assert cap_bytes / 4 < transfer.bytes_used <= cap_bytes, (mbit_s, cap_bytes)
        assert transfer.bytes_used <= max(counting.sent, counting.received) <= cap_bytes, (mbit_s, cap_bytes)
        assert transfer.ended_ns - transfer.began_ns < 4e9


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_server_that_ends_it_early_is_told_and_what_was_measured_stands(direction: Direction) -> None:
    with serving(app(TransferLimits(transfer_bytes=5 * MB))) as url:
        transfer = NativeProvider(line(url)).measure(direction, 4.0, 400 * MB, TestProbe())
    assert transfer.mbit_s > 5
    assert [w.code for w in transfer.warnings] == ["network.server_limited"]


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize(("mbit_s", "connections"), [(1.0, 1), (20.0, 4)])
def test_it_finds_the_rate_of_a_slow_way(direction: Direction, mbit_s: float, connections: int) -> None:
    """The shared machine may hold the relay back a little, never push it."""
    with serving(app()) as url, slow_way_to(url, mbit_s) as slow:
        transfer = NativeProvider(line(slow)).measure(direction, 4.0, 100 * MB, TestProbe())
    assert 0.85 * mbit_s < transfer.mbit_s < 1.05 * mbit_s
    assert transfer.connections == connections
    assert transfer.low is not None
    assert transfer.low <= transfer.mbit_s
    assert transfer.seconds > 2
    assert transfer.warnings == ()


def stalls(connection: socket.socket) -> None:
    """A line that carries data for a second and then nothing more."""
    connection.recv(4096)
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    for _ in range(10):
        connection.sendall(b"1000\r\n" + os.urandom(0x1000) + b"\r\n")
        time.sleep(0.1)
    time.sleep(5)


def test_a_download_that_stalls_in_the_middle_is_told_and_gives_no_number() -> None:
    with misbehaving(stalls) as url, pytest.raises(TransferFailed) as caught:
        NativeProvider(line(url)).measure("down", 3.5, 100 * MB, TestProbe())
    assert caught.value.because.code == "network.bandwidth_stalled"


def test_an_upload_that_stalls_in_the_middle_is_told_and_gives_no_number() -> None:
    """The relay lets through a burst, then nothing; the employer's end still answers when the time is over."""
    with (
        serving(app()) as url,
        slow_way_to(url, 20.0, stops_after_bytes=2 * MB) as slow,
        pytest.raises(TransferFailed) as caught,
    ):
        NativeProvider(line(slow)).measure("up", 4.0, 100 * MB, TestProbe())
    assert caught.value.because.code == "network.bandwidth_stalled"


def dies_in_the_middle(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    for _ in range(10):
        connection.sendall(b"40000\r\n" + os.urandom(0x40000) + b"\r\n")
        time.sleep(0.02)


def is_silent(connection: socket.socket) -> None:
    while connection.recv(1 << 20):
        pass


def is_a_sign_in_page(connection: socket.socket) -> None:
    """It lingers, as servers do, so that its answer is not lost to a reset."""
    connection.recv(4096)
    page = b"<html>Welcome to the hotel. Please sign in.</html>"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page)
    connection.sendall(head + page)
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(1 << 20):
        pass


def sends_elsewhere(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/login\r\nContent-Length: 0\r\n\r\n")


def speaks_no_http(connection: socket.socket) -> None:
    connection.sendall(b"220 mail.example ESMTP\r\n\r\n")
    time.sleep(1)


def hangs_up(connection: socket.socket) -> None:
    connection.recv(4096)


def never_ends_its_head(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"X-Filler: " + b"a" * 1000 + b"\r\n")


def answers_with(head: bytes, *pieces: bytes, every_s: float = 0.0) -> Callable[[socket.socket], None]:
    """A server that answers every request so, then hangs up."""

    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n" + head + b"\r\n\r\n")
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(every_s)

    return serve


promises_more_than_it_sends = answers_with(b"Content-Length: 900000000", *[bytes(100_000)] * 20, every_s=0.02)
promises_ten_bytes_and_goes_on = answers_with(b"Content-Length: 10", *[bytes(100_000)] * 20)
has_a_negative_length = answers_with(b"Content-Length: -5", bytes(100_000))
drips = answers_with(b"Content-Length: 900000000", *[b"x"] * 100, every_s=0.2)


def sends_for_ever(connection: socket.socket) -> None:
    """Whatever length was asked for."""
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n")
    while True:
        connection.sendall(bytes(65_536))


def test_of_a_server_that_sends_for_ever_no_more_is_taken_than_the_cap() -> None:
    with misbehaving(sends_for_ever) as url:
        began = time.monotonic()
        transfer = NativeProvider(line(url)).measure("down", 3.0, 30 * MB, TestProbe())
    assert time.monotonic() - began < 6
    assert transfer.bytes_used <= 30 * MB
    assert children_left() == []


@pytest.mark.parametrize(
    ("serve", "direction", "code"),
    [
        (promises_more_than_it_sends, "down", "network.bandwidth_broke"),
        (promises_ten_bytes_and_goes_on, "down", "network.bandwidth_little"),
        (has_a_negative_length, "down", "network.bandwidth_foreign"),
        (drips, "down", "network.bandwidth_little"),
        (dies_in_the_middle, "down", "network.bandwidth_broke"),
        (hangs_up, "down", "network.bandwidth_broke"),
        (hangs_up, "up", "network.bandwidth_broke"),
        (is_silent, "down", "network.bandwidth_silent"),
        (is_silent, "up", "network.bandwidth_silent"),
        (is_a_sign_in_page, "down", "network.bandwidth_foreign"),
        (is_a_sign_in_page, "up", "network.bandwidth_foreign"),
        (sends_elsewhere, "down", "network.bandwidth_foreign"),
        (speaks_no_http, "up", "network.bandwidth_foreign"),
        (never_ends_its_head, "down", "network.bandwidth_foreign"),
    ],
)
def test_a_server_that_misbehaves_is_named(
    serve: Callable[[socket.socket], None], direction: Direction, code: str
) -> None:
    with misbehaving(serve) as url, pytest.raises(TransferFailed) as caught:
        NativeProvider(line(url)).measure(direction, 1.5, 400 * MB, TestProbe())
    assert caught.value.because.code == code
    assert children_left() == []


Tell = Callable[[int, float], dict[str, object]]
"""What a server says of an upload, by the bytes that came and the seconds since the first."""


def tells(tell: Tell) -> Callable[[socket.socket], None]:
    """A server that takes an upload for two seconds, then says that of it."""

    def serve(connection: socket.socket) -> None:
        began, came = time.monotonic(), 0
        connection.settimeout(0.2)
        while time.monotonic() - began < 2.0:
            with suppress(TimeoutError):
                came += len(connection.recv(1 << 18))
        body = json.dumps(tell(came, time.monotonic() - began)).encode()
        fields = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + fields + body)
        with suppress(TimeoutError):
            while connection.recv(1 << 18):
                pass

    return serve


def evenly(count: int, seconds: float) -> dict[str, object]:
    steps = max(1, int(seconds / 0.1))
    arrived = [count // steps] * steps
    return {"bytes": sum(arrived), "seconds": seconds, "arrived": arrived}


def claims_more(came: int, seconds: float) -> dict[str, object]:
    return evenly(10**11, seconds)


def claims_what_does_not_add_up(came: int, seconds: float) -> dict[str, object]:
    return {**evenly(came // 2, seconds), "bytes": came // 4}


def claims_an_instant(came: int, seconds: float) -> dict[str, object]:
    return evenly(came // 2, 0.05)


def claims_a_long_time(came: int, seconds: float) -> dict[str, object]:
    return {**evenly(came // 2, seconds), "seconds": 1e7}


def claims_less_than_nothing(came: int, seconds: float) -> dict[str, object]:
    return {"bytes": 0, "seconds": seconds, "arrived": [came // 4, -(came // 4)]}


def claims_other_days(came: int, seconds: float) -> dict[str, object]:
    return {**evenly(came // 2, seconds), "began_s": random.choice([0.0, 1e5, 1e7, 1e9]) + random.random() * 1e4}


LIES: tuple[Tell, ...] = (
    claims_more,
    claims_what_does_not_add_up,
    claims_an_instant,
    claims_a_long_time,
    claims_less_than_nothing,
    claims_other_days,
)


def test_a_count_that_cannot_be_right_makes_no_speed() -> None:
    """All at once, to save time."""

    def told_to(tell: Tell) -> str:
        with misbehaving(tells(tell)) as url, pytest.raises(TransferFailed) as caught:
            NativeProvider(line(url)).measure("up", 2.5, 4_000 * MB, TestProbe())
        return caught.value.because.code

    with ThreadPoolExecutor(len(LIES)) as pool:
        codes = {tell.__name__: code for tell, code in zip(LIES, pool.map(told_to, LIES), strict=True)}
    assert codes == {tell.__name__: "network.bandwidth_false_count" for tell in LIES}
    assert children_left() == []


@pytest.mark.skipif("sys.platform == 'win32'", reason="the system doesn't tell what was acknowledged")
def test_a_count_of_much_less_than_was_taken_in_is_told_beside_the_speed() -> None:
    with misbehaving(tells(lambda came, seconds: evenly(came // 10, seconds))) as url:
        transfer = NativeProvider(line(url)).measure("up", 2.5, 4_000 * MB, TestProbe())
    assert "network.upload_held_back" in [w.code for w in transfer.warnings]


@pytest.mark.parametrize(("cpu_s", "told"), [(0.5, False), (2.9, True)])
def test_a_computer_that_could_do_no_more_is_told(cpu_s: float, told: bool) -> None:
    done = Done(
        step_bytes=[12_500_000] * 30,
        seconds=3.0,
        bytes_used=375_000_000,
        began_ns=0,
        ended_ns=3 * 10**9,
        connections=4,
        cpu_s=cpu_s,
    )
    found = transfer("down", done)
    assert found.core_share == pytest.approx(cpu_s / 3)
    assert (["network.speed_computer_limited"] if told else []) == [w.code for w in found.warnings]


def test_a_run_that_is_not_known_is_refused() -> None:
    with serving(app()) as url:
        for direction in DIRECTIONS:
            with pytest.raises(TransferFailed) as caught:
                NativeProvider(line(url, bearer="someone-else-0001")).measure(direction, 1.0, MB, TestProbe())
            assert caught.value.because.code == "network.bandwidth_refused"


def test_a_server_that_has_no_place_left_is_busy() -> None:
    with serving(app(TransferLimits(at_once=0))) as url, pytest.raises(TransferFailed) as caught:
        NativeProvider(line(url)).measure("down", 1.0, MB, TestProbe())
    assert caught.value.because.code == "network.bandwidth_busy"


def test_nobody_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TransferFailed) as caught:
        NativeProvider(line(f"http://127.0.0.1:{port}")).measure("down", 1.0, MB, TestProbe())
    assert caught.value.because.code == "network.bandwidth_unreachable"


def test_a_stranger_with_another_certificate_gets_nothing(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "theirs").mkdir()
    ours, theirs = certificate(tmp_path / "ours"), certificate(tmp_path / "theirs")
    seen: list[bytes] = []
    with (
        misbehaving(lambda c: seen.append(c.recv(4096)), theirs) as url,
        pytest.raises(TransferFailed) as caught,
    ):
        NativeProvider(line(url, ours.ca_file)).measure("up", 1.0, MB, TestProbe())
    assert caught.value.because.code == "network.bandwidth_intercepted"
    assert not any(seen)


def test_a_server_with_another_name_than_its_certificate_is_not_trusted(tmp_path: Path) -> None:
    ours = certificate(tmp_path)
    with misbehaving(hangs_up, ours) as url, pytest.raises(TransferFailed) as caught:
        NativeProvider(line(url.replace("127.0.0.1", "localhost"), ours.ca_file)).measure("up", 1.0, MB, TestProbe())
    assert caught.value.because.code == "network.bandwidth_untrusted"


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_stop_ends_it_within_a_second_and_leaves_no_process(direction: Direction) -> None:
    probe = TestProbe()
    with serving(app()) as url:
        timer = cancel_after(probe, 0.8)
        began = time.monotonic()
        with pytest.raises(Cancelled):
            NativeProvider(line(url)).measure(direction, 20.0, 100_000 * MB, probe)
        took = time.monotonic() - began
        timer.join()
        assert took - 0.8 < 1.0
        assert children_left() == []
