"""Records the microphone through the worker: with a watchdog, a way to cancel, and an eye on the device."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from checks.audio import worker
from checks.audio.devices.interface import Endpoint, Survey
from checks.audio.devices.watch import ANSWERS_WITHIN_S, Watch
from checks.audio.hearing import POINT_S, Heard, hear
from checks.audio.levels import a_weighted, level_dbfs
from checks.audio.troubles import not_recorded, vanished
from checks.child import Child
from checks.interface import Context, Probe
from report.vocabulary import Series

SERIES = "room.level_dbfs_a"
RATE_HZ = 48000
STARTS_WITHIN_S = 5.0
STALL_S = 1.0
"""Without a frame for this long the device is stalled: PortAudio itself would wait for ever."""
SETTLE_S = 0.2
"""Left out at the beginning: microphones click when they open."""
LIVE_EVERY_S = 0.1
LIVE_WINDOW_S = 0.2
LOOKS_AGAIN_AFTER_S = 0.6
"""So long the devices have, after a stop, to show what has gone."""


@dataclass(frozen=True, slots=True)
class Listened:
    """One recording as features, and what the platform told meanwhile."""

    heard: Heard
    survey: Survey
    """At the end."""
    inputs: tuple[Endpoint, ...]
    """The microphone in use, each time that something about it had changed; empty where the platform doesn't tell."""
    lost: int
    """How often frames were lost because the computer was late."""

    def series(self, name: str) -> Series:
        """The A-weighted level over time, as evidence."""
        points: list[float | None] = [round(level, 1) for level in self.heard.points_dbfs_a]
        return Series(name=name, unit="dBFS(A)", step_s=POINT_S, values=points)


def listen(probe: Probe, context: Context, seconds: float) -> Listened:
    """Records for ``seconds`` and returns what was heard; the samples are let go.

    Raises :class:`checks.interface.NotMeasured` with what to tell, and ``Cancelled``. No process outlives the call.
    """
    chosen = context.devices.microphone
    with Watch() as watch:
        arguments, environment = _choice(chosen, watch, probe)
        recorder = _Recorder(arguments, environment)
        try:
            recorder.run(probe, seconds)
        except _StoppedError as stop:
            first = _first(watch, probe)
            endpoint = first.input_in_use(chosen)
            now = _look_again(watch, probe) if stop.code in _MID_WAY else watch.latest
            raise not_recorded(stop.code, first, now, endpoint, chosen) from stop
        finally:
            recorder.close()
        surveys = (_first(watch, probe), *watch.seen[1:])
    return Listened(
        heard=hear(recorder.samples(), recorder.rate_hz),
        survey=surveys[-1],
        inputs=_inputs(surveys, chosen),
        lost=recorder.lost,
    )


def _choice(chosen: str | None, watch: Watch, probe: Probe) -> tuple[tuple[str, ...], dict[str, str]]:
    """How the worker is told which microphone: libpulse by its environment, others by name.

    It is always told: PortAudio's default may be another than the one for calls, and on a computer without a microphone
    a copy of what is played. Where the platform doesn't answer, PortAudio's default is tried all the same.
    """
    survey = _first(watch, probe)
    endpoint = survey.input_in_use(chosen)
    if endpoint is None:
        if survey.trouble in ("", "audio_server_gone"):
            raise not_recorded("no_microphone", survey, survey, None, chosen)
        return (), {}
    if survey.told_by == "pulse":
        return ("--rate", str(RATE_HZ)), {"PULSE_SOURCE": endpoint.id}
    return ("--device", endpoint.name), {}


def _first(watch: Watch, probe: Probe) -> Survey:
    """The first survey; waits for it as long as is reasonable."""
    until = time.monotonic() + ANSWERS_WITHIN_S
    while not watch.answered and time.monotonic() < until:
        probe.wait(0.02)
    return watch.first(0.0)


def _look_again(watch: Watch, probe: Probe) -> Survey:
    """The devices after a stop; they need a moment to notice."""
    until = time.monotonic() + LOOKS_AGAIN_AFTER_S
    before = watch.latest
    while watch.latest == before and time.monotonic() < until:
        probe.wait(0.05)
    return watch.latest


