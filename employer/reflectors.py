"""Several reflectors at one port, each a process of its own: more cores for more operators."""

from __future__ import annotations

import os
import socket
import sys
from collections import Counter

import msgspec

from employer.line_sessions import NOTHING_SEEN, Dropped
from employer.reflector import Metrics, ReflectorConfig, listen
from employer.reflector_process import ReflectorError, ReflectorProcess
from protocol.messages import ReflectorCounts


def wanted_number(processes: int) -> int:
    """How many there are to be; 0: one for every two cores, the rest being the receiver's."""
    return processes or max(1, (os.cpu_count() or 1) // 2)


class Reflectors:
    """One reflector, or several that share a port (Linux). Thread-safe.

    The system gives all packets of one sender to the same one. The sockets of several are bound here and handed to the
    processes, so that where a process dies its packets wait for its successor, and the others' senders stay theirs.
    """

    def __init__(self, config: ReflectorConfig, processes: int = 1) -> None:
        self._config = config
        self._number = processes
        self._sockets: list[socket.socket] = []
        self._processes: list[ReflectorProcess] = []

    @property
    def port(self) -> int:
        """Where they listen, once started."""
        return self._processes[0].port

    def start(self) -> None:
        """Returns when all listen. Raises :class:`ReflectorError`, and leaves none running then."""
        try:
            for config in self._configs():
                process = ReflectorProcess(config)
                process.start()
                self._processes.append(process)
        except ReflectorError:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends them all."""
        for process in self._processes:
            process.stop()
        for sock in self._sockets:
            sock.close()

    def counts(self, session: bytes) -> ReflectorCounts | None:
        """What was seen of a session's latest stream; ``None`` when one of them doesn't answer now, since it may be
        the one that saw it. Blocks up to 2 s for each."""
        latest_s, counts = 0.0, NOTHING_SEEN
        for process in self._processes:
            seen = process.seen(session)
            if seen is None:
                return None
            if seen.began_s > latest_s:
                latest_s, counts = seen.began_s, seen.counts
        return counts

    def metrics(self) -> list[Metrics | None]:
        """What each did since it was started last; ``None`` for one that doesn't answer now. Blocks up to 2 s for
        each."""
        return [process.metrics() for process in self._processes]

    @property
    def restarts(self) -> int:
        """How often one of them had to be started again."""
        return sum(process.restarts for process in self._processes)

    def _configs(self) -> list[ReflectorConfig]:
        if self._number == 1:
            return [self._config]
        if sys.platform != "linux":
            raise ReflectorError("Only Linux lets several reflectors share a port. Start with one.")
        configs = []
        try:
            port = _free_port(self._config.host, self._config.port)
            for _ in range(self._number):
                own = listen(self._config.host, port, shared=True)
                self._sockets.extend(own)
                numbers = [sock.fileno() for sock in own]
                configs.append(msgspec.structs.replace(self._config, sockets=numbers, port=port))
        except OSError as error:
            raise ReflectorError(
                f"The reflectors can't listen on UDP port {self._config.port} ({error}). "
                "Choose another port or address, or stop what uses it."
            ) from error
        return configs


def _free_port(host: str, port: int) -> int:
    """The port, or a free one for 0. Raises ``OSError`` where somebody has it, who may be ready to share it too."""
    sockets = listen(host, port)
    found = int(sockets[0].getsockname()[1])
    for sock in sockets:
        sock.close()
    return found


def merged(several: list[Metrics | None]) -> Metrics:
    """Of all that answered together."""
    known = [one for one in several if one is not None]
    dropped: Counter[Dropped] = Counter()
    for one in known:
        dropped.update(one.dropped)
    return Metrics(
        packets=sum(one.packets for one in known),
        answered=sum(one.answered for one in known),
        dropped=dict(dropped),
        overflowed=sum(one.overflowed for one in known),
        sessions=sum(one.sessions for one in known),
        held=[sum(step) for step in zip(*(one.held for one in known), strict=True)],
    )
