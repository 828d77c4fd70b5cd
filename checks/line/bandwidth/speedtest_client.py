"""Drives the speedtest-cli package for one direction: a program of its own, so that it can be stopped at any moment."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin

import speedtest

from checks.line.bandwidth.child_run import Done, Failed, Failure, Job
from checks.line.bandwidth.child_side import say, take_job
from checks.line.bandwidth.speedtest_opener import Opener
from checks.line.bandwidth.trust import distrusted
from protocol.datagrams import now_ns

CONNECTIONS = 4
TIMEOUT_S = 5.0
"""Of each connection; names are looked up without one, which only the parent's deadline ends."""
NO_ANSWER_MS = 1_800_000
"""The latency that the package reports, without an error, of a server that never answered."""
SHORT_SHARE = 0.25
"""Of the answers: beyond, what was asked for is not what was carried, and the rate is that of the asking."""
_BY_STATUS: dict[int, Failure] = {401: "refused", 403: "refused", 429: "refused", 503: "busy"}
_PICTURES = (350, 500, 750, 1000, 1500, 2000, 2500, 3000, 3500, 4000)
"""Sides of a server's pictures; each has about two bytes a pixel."""
_UPLOADS = (32_768, 131_072, 262_144, 524_288, 1_048_576, 7_340_032)
"""Bytes of each upload. Not 65536: there the package announces seven bytes more than it sends, and waits for ever."""


class _Stop(Exception):
    def __init__(self, kind: Failure) -> None:
        self.kind = kind


class PublicSpeedtest(speedtest.Speedtest):  # type: ignore[misc]
    """The package as it is, with our time and data cap in place of the configuration that it fetches."""

    def __init__(self, job: Job) -> None:
        self._job = job
        super().__init__(timeout=TIMEOUT_S, secure=True)

    def get_config(self) -> dict[str, Any]:
        """Fetches the public configuration: the nearest servers are chosen by it."""
        self.through_our_own()
        super().get_config()
        self.config.update(limits(self._job))
        return self.config  # type: ignore[no-any-return]

    def through_our_own(self) -> None:
        """Bounds and counts what is fetched from here on."""
        self._opener: Any = Opener(self._opener, self._job.cap_bytes, sizes_told=bool(self._job.url))


class MiniSpeedtest(PublicSpeedtest):
    """Toward an employer's own server. The package would fetch the public configuration even then."""

    def get_config(self) -> dict[str, Any]:
        """Fetches nothing."""
        self.through_our_own()
        self.config.update({"client": {}, "ignore_servers": [], **limits(self._job)})
        return self.config  # type: ignore[no-any-return]


def limits(job: Job) -> dict[str, Any]:
    """The part of the package's configuration that decides how long it goes on and how much data it may use."""
    pictures = within(_PICTURES, lambda side: 2 * side * side, job.cap_bytes)
    uploads = within(_UPLOADS, lambda size: size, job.cap_bytes)
    return {
        "sizes": {"download": pictures, "upload": uploads},
        "counts": {"download": CONNECTIONS, "upload": CONNECTIONS},
        "threads": {"download": CONNECTIONS, "upload": CONNECTIONS},
        "length": {"download": job.seconds, "upload": job.seconds},
        "upload_max": CONNECTIONS * len(uploads),
    }


def within(sizes: tuple[int, ...], weight: Callable[[int], int], cap_bytes: int) -> list[int]:
    """Sizes, growing, whose requests on all connections stay within the cap; the largest that fits is repeated."""
    chosen: list[int] = []
    left = cap_bytes
    for size in sizes:
        cost = CONNECTIONS * weight(size)
        if chosen and cost > left:
            break
        chosen.append(size)
        left -= cost
    cost = CONNECTIONS * weight(chosen[-1])
    return chosen + [chosen[-1]] * max(0, left // cost)


def _mini(job: Job) -> Any:
    """Raises :class:`_Stop` where the package would only say that it failed."""
    test = MiniSpeedtest(job)
    try:
        with test._opener.open(job.url) as answer:
            page = answer.read(16_384).decode("utf-8", "replace")
    except (OSError, ValueError, HTTPException) as error:
        raise _Stop(_kind_of(error)) from error
    if "upload_extension" not in page:
        raise _Stop("foreign")
    test.get_best_server(test.set_mini_server(job.url))
    return test


def _public(job: Job) -> Any:
    test = PublicSpeedtest(job)
    known = [{"url": job.server, "d": 0.0, "id": 0, "sponsor": "", "name": ""}] if job.server else None
    test.get_best_server(known)
    return test


def _kind_of(error: BaseException) -> Failure:
    """What a failure to fetch something means."""
    if isinstance(error, HTTPError):
        return _BY_STATUS.get(error.code, "foreign")
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return distrusted(reason)
    if isinstance(reason, TimeoutError):
        return "silent"
    return "unreachable" if isinstance(error, URLError) else "broke"


def _connect(job: Job) -> Any:
    """The package, with a server. Raises :class:`_Stop`."""
    try:
        return _mini(job) if job.url else _public(job)
    except speedtest.ConfigRetrievalError as error:
        cause = error.args[0] if error.args else None
        raise _Stop(_kind_of(cause) if isinstance(cause, OSError) else "speedtest") from error
    except speedtest.SpeedtestException as error:
        raise _Stop("speedtest") from error
    except TimeoutError as error:
        raise _Stop("silent") from error
    except (OSError, HTTPException, LookupError, AttributeError, NameError, TypeError, ValueError) as error:
        raise _Stop("speedtest") from error  # The package trusts what it is answered.


def measure(job: Job) -> Done:
    """One direction. Raises :class:`_Stop`."""
    test = _connect(job)
    if test.results.ping >= NO_ANSWER_MS:
        raise _Stop("silent")
    counted: Opener = test._opener
    counted.begin()
    began_ns, cpu_s = now_ns(), time.process_time()
    bits_per_s = test.download() if job.direction == "down" else test.upload(pre_allocate=False)
    ended_ns, cpu_s = now_ns(), time.process_time() - cpu_s
    carried = test.results.bytes_received if job.direction == "down" else test.results.bytes_sent
    if counted.short > SHORT_SHARE * counted.answered:
        raise _Stop("speedtest")
    if not carried or (counted.failed and not counted.answered) or not _still_there(test):
        raise _Stop("broke")
    return Done(
        step_bytes=[carried],
        seconds=carried * 8 / bits_per_s,
        bytes_used=carried,
        began_ns=began_ns,
        ended_ns=ended_ns,
        connections=CONNECTIONS,
        server=test.best["url"],
        cpu_s=cpu_s,
    )


def _still_there(test: Any) -> bool:
    """A server that went away in the middle would read as a slow line."""
    try:
        with test._opener.open(urljoin(test.best["url"], "latency.txt")) as answer:
            return bool(answer.read(9) == b"test=test")
    except (OSError, ValueError, HTTPException):
        return False


def main() -> None:
    """Does one job and says what came of it."""
    job, _ = take_job()
    try:
        say(measure(job))
    except _Stop as stop:
        say(Failed(stop.kind))


if __name__ == "__main__":
    main()
