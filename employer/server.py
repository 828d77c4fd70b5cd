"""The HTTP server around the application, with the limits and deadlines that it doesn't have by itself."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from starlette.types import ASGIApp

HEADERS_DEADLINE_S = 15.0
"""From a connection's first moment, or a request's first byte, to the end of the request's headers."""
MAX_HEADERS_BYTES = 64 * 1024
KEEP_ALIVE_S = 20
SHUTDOWN_S = 5
BACKLOG = 512


class PatientProtocol(HttpToolsProtocol):
    """Uvicorn's HTTP/1.1 with a deadline and a limit for a request's headers: half a request is no request."""

    _headers_deadline: asyncio.TimerHandle | None = None
    _headers_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A new connection has to say something."""
        super().connection_made(transport)
        self._expect_headers()

    def data_received(self, data: bytes) -> None:
        """Something arrived."""
        super().data_received(data)
        self._headers_bytes += len(data)
        if self._headers_deadline is not None and self._headers_bytes > MAX_HEADERS_BYTES:
            self.transport.close()

    def on_message_begin(self) -> None:
        """A request has begun."""
        super().on_message_begin()
        self._expect_headers()

    def on_headers_complete(self) -> None:
        """Its headers are here; its body is the application's to wait for."""
        self._drop_deadline()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._drop_deadline()
        super().connection_lost(exc)

    def _expect_headers(self) -> None:
        self._drop_deadline()
        self._headers_bytes = 0
        self._headers_deadline = self.loop.call_later(HEADERS_DEADLINE_S, self.transport.close)

    def _drop_deadline(self) -> None:
        if self._headers_deadline is not None:
            self._headers_deadline.cancel()
            self._headers_deadline = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """How the server listens."""

    public_url: str
    """Its path is what a proxy in front takes off."""
    certificate: Path | None = None
    certificate_key: Path | None = None
    concurrency: int = 500
    """Connections at once; beyond, 503."""
    trusted_proxies: str = "127.0.0.1"
    """Whose word on the caller's address and scheme is taken."""


class Server(uvicorn.Server):
    """Serves one application on one listening socket, and says when it is ready."""

    def __init__(self, app: ASGIApp, settings: ServerSettings, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=PatientProtocol,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=True,
                root_path=urlsplit(settings.public_url).path,
                limit_concurrency=settings.concurrency,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=SHUTDOWN_S,
                forwarded_allow_ips=settings.trusted_proxies,
                ssl_certfile=settings.certificate,
                ssl_keyfile=settings.certificate_key,
            )
        )
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, then says so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    def end_with(self, ended: Callable[[], object]) -> None:
        """Shuts down in good order once ``ended``, which blocks, has returned."""

        def wait() -> None:
            ended()
            self.should_exit = True

        threading.Thread(target=wait, name="end-watcher", daemon=True).start()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ``OSError`` when the address can't be had."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening
