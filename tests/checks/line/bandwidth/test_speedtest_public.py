"""The public way of speedtest-cli, against a stand-in for its servers behind a proxy: nothing leaves this computer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
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


def speedtest_net(asked: list[str]) -> Starlette:
    """What the package asks speedtest.net for, and one server of its list. ``asked`` collects the paths."""

    async def configuration(request: Request) -> Response:
        asked.append(request.url.path)
        return Response(CONFIGURATION, media_type="text/xml")

    async def servers(request: Request) -> Response:
        asked.append(request.url.path)
        base = f"https://127.0.0.1:{request.scope['server'][1]}"
        return Response(SERVERS.format(base=base, bearer=BEARER), media_type="text/xml")

    return Starlette(
        routes=[
            Route("/speedtest-config.php", configuration),
            Route("/speedtest-servers-static.php", servers),
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
            request += near.recv(4096)
        assert request.startswith(b"CONNECT ")
        near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with socket.create_connection(target, 10) as far:
            back = threading.Thread(target=pump, args=(far, near), daemon=True)
            back.start()
            pump(near, far)
            back.join(10)

    with misbehaving(tunnel) as address:
        yield address


def test_the_person_agrees_and_the_nearest_public_server_measures_both_directions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The configuration and the list come by TLS from www.speedtest.net, once for each direction and once in all."""
    asked: list[str] = []
    tls = certificate(tmp_path, names=("www.speedtest.net",))
    with serving(speedtest_net(asked), tls) as url, proxy_to(url) as proxy:
        for name in ("https_proxy", "http_proxy", "HTTPS_PROXY", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("SSL_CERT_FILE", str(tls.ca_file))
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
