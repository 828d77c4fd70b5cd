"""The bandwidth test's addresses: who gets in, how much, for how long, whatever the other side claims."""

from __future__ import annotations

import socket
import sys
import time
import zlib
from collections.abc import Iterator

import httpx2
import msgspec
import psutil
import pytest
from starlette.applications import Starlette

from employer.bandwidth import routes
from employer.congestion import prefer
from employer.transfers import TransferLimits
from protocol.messages import Path, Problem, Uploaded
from tests.lab.servers import serving

pytestmark = pytest.mark.realtime

BEARER = "a-run-of-the-test-0001"
KNOWN = {"Authorization": f"Bearer {BEARER}"}
MB = 1_000_000
SMALL = TransferLimits(transfer_bytes=3 * MB, transfer_seconds=1.0, run_bytes=8 * MB, run_at_once=2, at_once=3)


@pytest.fixture
def small() -> Iterator[str]:
    """Addresses with small limits."""
    with serving(Starlette(routes=routes(lambda bearer: bearer.startswith(BEARER), SMALL, "cubic"))) as url:
        yield url


def problem(answer: httpx2.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return msgspec.json.decode(answer.content, type=Problem).type.rpartition(":")[2]


def raw(url: str, request: bytes, timeout_s: float = 10.0) -> socket.socket:
    host, _, port = url.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)), timeout_s)
    connection.sendall(request)
    return connection


def post_head(path: str, *fields: str) -> bytes:
    lines = (f"POST {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {BEARER}", *fields, "", "")
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", Path.DOWN + "?bytes=10"),
        ("POST", Path.UP),
        ("GET", Path.MINI + "/nobody/"),
        ("GET", Path.MINI + "/nobody/speedtest/latency.txt"),
        ("GET", Path.MINI + "/nobody/speedtest/random350x350.jpg"),
        ("POST", Path.MINI + "/nobody/speedtest/upload.php"),
    ],
)
@pytest.mark.parametrize("authorization", ["", "Bearer nobody", "Basic bm8=", "Bearer"])
def test_nobody_gets_in_without_a_runs_bearer(small: str, method: str, path: str, authorization: str) -> None:
    answer = httpx2.request(method, small + path, headers={"Authorization": authorization})
    assert (answer.status_code, problem(answer)) == (401, "unauthorised")


def test_a_download_is_as_long_as_asked_up_to_the_limit_and_does_not_compress(small: str) -> None:
    answer = httpx2.get(f"{small}{Path.DOWN}?bytes=1234567", headers=KNOWN)
    assert len(answer.content) == 1234567
    assert len(zlib.compress(answer.content, 9)) > 1234567 * 0.99
    assert answer.headers["congestion-control"] == "cubic"
    assert "no-transform" in answer.headers["cache-control"]
    assert len(httpx2.get(f"{small}{Path.DOWN}?bytes=999999999999", headers=KNOWN).content) == 3 * MB


@pytest.mark.parametrize("wanted", ["0", "-1", "x", "", "nan", "1e400x"])
def test_a_length_that_makes_no_sense_is_refused(small: str, wanted: str) -> None:
    answer = httpx2.get(f"{small}{Path.DOWN}", params={"bytes": wanted}, headers=KNOWN)
    assert (answer.status_code, problem(answer)) == (400, "malformed")


def test_an_upload_is_counted_where_it_arrives(small: str) -> None:
    answer = httpx2.post(small + Path.UP, content=b"x" * 1_500_000, headers=KNOWN)
    told = msgspec.json.decode(answer.content, type=Uploaded)
    assert told.bytes == sum(told.arrived) == 1_500_000


@pytest.mark.parametrize("claim", ["Content-Length: 99999999999", "Transfer-Encoding: chunked"])
def test_an_upload_without_end_is_answered_in_time(small: str, claim: str) -> None:
    """It goes on sending slowly; the answer comes though the body never ends."""
    connection = raw(small, post_head(Path.UP + "?seconds=0.5", claim))
    began = time.monotonic()
    connection.settimeout(0.05)
    answer, sent = b"", 0
    while b"}" not in answer and time.monotonic() - began < 5:
        connection.sendall(b"3e8\r\n" + b"y" * 1000 + b"\r\n" if "chunked" in claim else b"y" * 1000)
        sent += 1000
        try:
            answer += connection.recv(4096)
        except TimeoutError:
            continue
    connection.close()
    assert 0.3 < time.monotonic() - began < 2.5
    told = msgspec.json.decode(answer.partition(b"\r\n\r\n")[2], type=Uploaded)
    assert 0 < told.bytes <= sent


