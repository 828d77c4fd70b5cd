"""Fills the line in one direction over connections to the employer: a program of its own."""

from __future__ import annotations

import asyncio
import os
import threading
import time

from checks.line.bandwidth import http
from checks.line.bandwidth.arrivals import Arrivals
from checks.line.bandwidth.bundle import Bundle, Stop
from checks.line.bandwidth.child_run import Done, EndedBy, Failed, Job, Progress
from checks.line.bandwidth.child_side import say, take_job
from checks.line.bandwidth.connections import Download, Meter, Upload
from checks.line.bandwidth.rate import STEP_S, longest_silence_s, stable
from protocol.datagrams import now_ns
from protocol.messages import Path

SILENCE_S = 4.0
"""A server that has sent nothing for so long after connecting is silent."""
ANSWER_S = 2.5
"""How long beyond the transfer's end its answer is waited for."""
ANSWER_AHEAD_S = 0.4
"""The employer is asked to answer an upload so long before the end of its time."""
STALL_S = 2.0
"""Nothing for so long in the middle is no speed. A lost packet on a slow line takes a second."""
LEAST_S, LEAST_BYTES, SERVERS_LEAST_BYTES = 0.001, 5_000, 100_000
"""Less tells no speed; of a server that ends it, more is expected."""
TURN_S = 0.005
"""What arrives in so long is taken at once."""
_NOISE_BYTES = 64 * 1024


async def download(job: Job, enough: threading.Event) -> Done:
    """Receives until it is enough, the time or the cap is reached, or the server ends it. Raises :class:`Stop`."""
    started, cpu_s = time.perf_counter(), time.process_time()
    to = http.target(job.url, Path.DOWN)
    meter = Meter()

    def connection(most_bytes: int) -> Download:
        asked = http.target(job.url, f"{Path.DOWN}?bytes={most_bytes}")
        return Download(http.head("GET", asked, job.bearer), meter, most_bytes)

    bundle = Bundle(job, to, connection)
    await bundle.open_first()
    connected = time.perf_counter()
    ended_by: EndedBy = "time"
    while time.perf_counter() - started < job.seconds:
        await asyncio.sleep(STEP_S)
        late_mbit_s = bundle.look(meter.bytes)
        say(Progress(round(late_mbit_s, 2), stable(meter.steps, meter.since_began)))
        if any(one.full for one in bundle.opened):
            ended_by = "cap"
            break
        if all(one.ended for one in bundle.opened):
            ended_by = "server"
            break
        if not meter.bytes and time.perf_counter() - connected > SILENCE_S:
            break
        if enough.is_set():
            ended_by = "stable"
            break
        for one in bundle.opened:
            one.wake_after(int(late_mbit_s * 1e6 / 8 * TURN_S / len(bundle.opened)))
    ended_ns, seconds = now_ns(), meter.seconds if ended_by in ("cap", "server") else meter.since_began
    opened = list(bundle.opened)
    refused = next((one.refusal for one in opened if one.refusal), None)
    cut = [one for one in opened if one.ended and not one.whole]
    bundle.close()
    if not meter.bytes or (ended_by == "server" and cut):
        raise Stop(refused or ("broke" if cut else "silent"))
    return _judged(
        Done(
            step_bytes=meter.steps,
            seconds=seconds,
            bytes_used=meter.bytes,
            began_ns=meter.began_ns,
            ended_ns=ended_ns,
            connections=len(opened),
            broken=bundle.broken + len(cut),
            ended_by=ended_by,
            congestion_control=next((one.congestion_control for one in opened if one.congestion_control), ""),
            cpu_s=time.process_time() - cpu_s,
        )
    )


async def upload(job: Job, enough: threading.Event) -> Done:
    """Sends until the other side says what arrived of it. Raises :class:`Stop`."""
    started, cpu_s = time.perf_counter(), time.process_time()
    meter = Meter()
    noise = os.urandom(_NOISE_BYTES)
    fields = ("Content-Type: application/octet-stream", "Transfer-Encoding: chunked")

    def connection(most_bytes: int) -> Upload:
        left_s = max(1.0, job.seconds - ANSWER_AHEAD_S - (time.perf_counter() - started))
        to = http.target(job.url, f"{Path.UP}?seconds={left_s:.2f}")
        return Upload(http.head("POST", to, job.bearer, *fields), meter, noise, most_bytes)

    bundle = Bundle(job, http.target(job.url, Path.UP), connection)
    await bundle.open_first()
    ended_by: EndedBy = "time"
    gone = _Gone()
    while time.perf_counter() - started < job.seconds + ANSWER_S:
        await asyncio.sleep(STEP_S)
        gone.note(meter.bytes - sum(one.on_its_way for one in bundle.opened))
        say(Progress(max(0.0, round(bundle.look(gone.bytes), 2)), gone.stable))
        if ended_by == "time" and (any(one.full for one in bundle.opened) or enough.is_set()):
            ended_by = "cap" if any(one.full for one in bundle.opened) else "stable"
        if all(one.answer or one.ended for one in bundle.opened):
            break
        if ended_by != "time":
            for one in bundle.opened:
                one.finish()
    ended_ns, passed_s = now_ns(), time.perf_counter() - started
    opened = list(bundle.opened)
    refused = next((one.refusal for one in opened if one.refusal), None)
    bundle.close()
    arrivals = Arrivals(opened, passed_s, until=min if ended_by == "time" else max)
    if not arrivals.believable:
        raise Stop("false_count")
    if not arrivals.bytes:
        raise Stop(refused or ("broke" if all(one.ended for one in opened) else "silent"))
    if ended_by == "time" and arrivals.seconds < job.seconds - 1.0:
        ended_by = "server"
    return _judged(
        Done(
            step_bytes=arrivals.steps,
            seconds=arrivals.seconds,
            bytes_used=arrivals.bytes,
            began_ns=meter.began_ns,
            ended_ns=ended_ns,
            connections=len(opened),
            broken=bundle.broken + arrivals.unanswered,
            held_back=arrivals.held_back,
            ended_by=ended_by,
            congestion_control=next((one.congestion_control for one in opened if one.congestion_control), ""),
            cpu_s=time.process_time() - cpu_s,
        )
    )


class _Gone:
    """What has left this computer for good, in steps."""

    def __init__(self) -> None:
        self.bytes = 0
        self._steps: list[int] = []
        self._at_s = time.perf_counter()

    def note(self, gone_bytes: int) -> None:
        """So much until now; ten times a second."""
        now_s = time.perf_counter()
        if self._steps or gone_bytes > 0:
            self._steps.append(max(0, round((gone_bytes - self.bytes) * STEP_S / (now_s - self._at_s))))
        self.bytes, self._at_s = gone_bytes, now_s

    @property
    def stable(self) -> bool:
        """Whether going on would tell little more."""
        return stable(self._steps, len(self._steps) * STEP_S)


def _judged(done: Done) -> Done:
    """The same, where it can make a figure. Raises :class:`Stop`."""
    if longest_silence_s(done.step_bytes, done.seconds) >= STALL_S:
        raise Stop("stalled")
    least_bytes = SERVERS_LEAST_BYTES if done.ended_by == "server" else LEAST_BYTES
    if done.seconds < LEAST_S or done.bytes_used < least_bytes:
        raise Stop("little")
    return done


def main() -> None:
    """Does one job and says what came of it."""
    job, enough = take_job()
    try:
        say(asyncio.run((download if job.direction == "down" else upload)(job, enough)))
    except Stop as stop:
        say(Failed(stop.kind))


if __name__ == "__main__":
    main()
