"""Preflight: how the employer's address answers, beside the look at the microphone."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from checks.interface import Line
from checks.steps.preflight import STEP, Answer, PreflightCapture
from protocol.messages import PING_ANSWER, Path
from tests.checks.audio.run_of_sound import context
from tests.checks.probe import TestProbe

pytestmark = pytest.mark.realtime


@contextmanager
def answering(body: bytes, path: str = Path.PING) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == path else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def look(api_url: str | None) -> PreflightCapture:
    line = None
    if api_url is not None:
        line = Line(
            api_url=api_url, reflector_host="", reflector_port=1, session=bytes(16), ticket=b"", bearer="b" * 16
        )
    return STEP.run(TestProbe(), context(line=line), STEP.seconds)


def test_the_employers_own_words_are_a_good_answer() -> None:
    with answering(PING_ANSWER.encode()) as url:
        seen = look(url)
    assert seen.employer is Answer.GOOD
    assert seen.employer_ms is not None


@pytest.mark.parametrize("body", [b"<html>Sign in to the hotel's network</html>", b"x" * 100_000])
def test_other_words_are_a_sign_in_page_or_a_wrong_address(body: bytes) -> None:
    with answering(body) as url:
        assert look(url).employer is Answer.OTHER


def test_a_closed_door_and_a_silent_one_are_no_answer_and_cost_little_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for port in (1, silent.getsockname()[1]):
            began = time.monotonic()
            assert look(f"http://127.0.0.1:{port}").employer is Answer.NONE
            assert time.monotonic() - began < 10


def test_without_an_employer_nobody_is_asked() -> None:
    assert look(None).employer is Answer.NOT_ASKED