def test_an_upload_beyond_its_limit_is_cut_and_answered(small: str) -> None:
    connection = raw(small, post_head(Path.UP, "Content-Length: 99999999999"))
    connection.sendall(b"z" * 3_400_000)
    answer = connection.recv(65536)
    connection.close()
    assert answer.startswith(b"HTTP/1.1 200")
    assert 3 * MB <= msgspec.json.decode(answer.partition(b"\r\n\r\n")[2], type=Uploaded).bytes < 3.5 * MB


def test_one_run_has_only_so_much_data(small: str) -> None:
    for _ in range(3):
        httpx2.get(f"{small}{Path.DOWN}?bytes=3000000", headers=KNOWN)
    answer = httpx2.get(f"{small}{Path.DOWN}?bytes=10", headers=KNOWN)
    assert (answer.status_code, problem(answer)) == (429, "rate_limited")
    other = {"Authorization": f"Bearer {BEARER}-another"}
    assert httpx2.get(f"{small}{Path.DOWN}?bytes=10", headers=other).status_code == 200


def test_only_so_many_at_once_and_a_place_is_free_again_afterwards(small: str) -> None:
    """Two uploads that send a byte and wait hold both places of the run; they are ended by the time limit."""
    waiting = [raw(small, post_head(Path.UP, "Content-Length: 1000") + b"x") for _ in range(2)]
    time.sleep(0.3)
    answer = httpx2.get(f"{small}{Path.DOWN}?bytes=10", headers=KNOWN)
    assert (answer.status_code, problem(answer)) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    for connection in waiting:
        connection.recv(4096)
        connection.close()
    time.sleep(0.3)
    assert httpx2.get(f"{small}{Path.DOWN}?bytes=10", headers=KNOWN).status_code == 200


def test_a_reader_that_stops_reading_does_not_keep_its_place(small: str) -> None:
    lazy = [
        raw(
            small,
            f"GET {Path.DOWN}?bytes=3000000 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {BEARER}\r\n\r\n".encode(),
        )
        for _ in range(2)
    ]
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if httpx2.get(f"{small}{Path.DOWN}?bytes=10", headers=KNOWN).status_code == 200:
            break
        time.sleep(0.3)
    else:
        pytest.fail("the places were never given back")
    for connection in lazy:
        connection.close()


def test_large_transfers_do_not_grow_the_memory() -> None:
    limits = TransferLimits(transfer_bytes=400 * MB)
    with serving(Starlette(routes=routes(lambda _: True, limits))) as url:
        httpx2.post(url + Path.UP, content=iter([b"x" * MB] * 5), headers=KNOWN)
        before = psutil.Process().memory_info().rss
        httpx2.post(url + Path.UP, content=iter([b"x" * MB] * 200), headers=KNOWN)
        with httpx2.stream("GET", f"{url}{Path.DOWN}?bytes={200 * MB}", headers=KNOWN) as answer:
            arrived = sum(len(part) for part in answer.iter_bytes())
        assert arrived == 200 * MB
        assert psutil.Process().memory_info().rss - before < 60 * MB


def test_the_mini_addresses_say_what_speedtest_cli_looks_for(small: str) -> None:
    base = f"{small}{Path.MINI}/{BEARER}"
    assert 'upload_extension: "php"' in httpx2.get(base + "/").text
    assert httpx2.get(base + "/speedtest/latency.txt").text == "test=test"
    assert len(httpx2.get(base + "/speedtest/random500x500.jpg").content) == 500_000
    assert len(httpx2.get(base + "/speedtest/random99999x99999.jpg").content) == 3 * MB
    assert httpx2.post(base + "/speedtest/upload.php", content=b"x" * 4321).text == "size=4321"


def test_connections_inherit_the_listeners_congestion_control() -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux lets a program choose")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        chosen = prefer(listening, "reno")
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            inherited = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).rstrip(b"\0").decode()
        assert chosen == inherited == "reno"
        assert prefer(listening, "no-such-algorithm") == "reno"
