"""A line whose router holds too much: quick while idle, slow while a download fills it."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from checks.interface import Captures, Context, Line
from checks.network import voice_quality
from checks.steps import full_line, idle_line
from employer import bandwidth
from employer.reflector import ReflectorConfig
from employer.reflector_process import ReflectorProcess
from protocol.messages import Path
from protocol.ticket import issue
from report import policy
from tests.checks.probe import TestProbe
from tests.lab.router.fixtures import MakeNetwork, network
from tests.lab.router.network import Network
from tests.lab.router.ways import Way

__all__ = ["network"]

KEY = bytes(range(32))
SESSION = bytes(16)


@contextmanager
def employer(net: Network) -> Iterator[Line]:
    """Reflector, counts and bandwidth endpoint at the far side, with congestion control that fills queues."""
    reflector = ReflectorProcess(ReflectorConfig(ticket_key=KEY.hex()))

    def counts(request: Request) -> Response:
        return Response(msgspec.json.encode(reflector.counts(bytes.fromhex(request.path_params["session"]))))

    listening = net.far.call(lambda: socket.create_server((net.far.address, 0)))
    if sys.platform == "linux":
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"cubic")
    routes = [Route(Path.LINE + "/{session}", counts), *bandwidth.routes(lambda bearer: True)]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    net.far.call(reflector.start)
    thread.start()
    try:
        ticket = issue(KEY, session=SESSION, expires_at=int(time.time()) + 600)
        url = f"http://{net.far.address}:{listening.getsockname()[1]}"
        yield Line(url, net.far.address, reflector.port, SESSION, ticket, "a-bearer-for-this-test")
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
        reflector.stop()


@pytest.mark.realtime
def test_a_queue_that_a_download_fills_is_measured_heard_and_named(network: MakeNetwork) -> None:
    """Ten megabits a second each way, behind a queue of 400 ms toward the home and of 20 ms from it."""
    net = network(
        Way(delay_ms=10, rate_mbit_s=10, queue_bytes=25_000), Way(delay_ms=10, rate_mbit_s=10, queue_bytes=500_000)
    )
    with employer(net) as line:
        context = Context(policy=policy.default(), line=line)
        idle = net.home.call(lambda: idle_line.STEP.run(TestProbe(), context, 4.0))
        full = net.home.call(lambda: full_line.STEP.run(TestProbe(), context, 10.0))
    outcome = voice_quality.CHECK.assess(Captures({"idle_line": idle, "full_line": full}), context)
    value = {m.metric: m.value for m in outcome.measurements}
    assert idle.counts is not None
    assert full.down is not None, full.failed
    assert full.up is not None, full.failed
    assert full.probed is not None, full.unprobed
    assert value["network.mos_drop"] < 0.2
    assert 250 < value["network.delay_full_line_down_ms"] < 450
    assert value["network.delay_full_line_up_ms"] < 100
    assert value["network.mos_full_line"] < value["network.mos_idle_line"] - 0.3
    assert [f.code for f in outcome.findings] == ["network.bufferbloat_down"]
