"""Probes the line from a process of its own: packets on an absolute schedule, stamped by the kernel.

Reads an :class:`checks.line.messages.Order` on stdin, then perhaps ``stop``; writes the messages of
:mod:`checks.line.messages` on stdout; ends at once when stdin closes.
"""

from __future__ import annotations

import contextlib
import gc
import os
import queue
import select
import signal
import socket
import sys
import threading
import time
from typing import Any

import msgspec

from checks.line.messages import LAST_ANSWER_S, STOP, Batch, Began, Failed, Finished, Order
from checks.line.surroundings import Surroundings, way_out
from checks.line.wires import Streams
from protocol import datagrams
from protocol.stamp import PACKET_BYTES
from protocol.trace import Answer, Sent

DSCP_EXPEDITED = 46
"""Expedited forwarding, the class of voice (RFC 3246)."""
BATCH_S = 0.05
SETTLE_S = 0.03
"""The kernel's word on a departure comes within this time, or not at all."""
LOOK_EVERY_S = 1.0
NAMES_S = 5.0
"""How long an answer is waited for, when a name is asked for its addresses."""
WARM_UP_PACKETS = 3
WARM_UP_S = 0.5
"""An address that answers none of the warm-up packets in this time gives way to the next one."""

SOMEWHERE = ((("192.0.2.1", 9), socket.AF_INET), (("2001:db8::1", 9), socket.AF_INET6))
"""Addresses of nobody (RFC 5737, RFC 3849): a computer without a way there has no network. Nothing is sent."""


class Prober:
    """One stream of probe packets over one connected socket."""

    def __init__(self, sock: socket.socket, order: Order) -> None:
        self._sock = sock
        self._order = order
        self._streams = Streams(order.speaks, bytes.fromhex(order.ticket))
        self._wire = self._streams.new()
        self._sent: list[Sent] = []
        """As handed over; ``left_ns`` is the kernel's once it has told."""
        self._departed: dict[int, int] = {}
        self._answers: list[Answer] = []
        self._answered: set[int] = set()
        self._told = 0
        self._by_kernel = True
        self._refused = 0
        self._stop = threading.Event()

    def run(self) -> Finished:
        """Sends the whole schedule, or until :meth:`stop`; returns when the last answer came or is given up."""
        around = Surroundings(lambda: way_out(self._sock.getpeername(), self._sock.family))
        look_at = time.monotonic() + LOOK_EVERY_S
        sender = threading.Thread(target=self._send_all, daemon=True)
        sender.start()
        while sender.is_alive():
            self._listen(BATCH_S)
            self._tell(only_settled=True)
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + LOOK_EVERY_S
                around.look()
                if around.network == "changed":
                    self.stop()
        give_up = time.monotonic() + LAST_ANSWER_S
        while len(self._answered) < len(self._sent) and time.monotonic() < give_up:
            self._listen(BATCH_S)
        self._listen(SETTLE_S)
        self._tell(only_settled=False)
        around.look()
        return Finished(
            arrivals_by_kernel=self._by_kernel,
            departures_by_kernel=bool(self._departed),
            refused=self._refused,
            clock_step_ms=around.clock_step_ns / 1e6,
            slept_s=around.slept_s,
            network=around.network,
        )

    def stop(self) -> None:
        """Sends no more. From any thread."""
        self._stop.set()

    def warm_up(self) -> bool:
        """Sends a few packets of another stream: wakes radios and address tables; whether any was answered."""
        warming, self._wire = self._wire, self._streams.new()
        deadline = time.monotonic() + WARM_UP_S
        for sequence in range(WARM_UP_PACKETS):
            with contextlib.suppress(OSError):
                self._sock.send(warming.packet(sequence, datagrams.now_ns()))
            time.sleep(self._order.interval_s)
        while (left_s := deadline - time.monotonic()) > 0:
            if not select.select([self._sock], [], [], left_s)[0]:
                break
            datagrams.departures(self._sock)
            with contextlib.suppress(OSError):
                if warming.answer(datagrams.receive(self._sock).data, 0) is not None:
                    return True
        return False

    def _send_all(self) -> None:
        interval_ns = round(self._order.interval_s * 1e9)
        start_ns = time.perf_counter_ns() + interval_ns
        for sequence in range(max(1, round(self._order.seconds / self._order.interval_s))):
            due_ns = start_ns + sequence * interval_ns
            while (wait_ns := due_ns - time.perf_counter_ns()) > 0:
                time.sleep(wait_ns / 1e9)
            if self._stop.is_set():
                return
            self._send(sequence, due_ns)

    def _send(self, sequence: int, due_ns: int) -> None:
        late_ns, handed_ns = time.perf_counter_ns() - due_ns, datagrams.now_ns()
        packet = self._wire.packet(sequence, handed_ns)
        self._sent.append(Sent(sequence, handed_ns, late_ns, None))
        try:
            self._sock.send(packet)
        except ConnectionError:
            self._refused += 1
            with contextlib.suppress(OSError):
                self._sock.send(packet)  # The refusal was of an earlier packet, and stood in this one's way.
        except OSError:
            self._refused += 1

    def _listen(self, seconds: float) -> None:
        """Takes what arrives for ``seconds``."""
        deadline = time.monotonic() + seconds
        while (left_s := deadline - time.monotonic()) > 0:
            if select.select([self._sock], [], [], left_s)[0]:
                self._note_departures()
                self._take_answers()

    def _note_departures(self) -> None:
        for departure in datagrams.departures(self._sock):
            sequence = self._wire.departed(departure.data[-PACKET_BYTES:])
            if sequence is not None:
                self._departed[sequence] = departure.at_ns

    def _take_answers(self) -> None:
        while True:
            try:
                arrival = datagrams.receive(self._sock)
            except BlockingIOError:
                return
            except ConnectionError:
                self._refused += 1
                continue
            except OSError:
                continue
            answer = self._wire.answer(arrival.data, arrival.at_ns)
            if answer is not None:
                self._by_kernel &= arrival.by_kernel
                self._answered.add(answer.sequence)
                self._answers.append(answer)

    def _tell(self, *, only_settled: bool) -> None:
        """Writes what is new: packets whose departure is known or no longer expected, and all answers."""
        settled_ns = datagrams.now_ns() - round(SETTLE_S * 1e9)
        sent: list[Sent] = []
        while self._told < len(self._sent):
            packet = self._sent[self._told]
            left_ns = self._departed.get(packet.sequence)
            if only_settled and left_ns is None and packet.left_ns > settled_ns:
                break
            if left_ns is not None:
                packet = Sent(packet.sequence, left_ns, packet.late_ns, left_ns - packet.left_ns)
            sent.append(packet)
            self._told += 1
        if sent or self._answers:
            say(Batch(sent=sent, answers=self._answers))
            self._answers = []


