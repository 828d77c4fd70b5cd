"""The one thread that writes: many requests' changes in one commit, and no answer before it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from employer.store.engine import for_writing

T = TypeVar("T")

MAX_WAITING = 1000
"""Changes that may wait; beyond, :class:`StoreUnavailable` at once."""
MAX_BATCH = 64
"""Changes in one commit."""


class StoreUnavailable(Exception):
    """The change is not in the database: too many wait, the disk is full, the database is gone. Try later."""


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    change: Callable[[Connection], Any]
    future: Future[Any]


class Writer:
    """Runs changes one after another; each in a savepoint, a batch of them in one commit.

    A change that raises is undone alone, and its exception is its answer. One that the database refuses is answered
    :class:`StoreUnavailable`, and the others of the batch are made anew, in another transaction: SQLite undoes the
    whole transaction when the disk is full, and a commit after that would say that all is well. So a change may be
    made twice, and does nothing but change the database. Where the commit itself fails, every change of the batch is
    answered :class:`StoreUnavailable`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = for_writing(engine)
        self._waiting: queue.Queue[_Work | None] = queue.Queue(MAX_WAITING)
        self._closed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def write(self, change: Callable[[Connection], T]) -> Future[T]:
        """The future of the change's result; done once it is committed. Raises :class:`StoreUnavailable`."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise StoreUnavailable("the store is closed")
            try:
                self._waiting.put_nowait(_Work(change, cast("Future[Any]", future)))
            except queue.Full as error:
                raise StoreUnavailable("too many changes wait") from error
        return future

    def close(self) -> None:
        """Commits what waits, then ends. Safe to call twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        last = False
        while not last:
            first = self._waiting.get()
            batch, last = self._batch(first)
            if batch:
                self._commit(batch)

    def _batch(self, first: _Work | None) -> tuple[list[_Work], bool]:
        batch: list[_Work] = []
        work = first
        while work is not None:
            if work.future.set_running_or_notify_cancel():
                batch.append(work)
            if len(batch) == MAX_BATCH:
                return batch, False
            try:
                work = self._waiting.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _commit(self, batch: list[_Work]) -> None:
        left = batch
        while left:
            answers: list[Callable[[], None]] = []
            trying: _Work | None = None
            try:
                with self._engine.begin() as connection:
                    for trying in left:
                        answers.append(_apply(connection, trying))
                    trying = None
            except SQLAlchemyError as error:
                failed = left if trying is None else [trying]
                for work in failed:
                    work.future.set_exception(_unavailable(error))
                left = [work for work in left if work not in failed]
                continue
            for answer in answers:
                answer()
            return


def _apply(connection: Connection, work: _Work) -> Callable[[], None]:
    """Makes the change; gives what answers it once it is committed. Raises what the database raises."""
    savepoint = connection.begin_nested()
    try:
        result = work.change(connection)
        savepoint.commit()
    except SQLAlchemyError:
        raise
    except Exception as error:
        failure = error
        savepoint.rollback()
        return lambda: work.future.set_exception(failure)
    return lambda: work.future.set_result(result)


def _unavailable(error: SQLAlchemyError) -> StoreUnavailable:
    unavailable = StoreUnavailable(str(error.__cause__ or error))
    unavailable.__cause__ = error
    return unavailable
