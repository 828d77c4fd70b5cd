"""The real server on loopback: deadlines, limits, and calm about callers who hang up."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from employer import keys, server
from employer.api import body
from employer.app import application
from employer.receiver import Receiver
from employer.server import Server, ServerSettings, listen
from employer.settings import Settings
from employer.store.store import Store
from protocol.messages import JOSE, PING_ANSWER
from protocol.messages import Path as Address
from tests.employer import database

pytestmark = pytest.mark.realtime


@dataclass
class Running:
    """A server in a thread."""

    port: int
    server: Server

    @contextmanager
    def connected(self) -> Iterator[socket.socket]:
        """A raw connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            yield connection

    def client(self) -> httpx2.Client:
        """An ordinary client."""
        return httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=20)


@contextmanager
def serving(folder: Path, **changes: Any) -> Iterator[Running]:
    """A receiver without a line, served until the block ends."""
    listening = listen("127.0.0.1", 0)
    port: int = listening.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    settings = Settings(data=folder, public_url=url, line=False)
    database.put_into(folder)
    receiver = Receiver(settings, keys.load_or_create(folder), Store(settings.database_url))
    ready = threading.Event()
    running = Server(application(receiver), ServerSettings(**{"public_url": url, **changes}), ready.set)
    thread = threading.Thread(target=lambda: asyncio.run(running.serve([listening])))
    thread.start()
    try:
        assert ready.wait(20)
        yield Running(port, running)
    finally:
        running.should_exit = True
        thread.join(20)
        listening.close()
    assert not thread.is_alive()


def lines(caplog: pytest.LogCaptureFixture, count: int) -> list[dict[str, Any]]:
    """The log's lines of requests, once there are so many."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = [json.loads(r.message) for r in caplog.records if r.name == "employer.requests"]
        if len(found) >= count:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{len(found)} lines, not {count}")


def until_closed(connection: socket.socket) -> bytes:
    """All that the server still says before it hangs up."""
    said = b""
    while chunk := connection.recv(65536):
        said += chunk
    return said


def test_it_answers(tmp_path: Path) -> None:
    with serving(tmp_path) as running, running.client() as client:
        answer = client.get(Address.PING)
        assert (answer.status_code, answer.text) == (200, PING_ANSWER)
        assert "server" not in answer.headers


@pytest.mark.parametrize("said", [b"", b"GET /api/v1/ping HTTP/1.1\r\nHost: x\r\n", b"PO"])
def test_half_a_request_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(server, "HEADERS_DEADLINE_S", 0.3)
    with serving(tmp_path) as running, running.connected() as connection:
        connection.sendall(said)
        assert until_closed(connection) == b""


def test_a_second_request_on_a_connection_has_the_same_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "HEADERS_DEADLINE_S", 0.3)
    whole = b"GET /api/v1/ping HTTP/1.1\r\nHost: x\r\n\r\n"
    with serving(tmp_path) as running, running.connected() as connection:
        connection.sendall(whole + whole[:20])
        assert until_closed(connection).count(b"HTTP/1.1 200") == 1


def test_a_body_that_does_not_come_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "employer.requests")
    monkeypatch.setattr(body, "READ_DEADLINE_S", 0.3)
    head = f"POST {Address.REPORTS} HTTP/1.1\r\nHost: x\r\nContent-Type: {JOSE}\r\nContent-Length: 1000\r\n\r\nabc"
    with serving(tmp_path) as running, running.connected() as connection:
        connection.sendall(head.encode())
        connection.settimeout(10)
        said = connection.recv(65536)
        (line,) = lines(caplog, 1)
    assert b"408" in said.partition(b"\r\n")[0]
    assert (line["status"], line["problem"], line["bytes_in"]) == (408, "malformed", 3)


def test_a_caller_who_hangs_up_is_one_line_without_a_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    head = f"POST {Address.REPORTS} HTTP/1.1\r\nHost: x\r\nContent-Type: {JOSE}\r\nContent-Length: 1000\r\n\r\nabc"
    with serving(tmp_path) as running:
        with running.connected() as connection:
            connection.sendall(head.encode())
        (line,) = lines(caplog, 1)
    assert line["status"] == 499
    assert not [r for r in caplog.records if r.exc_info or "Traceback" in r.message]


def test_an_endless_body_is_cut_off(tmp_path: Path) -> None:
    head = f"POST {Address.REPORTS} HTTP/1.1\r\nHost: x\r\nContent-Type: {JOSE}\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    sent = 0
    with serving(tmp_path) as running, running.connected() as connection:
        connection.sendall(head.encode())
        try:
            while sent < 200_000_000:
                connection.sendall(chunk)
                sent += len(chunk)
        except OSError:
            pass
    assert sent < 20_000_000


def test_more_callers_than_it_can_serve_are_told_to_come_back(tmp_path: Path) -> None:
    with (
        serving(tmp_path, concurrency=2) as running,
        running.connected(),
        running.connected(),
        running.client() as client,
    ):
        assert client.get(Address.PING).status_code == 503


@pytest.mark.parametrize("said", [b"\x16\x03\x01\x02\x00\x01\x00\x01", b"nonsense\r\n\r\n", b"GET / HTTP/9\r\n\r\n"])
def test_what_is_no_http_is_refused(tmp_path: Path, said: bytes) -> None:
    with serving(tmp_path) as running, running.connected() as connection:
        connection.sendall(said)
        assert until_closed(connection).startswith(b"HTTP/1.1 400")


def test_a_header_that_never_ends_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEADERS_DEADLINE_S", 1.0)
    sent = 0
    with serving(tmp_path) as running, running.connected() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
        try:
            while sent < 200_000_000:
                connection.sendall(b"x" * 65536)
                sent += 65536
        except OSError:
            pass
    assert sent < 20_000_000
