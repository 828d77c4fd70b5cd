"""Speaks to the employer's server over HTTPS: every answer is capped, and every failure a plain sentence."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path as File
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import msgspec

from agent import problems, unreachable
from agent.deadline import Late, within
from agent.errors import AgentError, EmployerUnreachable
from agent.language import _
from agent.version import VERSION
from protocol import strict
from protocol.envelope import seal
from protocol.invitation import InvitationError, check_address, is_loopback
from protocol.keys import PrivateKey
from protocol.messages import JOSE, MAX_MESSAGE_BYTES, NONCE_HEADER, PROBLEM, Path

if TYPE_CHECKING:
    import ssl

    import httpx2

T = TypeVar("T")

MAX_ANSWER_BYTES = 256 * 1024
CONNECT_S = 5.0
SILENCE_S = 8.0
"""Longest wait for the next byte."""
MAX_RETRY_AFTER_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer."""

    status: int
    body: bytes
    nonce: str | None

    def message(self, kind: type[T]) -> T:
        """The body as a message of that kind. Raises :class:`EmployerUnreachable` when it isn't one."""
        try:
            strict.check(self.body)
            return msgspec.json.decode(self.body, type=kind)
        except (strict.StrictError, msgspec.MsgspecError) as error:
            raise EmployerUnreachable(
                _("The employer's server gave an answer that this program does not understand."),
                _("Update this program, then try again."),
            ) from error


class Client:
    """One conversation with the employer's server. Use it as a context manager."""

    def __init__(
        self,
        api_url: str,
        ca_file: str | None = None,
        seconds: float = 15.0,
        given_up: Callable[[], bool] = lambda: False,
    ) -> None:
        """``seconds`` is the time for the whole conversation; ``given_up`` may end it earlier, within 0.1 s.

        Raises :class:`AgentError` for an address that isn't allowed, and for a ``ca_file`` that can't be read.
        """
        try:
            self.api_url = check_address(api_url)
        except InvitationError as error:
            raise AgentError(
                _("The employer's address {address} can't be used ({why}).").format(address=api_url, why=error),
                _("Ask your employer for a new invitation link."),
            ) from error
        self.host = urlsplit(self.api_url).netloc
        self.clock_off_s: float | None = None
        """How far this computer's clock is ahead of the server's, in seconds; ``None`` before the first answer."""
        self._deadline = time.monotonic() + seconds
        self._given_up = given_up
        self._http = _http(self.api_url, ca_file)

    def get(self, path: str) -> Answer:
        """The answer to a GET. Raises :class:`AgentError`."""
        return self._exchange("GET", path)

    def post_envelope(self, path: str, envelope: bytes) -> Answer:
        """The answer to a signed envelope that was made before. Raises :class:`AgentError`."""
        return self._exchange("POST", path, envelope)

    def post_signed(self, path: str, key: PrivateKey, typ: str, payload: bytes, *, show_key: bool = False) -> Answer:
        """The answer to a payload signed now over a fresh nonce; a second nonce is tried once.

        Raises :class:`AgentError`.
        """

        def post(nonce: str) -> Answer:
            envelope = seal(key, typ, payload, self.api_url + path, nonce=nonce, show_key=show_key)
            return self._exchange("POST", path, envelope)

        try:
            return post(self._nonce())
        except _BadNonce as error:
            return post(error.nonce or self._nonce())

    def close(self) -> None:
        """Ends the conversation."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _nonce(self) -> str:
        answer = self._exchange("GET", Path.NONCE)
        if not answer.nonce:
            raise unreachable.someone_else_answered(self.host)
        return answer.nonce

    def _exchange(self, method: str, path: str, body: bytes | None = None) -> Answer:
        left_s = self._deadline - time.monotonic()
        try:
            status, headers, content = within(left_s, lambda: self._ask(method, path, body), self._given_up)
        except Late:
            raise unreachable.no_answer(self.host) from None
        except AgentError:
            raise
        except Exception as error:
            raise unreachable.explain(error, self.host) from error
        self._look_at_clock(headers.get("date"))
        if 200 <= status < 300 and not headers.get("content-type", "").startswith("text/html"):
            return Answer(status, content, headers.get(NONCE_HEADER))
        raise self._refusal(status, headers, content)

    def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, httpx2.Headers, bytes]:
        headers = {"Content-Type": JOSE} if body is not None else {}
        with self._http.stream(method, self.api_url + path, content=body, headers=headers) as response:
            content = bytearray()
            for chunk in response.iter_bytes(16 * 1024):
                content += chunk
                if len(content) > MAX_ANSWER_BYTES:
                    raise unreachable.someone_else_answered(self.host)
            return response.status_code, response.headers, bytes(content)

    def _refusal(self, status: int, headers: httpx2.Headers, content: bytes) -> AgentError:
        retry_after_s = _retry_after_s(headers.get("retry-after"))
        ours = headers.get("content-type", "").startswith(PROBLEM) and len(content) <= MAX_MESSAGE_BYTES
        problem = problems.read(content) if ours else None
        if problem is not None:
            words = problems.explain(problem, retry_after_s, self.clock_off_s)
            return _BadNonce(headers.get(NONCE_HEADER), words) if problems.name(problem) == "bad_nonce" else words
        if (status >= 500 and status != 511) or status in (408, 425, 429):
            return EmployerUnreachable(
                _("The employer's server {host} has a difficulty (HTTP {status}).").format(
                    host=self.host, status=status
                ),
                _("Nothing is lost. Try again in a few minutes."),
                retry_after_s,
            )
        return unreachable.someone_else_answered(self.host)

    def _look_at_clock(self, date: str | None) -> None:
        try:
            self.clock_off_s = time.time() - parsedate_to_datetime(date or "").timestamp()
        except (ValueError, TypeError, OverflowError):
            return


class _BadNonce(EmployerUnreachable):
    """The nonce was used or has expired; the answer carries another."""

    def __init__(self, nonce: str | None, words: AgentError) -> None:
        super().__init__(words.sentence, words.next_step)
        self.nonce = nonce


def _http(api_url: str, ca_file: str | None) -> httpx2.Client:
    import httpx2

    address = urlsplit(api_url)
    return httpx2.Client(
        verify=_private_authority(ca_file) if ca_file else address.scheme == "https",
        trust_env=not is_loopback(address.hostname),
        timeout=httpx2.Timeout(SILENCE_S, connect=CONNECT_S),
        follow_redirects=False,
        headers={"User-Agent": f"readiness/{VERSION}", "Accept-Encoding": "identity"},
    )


def _private_authority(ca_file: str) -> ssl.SSLContext:
    import ssl

    try:
        return ssl.create_default_context(cafile=str(File(ca_file)))
    except (OSError, ssl.SSLError) as error:
        raise AgentError(
            _("The file of the company's certificate authority, {path}, can't be used.").format(path=ca_file),
            _("Ask support for the file in PEM form, and enrol again with --ca."),
        ) from error


def _retry_after_s(value: str | None) -> float | None:
    """Seconds of a ``Retry-After`` (RFC 9110, section 10.2.3), at most a day."""
    if not value:
        return None
    if value.isascii() and value.isdigit():
        seconds = float(value[:9])
    else:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S)
