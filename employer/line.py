"""The employer's line, as a run may use it: the right to its reflector and to its bandwidth test."""

from __future__ import annotations

from datetime import datetime

from employer.keys import EmployerKeys
from employer.reflector import ReflectorConfig
from employer.reflector_process import ReflectorProcess
from employer.settings import Settings
from protocol import ticket
from protocol.messages import LineOffer, ReflectorCounts

PACKETS_PER_S = 50
MAX_SECONDS = 1800
"""Of probing in one run: thirty times what a run takes, for re-runs after something was mended."""


class Line:
    """One reflector beside this receiver."""

    def __init__(self, settings: Settings, keys: EmployerKeys) -> None:
        self._key = keys.ticket_key
        self._advertised_host = settings.reflector_name
        self._reflector = ReflectorProcess(
            ReflectorConfig(ticket_key=self._key.hex(), host=settings.reflector_host, port=settings.reflector_port)
        )

    def start(self) -> None:
        """Returns when it listens. Raises :class:`employer.reflector_process.ReflectorError`."""
        self._reflector.start()

    def stop(self) -> None:
        """Ends it."""
        self._reflector.stop()

    def offer(self, session: bytes, bearer: str, expires_at: datetime) -> LineOffer:
        """The right to the line until then."""
        right = ticket.issue(
            self._key,
            session=session,
            expires_at=int(expires_at.timestamp()),
            packets_per_s=PACKETS_PER_S,
            max_seconds=MAX_SECONDS,
        )
        return LineOffer(
            reflector_host=self._advertised_host,
            reflector_port=self._reflector.port,
            session=session.hex(),
            ticket=right.hex(),
            bearer=bearer,
        )

    def counts(self, session: bytes) -> ReflectorCounts | None:
        """What the reflector saw of a session; ``None`` when it doesn't answer now. Blocks up to 2 s."""
        return self._reflector.counts(session)
