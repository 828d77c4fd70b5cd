"""The SQLite file behind the outbox: opened or looked into, and its errors in words."""

from __future__ import annotations

import contextlib
import errno
import shutil
import sqlite3
from pathlib import Path

from agent.errors import StateFolderError
from agent.home import trouble
from agent.language import _

BUSY_S = 5.0
"""How long a change waits for another program's."""

_TABLE = """
create table if not exists reports (
    id           text primary key,
    state        text not null,
    ended_at     text not null,
    document     blob not null,
    envelope     blob,
    digest       text,
    device       text,
    seq          integer,
    api_url      text,
    employer_key text,
    receipt      blob,
    problem      text not null default '',
    attempts     integer not null default 0,
    not_before   real not null default 0
) strict
"""
_INDEX = "create index if not exists by_state on reports (state, seq)"
_NO_ROOM = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE")
_LITTLE_BYTES = 256 * 1024


class DamagedOutbox(StateFolderError):
    """The database is not one, or torn."""

    def __init__(self) -> None:
        super().__init__(
            _("The file with your reports is damaged."),
            _("Open the program, or run the check: it sets the file aside and goes on with a new one."),
        )


def open_file(path: Path) -> sqlite3.Connection:
    """The database, made where there is none. Raises :class:`DamagedOutbox`, ``sqlite3.Error`` and ``OSError``."""
    path.touch(mode=0o600)
    database = sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False, isolation_level=None)
    try:
        for pragma in ("journal_mode=wal", "synchronous=full", "secure_delete=on"):
            database.execute(f"pragma {pragma}")
        database.execute(_TABLE)
        database.execute(_INDEX)
        if database.execute("pragma quick_check(1)").fetchone() != ("ok",):
            raise DamagedOutbox()
    except BaseException:
        database.close()
        raise
    return database


def look_into(path: Path) -> sqlite3.Connection:
    """The database, to be read. One that was closed in good order is read without SQLite's shared memory, which would
    be a change to the folder, and finds no room on a disk that is full or can't be written."""
    if not path.exists():
        empty = sqlite3.connect(":memory:", check_same_thread=False)
        empty.execute(_TABLE)
        return empty
    log = path.with_name(f"{path.name}-wal")
    unfinished = log.exists() and log.stat().st_size > 0
    how = "mode=ro" if unfinished else "immutable=1"
    return sqlite3.connect(f"{path.as_uri()}?{how}", uri=True, timeout=BUSY_S, check_same_thread=False)


def told(path: Path, error: sqlite3.Error) -> StateFolderError:
    """What is wrong with the file at ``path``, in words."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return DamagedOutbox()
    if name.startswith(_NO_ROOM) or (name.startswith("SQLITE_IOERR") and _is_full(path.parent)):
        return trouble(path, OSError(errno.ENOSPC, name))
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return trouble(path, OSError(errno.EROFS, name))
    return trouble(path, error)


def _is_full(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free < _LITTLE_BYTES
    return False
