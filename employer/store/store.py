"""The employer's database as one object: reads from any thread, writes through one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from employer.store.engine import open_engine
from employer.store.writer import StoreUnavailable, Writer

T = TypeVar("T")


class Store:
    """An open database. Its tables must stand (:mod:`employer.store.migrate`)."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        self._writer = Writer(self._engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in one consistent snapshot. Raises :class:`StoreUnavailable`."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreUnavailable(str(error.__cause__ or error)) from error

    def write(self, change: Callable[[Connection], T]) -> Future[T]:
        """Hands a change to the writer. The future is done once it is committed, or raises what it raised.

        Raises :class:`StoreUnavailable` at once when too many wait.
        """
        return self._writer.write(change)

    def close(self) -> None:
        """Commits what waits, then closes. Safe to call twice."""
        self._writer.close()
        self._engine.dispose()
