"""The lines over which the speed tests are compared: through the laboratory's router, or a plain cable."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.lab.router import namespaces
from tests.lab.router.namespaces import Namespace
from tests.lab.router.network import impaired
from tests.lab.router.ways import Way

QUEUE_S, LEAST_QUEUE_BYTES = 0.05, 64_000
"""Of a router's queue: so long at the line's rate, and at least so much."""
CABLE_DEVICE = "cable0"
PACKET_BYTES, PAYLOAD_BYTES, ETHERNET_BYTES = 1500, 1448, 14
"""Of a full packet of TCP over IPv4 with timestamps."""


@dataclass(frozen=True, slots=True)
class TestedLine:
    """A line of the same rate each way."""

    mbit_s: float
    rtt_ms: float = 0.0
    loss_percent: float = 0.0
    cable: bool = False
    """Without a router: a pair of network devices, held to the rate by the system."""

    @property
    def name(self) -> str:
        """For the table."""
        if self.cable:
            return f"{self.mbit_s:g} Mbit/s, cable"
        loss = f", {self.loss_percent:g} % lost" if self.loss_percent else ""
        return f"{self.mbit_s:g} Mbit/s, {self.rtt_ms:g} ms{loss}"

    @property
    def most_mbit_s(self) -> float:
        """Payload of TCP that the bottleneck lets through; frames of Ethernet count where the system holds the rate."""
        return self.mbit_s * PAYLOAD_BYTES / (PACKET_BYTES + (ETHERNET_BYTES if self.cable else 0))

    @property
    def way(self) -> Way:
        """One direction of it."""
        queue_bytes = max(LEAST_QUEUE_BYTES, round(self.mbit_s * 1e6 / 8 * max(QUEUE_S, self.rtt_ms / 1000)))
        return Way(
            delay_ms=self.rtt_ms / 2,
            rate_mbit_s=self.mbit_s,
            queue_bytes=queue_bytes,
            loss_percent=self.loss_percent,
        )


LINES = (
    TestedLine(0.5, 40),
    TestedLine(2, 20),
    TestedLine(2, 80),
    TestedLine(5, 20),
    TestedLine(10, 0),
    TestedLine(10, 80),
    TestedLine(10, 20, loss_percent=0.5),
    TestedLine(50, 20),
    TestedLine(50, 20, loss_percent=0.5),
    TestedLine(100, 0),
    TestedLine(100, 20),
    TestedLine(100, 80),
    TestedLine(100, 150),
    TestedLine(200, 20),
    TestedLine(300, 20),
    TestedLine(300, 80),
    TestedLine(900, cable=True),
)
FEW = (1, 5, 6, 8, 11, 13, 14, 16)
"""Of them, the ones that a run without arguments looks at."""


@contextmanager
def ends_of(line: TestedLine) -> Iterator[tuple[Namespace, Namespace]]:
    """The home and the far side of a line, for the time of the block."""
    if line.cable:
        with _cable(line.mbit_s) as ends:
            yield ends
        return
    with impaired(line.way, line.way) as network:
        yield network.home, network.far


@contextmanager
def _cable(mbit_s: float) -> Iterator[tuple[Namespace, Namespace]]:
    """Two namespaces and a pair of devices between them."""
    home, far = (Namespace(f"bw{os.getpid()}{side}", f"10.232.0.{k}", "", ()) for k, side in ((1, "h"), (2, "f")))
    with contextlib.ExitStack() as stack:
        for end in (home, far):
            _run("ip", "netns", "add", end.name)
            stack.callback(namespaces.remove, end)
        _run(
            *("ip", "-n", home.name, "link", "add", CABLE_DEVICE, "type", "veth"),
            *("peer", "name", CABLE_DEVICE, "netns", far.name),
        )
        for end in (home, far):
            _run("ip", "-n", end.name, "addr", "add", f"{end.address}/24", "dev", CABLE_DEVICE)
            _run("ip", "-n", end.name, "link", "set", "lo", "up")
            _run("ip", "-n", end.name, "link", "set", CABLE_DEVICE, "up")
            _run(
                *end.command("tc", "qdisc", "add", "dev", CABLE_DEVICE, "root", "tbf"),
                *("rate", f"{mbit_s:g}mbit", "burst", "256kb", "latency", "20ms"),
            )
        yield home, far


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
