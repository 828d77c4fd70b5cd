"""``serve``: the receiver, its reflector and the desk."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from employer.cli import address, common
from employer.errors import EmployerError
from employer.settings import Settings
from protocol.invitation import is_loopback

if TYPE_CHECKING:
    from employer.receiver import Receiver
    from employer.server import ServerSettings

HELP = "run the receiver, the line's reflector and the desk"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    common.add_data(parser)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (%(default)s)")
    port = common.number(0, 65535, int)
    parser.add_argument(
        "--port", type=port, metavar="PORT", default=8765, help="TCP port; 0: any free one (%(default)s)"
    )
    parser.add_argument(
        "--public-url", default="", metavar="URL", help="the address that operators reach; needed unless all is local"
    )
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate chain (PEM)")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="its private key (PEM)")
    parser.add_argument(
        "--concurrency",
        type=common.number(1, 100_000, int),
        metavar="NUMBER",
        default=500,
        help="connections at once (%(default)s)",
    )
    parser.add_argument(
        "--trusted-proxies", default="127.0.0.1", metavar="IPS", help="whose X-Forwarded-For is believed (%(default)s)"
    )
    parser.add_argument("--no-line", action="store_true", help="no reflector and no bandwidth test here")
    parser.add_argument("--reflector-host", metavar="ADDRESS", help="where the reflector listens (as --host)")
    parser.add_argument("--reflector-port", type=port, default=0, metavar="PORT", help="UDP port; 0: any free one")
    parser.add_argument(
        "--reflector-processes",
        type=common.number(0, 64, int),
        default=1,
        metavar="NUMBER",
        help="reflectors that share the port, on Linux; 0: one for every two cores (%(default)s)",
    )
    parser.add_argument(
        "--reflector-name", default="", metavar="HOST", help="where operators reach the reflector (as the public URL)"
    )
    parser.add_argument(
        "--confirm-devices",
        action="store_true",
        help="new computers stay pending until support has compared their fingerprint",
    )
    parser.add_argument(
        "--fresh-within",
        type=common.number(0.1, 24 * 365, float),
        default=2,
        metavar="HOURS",
        help="later reports are marked late (%(default)s)",
    )
    parser.add_argument(
        "--package", default="workstation-readiness", help="what the landing page tells operators to install"
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON on stdout when ready")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when stdin is closed")


def run(args: argparse.Namespace) -> int:
    """Runs the command until it is stopped."""
    from employer import logs
    from employer.app import create_app
    from employer.congestion import prefer
    from employer.server import Server

    _check_tls(args)
    folder = common.state_folder(args)
    with _listening(args.host, args.port) as listening:
        url = _public_url(args, listening)
        app = create_app(_settings(args, folder, url), prefer(listening))
        receiver: Receiver = app.state.receiver
        logs.to_stderr()
        try:
            address.keep(folder, url)
            server = Server(app, _server_settings(args, url), lambda: _announce(receiver, args.json))
            if args.until_stdin_closes:
                server.end_with(_stdin_closes)
            with _termination_as_interruption():
                server.run(sockets=[listening])
        except KeyboardInterrupt:
            return 0
        finally:
            receiver.close()
    return 0 if server.started else 1


@contextmanager
def _termination_as_interruption() -> Iterator[None]:
    """The server hands on the signal that ended it, once it has shut down in good order: nobody is to die of it."""

    def interrupt(number: int, frame: object) -> NoReturn:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _check_tls(args: argparse.Namespace) -> None:
    if args.tls_cert is None and args.tls_key is None:
        return
    try:
        if args.tls_cert is None:
            raise ValueError("--tls-key needs --tls-cert")
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(args.tls_cert, args.tls_key)
    except (OSError, ValueError) as error:
        raise EmployerError(
            f"The certificate can't be used: {error}.",
            "Give the chain with --tls-cert and its private key with --tls-key, both in PEM form.",
        ) from error


def _listening(host: str, port: int) -> socket.socket:
    from employer.server import listen

    try:
        return listen(host, port)
    except OSError as error:
        raise EmployerError(
            f"The receiver can't listen at {host} port {port}: {error}.",
            "Stop what uses it, or choose another with --host and --port.",
        ) from error


def _public_url(args: argparse.Namespace, listening: socket.socket) -> str:
    if args.public_url:
        return address.checked(args.public_url)
    if not is_loopback(args.host):
        raise EmployerError(
            "Operators reach this receiver from other computers, at an address that only you know.",
            "Say it with --public-url, such as https://ready.example.org.",
        )
    host = f"[{args.host}]" if ":" in args.host else args.host
    scheme = "https" if args.tls_cert else "http"
    return address.checked(f"{scheme}://{host}:{listening.getsockname()[1]}")


def _settings(args: argparse.Namespace, folder: Path, url: str) -> Settings:
    return Settings(
        data=folder,
        public_url=url,
        database=args.database,
        confirm_devices=args.confirm_devices,
        line=not args.no_line,
        reflector_host=args.reflector_host if args.reflector_host is not None else args.host,
        reflector_port=args.reflector_port,
        reflector_processes=args.reflector_processes,
        reflector_name=args.reflector_name,
        package=args.package,
        fresh_within=timedelta(hours=args.fresh_within),
    )


def _server_settings(args: argparse.Namespace, url: str) -> ServerSettings:
    from employer.server import ServerSettings

    return ServerSettings(
        public_url=url,
        certificate=args.tls_cert,
        certificate_key=args.tls_key,
        concurrency=args.concurrency,
        trusted_proxies=args.trusted_proxies,
    )


def _announce(receiver: Receiver, as_json: bool) -> None:
    """Says on stdout that the receiver answers, and on stderr what it still lacks."""
    url = receiver.settings.public_url
    desk = f"{url}/desk/"
    key = receiver.keys.signing.public.thumbprint
    ready = json.dumps({"address": url, "desk": desk, "employer_key": key})
    print(ready if as_json else f"Ready at {url} (desk: {desk}). Stop it with Ctrl-C.", flush=True)
    with receiver.store.reading() as connection:
        common.warn_without_policy(connection)


def _stdin_closes() -> None:
    """Returns at the end of stdin. Reads below Python's buffer, whose lock would outlive the thread's end."""
    while os.read(sys.stdin.fileno(), 65536):
        pass
