"""What a probe of the line asks the employer over HTTPS: does it answer at all, and what did its reflector see?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urlsplit

import msgspec

from checks.interface import Line, Probe
from protocol.invitation import is_loopback
from protocol.messages import MAX_COUNTS_BYTES, MAX_MESSAGE_BYTES, PING_ANSWER, Path, ReflectorCounts

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")

ASK_S = 3.0
"""How long an answer is waited for, connecting included."""


class NoAnswer(Exception):
    """The employer gave no answer that can be used. The text is for support."""


def reflector_counts(line: Line) -> ReflectorCounts:
    """What the reflector saw of this run's latest stream. Blocks. Raises :class:`NoAnswer`."""
    status, body = _get(line, f"{Path.LINE}/{line.session.hex()}", MAX_COUNTS_BYTES)
    if status != 200:
        raise NoAnswer(f"status {status}")
    try:
        return msgspec.json.decode(body, type=ReflectorCounts)
    except msgspec.MsgspecError as error:
        raise NoAnswer(str(error)) from error


def ask_counts(line: Line, probe: Probe) -> tuple[ReflectorCounts | None, str]:
    """:func:`reflector_counts` for a step that may be stopped meanwhile: ``None`` and why not, where there are none."""
    try:
        return Question(lambda: reflector_counts(line)).answer(probe), ""
    except NoAnswer as problem:
        return None, str(problem)


def ask_whether_it_answers(line: Line, probe: Probe) -> bool:
    """:func:`answers` for a step that may be stopped meanwhile."""
    try:
        return Question(lambda: answers(line)).answer(probe)
    except NoAnswer:
        return False


def answers(line: Line) -> bool:
    """Whether the employer's own address answers over HTTPS, and not something else in its place. Blocks."""
    try:
        return _get(line, Path.PING) == (200, PING_ANSWER.encode())
    except NoAnswer:
        return False


class Question(Generic[T]):
    """A blocking call on a thread of its own, so that a step that waits for it can be stopped at once."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._answer: T | None = None
        self._problem = "no answer in time"
        self._thread = threading.Thread(target=self._ask, name="asks-the-employer", daemon=True)
        self._thread.start()

    def answer(self, probe: Probe, within_s: float = ASK_S) -> T:
        """Waits for the answer. Raises :class:`NoAnswer`, and ``Cancelled`` when the run was stopped."""
        until = time.monotonic() + within_s
        while self._thread.is_alive() and time.monotonic() < until:
            probe.wait(0.02)
        if self._answer is None:
            raise NoAnswer(self._problem)
        return self._answer

    def _ask(self) -> None:
        try:
            self._answer = self._call()
        except NoAnswer as error:
            self._problem = str(error)


def _get(line: Line, path: str, most_bytes: int = MAX_MESSAGE_BYTES) -> tuple[int, bytes]:
    import ssl

    import httpx2

    try:
        verify = ssl.create_default_context(cafile=line.ca_file) if line.ca_file else True
        with (
            httpx2.Client(timeout=ASK_S, verify=verify, trust_env=not _is_loopback(line)) as client,
            client.stream("GET", line.api_url + path, headers={"Authorization": f"Bearer {line.bearer}"}) as answer,
        ):
            return answer.status_code, _body(answer, most_bytes)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        raise NoAnswer(f"{type(error).__name__}: {error}"[:200]) from error


def _is_loopback(line: Line) -> bool:
    """No proxy leads to this computer itself."""
    return is_loopback(urlsplit(line.api_url).hostname)


def _body(answer: httpx2.Response, most_bytes: int) -> bytes:
    body = b""
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > most_bytes:
            raise NoAnswer("an answer of more bytes than any message has")
    return body
