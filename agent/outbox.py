"""What this computer has measured: drafts, and sealed reports until and after their receipt. Nothing is lost."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from agent import home, reports_file
from agent.client import MAX_RETRY_AFTER_S
from agent.errors import StateFolderError
from agent.home import Home, trouble
from agent.language import _
from protocol.envelope import digest
from protocol.short_code import short_code
from report.document import Report

MAX_DRAFTS = 50
"""Older ones are dropped."""
MAX_WAITING = 200
"""Then a new report is refused, in words: none is ever dropped."""
MAX_DONE = 1000
"""Delivered and refused ones; older ones are dropped with their receipts."""


_COLUMNS = (
    "id, state, ended_at, document, envelope, device, seq, api_url, employer_key,"
    " receipt, problem, attempts, not_before"
)


class State(StrEnum):
    """Where a report is."""

    DRAFT = "draft"
    WAITING = "waiting"
    DELIVERED = "delivered"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Kept:
    """One report as it is kept."""

    id: str
    state: State
    ended_at: str
    document: bytes
    """The report's exact bytes."""
    envelope: bytes | None
    """As sealed; ``None`` for a draft."""
    device: str | None
    seq: int | None
    api_url: str | None
    employer_key: str | None
    receipt: bytes | None
    """Verified; only when delivered."""
    problem: str
    """Why it waits or was refused, in words."""
    attempts: int
    not_before: float
    """Unix time before which it is not tried again by itself."""

    @classmethod
    def sealed(cls, report: Report, document: bytes, envelope: bytes, api_url: str, employer_key: str) -> Kept:
        """A report that was just signed."""
        return cls(
            id=report.report_id,
            state=State.WAITING,
            ended_at=report.ended_at,
            document=document,
            envelope=envelope,
            device=report.device,
            seq=report.seq,
            api_url=api_url,
            employer_key=employer_key,
            receipt=None,
            problem="",
            attempts=0,
            not_before=0.0,
        )


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of a device's chain of sealed reports."""

    seq: int
    digest: str | None
    """Of the envelope; ``None`` before the first."""


