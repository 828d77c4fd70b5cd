"""The public way of speedtest-cli, against a stand-in for its servers behind a proxy: nothing leaves this computer."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from checks.interface import Context
from checks.line.bandwidth.interface import TransferFailed
from checks.line.bandwidth.speedtest import PublicProvider
from checks.network.bandwidth import CHECK
from checks.steps.full_line import STEP
from employer.bandwidth import routes
from report.policy import default
from tests.checks.line.bandwidth.test_native import BEARER, MB
from tests.checks.line.test_full_line import assess, value
from tests.checks.probe import TestProbe, children_left
from tests.lab.router.network import ROOT
from tests.lab.servers import certificate, misbehaving, serving

pytestmark = pytest.mark.realtime

CONFIGURATION = b"""<?xml version="1.0"?><settings>
<client ip="192.0.2.7" lat="55.75" lon="37.61" isp="Example" isprating="3.7" rating="0" country="RU"/>
<server-config threadcount="4" ignoreids="" forcepingid="" preferredserverid=""/>
<download testlength="10" initialtest="250K" mintestsize="250K" threadsperurl="4"/>
<upload testlength="10" ratio="5" initialtest="0" mintestsize="32K" threads="2" maxchunkcount="50"/>
</settings>"""
SERVERS = """<?xml version="1.0"?><settings><servers>
<server url="{base}/mini/{bearer}/speedtest/upload.php" lat="55.7" lon="37.6" name="Here" country="X" cc="XX"
 sponsor="Example" id="1" host="127.0.0.1"/>
</servers></settings>"""


NO_SERVERS = '<?xml version="1.0"?><settings><servers></servers></settings>'
SILENT_SERVER = """<?xml version="1.0"?><settings><servers>
<server url="https://127.0.0.1/silent/speedtest/upload.php" lat="55.7" lon="37.6" name="Here" country="X" cc="XX"
 sponsor="Example" id="1" host="127.0.0.1"/>
