"""speedtest-cli against the employer's *Mini* address, offline, and against servers that misbehave."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.interface import Cancelled
from checks.line.bandwidth.interface import Direction, TransferFailed
from checks.line.bandwidth.speedtest import MiniProvider
from employer.transfers import TransferLimits
from tests.checks.line.bandwidth.test_native import (
    DIRECTIONS,
    MB,
    app,
    hangs_up,
    is_a_sign_in_page,
    is_silent,
    line,
)
from tests.checks.probe import TestProbe, cancel_after, children_left
from tests.lab.servers import certificate, misbehaving, serving


@pytest.mark.realtime
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("secure", [False, True])
def test_it_measures_the_employers_mini_server(direction: Direction, secure: bool, tmp_path: Path) -> None:
    tls = certificate(tmp_path) if secure else None
    with serving(app(), tls) as url:
        provider = MiniProvider(line(url, tls.ca_file if tls else None))
        transfer = provider.measure(direction, 2.0, 60 * MB, TestProbe())
    assert transfer.mbit_s > 5
    assert MB < transfer.bytes_used <= 60 * MB
    assert (transfer.low, transfer.high, transfer.series_mbit_s) == (None, None, ())
    assert [w.code for w in transfer.warnings] == ["network.speedtest_unreliable"]
    assert children_left() == []


def answers_the_page_only(connection: socket.socket) -> None:
    """A Mini server whose transfers all fail: the package itself would call that 0 Mbit/s, without an error."""
    request = connection.recv(4096)
    if b"latency.txt" in request:
        body = b"test=test"
    elif b"random" in request or request.startswith(b"POST"):
        return
    else:
        body = b'upload_extension: "php"'
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(body), body))


def never_says_how_far_it_is(connection: socket.socket) -> None:
    """A Mini server that answers its page and hangs up on the question of latency."""
    if b"latency.txt" not in connection.recv(4096):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 23\r\nConnection: close\r\n\r\n" + PAGE)


PAGE = b'upload_extension: "php"'


def mini(*, picture: bytes = b"", size: bytes = b"") -> Callable[[socket.socket], None]:
    """A Mini server with pictures of those bytes, which says that of each upload."""

    def serve(connection: socket.socket) -> None:
        request = connection.recv(4096)
        body = b"test=test" if b"latency.txt" in request else picture if b"random" in request else PAGE
        if request.startswith(b"POST"):
            head, _, come = request.partition(b"\r\n\r\n")
            left = int(head.lower().partition(b"content-length:")[2].split()[0]) - len(come)
            while left > 0 and (data := connection.recv(1 << 18)):
                left -= len(data)
            body = size
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)

    return serve


@pytest.mark.realtime
def test_an_endless_picture_brings_no_more_than_the_data_cap() -> None:
    with misbehaving(mini_with_endless_pictures) as url:
        transfer = MiniProvider(line(url)).measure("down", 3.0, 20 * MB, TestProbe())
    assert transfer.bytes_used <= 20 * MB


def mini_with_endless_pictures(connection: socket.socket) -> None:
    request = connection.recv(4096)
    if b"random" not in request:
        body = b"test=test" if b"latency.txt" in request else PAGE
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        return
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(bytes(65_536))


def mini_with_an_endless_page(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + PAGE)
    while True:
        connection.sendall(b" " * 65_536)


@pytest.mark.realtime
@pytest.mark.parametrize(
    ("serve", "direction", "code"),
    [
        (answers_the_page_only, "down", "network.bandwidth_broke"),
        (answers_the_page_only, "up", "network.bandwidth_broke"),
        (never_says_how_far_it_is, "down", "network.bandwidth_silent"),
        (mini(picture=b"x" * 5000), "down", "network.bandwidth_speedtest"),
        (mini(), "down", "network.bandwidth_speedtest"),
        (mini(size=b"size=0"), "up", "network.bandwidth_speedtest"),
        (mini(size=b"thank you"), "up", "network.bandwidth_speedtest"),
        (mini(size=b"size=99999999999"), "up", "network.bandwidth_speedtest"),
        (mini_with_an_endless_page, "down", "network.bandwidth_speedtest"),
        (is_silent, "down", "network.bandwidth_silent"),
        (is_a_sign_in_page, "up", "network.bandwidth_foreign"),
        (hangs_up, "down", "network.bandwidth_broke"),
    ],
)
def test_a_server_that_misbehaves_is_named_and_never_reads_as_a_slow_line(
    serve: Callable[[socket.socket], None], direction: Direction, code: str
) -> None:
    with misbehaving(serve) as url, pytest.raises(TransferFailed) as caught:
        MiniProvider(line(url)).measure(direction, 1.0, 10 * MB, TestProbe())
    assert caught.value.because.code == code
    assert children_left() == []


@pytest.mark.realtime
def test_a_run_that_is_not_known_is_refused_and_a_full_server_is_busy() -> None:
    with serving(app()) as url, pytest.raises(TransferFailed) as caught:
        MiniProvider(line(url, bearer="someone-else-0001")).measure("down", 1.0, MB, TestProbe())
    assert caught.value.because.code == "network.bandwidth_refused"
    with serving(app(TransferLimits(at_once=0))) as url, pytest.raises(TransferFailed) as caught:
        MiniProvider(line(url)).measure("down", 1.0, MB, TestProbe())
    assert caught.value.because.code == "network.bandwidth_busy"


@pytest.mark.realtime
def test_an_untrusted_server_is_told(tmp_path: Path) -> None:
    with serving(app(), certificate(tmp_path)) as url, pytest.raises(TransferFailed) as caught:
        MiniProvider(line(url)).measure("down", 1.0, MB, TestProbe())
    assert caught.value.because.code == "network.bandwidth_intercepted"


@pytest.mark.realtime
def test_a_stop_ends_it_within_a_second_though_the_package_waits_longer() -> None:
    probe = TestProbe()
    with misbehaving(is_silent) as url:
        timer = cancel_after(probe, 1.0)
        began = time.monotonic()
        with pytest.raises(Cancelled):
            MiniProvider(line(url)).measure("down", 10.0, 10 * MB, probe)
        assert time.monotonic() - began - 1.0 < 1.0
        timer.join()
    assert children_left() == []


@given(st.integers(1_000_000, 2_000_000_000))
def test_requests_stay_within_the_data_cap_and_use_most_of_it(cap_bytes: int) -> None:
    from checks.line.bandwidth.child_run import Job
    from checks.line.bandwidth.speedtest_client import CONNECTIONS, limits

    config = limits(Job("down", "", "", None, 5.0, cap_bytes))
    down = sum(2 * side * side for side in config["sizes"]["download"]) * CONNECTIONS
    up = sum(config["sizes"]["upload"]) * CONNECTIONS
    assert down <= max(cap_bytes, 2 * 350 * 350 * CONNECTIONS)
    assert cap_bytes / 2 < up <= cap_bytes
    assert config["upload_max"] == len(config["sizes"]["upload"]) * CONNECTIONS
