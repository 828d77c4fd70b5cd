"""Fills the line, first toward this computer, then from it, while the probe of a call goes on beside."""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from statistics import median
from types import TracebackType
from typing import ClassVar

from checks.interface import Capture, Context, Line, Need, NotMeasured, Probe, Prompt, StepId, Target
from checks.line import probing, web
from checks.line.bandwidth.interface import Direction, Provider, Transfer, TransferFailed
from checks.line.bandwidth.native import NativeProvider
from checks.line.bandwidth.rate import full_after_s, mbit_s
from checks.line.bandwidth.speedtest import MiniProvider, PublicProvider
from checks.line.interface_traffic import InterfaceTraffic
from checks.line.metered import metered
from checks.line.probing import Probed, Probing
from protocol.messages import ReflectorCounts
from report.catalogue import finding
from report.vocabulary import Finding, Status

BETWEEN_S = 0.3
"""Before each transfer, for the queue to run empty."""
AROUND_S = 2.0
"""Of the step's length, for what is no transfer: waiting, starting processes, and the probe's last answers."""
DOWN_SHARE = 2 / 3
"""Of the data cap: lines are faster toward the home."""
SETTLED_S, SETTLED_MS, SETTLED_SHARE = 0.7, 8.0, 0.08
"""Medians of neighbouring stretches of round trips that are closer than this, or this share, are the same."""
OVERHEAD = 1.08
"""Of headers and encryption on top of the payload, at most; the data cap is meant with them."""
PROBE_LONGER_S = 2.0
"""The probe is told to end; a transfer that takes longer than planned must not outlast it."""
MB = 1_000_000
NO, YES = "no", "yes"

Window = tuple[float, float]
"""Start and end, in seconds from the first packet of the trace."""


@dataclass(frozen=True, slots=True)
class FullLineCapture(Capture):
    """How much the line carried, and what the probe saw meanwhile."""

    provider: str
    """Name of the provider, as the policy spells it."""
    down: Transfer | None
    up: Transfer | None
    failed: Finding | None
    """Why a direction is missing."""
    probed: Probed | None
    """``None`` where there is no reflector, or it could not be probed."""
    unprobed: Finding | None
    """Why it could not be probed."""
    counts: ReflectorCounts | None
    """The reflector's own counts; ``None`` when they could not be had."""
    down_window: Window | None
    """When the line toward this computer was full, its first 1.5 s left out; ``None`` without trace or transfer."""
    up_window: Window | None
    metered: bool | None
    """Data is paid for by amount; ``None`` where the system doesn't tell."""
    other_mbit_s: float | None
    """The most that other programs moved in the direction that was measured; ``None`` where it can't be told."""


class FullLineStep:
    """The full line. It asks first where data costs money, and before it uses public servers."""

    id: ClassVar[StepId] = "full_line"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.LINE_ALONE})
    seconds: ClassVar[float] = 10.0
    lead_s: ClassVar[float] = 2.0
    all_along: ClassVar[bool] = False
    cap_s: ClassVar[float] = 10.0

    def run(self, probe: Probe, context: Context, seconds: float) -> FullLineCapture:
        """Half of ``seconds`` for each direction. Raises :class:`NotMeasured` when neither could be measured."""
        cap_bytes = context.policy.line.data_cap_mb * MB
        provider = _provider(context, probe)
        costs = _agree_to_cost(probe, cap_bytes)
        with _Beside(context.target, probe, seconds) as beside:
            filling = _Filling(provider, context.line, cap_bytes, beside)
            filling.fill((seconds - AROUND_S) / 2)
            probed = beside.result()
        if filling.failed is not None and not filling.transfers:
            raise NotMeasured(Status.ERROR, filling.failed)
        down, up = filling.transfers.get("down"), filling.transfers.get("up")
        return FullLineCapture(
            provider=provider.name,
            down=down,
            up=up,
            failed=filling.failed,
            probed=probed,
            unprobed=beside.unprobed,
            counts=web.ask_counts(context.line, probe)[0] if context.line and probed else None,
            down_window=_window(probed, down),
            up_window=_window(probed, up),
            metered=costs,
            other_mbit_s=max(filling.other_mbit_s, default=None),
        )


def _provider(context: Context, probe: Probe) -> Provider:
    """The policy's, or public servers where there is no employer's line. Raises :class:`NotMeasured`."""
    line, wanted = context.line, context.policy.line.bandwidth_provider
    if line is not None and wanted == "native":
        return NativeProvider(line)
    if line is not None and wanted == "speedtest":
        return MiniProvider(line)
    megabytes = context.policy.line.data_cap_mb
    if probe.ask(Prompt("network.public_speedtest", (NO, YES), NO, {"megabytes": megabytes})) != YES:
        raise NotMeasured(Status.SKIP, finding("network.public_not_agreed"))
    return PublicProvider()


