"""Opens the database: SQLite that survives a power cut, or any other that SQLAlchemy speaks to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError

from employer.errors import EmployerError

BUSY_TIMEOUT_MS = 5000
"""How long a SQLite connection waits for another process's write (``invite`` beside ``serve``)."""

READERS = 40
"""Connections kept open: as many as there are threads that read (anyio's worker threads)."""


def open_engine(url: str | URL) -> Engine:
    """An engine for reads and writes. On SQLite: WAL, every commit on disk (``synchronous=FULL``).

    Raises :class:`EmployerError` for an address that is none, and for a database whose driver isn't installed.
    """
    try:
        engine = create_engine(make_url(url), pool_size=READERS, max_overflow=READERS)
    except (SQLAlchemyError, ImportError) as error:
        raise EmployerError(
            f"The database's address can't be used: {error}.",
            "Give it as SQLAlchemy writes it, such as postgresql+psycopg://user@host/name, and install its driver.",
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def for_writing(engine: Engine) -> Engine:
    """The same engine, whose transactions take SQLite's write lock at once instead of failing half-way."""
    return engine.execution_options(sqlite_begin="IMMEDIATE")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN would come too late for a read snapshot
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
