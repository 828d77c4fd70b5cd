"""Our own speed test, speedtest-cli and iperf3 over one line, and each one's word in the same form."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from checks.interface import Line
from checks.line.bandwidth.interface import Direction, Provider, Transfer, TransferFailed
from checks.line.bandwidth.native import NativeProvider
from checks.line.bandwidth.speedtest import MiniProvider
from tests.checks.probe import TestProbe
from tests.lab.router.namespaces import Namespace
from tests.lab.router.network import ROOT

IPERF_PORT = 5201
OMITTED_S = 1.5
"""That iperf3 leaves out at the start."""
_ENDS_WITHIN_S = 60.0


class ToolError(Exception):
    """A tool did not measure. The sentence says which, and why."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a tool says of one direction."""

    mbit_s: float
    """Payload of TCP, counted where it arrives."""
    megabytes: float
    seconds: float
    """All that it took, with the start of the process."""
    connections: int
    congestion_control: str
    client_core_percent: float | None = None
    """Of one processor core, while data flowed."""
    server_core_percent: float | None = None


class Ends:
    """Both ends of a line, with the employer at the far one. Made by :func:`serving`."""

    def __init__(self, home: Namespace, far: Namespace, employer: subprocess.Popen[bytes]) -> None:
        assert employer.stdout is not None
        self._home = home
        self._far = far
        self._employer = psutil.Process(employer.pid)
        url = f"http://{far.address}:{int(employer.stdout.readline())}"
        line = Line(url, far.address, 9, bytes(16), b"", "a-bearer-of-the-benchmark")
        self._providers: dict[str, Provider] = {"native": NativeProvider(line), "speedtest": MiniProvider(line)}

    def ours(self, name: str, direction: Direction, seconds: float, cap_bytes: int) -> Word:
        """One of our providers. Raises :class:`ToolError`."""
        provider = self._providers[name]
        before, began_s = self._cpu_s(), time.monotonic()
        try:
            done: Transfer = self._home.call(lambda: provider.measure(direction, seconds, cap_bytes, TestProbe()))
        except TransferFailed as error:
            raise ToolError(f"{name}: {error.because.code}") from error
        flowed_s = (done.ended_ns - done.began_ns) / 1e9
        return Word(
            mbit_s=done.mbit_s,
            megabytes=done.bytes_used / 1e6,
            seconds=time.monotonic() - began_s,
            connections=done.connections,
            congestion_control=done.congestion_control,
            client_core_percent=None if done.core_share is None else 100 * done.core_share,
            server_core_percent=100 * (self._cpu_s() - before) / flowed_s,
        )

    def iperf3(self, direction: Direction, seconds: float, connections: int, congestion_control: str) -> Word:
        """iperf3 for so long beside what it omits; its client is the end that receives. Raises :class:`ToolError`."""
        receiver, sender = (self._home, self._far) if direction == "down" else (self._far, self._home)
        command = [
            *("iperf3", "--json", "-c", sender.address, "-p", str(IPERF_PORT), "-R", "-P", str(connections)),
            *("-t", f"{seconds:g}", "-O", f"{OMITTED_S:g}"),
            *(("-C", congestion_control) if congestion_control else ()),
        ]
        began_s = time.monotonic()
        done = subprocess.run(receiver.command(*command), capture_output=True, check=False, timeout=_ENDS_WITHIN_S)
        said = json.loads(done.stdout)
        if "error" in said:
            raise ToolError(f"iperf3: {said['error']}")
        end, cpu = said["end"], said["end"]["cpu_utilization_percent"]
        cores = cpu["host_total"], cpu["remote_total"]
        return Word(
            mbit_s=end["sum_received"]["bits_per_second"] / 1e6,
            megabytes=sum(interval["sum"]["bytes"] for interval in said["intervals"]) / 1e6,
            seconds=time.monotonic() - began_s,
            connections=connections,
            congestion_control=end["sender_tcp_congestion"],
            client_core_percent=cores[direction != "down"],
            server_core_percent=cores[direction == "down"],
        )

    def _cpu_s(self) -> float:
        times = self._employer.cpu_times()
        return times.user + times.system


@contextmanager
def serving(home: Namespace, far: Namespace) -> Iterator[Ends]:
    """The servers of both tools, for the time of the block."""
    with contextlib.ExitStack() as stack:
        ours = (sys.executable, "-m", "benchmarks.bandwidth.employer", far.address)
        employer = stack.enter_context(_program(far, *ours))
        for end in (home, far):
            stack.enter_context(_program(end, "iperf3", "-s", "-p", str(IPERF_PORT)))
        yield Ends(home, far, employer)


@contextmanager
def _program(inside: Namespace, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    # `ip netns exec` becomes the program itself: the process that is started is the one that is looked at.
    program = subprocess.Popen(
        inside.command(*command), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        yield program
    finally:
        program.kill()
        program.communicate()