def say(message: msgspec.Struct) -> None:
    """Writes one line to the parent."""
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()


def connect(order: Order) -> tuple[socket.socket, Prober, Began]:
    """A prober at the first address that answers; at the first that can be sent to when none does.

    Raises ``TimeoutError`` when nobody says which addresses there are, and ``OSError`` when there is none.
    """
    problem: OSError | None = None
    silent: list[tuple[socket.socket, Prober, Began]] = []
    try:
        for family, kind, protocol, _, address in addresses(order.host, order.port):
            sock = socket.socket(family, kind, protocol)
            try:
                sock.connect(address)
            except OSError as error:
                problem = error
                sock.close()
                continue
            sock.setblocking(False)
            datagrams.ask_for_all_times(sock)
            began = Began(address=str(address[0]), expedited=datagrams.prefer(sock, DSCP_EXPEDITED))
            prober = Prober(sock, order)
            if prober.warm_up():
                return sock, prober, began
            silent.append((sock, prober, began))
        if not silent:
            raise problem or OSError(f"no address for {order.host}")
        return silent.pop(0)
    finally:
        for sock, _, _ in silent:
            sock.close()


def addresses(host: str, port: int, within_s: float = NAMES_S) -> list[Any]:
    """As ``socket.getaddrinfo``, but raises ``TimeoutError`` where it would keep us waiting."""
    answers: queue.SimpleQueue[list[Any] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)))
        except OSError as error:
            answers.put(error)

    threading.Thread(target=ask, name="asks-names", daemon=True).start()
    try:
        answer = answers.get(timeout=within_s)
    except queue.Empty:
        raise TimeoutError(f"nobody says what address {host} has") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def why_nowhere(error: OSError) -> Failed:
    """Why there is no address to send to."""
    if not any(way_out(*far) for far in SOMEWHERE):
        return Failed(reason="socket", detail=str(error))
    if isinstance(error, TimeoutError) or (isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN):
        return Failed(reason="names", detail=str(error))
    return Failed(reason="name" if isinstance(error, socket.gaierror) else "socket", detail=str(error))


def _obey(prober: Prober) -> None:
    """Stops when told; ends the process when the parent is gone."""
    for line in sys.stdin.buffer:
        if line == STOP:
            prober.stop()
    os._exit(0)


def main() -> None:
    """Probes as ordered."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    try:
        _sock, prober, began = connect(order)
    except OSError as error:
        say(why_nowhere(error))
        return
    gc.disable()
    threading.Thread(target=_obey, args=(prober,), daemon=True).start()
    say(began)
    say(prober.run())


if __name__ == "__main__":
    main()
