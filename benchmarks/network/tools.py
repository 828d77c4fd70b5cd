"""Our prober, irtt, ping and iperf3 over one impaired line, and each one's word in the same form."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from benchmarks.network.host import Looked, Task
from benchmarks.network.truth import Line, Side, rfc_3550_ms
from checks.interface import Target
from employer.reflector import ReflectorConfig
from employer.reflector_process import ReflectorProcess
from protocol.line_statistics import DirectionStatistics, statistics
from protocol.messages import ReflectorCounts
from protocol.packets import Floats, OneWay, packets
from protocol.ticket import issue
from tests.lab.router import record
from tests.lab.router.namespaces import Namespace
from tests.lab.router.network import ROOT, Network
from tests.lab.router.record import Direction, Record

PACKETS_S, PACKET_BYTES = 50, 172
"""What all of them send: a telephone's stream of G.711."""
INTERVAL_S = 1 / PACKETS_S
FAR_NICENESS = "-15"
"""The far side is another computer in life: what keeps the home busy must not slow it."""
NOTHING = Side({}, None, None, None, None)

_KEY, _SESSION = bytes(range(32)), bytes(16)
_IRTT_PORT, _IPERF_PORTS = 2112, (5201, 5202)
_IRTT_FLAGS_OF_DATA = (0, 2)
_ICMP, _ECHO, _ECHO_REPLY = 1, 8, 0
_LAST_ANSWERS_S = 1.0
_ENDS_WITHIN_S = 60


class ToolError(Exception):
    """A tool did not measure. The sentence says which."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a tool says of a run."""

    line: Line
    core_share: float | None = None
    """Of one processor core, the whole process; ``None``: not looked at."""


class Tool(Protocol):
    """One tool at work over a network; making it starts it."""

    def word(self) -> Word:
        """Waits for its end. Raises :class:`ToolError`."""

    def own(self, records: list[Record]) -> Iterator[tuple[int, Record]]:
        """Its packets in the router's log, each with its number."""


class Readiness:
    """Our own: the real prober, started by a host process, and the real reflector with its counts."""

    def __init__(self, net: Network, seconds: float, *, busy_host: bool = False) -> None:
        self._reflector = ReflectorProcess(ReflectorConfig(ticket_key=_KEY.hex()))
        net.far.call(self._start_reflector)
        ticket = issue(_KEY, session=_SESSION, expires_at=int(time.time()) + 600)
        target = Target(net.far.address, self._reflector.port, "stamp", ticket)
        self._host = _start(net.home, sys.executable, "-m", "benchmarks.network.host")
        assert self._host.stdin is not None
        self._host.stdin.write(msgspec.json.encode(Task(target, seconds, busy_host)) + b"\n")
        self._host.stdin.flush()

    def _start_reflector(self) -> None:
        if sys.platform != "win32":
            os.setpriority(os.PRIO_PROCESS, 0, int(FAR_NICENESS))  # Of this thread; its children inherit it.
        self._reflector.start()

    def word(self) -> Word:
        """What the checks make of the trace."""
        out = _end(self._host)
        counts = self._reflector.counts(_SESSION)
        self._reflector.stop()
        if not out:
            raise ToolError("our own prober did not measure")
        looked = msgspec.json.decode(out, type=Looked)
        return Word(_our_word(looked, counts), looked.core_share)

    def own(self, records: list[Record]) -> Iterator[tuple[int, Record]]:
        """The last stream: those before it warmed up."""
        ours = _of_port(records, self._reflector.port)
        return record.of_stream(ours, record.streams(ours)[-1])


def _our_word(looked: Looked, counts: ReflectorCounts | None) -> Line:
    trace = looked.probed.trace
    rows = packets(trace, counts)
    said = statistics(rows, trace.interval_s)

    return Line(
        up=_our_side(rows.up, said.up),
        down=_our_side(rows.down, said.down),
        rtt_ms=_by_number(rows.rtt_ms),
    )


def _our_side(way: OneWay, said: DirectionStatistics) -> Side:
    jitter = None if said.jitter_ms is None else said.jitter_ms.value
    return Side(_by_number(way.delay_ms), jitter, said.loss.lost, said.duplicated, said.reordered)


def _by_number(known_ms: Floats) -> dict[int, float]:
    return {number: ms for number, ms in enumerate(known_ms.tolist()) if not math.isnan(ms)}


