"""Sends what waits, in the order it was sealed: a report that overtook another would look like a gap."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence

from agent.client import Client
from agent.errors import AgentError, EmployerRefused, EmployerUnreachable
from agent.outbox import Kept, Outbox, State
from agent.upload import Tried, deliver


class Postman:
    """The one way out of the outbox. Several threads may call; one sends at a time."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._one_at_a_time = threading.Lock()

    def send(self, report: Kept, ca_file: str | None, seconds: float) -> AgentError | None:
        """Sends what was sealed before at the same address, then this report; tries again until ``seconds`` are over.

        ``None``: delivered, the receipt is kept. The error says why not; the report is then waiting or refused.
        """
        with self._one_at_a_time:
            deadline = time.monotonic() + seconds
            try:
                with Client(report.api_url or "", ca_file, seconds) as client:
                    before = [r for r in self._outbox.waiting() if r.id != report.id and r.api_url == report.api_url]
                    held_up = self._in_order(before, client, {})
                    if held_up is not None:
                        self._outbox.failed(report.id, str(held_up.error), time.time() + held_up.wait_s)
                        return held_up.error
                    return self._insist(report.id, client, deadline)
            except AgentError as error:
                self._outbox.failed(report.id, str(error), time.time())
                return error

    def retry(self, ca_file: str | None, seconds: float, now: float | None) -> Mapping[str, AgentError]:
        """Tries once each report that waits; with ``now`` (Unix time) only those whose time has come.

        Gives the error of each that wasn't delivered, by id. Returns at once when something is being sent already.
        """
        if not self._one_at_a_time.acquire(blocking=False):
            return {}
        errors: dict[str, AgentError] = {}
        try:
            due = self._outbox.waiting(now)
            deadline = time.monotonic() + seconds
            for address in dict.fromkeys(report.api_url for report in due):
                reports = [r for r in due if r.api_url == address]
                try:
                    with Client(address or "", ca_file, max(0.1, deadline - time.monotonic())) as client:
                        self._in_order(reports, client, errors)
                except AgentError as error:
                    errors.update((r.id, error) for r in reports)
        finally:
            self._one_at_a_time.release()
        return errors

    def _in_order(self, reports: Sequence[Kept], client: Client, errors: dict[str, AgentError]) -> Tried | None:
        """Tries each; stops at the first that time alone can heal, and returns it: it holds up the others."""
        for place, report in enumerate(reports):
            tried = deliver(self._outbox, report, client)
            if tried.error is not None:
                errors[report.id] = tried.error
            if isinstance(tried.error, EmployerUnreachable):
                errors.update((r.id, tried.error) for r in reports[place:])
                return tried
        return None

    def _insist(self, report_id: str, client: Client, deadline: float) -> AgentError | None:
        while True:
            report = self._outbox.find(report_id)
            assert report is not None
            if report.state is not State.WAITING:
                return None
            tried = deliver(self._outbox, report, client)
            hopeless = tried.error is None or isinstance(tried.error, EmployerRefused)
            if hopeless or time.monotonic() + tried.wait_s >= deadline:
                return tried.error
            time.sleep(tried.wait_s)