def _inputs(surveys: tuple[Survey, ...], chosen: str | None) -> tuple[Endpoint, ...]:
    """The microphone in use over time. Raises ``NotMeasured`` when it went away, be it for a moment."""
    inputs: list[Endpoint] = []
    for survey in surveys:
        now = survey.input_in_use(chosen)
        if inputs and survey.told_by != "nobody" and survey.input(inputs[0].id) is None:
            raise vanished(inputs[0])
        if now is not None and (not inputs or now != inputs[-1]):
            inputs.append(now)
    return tuple(inputs)


_MID_WAY = ("stalled", "stopped", "died")


class _StoppedError(Exception):
    """The recording ended early."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


Frames = NDArray[np.float32]


class _Recorder:
    """One run of the worker. Its output is read by a thread, so that a stalled device can't block us."""

    def __init__(self, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
        self.rate_hz = 0
        self.lost = 0
        self._blocks: list[Frames] = []
        self._came: queue.Queue[Frames | worker.Line] = queue.Queue()
        self._child = Child("checks.audio.worker", arguments, environment)
        self._reader = threading.Thread(target=self._read, name="microphone", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        out = self._child.stdout
        try:
            self._came.put(worker.decode_line(out.readline()))
            while len(head := out.read(worker.BLOCK.size)) == worker.BLOCK.size:
                count, flags = worker.BLOCK.unpack(head)
                if count == 0:
                    self._came.put(worker.decode_line(out.readline()))
                    return
                self.lost += bool(flags & worker.LOST_BEFORE)
                self._came.put(np.frombuffer(out.read(4 * count), dtype="<f4"))
        except (msgspec.MsgspecError, ValueError, OSError):
            pass
        self._came.put(worker.Trouble("died"))

    def run(self, probe: Probe, seconds: float) -> None:
        """Takes frames until there are enough. Raises :class:`_StoppedError` and ``Cancelled``."""
        self.rate_hz = self._header(probe).rate_hz
        skip, live = round(SETTLE_S * self.rate_hz), _Live(self.rate_hz)
        wanted, have = round(seconds * self.rate_hz), 0
        while have < wanted:
            frames = self._next(probe, STALL_S)
            skipped = min(skip, len(frames))
            skip -= skipped
            frames = frames[skipped:]
            have += len(frames)
            self._blocks.append(frames)
            live.show(frames, probe)
            probe.progress(min(1.0, have / wanted))

    def _header(self, probe: Probe) -> worker.Header:
        line = self._wait(probe, STARTS_WITHIN_S)
        if isinstance(line, worker.Header):
            return line
        raise _StoppedError("died")

    def _next(self, probe: Probe, within_s: float) -> Frames:
        frames = self._wait(probe, within_s)
        if isinstance(frames, worker.Header):
            raise _StoppedError("died")
        return frames

    def _wait(self, probe: Probe, within_s: float) -> Frames | worker.Header:
        until = time.monotonic() + within_s
        while True:
            probe.raise_if_cancelled()
            try:
                came = self._came.get(timeout=0.1)
            except queue.Empty:
                if time.monotonic() > until:
                    raise _StoppedError("stalled") from None
                continue
            if isinstance(came, worker.Trouble):
                raise _StoppedError(came.code)
            return came

    def samples(self) -> Frames:
        """Everything recorded; it is kept no longer than the caller keeps it."""
        blocks, self._blocks = self._blocks, []
        return np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.float32)

    def close(self) -> None:
        """Ends the worker at once: nobody waits for PortAudio."""
        self._child.kill()
        self._child.__exit__(None, None, None)
        self._reader.join(1.0)


class _Live:
    """The newest level, for the picture."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._window = np.zeros(0, dtype=np.float32)
        self._since_s = 0.0

    def show(self, frames: Frames, probe: Probe) -> None:
        """Gives the probe the level of the last moments, about ten times a second."""
        self._window = np.concatenate([self._window, frames])[-round(LIVE_WINDOW_S * self._rate_hz) :]
        self._since_s += len(frames) / self._rate_hz
        if self._since_s >= LIVE_EVERY_S:
            self._since_s = 0.0
            probe.sample(SERIES, round(level_dbfs(a_weighted(self._window, self._rate_hz)), 1))
