"""Probes the line while a step goes on: starts the prober, hears its packets, and brings the trace."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass
from types import TracebackType

import msgspec

from checks.child import Child
from checks.interface import Context, NotMeasured, Probe, Target
from checks.line.messages import LAST_ANSWER_S, STOP, Batch, Began, Failed, Finished, NetworkChange, Order, Said
from checks.machine.asleep import asleep_s
from protocol import datagrams
from protocol.trace import Answer, Sent, Trace
from report.catalogue import finding
from report.vocabulary import Finding, Status

SERIES = "line.rtt_ms"
INTERVAL_S = 0.02
"""As a telephone sends: 50 packets a second."""
OVERRUN_S = 8.0
"""Warm-up, last answers and a slow computer, all beyond the planned seconds."""
STOOD_STILL_S = 1.0
"""A computer that slept or stood still for longer made a hole in the trace."""
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Probed:
    """What the probe saw, and how it was measured."""

    trace: Trace
    address: str
    expedited: bool
    """The system let the packets be marked as voice (DSCP EF)."""
    arrivals_by_kernel: bool
    departures_by_kernel: bool
    refused: int
    """Sends and receives that failed: nobody listens there, or no route."""
    clock_step_ms: float
    """How far this computer's clock was set meanwhile."""
    slept_s: float = 0.0
    """How long this computer slept meanwhile."""
    network: NetworkChange = "same"


