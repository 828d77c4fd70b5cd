"""Fills the line in one direction over connections to the employer: a program of its own."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from typing import Literal

from checks.line.bandwidth import http
from checks.line.bandwidth.bundle import Bundle, Stop
from checks.line.bandwidth.child_run import Done, Failed, Job, Progress
from checks.line.bandwidth.child_side import say, take_job
from checks.line.bandwidth.connections import Download, Meter, Upload
from checks.line.bandwidth.rate import STEP_S
from protocol.datagrams import now_ns
from protocol.messages import Path

SILENCE_S = 4.0
"""A server that has sent nothing for so long after connecting is silent."""
ANSWER_S = 2.5
"""How long beyond the transfer's end its answer is waited for."""
ANSWER_AHEAD_S = 0.4
"""The employer is asked to answer an upload so long before the end of its time."""
_NOISE_BYTES = 64 * 1024


async def download(job: Job) -> Done:
    """Receives until the time or the cap is reached, or the server ends it. Raises :class:`Stop`."""
    started = time.perf_counter()
    to = http.target(job.url, f"{Path.DOWN}?bytes={job.cap_bytes}")
    meter = Meter()
    request = http.head("GET", to, job.bearer)
    bundle = Bundle(job, to, lambda: Download(request, meter, job.cap_bytes))
    await bundle.open_first()
    connected = time.perf_counter()
    ended_by: Literal["time", "cap", "server"] = "time"
    while time.perf_counter() - started < job.seconds:
        await asyncio.sleep(STEP_S)
        say(Progress(round(bundle.look(meter.bytes), 2)))
        if meter.bytes >= job.cap_bytes:
            ended_by = "cap"
            break
        if all(connection.ended for connection in bundle.opened):
            ended_by = "server"
            break
        if not meter.bytes and time.perf_counter() - connected > SILENCE_S:
            break
    ended_ns, seconds = now_ns(), meter.since_began if ended_by == "time" else meter.seconds
    opened = list(bundle.opened)
    refused = next((connection.refusal for connection in opened if connection.refusal), None)
    cut = [connection for connection in opened if connection.ended and not connection.whole]
    bundle.close()
    if not meter.bytes or (ended_by == "server" and cut):
        raise Stop(refused or ("broke" if cut else "silent"))
    return Done(
        step_bytes=meter.steps,
        seconds=seconds,
        bytes_used=meter.bytes,
        began_ns=meter.began_ns,
        ended_ns=ended_ns,
        connections=len(opened),
        broken=bundle.broken + len(cut),
        ended_by=ended_by,
        congestion_control=next((c.congestion_control for c in opened if c.congestion_control), ""),
    )


async def upload(job: Job) -> Done:
    """Sends until the other side says what arrived of it. Raises :class:`Stop`."""
    started = time.perf_counter()
    meter = Meter()
    noise = os.urandom(_NOISE_BYTES)
    fields = ("Content-Type: application/octet-stream", "Transfer-Encoding: chunked")

    def connection() -> Upload:
        left_s = max(1.0, job.seconds - ANSWER_AHEAD_S - (time.perf_counter() - started))
        to = http.target(job.url, f"{Path.UP}?seconds={left_s:.2f}")
        return Upload(http.head("POST", to, job.bearer, *fields), meter, noise, job.cap_bytes)

    bundle = Bundle(job, http.target(job.url, Path.UP), connection)
    await bundle.open_first()
    while time.perf_counter() - started < job.seconds + ANSWER_S:
        await asyncio.sleep(STEP_S)
        carried = meter.bytes - sum(connection.on_its_way for connection in bundle.opened)
        say(Progress(max(0.0, round(bundle.look(carried), 2))))
        if all(connection.answer or connection.ended for connection in bundle.opened):
            break
    ended_ns = now_ns()
    opened = list(bundle.opened)
    refused = next((c.refusal for c in opened if c.refusal), None)
    bundle.close()
    capped = meter.bytes >= job.cap_bytes
    arrivals = _Arrivals(opened, until=max if capped else min)
    if not arrivals.bytes:
        raise Stop(refused or ("broke" if all(c.ended for c in opened) else "silent"))
    early = arrivals.seconds < job.seconds - 1.0
    return Done(
        step_bytes=arrivals.steps,
        seconds=arrivals.seconds,
        bytes_used=arrivals.bytes,
        began_ns=meter.began_ns,
        ended_ns=ended_ns,
        connections=len(opened),
        broken=bundle.broken + arrivals.unanswered,
        ended_by="cap" if capped else "server" if early else "time",
        congestion_control=next((c.congestion_control for c in opened if c.congestion_control), ""),
    )


class _Arrivals:
    """What the employer says arrived, all connections on one scale of time: the employer's clock.

    Each answer counts from its own first byte. ``until`` picks the end of the whole from those of all connections.
    """

    def __init__(self, connections: list[Upload], until: Callable[[Iterable[float]], float]) -> None:
        answers = [connection.answer for connection in connections if connection.answer is not None]
        self.unanswered = len(connections) - len(answers)
        self.bytes = sum(answer.bytes for answer in answers)
        self.seconds = 0.0
        self.steps: list[int] = []
        if self.bytes:
            began_s = min(answer.began_s for answer in answers)
            self.seconds = until([answer.began_s - began_s + answer.seconds for answer in answers])
            for answer in answers:
                self._add(answer.arrived, round((answer.began_s - began_s) / STEP_S))

    def _add(self, arrived: list[int], later_steps: int) -> None:
        self.steps += [0] * (later_steps + len(arrived) - len(self.steps))
        for step, count in enumerate(arrived, start=later_steps):
            self.steps[step] += count


def main() -> None:
    """Does one job and says what came of it."""
    job = take_job()
    try:
        say(asyncio.run(download(job) if job.direction == "down" else upload(job)))
    except Stop as stop:
        say(Failed(stop.kind))


if __name__ == "__main__":
    main()
