"""Servers on loopback for tests: an application on uvicorn, with or without TLS, and ones that misbehave."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.types import ASGIApp

STARTS_WITHIN_S = 10.0
_LONG_S = 15.0


@dataclass(frozen=True, slots=True)
class Certificate:
    """A private authority and a certificate of its own, as PEM files."""

    ca_file: Path
    certificate_file: Path
    key_file: Path


def certificate(folder: Path, host: str = "127.0.0.1", names: tuple[str, ...] = ()) -> Certificate:
    """Makes both for that address and these host names, valid for an hour."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test authority")])
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)

    def build(subject: x509.Name, public: ec.EllipticCurvePublicKey, is_ca: bool) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=5))
            .not_valid_after(now + datetime.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        )

    ca = build(ca_name, ca_key.public_key(), True)
    ca = ca.add_extension(x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    ca_signed = ca.add_extension(usage, critical=True).sign(ca_key, hashes.SHA256())
    own = build(name, key.public_key(), False)
    address = x509.IPAddress(ipaddress.ip_address(host))
    alternatives = x509.SubjectAlternativeName([address, *(x509.DNSName(n) for n in names)])
    own_signed = own.add_extension(alternatives, critical=False).sign(ca_key, hashes.SHA256())
    files = Certificate(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    pem = serialization.Encoding.PEM
    files.ca_file.write_bytes(ca_signed.public_bytes(pem))
    files.certificate_file.write_bytes(own_signed.public_bytes(pem))
    files.key_file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return files


@contextmanager
def serving(app: ASGIApp, tls: Certificate | None = None) -> Iterator[str]:
    """The application on uvicorn, in a thread of this process. Yields its address, without a trailing slash."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        log_level="critical",
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
        ssl_certfile=str(tls.certificate_file) if tls else None,
        ssl_keyfile=str(tls.key_file) if tls else None,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    until = time.monotonic() + STARTS_WITHIN_S
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


@contextmanager
def misbehaving(serve: Callable[[socket.socket], None], tls: Certificate | None = None) -> Iterator[str]:
    """A server that treats each connection, on a thread of its own, as ``serve`` does, then closes it."""
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate_file, tls.key_file)
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def one(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            serve(context.wrap_socket(connection, server_side=True) if context else connection)

    def accept() -> None:
        while not over.is_set():
            with suppress(OSError):
                connection, _ = listening.accept()
                connection.settimeout(20)
                threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        over.set()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()


@contextmanager
def slow_way_to(url: str, mbit_s: float, stops_after_bytes: float = float("inf")) -> Iterator[str]:
    """A relay before a plain server that lets through so much payload in each direction, all connections together.

    Yields its address. The pace is kept over any 20 ms, and what waits for it is held back at the sender. From
    ``stops_after_bytes`` on, nothing more gets through toward the server.
    """
    target = ("127.0.0.1", int(url.rpartition(":")[2]))
    paces = (_Pace(mbit_s * 1e6 / 8), _Pace(mbit_s * 1e6 / 8, stops_after_bytes))

    def relay(near: socket.socket) -> None:
        with socket.create_connection(target, 10) as far:
            for sock in (near, far):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
            back = threading.Thread(target=_pump, args=(far, near, paces[0]), daemon=True)
            back.start()
            _pump(near, far, paces[1])
            back.join(20)

    with misbehaving(relay) as address:
        yield address


class _Pace:
    def __init__(self, bytes_s: float, stops_after_bytes: float = float("inf")) -> None:
        self._bytes_s = bytes_s
        self._left_bytes = stops_after_bytes
        self._free_at = time.monotonic()
        self._lock = threading.Lock()

    def wait_for(self, count: int) -> None:
        with self._lock:
            now = time.monotonic()
            self._free_at = max(now - 0.02, self._free_at) + count / self._bytes_s
            left = self._free_at - now
            self._left_bytes -= count
            if self._left_bytes < 0:
                left = _LONG_S
        if left > 0:
            time.sleep(left)


def _pump(source: socket.socket, sink: socket.socket, pace: _Pace) -> None:
    with suppress(OSError):
        while data := source.recv(4096):
            pace.wait_for(len(data))
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
