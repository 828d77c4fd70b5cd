"""The receiver as one ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount

from employer import desk, keys, landing
from employer.api import challenge, enrol, health, line, ping, policy, reports
from employer.api.guard import Guard, refusal
from employer.api.problems import Refused
from employer.errors import EmployerError
from employer.keys import EmployerKeys
from employer.line import Line
from employer.policies import NoPolicy
from employer.receiver import Receiver
from employer.reflector_process import ReflectorError
from employer.settings import Settings
from employer.store import migrate
from employer.store.store import Store
from employer.store.writer import StoreUnavailable

_HANDLED = (Refused, StoreUnavailable, NoPolicy, HTTPException)


def create_app(settings: Settings, congestion_control: str = "") -> Starlette:
    """The application of a receiver with these settings.

    Raises :class:`EmployerError` when the keys, the database or the reflector can't be used.
    """
    return application(open_receiver(settings), congestion_control)


def open_receiver(settings: Settings) -> Receiver:
    """Keys, store and line as the settings name them. A SQLite database is made or brought up to date.

    Raises :class:`EmployerError`.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    own_keys = keys.load_or_create(settings.data)
    migrate.prepare(settings.database_url)
    own_line = _line(settings, own_keys) if settings.line else None
    return Receiver(settings, own_keys, Store(settings.database_url), own_line)


def _line(settings: Settings, own_keys: EmployerKeys) -> Line:
    own_line = Line(settings, own_keys)
    try:
        own_line.start()
    except ReflectorError as error:
        raise EmployerError(str(error), "Without a line to measure, start with --no-line.") from error
    return own_line


def application(receiver: Receiver, congestion_control: str = "") -> Starlette:
    """The application around an open receiver, which it closes when it ends.

    ``congestion_control`` names what the listening socket uses (:mod:`employer.congestion`).
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await run_in_threadpool(receiver.close)

    app = Starlette(
        routes=[
            *health.routes(receiver.line),
            *(route for part in (ping, enrol, policy, challenge, reports) for route in part.routes(receiver)),
            *(line.routes(receiver, receiver.line, congestion_control) if receiver.line else ()),
            *landing.routes(receiver),
            Mount("/desk", routes=desk.routes(receiver)),
        ],
        middleware=[Middleware(Guard)],
        exception_handlers=dict.fromkeys(_HANDLED, refusal),
        lifespan=lifespan,
    )
    app.state.receiver = receiver
    return app