def _agree_to_cost(probe: Probe, cap_bytes: int) -> bool | None:
    """Whether data costs money here. Raises :class:`NotMeasured` when it does and the person says no."""
    costs = metered(probe)
    if costs and probe.ask(Prompt("network.metered", (NO, YES), NO, {"megabytes": cap_bytes // MB})) != YES:
        raise NotMeasured(Status.SKIP, finding("network.declined"))
    return costs


class _Heard:
    """The step's probe, which keeps the round trips of late."""

    def __init__(self, probe: Probe) -> None:
        self.round_trips: deque[tuple[float, float]] = deque(maxlen=100)
        """When each was heard, by the monotonic clock, and its milliseconds."""
        self._probe = probe
        self.progress = probe.progress
        self.ask = probe.ask
        self.alone = probe.alone
        self.wait = probe.wait
        self.wanted_s = probe.wanted_s
        self.raise_if_cancelled = probe.raise_if_cancelled

    def sample(self, series: str, value: float) -> None:
        """Keeps what is a round trip."""
        if series == probing.SERIES:
            self.round_trips.append((time.monotonic(), value))
        self._probe.sample(series, value)


class _Beside:
    """The step's probe, with the probe of the line going on beside whatever it is given to.

    A context manager; nobody probes where there is no reflector, and ``unprobed`` says why where it failed.
    """

    def __init__(self, target: Target | None, probe: Probe, seconds: float) -> None:
        self.unprobed: Finding | None = None
        self._probe = probe
        self._heard = _Heard(probe)
        self._probing = Probing(target, seconds + PROBE_LONGER_S, self._heard) if target is not None else None
        self._began_s = time.monotonic()
        self._seconds = seconds
        self.progress = probe.progress
        self.sample = probe.sample
        self.ask = probe.ask
        self.alone = probe.alone
        self.wanted_s = probe.wanted_s

    def raise_if_cancelled(self) -> None:
        """Called about twenty times a second by whatever measures."""
        self._probe.raise_if_cancelled()
        if self._probing is not None:
            self._probing.speak()
        self._probe.progress(min(1.0, (time.monotonic() - self._began_s) / self._seconds))

    def wait(self, seconds: float) -> None:
        """Sleeps; the line's probe goes on."""
        self._probe.wait(seconds)
        self.raise_if_cancelled()

    def settled(self) -> bool:
        """Whether the queue grows no more: the round trips of late are those of a while before. True without a probe.

        A queue fills more slowly than a rate becomes clear.
        """
        now_s = time.monotonic()
        ages = [(now_s - at_s, rtt_ms) for at_s, rtt_ms in self._heard.round_trips]
        late = [rtt_ms for age_s, rtt_ms in ages if age_s < SETTLED_S]
        before = [rtt_ms for age_s, rtt_ms in ages if SETTLED_S <= age_s < 2 * SETTLED_S]
        if not late or not before:
            return self._probing is None
        was_ms, is_ms = median(before), median(late)
        return abs(is_ms - was_ms) <= max(SETTLED_MS, SETTLED_SHARE * was_ms)

    def result(self) -> Probed | None:
        """Ends the line's probe, and says what it saw."""
        if self._probing is None:
            return None
        self._probing.stop()
        try:
            return self._probing.result()
        except NotMeasured as error:
            self.unprobed = error.because
            return None

    def __enter__(self) -> _Beside:
        try:
            if self._probing is not None:
                self._probing.start()
        except NotMeasured as error:
            self.unprobed, self._probing = error.because, None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._probing is not None:
            self._probing.__exit__(kind, error, at)


class _Filling:
    """Both directions, one after the other; what fails ends it."""

    def __init__(self, provider: Provider, line: Line | None, cap_bytes: int, beside: _Beside) -> None:
        self.transfers: dict[Direction, Transfer] = {}
        self.other_mbit_s: list[float] = []
        self.failed: Finding | None = None
        self._provider = provider
        self._line = line
        self._cap_bytes = cap_bytes
        self._beside = beside

    def fill(self, each_s: float) -> None:
        """Measures both."""
        shares: dict[Direction, float] = {"down": DOWN_SHARE, "up": 1 - DOWN_SHARE}
        for direction, share in shares.items():
            self._beside.wait(BETWEEN_S)
            try:
                self._one(direction, max(1.0, each_s), int(self._cap_bytes * share / OVERHEAD))
            except TransferFailed as error:
                self.failed = error.because
                return

    def _one(self, direction: Direction, seconds: float, cap_bytes: int) -> None:
        line, began_s = self._line, time.monotonic()
        interface = web.Question(lambda: InterfaceTraffic(line.target)) if line is not None else None
        transfer = self._provider.measure(direction, seconds, cap_bytes, self._beside, self._beside.settled)
        self.transfers[direction] = transfer
        if interface is None:
            return
        with suppress(web.NoAnswer):
            seen = interface.answer(self._beside).others(0, 0)
            if seen is not None:
                own = mbit_s(OVERHEAD * transfer.bytes_used, time.monotonic() - began_s)
                total = seen.down_mbit_s if direction == "down" else seen.up_mbit_s
                self.other_mbit_s.append(max(0.0, total - own))


def _window(probed: Probed | None, transfer: Transfer | None) -> Window | None:
    if probed is None or transfer is None or not probed.trace.sent:
        return None
    first_ns = probed.trace.sent[0].left_ns
    began_s, ended_s = (transfer.began_ns - first_ns) / 1e9, (transfer.ended_ns - first_ns) / 1e9
    return began_s + full_after_s(ended_s - began_s), ended_s


STEP = FullLineStep()