class Outbox:
    """SQLite in WAL mode with ``synchronous=FULL``: what was committed survives a power cut.

    Every change is one commit. The head of the chain stands in a small file as well, so that a database that had to be
    set aside doesn't make this computer look like two. Raises :class:`StateFolderError` for a disk that is full or
    can't be written.
    """

    def __init__(self, folder: Home, look_only: bool = False) -> None:
        """Opens the database, or makes it. ``look_only``: reads what stands there. Raises :class:`DamagedOutbox`."""
        self._folder = folder
        self._one_at_a_time = threading.RLock()
        path = folder.path(home.REPORTS)
        try:
            self._db = reports_file.look_into(path) if look_only else reports_file.open_file(path)
        except OSError as error:
            raise trouble(path, error) from error
        except sqlite3.Error as error:
            raise reports_file.told(path, error) from error

    def close(self) -> None:
        """Closes the database."""
        self._db.close()

    def keep_draft(self, report_id: str, ended_at: str, document: bytes) -> None:
        """Keeps an unsent run. The chain knows nothing of it."""
        with self._commit() as db:
            db.execute(
                "insert into reports (id, state, ended_at, document) values (?, 'draft', ?, ?)"
                " on conflict (id) do update set ended_at = excluded.ended_at, document = excluded.document"
                " where state = 'draft'",
                (report_id, ended_at, document),
            )
            self._drop_beyond(db, "state = 'draft'", MAX_DRAFTS)

    def put(self, report: Kept) -> None:
        """Puts a sealed report in, to be sent: on the disk when this returns. Takes its draft's place.

        Raises :class:`StateFolderError` when too many wait.
        """
        assert report.envelope is not None
        assert report.device is not None
        assert report.seq is not None
        with self._commit() as db:
            waiting = db.execute("select count(*) from reports where state = 'waiting'").fetchone()[0]
            if waiting >= MAX_WAITING:
                raise StateFolderError(
                    _("{count} reports wait to be sent, and no more are kept.").format(count=waiting),
                    _("Send them first: readiness send. If that fails, send support what it says."),
                )
            db.execute(
                "insert or replace into reports (id, state, ended_at, document, envelope, digest, device, seq, api_url,"
                " employer_key) values (?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    report.id,
                    report.ended_at,
                    report.document,
                    report.envelope,
                    digest(report.envelope),
                    report.device,
                    report.seq,
                    report.api_url,
                    report.employer_key,
                ),
            )
        self._write_head(report.device, Head(report.seq, digest(report.envelope)))

    def delivered(self, report_id: str, receipt: bytes) -> None:
        """The receipt is here and was verified."""
        with self._commit() as db:
            db.execute(
                "update reports set state = 'delivered', receipt = ?, problem = '' where id = ?", (receipt, report_id)
            )
            self._drop_beyond(db, "state in ('delivered', 'refused')", MAX_DONE)

    def refused(self, report_id: str, problem: str) -> None:
        """The employer said no for good. Kept all the same. One that was delivered stays so."""
        with self._commit() as db:
            db.execute(
                "update reports set state = 'refused', problem = ? where id = ? and state = 'waiting'",
                (problem, report_id),
            )

    def failed(self, report_id: str, problem: str, not_before: float) -> None:
        """It could not be delivered now; it waits. One that was delivered stays so."""
        with self._commit() as db:
            db.execute(
                "update reports set attempts = attempts + 1, problem = ?, not_before = ?"
                " where id = ? and state = 'waiting'",
                (problem, not_before, report_id),
            )

    def find(self, report_id: str) -> Kept | None:
        """The report of that id."""
        return next(iter(self._select("where id = ?", report_id)), None)

    def find_code(self, code: str) -> Kept | None:
        """The newest sealed report with that short code."""
        with self._telling():
            rows = self._db.execute("select id from reports where envelope is not null order by id desc").fetchall()
        return next((self.find(report_id) for (report_id,) in rows if short_code(report_id) == code), None)

    def newest(self, most: int = 200) -> list[Kept]:
        """Reports and drafts, newest first."""
        return self._select("order by ended_at desc, id desc limit ?", most)

    def waiting(self, now: float | None = None) -> list[Kept]:
        """Those to be sent, in the order they were sealed; with ``now`` only those whose time has come.

        A time that is farther off than any wait was set by a clock that was wrong then: it has come.
        """
        if now is None:
            return self._select("where state = 'waiting' order by rowid")
        due = "(not_before <= ? or not_before > ?)"
        return self._select(f"where state = 'waiting' and {due} order by rowid", now, now + MAX_RETRY_AFTER_S)

    def head(self, device: str) -> Head:
        """The newest link of this device's chain."""
        with self._telling():
            row = self._db.execute(
                "select seq, digest from reports where device = ? order by seq desc limit 1", (device,)
            ).fetchone()
        written = self._read_head(device)
        return max(Head(*row) if row else Head(0, None), written, key=lambda head: head.seq)

    def _select(self, rest: str, *values: object) -> list[Kept]:
        with self._telling():
            rows = self._db.execute(f"select {_COLUMNS} from reports {rest}", values).fetchall()  # noqa: S608
        return [Kept(row[0], State(row[1]), *row[2:]) for row in rows]

    @staticmethod
    def _drop_beyond(db: sqlite3.Connection, which: str, most: int) -> None:
        db.execute(
            f"delete from reports where id in (select id from reports where {which}"  # noqa: S608
            " order by ended_at desc, id desc limit -1 offset ?)",
            (most,),
        )

    def _write_head(self, device: str, head: Head) -> None:
        self._folder.write(home.CHAIN, json.dumps({"device": device, "seq": head.seq, "digest": head.digest}).encode())

    def _read_head(self, device: str) -> Head:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            written = json.loads(self._folder.read(home.CHAIN) or b"{}")
            if written["device"] == device:
                return Head(int(written["seq"]), str(written["digest"]))
        return Head(0, None)

    @contextlib.contextmanager
    def _commit(self) -> Iterator[sqlite3.Connection]:
        with self._telling():
            self._db.execute("begin immediate")
            try:
                yield self._db
                self._db.execute("commit")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("rollback")
                raise

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """One thread at a time; SQLite's errors in words."""
        try:
            with self._one_at_a_time:
                yield
        except sqlite3.Error as error:
            raise reports_file.told(self._folder.path(home.REPORTS), error) from error