</servers></settings>"""
OF_ANOTHER_KIND = b'<?xml version="1.0"?><settings><client ip="?" lat="north"/></settings>'


class ForEver(StreamingResponse):
    """An answer without an end."""

    def __init__(self) -> None:
        super().__init__(self._spaces(), media_type="text/xml")

    async def _spaces(self) -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b" " * 65_536
            await asyncio.sleep(0.001)


async def silence(request: Request) -> Response:
    await asyncio.sleep(30)
    return Response()


def speedtest_net(
    asked: list[str], configuration_is: Response | None = None, servers_are: str | Response = SERVERS
) -> Starlette:
    """What the package asks speedtest.net for, and one server of its list. ``asked`` collects the paths."""

    async def configuration(request: Request) -> Response:
        asked.append(request.url.path)
        return configuration_is or Response(CONFIGURATION, media_type="text/xml")

    async def servers(request: Request) -> Response:
        asked.append(request.url.path)
        base = f"https://127.0.0.1:{request.scope['server'][1]}"
        if isinstance(servers_are, Response):
            return servers_are
        return Response(servers_are.format(base=base, bearer=BEARER), media_type="text/xml")

    return Starlette(
        routes=[
            Route("/speedtest-config.php", configuration),
            Route("/speedtest-servers-static.php", servers),
            Route("/speedtest-servers.php", servers),
            Route("/silent/{rest:path}", silence),
            *routes(lambda bearer: bearer == BEARER),
        ]
    )


@contextmanager
def proxy_to(url: str) -> Iterator[str]:
    """A proxy that leads every address to this one."""
    target = ("127.0.0.1", urlsplit(url).port or 0)

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def tunnel(near: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            came = near.recv(4096)
            if not came:
                return
            request += came
        if not request.startswith(b"CONNECT "):
            return
        near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with socket.create_connection(target, 10) as far:
            back = threading.Thread(target=pump, args=(far, near), daemon=True)
            back.start()
            pump(near, far)
            back.join(10)

    with misbehaving(tunnel) as address:
        yield address


@contextmanager
def in_place_of_speedtest_net(app: Starlette, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a child asks for by TLS, this application answers."""
    tls = certificate(folder, names=("www.speedtest.net",))
    with serving(app, tls) as url, proxy_to(url) as proxy:
        for name in ("https_proxy", "http_proxy", "HTTPS_PROXY", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("SSL_CERT_FILE", str(tls.ca_file))
        yield


@pytest.mark.parametrize(
    ("configuration", "servers", "code"),
    [
        (None, NO_SERVERS, "network.bandwidth_speedtest"),
        (None, "<settings", "network.bandwidth_speedtest"),
        (None, Response(status_code=404), "network.bandwidth_speedtest"),
        (None, ForEver(), "network.bandwidth_speedtest"),
        (None, SILENT_SERVER, "network.bandwidth_silent"),
        (Response(b"<settings"), NO_SERVERS, "network.bandwidth_speedtest"),
        (Response(b"<html>Please sign in</html>"), NO_SERVERS, "network.bandwidth_speedtest"),
        (Response(OF_ANOTHER_KIND), NO_SERVERS, "network.bandwidth_speedtest"),
        (Response(b""), NO_SERVERS, "network.bandwidth_speedtest"),
        (Response(status_code=503), NO_SERVERS, "network.bandwidth_busy"),
        (ForEver(), NO_SERVERS, "network.bandwidth_speedtest"),
    ],
)
def test_public_servers_that_answer_nonsense_or_nothing_are_told_and_give_no_number(
    configuration: Response | None,
    servers: str | Response,
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = speedtest_net([], configuration, servers)
    with in_place_of_speedtest_net(app, tmp_path, monkeypatch), pytest.raises(TransferFailed) as caught:
        PublicProvider().measure("down", 1.0, 10 * MB, TestProbe())
    assert caught.value.because.code == code
    assert children_left(of="checks.") == []


def test_public_servers_in_whose_place_a_stranger_answers_are_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "theirs").mkdir()
    ours = certificate(tmp_path)
    with in_place_of_speedtest_net(speedtest_net([]), tmp_path / "theirs", monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(ours.ca_file))
        with pytest.raises(TransferFailed) as caught:
            PublicProvider().measure("down", 1.0, 10 * MB, TestProbe())
    assert caught.value.because.code == "network.bandwidth_intercepted"


@pytest.mark.skipif("sys.platform != 'linux' or os.geteuid() != 0", reason="a resolver of its own needs root on Linux")
def test_names_that_nobody_answers_end_with_the_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package's time-out doesn't cover them: the resolver is told to wait half a minute, and nobody answers."""
    for name in ("https_proxy", "http_proxy", "HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.53", 53))
        resolv = tmp_path / "resolv.conf"
        resolv.write_text("nameserver 127.0.0.53\noptions timeout:30 attempts:1\n")
        program = (
            "from checks.line.bandwidth.interface import TransferFailed\n"
            "from checks.line.bandwidth import speedtest\n"
            "from tests.checks.probe import TestProbe\n"
            "speedtest._BEYOND_S = 3.0\n"
            "try:\n"
            "    speedtest.PublicProvider().measure('down', 0.5, 10**7, TestProbe())\n"
            "except TransferFailed as failed:\n"
            "    print(failed.because.code)\n"
        )
        inside = f'mount --bind {resolv} /etc/resolv.conf && exec {sys.executable} -c "$PROGRAM"'
        began = time.monotonic()
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", inside],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PROGRAM": program},
            check=False,
        )
    assert done.stdout.strip() == "network.bandwidth_silent", done.stderr
    assert time.monotonic() - began < 20


def test_the_person_agrees_and_the_nearest_public_server_measures_both_directions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The configuration and the list come by TLS from www.speedtest.net, once for each direction and once in all."""
    asked: list[str] = []
    with in_place_of_speedtest_net(speedtest_net(asked), tmp_path, monkeypatch):
        probe = TestProbe({"network.public_speedtest": "yes"})
        context = Context(policy=default())
        outcome = assess(STEP.run(probe, context, 6.0), context)
    assert [p.id for p in probe.asked] == ["network.public_speedtest"]
    assert value(outcome, "network.bandwidth_down_mbit_s") > 2
    assert value(outcome, "network.bandwidth_up_mbit_s") > 2
    assert value(outcome, "network.data_used_mb") <= default().line.data_cap_mb
    assert outcome.facts["provider"] == "speedtest_public"
    assert outcome.check == CHECK.id
    assert asked.count("/speedtest-config.php") == 2
    assert asked.count("/speedtest-servers-static.php") == 1
    assert children_left(of="checks.") == []


def test_without_a_network_the_public_servers_are_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
    with pytest.raises(TransferFailed) as caught:
        PublicProvider().measure("down", 1.0, 10 * MB, TestProbe())
    assert caught.value.because.code == "network.bandwidth_unreachable"
    assert children_left(of="checks.") == []
