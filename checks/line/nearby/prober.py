"""Asks the home's router and the second target from a process of its own, for as long as the line is probed.

Reads an :class:`checks.line.nearby.messages.Order` on stdin, then ``stop``; writes one
:class:`checks.line.nearby.messages.Nearby` on stdout; ends at once when stdin closes.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable

import msgspec

from checks.line.link.facts import Link
from checks.line.nearby.askers import ECHO_EVERY_S, SECOND_EVERY_S, Asker, EchoAsker, asker
from checks.line.nearby.messages import STOP, Asked, Echo, Nearby, Order
from checks.line.nearby.routes import here
from checks.line.surroundings import way_out
from protocol import datagrams

UNSETTLED_S = 0.4
"""Requests that are younger than this when told to stop may still be answered: they don't count."""
MOST_S = 120.0


class Asking:
    """One target, asked on an absolute schedule until told to stop. On a thread of its own."""

    def __init__(self, asker: Asker, every_s: float, stopped: Callable[[], bool]) -> None:
        self._asker, self._every_s, self._stopped = asker, every_s, stopped
        self._left_ns: list[int] = []
        self._took_ns: dict[int, int] = {}

    def run(self) -> Asked:
        """Asks; returns what was seen."""
        began_s = time.perf_counter()
        while not self._stopped() and time.perf_counter() - began_s < MOST_S:
            due_s = began_s + len(self._left_ns) * self._every_s
            while (left_s := due_s - time.perf_counter()) > 0:
                self._listen(left_s)
            self._left_ns.append(datagrams.now_ns())
            try:
                self._asker.ask(len(self._left_ns) - 1)
            except OSError:
                continue
        self._listen(0.0)
        settled_ns = datagrams.now_ns() - round(UNSETTLED_S * 1e9)
        return Asked(
            by=self._asker.by,
            echoes=tuple(
                Echo(left_ns, self._took_ns.get(sequence))
                for sequence, left_ns in enumerate(self._left_ns)
                if left_ns <= settled_ns
            ),
        )

    def _listen(self, seconds: float) -> None:
        select.select([self._asker.sock], [], [], seconds)
        for sequence, at_ns in self._asker.answers():
            if sequence < len(self._left_ns):
                self._took_ns.setdefault(sequence, at_ns - self._left_ns[sequence])


def look(order: Order, stopped: Callable[[], bool]) -> Nearby:
    """Asks until ``stopped``. What can't be asked is ``None``."""
    try:
        far, own = _way_to(order.host)
        router, link = here(far, own)
    except OSError:
        return Nearby()
    by_name = {"router": _router(router, far, link, stopped), "second": _second(order.second, stopped)}
    found: dict[str, Asked] = {}

    def run(name: str, ask: Callable[[], Asked]) -> None:
        found[name] = ask()

    threads = [threading.Thread(target=run, args=(name, ask), daemon=True) for name, ask in by_name.items() if ask]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Nearby(router=found.get("router"), second=found.get("second"), link=link)


def _way_to(host: str) -> tuple[str, str]:
    """An address of the host that there is a way to, and the one that this computer would send from."""
    for family, _, _, _, address in socket.getaddrinfo(host, 9, type=socket.SOCK_DGRAM):
        own = way_out(address, family)
        if own is not None:
            return str(address[0]), own
    raise OSError(f"no way to {host}")


def _router(router: str | None, far: str, link: Link, stopped: Callable[[], bool]) -> Callable[[], Asked] | None:
    if router is None:
        return None
    if sys.platform == "win32":
        return _calling(router, ECHO_EVERY_S, stopped)
    chosen = asker(router, far, vpn=link.vpn)
    return Asking(*chosen, stopped).run if chosen else None


def _second(host: str, stopped: Callable[[], bool]) -> Callable[[], Asked] | None:
    if not host:
        return None
    try:
        address = str(socket.getaddrinfo(host, 9, type=socket.SOCK_DGRAM)[0][4][0])
        if sys.platform == "win32":
            return _calling(address, SECOND_EVERY_S, stopped)
        return Asking(EchoAsker(address), SECOND_EVERY_S, stopped).run
    except OSError:
        return None


if sys.platform == "win32":

    def _calling(address: str, every_s: float, stopped: Callable[[], bool]) -> Callable[[], Asked] | None:
        from checks.line.nearby.echo_windows import EchoCaller

        try:
            caller = EchoCaller(address)
        except OSError:
            return None

        def run() -> Asked:
            echoes: list[Echo] = []
            began_s = time.perf_counter()
            while not stopped() and time.perf_counter() - began_s < MOST_S:
                echoes.append(caller.ask())
                time.sleep(max(0.0, every_s - (datagrams.now_ns() - echoes[-1].left_ns) / 1e9))
            return Asked(by="echo", echoes=tuple(echoes))

        return run


def main() -> None:
    """Asks as ordered."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    stopped = threading.Event()

    def obey() -> None:
        for line in sys.stdin.buffer:
            if line == STOP:
                stopped.set()
        os._exit(1)

    threading.Thread(target=obey, daemon=True).start()
    seen = look(order, stopped.is_set)
    sys.stdout.buffer.write(msgspec.json.encode(seen) + b"\n")
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