class Probing:
    """A probe of the line beside whatever else a step does. A context manager: leaving it ends the prober.

    ``start``, ``stop``, ``elapsed_s`` and ``running`` may be used from any thread; :meth:`speak` and :meth:`result`
    belong to the step's thread, since they use its ``probe``.
    """

    def __init__(self, target: Target, seconds: float, probe: Probe) -> None:
        self._order = Order(
            host=target.host,
            port=target.port,
            speaks=target.speaks,
            ticket=target.ticket.hex(),
            seconds=seconds,
            interval_s=INTERVAL_S,
        )
        self._probe = probe
        self._sent: list[Sent] = []
        self._answers: list[Answer] = []
        self._spoken = 0
        self._began: Began | None = None
        self._began_s = 0.0
        self._end: Finished | Failed | None = None
        self._reader = threading.Thread(target=self._read, name="prober-reader", daemon=True)
        self._give_up = float("inf")
        self._slept_s = asleep_s()

    def start(self) -> None:
        """Starts the prober; returns at once. Raises :class:`NotMeasured` when the system refuses."""
        try:
            self._child = Child("checks.line.prober")
            self._tell(msgspec.json.encode(self._order) + b"\n")
        except OSError as error:
            raise _broke(str(error)) from error
        self._give_up = time.monotonic() + self._order.seconds + OVERRUN_S
        self._reader.start()

    def stop(self) -> None:
        """Sends no more packets; the result comes when the last answers had their time."""
        self._tell(STOP)
        self._give_up = min(self._give_up, time.monotonic() + OVERRUN_S)

    @property
    def running(self) -> bool:
        """It has not ended yet."""
        return self._reader.is_alive()

    @property
    def sending_s(self) -> float:
        """Since the prober began to send; 0 before."""
        return time.monotonic() - self._began_s if self._began is not None else 0.0

    @property
    def elapsed_s(self) -> float:
        """Since the trace's first packet, by the trace's clock; 0 before it."""
        return (datagrams.now_ns() - self._sent[0].left_ns) / 1e9 if self._sent else 0.0

    def speak(self) -> None:
        """Gives the newest round trips to the live picture; call it about twenty times a second."""
        for answer in self._answers[self._spoken :]:
            if answer.sequence >= len(self._sent):
                return  # Its departure is not told yet.
            held_ns = answer.reflector_sent_ns - answer.reflector_received_ns
            round_trip_ns = answer.received_ns - self._sent[answer.sequence].left_ns - held_ns
            self._probe.sample(SERIES, round_trip_ns / 1e6)
            self._spoken += 1

    def so_far(self) -> Probed | None:
        """What was seen until now, without the newest packets, whose answers may be on their way; ``None`` before
        there is anything. How it is measured is known at the end only: until then nothing is said to disturb it."""
        began, sent, answers = self._began, tuple(self._sent), tuple(self._answers)
        settled_ns = sent[-1].left_ns - round(LAST_ANSWER_S * 1e9) if sent else 0
        settled = tuple(packet for packet in sent if packet.left_ns <= settled_ns)
        if began is None or not settled:
            return None
        unknown = Finished(arrivals_by_kernel=False, departures_by_kernel=False, refused=0, clock_step_ms=0.0)
        return _probed(self._trace(settled, answers), began, unknown)

    def result(self) -> Probed:
        """Waits for the end and says what was seen, speaking meanwhile.

        Raises :class:`NotMeasured` when nothing could be sent, and ``Cancelled`` when the run was stopped.
        """
        while self.running and time.monotonic() < self._give_up:
            self._probe.wait(_LOOK_EVERY_S)
            self.speak()
        self._child.kill()
        self._reader.join(1.0)
        self.speak()
        if isinstance(self._end, Failed):
            raise NotMeasured(Status.ERROR, self._nowhere_to_send(self._end))
        slept_s = asleep_s() - self._slept_s
        if self._end is None and slept_s > STOOD_STILL_S:
            raise NotMeasured(Status.INCONCLUSIVE, finding("network.stood_still", seconds=round(slept_s)))
        if self._began is None or self._end is None:
            raise _broke(self._child.stderr_tail())
        return _probed(self._trace(tuple(self._sent), tuple(self._answers)), self._began, self._end)

    def __enter__(self) -> Probing:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._child.kill()
        self._reader.join(1.0)
        self._child.__exit__(kind, error, at)

    def _nowhere_to_send(self, failed: Failed) -> Finding:
        if failed.reason == "name":
            return finding("network.name_unknown", host=self._order.host)
        if failed.reason == "names":
            return finding("network.names_unanswered", host=self._order.host)
        return finding("network.no_route")

    def _trace(self, sent: tuple[Sent, ...], answers: tuple[Answer, ...]) -> Trace:
        return Trace(self._order.interval_s, sent, answers, round_trips_only=self._order.speaks == "stun")

    def _tell(self, line: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._child.stdin.write(line)
            self._child.stdin.flush()

    def _read(self) -> None:
        """Takes in what the prober says until it ends. What doesn't decode ends it: the prober is our own."""
        decoder = msgspec.json.Decoder(Said)
        for line in self._child.lines():
            match decoder.decode(line):
                case Batch(sent=sent, answers=answers):
                    self._sent.extend(sent)
                    self._answers.extend(answers)
                case Began() as began:
                    self._began_s = time.monotonic()
                    self._began = began
                case Finished() | Failed() as end:
                    self._end = end


def _probed(trace: Trace, began: Began, end: Finished) -> Probed:
    return Probed(
        trace=trace,
        address=began.address,
        expedited=began.expedited,
        arrivals_by_kernel=end.arrivals_by_kernel,
        departures_by_kernel=end.departures_by_kernel,
        refused=end.refused,
        clock_step_ms=end.clock_step_ms,
        slept_s=end.slept_s,
        network=end.network,
    )


def target_of(context: Context) -> Target:
    """Whom this run's line is probed toward. Raises :class:`NotMeasured` with the reason when there is nobody."""
    if context.target is None:
        raise NotMeasured(Status.SKIP, context.line_missing or finding("network.not_enrolled"))
    return context.target


def _broke(detail: str) -> NotMeasured:
    """The prober itself ended early; the last line of what it wrote says why."""
    last = (detail.splitlines() or ["no word"])[-1]
    return NotMeasured(Status.ERROR, finding("run.check_broke", error=last[:100]))
