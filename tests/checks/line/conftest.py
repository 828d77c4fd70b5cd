"""A real reflector on loopback, and lines to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from checks.interface import Line
from employer.reflector import ReflectorConfig
from employer.reflector_process import ReflectorProcess
from protocol.ticket import issue

KEY = bytes(range(32))
SESSION = bytes(16)


@pytest.fixture
def reflector() -> Iterator[ReflectorProcess]:
    """A reflector, listening on loopback."""
    with ReflectorProcess(ReflectorConfig(ticket_key=KEY.hex())) as process:
        yield process


@pytest.fixture
def line_to() -> Callable[..., Line]:
    """Makes a line to a reflector's port."""

    def make(port: int, host: str = "localhost", api_url: str = "http://127.0.0.1:9") -> Line:
        ticket = issue(KEY, session=SESSION, expires_at=int(time.time()) + 600)
        return Line(api_url, host, port, SESSION, ticket, bearer="a-bearer-for-tests")

    return make