class Irtt:
    """irtt: its stamps are its own, taken in user space."""

    def __init__(self, net: Network, seconds: float) -> None:
        self._server = _start(net.far, "nice", "-n", FAR_NICENESS, "irtt", "server", "-b", net.far.address)
        time.sleep(0.3)
        asked = ("-i", f"{INTERVAL_S * 1000:g}ms", "-d", f"{seconds:g}s", "-l", str(PACKET_BYTES))
        self._client = _start(net.home, "irtt", "client", "-Q", *asked, "-o", "-", net.far.address)

    def word(self) -> Word:
        """Its own counts; jitter from its own delay of each packet, in the order in which they arrived."""
        out = _end(self._client)
        self._server.kill()
        self._server.wait()
        try:
            said = json.loads(out)
        except ValueError as error:
            raise ToolError("irtt did not measure") from error
        trips = [trip for trip in said["round_trips"] if "send" in trip.get("delay", {})]
        stats = said["stats"]
        up = _irtt_side(trips, "send", "server", stats["upstream_loss_percent"] / 100 * stats["packets_sent"])
        lost_down = stats["downstream_loss_percent"] / 100 * stats["server_packets_received"]
        down = _irtt_side(trips, "receive", "client", lost_down)
        return Word(Line(up, down, {t["seqno"]: t["delay"]["rtt"] / 1e6 for t in trips}))

    def own(self, records: list[Record]) -> Iterator[tuple[int, Record]]:
        """Packets of data: magic, flags, token, number."""
        for one in _of_port(records, _IRTT_PORT):
            payload = one.udp_payload() or b""
            if payload[3] in _IRTT_FLAGS_OF_DATA:
                yield int.from_bytes(payload[12:16], "little"), one


def _irtt_side(trips: list[dict[str, Any]], way: str, receiver: str, lost: float) -> Side:
    arrived = sorted(trips, key=lambda trip: trip["timestamps"][receiver]["receive"]["wall"])
    delays = {trip["seqno"]: trip["delay"][way] / 1e6 for trip in arrived}
    return Side(delays, rfc_3550_ms(list(delays.values())), lost, None, None)


class Iperf3:
    """iperf3 with UDP: a server and a client for each direction."""

    def __init__(self, net: Network, seconds: float) -> None:
        ports = [str(port) for port in _IPERF_PORTS]
        self._servers = [
            _start(net.far, "nice", "-n", FAR_NICENESS, "iperf3", "-s", "-1", "-p", port) for port in ports
        ]
        time.sleep(0.3)
        rate = ("-b", str(8 * PACKETS_S * PACKET_BYTES), "-l", str(PACKET_BYTES), "-t", f"{seconds:.0f}", "-J")
        common = ("iperf3", "-c", net.far.address, "-u", *rate, "-p")
        self._clients = [_start(net.home, *common, ports[0]), _start(net.home, *common, ports[1], "-R")]

    def word(self) -> Word:
        """Jitter is the running value at the end: it gives no other."""
        said = [_end(client) for client in self._clients]
        for server in self._servers:
            server.kill()
            server.wait()
        try:
            up, down = (json.loads(each)["end"]["sum"] for each in said)
        except (ValueError, KeyError) as error:
            raise ToolError("iperf3 did not measure") from error
        return Word(Line(_iperf3_side(up), _iperf3_side(down), rtt_ms={}))

    def own(self, records: list[Record]) -> Iterator[tuple[int, Record]]:
        """Each direction has numbers of its own."""
        for port, direction in zip(_IPERF_PORTS, Direction, strict=True):
            for one in _of_port(records, port):
                if one.direction is direction and one.size >= PACKET_BYTES:
                    yield int.from_bytes((one.udp_payload() or b"")[8:12], "big"), one


def _iperf3_side(said: dict[str, Any]) -> Side:
    return Side({}, said["jitter_ms"], said["lost_packets"], None, None)


class Ping:
    """ping: round trips only."""

    def __init__(self, net: Network, seconds: float) -> None:
        count = ("-i", f"{INTERVAL_S:g}", "-c", str(round(seconds * PACKETS_S)), "-s", str(PACKET_BYTES))
        self._client = _start(net.home, "ping", *count, "-W", str(_LAST_ANSWERS_S), net.far.address)

    def word(self) -> Word:
        """The time of each answer."""
        said = _end(self._client).decode()
        rtt: dict[int, float] = {}
        for number, ms in re.findall(r"icmp_seq=(\d+) .*time=([\d.]+) ms", said):
            rtt.setdefault(int(number), float(ms))
        if not rtt:
            raise ToolError("ping did not measure")
        return Word(Line(NOTHING, NOTHING, rtt))

    def own(self, records: list[Record]) -> Iterator[tuple[int, Record]]:
        """Echo requests and replies."""
        for one in records:
            protocol, body = one.inside()
            if protocol == _ICMP and body[0] in (_ECHO, _ECHO_REPLY):
                yield int.from_bytes(body[6:8], "big"), one


def _start(computer: Namespace, *command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        computer.command(*command),
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _end(process: subprocess.Popen[bytes]) -> bytes:
    try:
        return process.communicate(timeout=_ENDS_WITHIN_S)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return b""


def _of_port(records: Iterable[Record], port: int) -> list[Record]:
    return [one for one in records if port in (one.udp_ports() or ())]
