"""The far side of the agent's tests: a real employer on loopback, behind a gate that can break any exchange."""

from __future__ import annotations

import http.client
import http.server
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from employer import keys, policies
from employer.app import application
from employer.invitations import LIFETIME, invite
from employer.limits import RateLimit
from employer.receiver import Limits, Receiver, utc_now
from employer.server import Server, ServerSettings, listen
from employer.settings import Settings
from employer.store import changes
from employer.store.rows import DeviceStatus
from employer.store.store import Store
from protocol.messages import Path as Address
from tests.employer import database
from tests.employer.conftest import policy_toml

HANDSHAKE_S = 10


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer, as it goes out."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


Fault = Callable[["Exchange"], None]
"""Does something else with one exchange than pass it on."""


class Exchange(http.server.BaseHTTPRequestHandler):
    """One request at the gate."""

    protocol_version = "HTTP/1.1"
    server: _GateServer
    body: bytes

    def do_GET(self) -> None:
        """Passes it on, unless a fault is due."""
        gate = self.server.gate
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        gate.seen.append((self.command, self.path, self.body))
        fault = gate.due(self.path)
        if fault is not None:
            fault(self)
        else:
            self.answer(self.passed_on())

    do_POST = do_GET

    def passed_on(self) -> Reply:
        """What the employer answers."""
        connection = http.client.HTTPConnection(self.server.gate.employer, timeout=HANDSHAKE_S)
        try:
            kept = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
            connection.request(self.command, self.path, self.body or None, kept)
            answer = connection.getresponse()
            headers = tuple(
                (k, v)
                for k, v in answer.getheaders()
                if k.lower() not in ("transfer-encoding", "connection", "content-length")
            )
            return Reply(answer.status, headers, answer.read())
        except OSError:
            return Reply(502, (("Content-Type", "text/html"),), b"<h1>Bad gateway</h1>")
        finally:
            connection.close()

    def answer(self, reply: Reply) -> None:
        """Sends an answer."""
        self.send_response_only(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.status not in (204, 304):
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class _GateServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    gate: Gate

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is part of the tests."""


@dataclass
class Gate:
    """Stands before the employer. Faults wait in a line for the paths that they are for."""

    employer: str
    """``host:port`` behind the gate."""
    seen: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Method, path and body of each request."""
    _faults: deque[tuple[str, Fault]] = field(default_factory=deque)

    def next(self, path: str, *faults: Fault) -> None:
        """The next requests for ``path`` meet these faults, one each."""
        self._faults.extend((path, fault) for fault in faults)

    def due(self, path: str) -> Fault | None:
        """The fault for this request, taken from the line."""
        for waiting in self._faults:
            if path.startswith(waiting[0]):
                self._faults.remove(waiting)
                return waiting[1]
        return None

    def open_again(self) -> None:
        """No more faults; what was seen is forgotten."""
        self._faults.clear()
        self.seen.clear()

    def posted(self, path: str) -> list[bytes]:
        """Bodies of the POSTs to ``path``."""
        return [body for method, at, body in self.seen if method == "POST" and at == path]


@dataclass
class FarSide:
    """A running employer and its gate."""

    receiver: Receiver
    gate: Gate
    address: str
    _versions: int = 0

    def invite(self, name: str = "Анна", ref: str = "7", **options: object) -> str:
        """A new invitation link."""
        lifetime = options.get("lifetime", LIFETIME)
        return (
            self.receiver.store.write(
                lambda c: invite(
                    c,
                    self.receiver.keys,
                    self.address,
                    name=name,
                    ref=ref,
                    now=utc_now(),
                    lifetime=lifetime,  # type: ignore[arg-type]
                )
            )
            .result()
            .link
        )

    def publish(self) -> str:
        """Puts a new version of the policy in force; gives its name."""
        self._versions += 1
        toml = policy_toml(f"v{self._versions}")
        self.receiver.store.write(lambda c: policies.publish(c, toml, "policy.toml", utc_now())).result()
        return f"v{self._versions}"

    def revoke(self, device: str) -> None:
        """Accepts nothing more from that computer."""
        self.receiver.store.write(lambda c: changes.set_device_status(c, device, DeviceStatus.REVOKED)).result()

    def let_in(self, device: str) -> None:
        """Support has compared the fingerprint."""
        self.receiver.store.write(lambda c: changes.set_device_status(c, device, DeviceStatus.ACTIVE)).result()

    @property
    def employer_key(self) -> str:
        """Thumbprint of the key that signs receipts."""
        return self.receiver.keys.signing.public.thumbprint


@contextmanager
def far_side(folder: Path, **settings: object) -> Iterator[FarSide]:
    """Runs an employer with a policy and a gate, until left."""
    gate_server = _GateServer(("127.0.0.1", 0), Exchange)
    address = f"http://127.0.0.1:{gate_server.server_port}"
    chosen = Settings(data=folder, public_url=address, line=False, **settings)  # type: ignore[arg-type]
    database.put_into(folder)
    many = Limits(enrolments=RateLimit(burst=10_000, per_minute=10_000))
    receiver = Receiver(chosen, keys.load_or_create(folder), Store(chosen.database_url), limits=many)
    listening = listen("127.0.0.1", 0)
    ready = threading.Event()
    server = Server(application(receiver), ServerSettings(public_url=address), ready.set)
    serving = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
    serving.start()
    assert ready.wait(HANDSHAKE_S)
    gate_server.gate = Gate("{}:{}".format(*listening.getsockname()[:2]))
    threading.Thread(target=gate_server.serve_forever, args=(0.05,), daemon=True).start()
    far = FarSide(receiver, gate_server.gate, address)
    far.publish()
    try:
        yield far
    finally:
        gate_server.shutdown()
        gate_server.server_close()
        server.should_exit = True
        serving.join(HANDSHAKE_S)
        listening.close()
        receiver.close()


# Faults.


def status(code: int, body: bytes = b"", **headers: str) -> Fault:
    """Answers with this status; ``headers`` with ``_`` for ``-``."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda exchange: exchange.answer(Reply(code, named, body))


def page(code: int = 200) -> Fault:
    """Answers with a web page, as a hotel's sign-in does."""
    return status(code, b"<html>Welcome! Please sign in.</html>", Content_Type="text/html; charset=utf-8")


def reset(exchange: Exchange) -> None:
    """Breaks the connection off."""
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.connection.close()
    exchange.close_connection = True


def deaf(exchange: Exchange) -> None:
    """The employer acts on the request, but the answer is lost."""
    exchange.passed_on()
    reset(exchange)


def silence(seconds: float) -> Fault:
    """Says nothing for so long."""

    def silent(exchange: Exchange) -> None:
        time.sleep(seconds)
        reset(exchange)

    return silent


def endless(exchange: Exchange) -> None:
    """An answer that doesn't end."""
    exchange.send_response_only(200)
    exchange.send_header("Content-Type", "application/json")
    exchange.send_header("Connection", "close")
    exchange.end_headers()
    for _ in range(2000):
        exchange.wfile.write(b" " * 65536)


def changed(change: Callable[[bytes], bytes]) -> Fault:
    """The employer's answer with its body changed."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.passed_on()
        exchange.answer(Reply(reply.status, reply.headers, change(reply.body)))

    return fault


def delayed_date(seconds: float) -> Fault:
    """The employer's answer, as if its clock were ``seconds`` behind this computer's."""

    def fault(exchange: Exchange) -> None:
        from email.utils import formatdate

        reply = exchange.passed_on()
        kept = tuple((k, v) for k, v in reply.headers if k.lower() != "date")
        exchange.answer(
            Reply(reply.status, (*kept, ("Date", formatdate(time.time() - seconds, usegmt=True))), reply.body)
        )

    return fault


def host_of(address: str) -> str:
    """``host:port`` of an address."""
    return urlsplit(address).netloc


REPORTS, NONCE, ENROL, POLICY, CHALLENGE = (
    Address.REPORTS,
    Address.NONCE,
    Address.ENROL,
    Address.POLICY,
    Address.CHALLENGE,
)
