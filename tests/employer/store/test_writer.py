"""The writer: nothing is acknowledged before it is on the disk, and one bad change harms no other."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from employer.store import changes, migrate, schema, writer
from employer.store.store import Store
from employer.store.writer import StoreUnavailable

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with its tables."""
    address = f"sqlite:///{tmp_path / 'employer.sqlite3'}"
    migrate.prepare(address)
    return address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """The database, open."""
    opened = Store(url)
    yield opened
    opened.close()


def add(ref: str) -> Callable[[Connection], object]:
    """A change: one more operator."""
    return lambda connection: changes.put_operator(connection, ref, ref, NOW)


def refs(store: Store) -> set[str]:
    """Who is in the database."""
    with store.reading() as connection:
        return set(connection.execute(select(schema.operators.c.ref)).scalars())


def test_a_change_is_there_once_its_future_is_done(store: Store) -> None:
    store.write(add("a")).result()
    assert refs(store) == {"a"}


def test_changes_that_wait_share_a_commit_and_keep_their_order(store: Store, url: str) -> None:
    hold, held = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        held.set()
        hold.wait(10)

    first = store.write(slow)
    held.wait(10)
    seen: list[int] = []

    def see(number: int) -> Callable[[Connection], None]:
        return lambda _: seen.append(number)

    futures = [store.write(see(n)) for n in range(200)]
    hold.set()
    wait([first, *futures], timeout=10)
    assert seen == list(range(200))


def test_a_change_that_raises_is_undone_alone(store: Store) -> None:
    def half(connection: Connection) -> object:
        changes.put_operator(connection, "half", "half", NOW)
        raise ZeroDivisionError

    futures: list[Future[object]] = [store.write(add("before")), store.write(half), store.write(add("after"))]
    with pytest.raises(ZeroDivisionError):
        futures[1].result()
    futures[2].result()
    assert refs(store) == {"before", "after"}


def test_a_change_that_the_database_refuses_is_unavailable(store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        store.write(lambda c: changes.add_session(c, "t", "nobody", NOW, NOW)).result()
    store.write(add("after")).result()


def test_a_commit_that_fails_fails_the_whole_batch(store: Store) -> None:
    def full(connection: Connection) -> None:
        changes.put_operator(connection, "lost", "lost", NOW)
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        connection.exec_driver_sql("INSERT INTO receipts (report_id, envelope) VALUES ('none', '')")

    with pytest.raises(StoreUnavailable):
        store.write(full).result()
    assert refs(store) == set()
    store.write(add("after")).result()
    assert refs(store) == {"after"}


def test_a_full_disk_loses_nothing_that_was_acknowledged(store: Store) -> None:
    """SQLite then undoes the whole transaction, the batch's earlier changes with it."""
    hold = threading.Event()

    def allow_few_pages(connection: Connection) -> None:
        hold.wait(10)
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 100}")

    def put(digest: str, size: int) -> Callable[[Connection], object]:
        return lambda c: c.execute(insert(schema.envelopes), {"digest": digest, "body": bytes(size)})

    futures: dict[str, Future[object]] = {"limit": store.write(allow_few_pages)}
    sizes = {"a": 50_000, "b": 50_000, "too large": 5_000_000, "c": 50_000, "d": 50_000}
    futures |= {digest: store.write(put(digest, size)) for digest, size in sizes.items()}
    hold.set()
    wait(futures.values(), timeout=10)
    acknowledged = {digest for digest in sizes if futures[digest].exception() is None}
    with store.reading() as connection:
        assert set(connection.execute(select(schema.envelopes.c.digest)).scalars()) == acknowledged
    assert acknowledged == set(sizes) - {"too large"}
    refused = futures["too large"].exception()
    assert isinstance(refused, StoreUnavailable)
    assert "full" in str(refused)


def test_too_many_waiting_changes_are_refused_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    hold = threading.Event()

    def slow(_: Connection) -> bool:
        return hold.wait(10)

    waiting = [store.write(slow)]
    with pytest.raises(StoreUnavailable, match="too many"):
        waiting.extend(store.write(slow) for _ in range(writer.MAX_WAITING + writer.MAX_BATCH + 1))
    hold.set()
    wait(waiting, timeout=20)


def test_a_closed_store_commits_what_waited_and_takes_nothing_more(url: str) -> None:
    store = Store(url)
    futures = [store.write(add(str(n))) for n in range(100)]
    store.close()
    store.close()
    assert all(future.done() for future in futures)
    with pytest.raises(StoreUnavailable, match="closed"):
        store.write(add("late"))
    reopened = Store(url)
    assert len(refs(reopened)) == 100
    reopened.close()


def test_another_process_may_write_beside_it(store: Store, url: str) -> None:
    other = Store(url)
    futures = [s.write(add(f"{n}-{i}")) for n in range(50) for i, s in enumerate((store, other))]
    wait(futures, timeout=30)
    other.close()
    assert not [f for f in futures if f.exception()]
    assert len(refs(store)) == 100


WRITE_FOR_EVER = """
import sys
from datetime import UTC, datetime
from employer.store import changes
from employer.store.store import Store

store = Store(sys.argv[1])
number = 0
while True:
    batch = []
    for _ in range(7):
        ref = f"{sys.argv[2]}-{number}"
        batch.append((ref, store.write(lambda c, ref=ref: changes.put_operator(c, ref, ref, datetime.now(UTC)))))
        number += 1
    for ref, future in batch:
        future.result()
        sys.stdout.write(ref + "\\n")
        sys.stdout.flush()
"""


@pytest.mark.realtime
def test_what_was_acknowledged_survives_a_kill(url: str) -> None:
    acknowledged: set[str] = set()
    for round_ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", WRITE_FOR_EVER, url, str(round_)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=os.fspath(Path(__file__).parents[3]),
        )
        assert process.stdout is not None
        acknowledged |= {process.stdout.readline().strip() for _ in range(20 + 13 * round_)}
        process.kill()
        acknowledged |= {line.strip() for line in process.stdout.read().splitlines(keepends=True) if line[-1] == "\n"}
        process.stdout.close()
        process.wait(10)
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        stored = {row[0] for row in connection.execute("SELECT ref FROM operators")}
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert len(acknowledged) > 200
    assert acknowledged <= stored
