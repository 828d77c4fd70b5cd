"""The state folder: where this computer's key, enrolment, policy and reports are kept, for this person alone."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from pathlib import Path
from typing import IO

from agent.errors import StateFolderError
from agent.language import _

VARIABLE = "READINESS_HOME"
"""Environment variable that names another folder."""
MAX_FILE_BYTES = 1024 * 1024

_HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)
"""What a lock that another program has is told by; on Windows the last two."""

LOCK = "lock"
KEY = "device-key.json"
NEW_KEY = "device-key.new.json"
EMPLOYER = "employer.json"
POLICY = "policy.jws"
CHAIN = "chain.json"
REPORTS = "reports.sqlite"


def default_folder() -> Path:
    """The folder of this person on this computer, or the one that ``READINESS_HOME`` names."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("workstation-readiness", appauthor=False))


class Home:
    """The state folder. Files are written whole or not at all, and are on the disk when a call returns.

    Everything raises :class:`StateFolderError`, whose sentence says what is wrong with the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: IO[bytes] | None = None

    def path(self, name: str) -> Path:
        """Where a file of that name is."""
        return self.folder / name

    def make(self) -> None:
        """Makes the folder, readable by this person alone. One that is there stays as it is: others may use it too."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise trouble(self.folder, error) from error

    def lock(self) -> None:
        """Makes this the only program that writes here, until :meth:`unlock` or the end of the process."""
        try:
            opened = os.fdopen(os.open(self.path(LOCK), os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        except OSError as error:
            raise trouble(self.folder, error) from error
        try:
            _take(opened)
        except OSError as error:
            opened.close()
            if error.errno not in _HELD:
                raise trouble(self.path(LOCK), error) from error
            raise StateFolderError(
                _("The program is already open on this computer."),
                _("Use the open window, or close it and try again."),
            ) from error
        self._lock = opened

    def unlock(self) -> None:
        """Lets another program write here."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def read(self, name: str) -> bytes | None:
        """The file's bytes; ``None`` when there is none."""
        try:
            with self.path(name).open("rb") as opened:
                return opened.read(MAX_FILE_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise trouble(self.path(name), error) from error

    def write(self, name: str, data: bytes) -> None:
        """Replaces the file, readable by this person alone."""
        write_whole(self.path(name), data)

    def rename(self, name: str, new_name: str) -> None:
        """Gives a file another name, replacing what had it."""
        try:
            self.path(name).replace(self.path(new_name))
            _sync_folder(self.folder)
        except OSError as error:
            raise trouble(self.path(name), error) from error

    def set_aside(self, name: str) -> Path:
        """Moves a damaged file (a database with its companions) out of the way; says where it is now."""
        aside = self.path(f"{name}.damaged-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{os.getpid()}")
        try:
            self.path(name).replace(aside)
            for companion in ("-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    self.path(name + companion).replace(aside.with_name(aside.name + companion))
        except OSError as error:
            raise trouble(self.path(name), error) from error
        return aside


def write_whole(path: Path, data: bytes) -> None:
    """Writes a 0600 file whole or not at all, and returns when it is on the disk."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink()
        raise trouble(path, error) from error


def trouble(path: Path, error: Exception) -> StateFolderError:
    """What is wrong with the folder, in words."""
    code = error.errno if isinstance(error, OSError) else None
    if code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StateFolderError(
            _("The disk is full, so {path} can't be written.").format(path=path),
            _("Free some space, then try again."),
        )
    if code in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StateFolderError(
            _("This program may not write in {path}.").format(path=path),
            _("Ask support to give you the right to write there, or name another folder in READINESS_HOME."),
        )
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return StateFolderError(
        _("{path} can't be used: {reason}.").format(path=path, reason=reason),
        _("Name another folder in READINESS_HOME, or ask support."),
    )


def _sync_folder(folder: Path) -> None:
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _take(opened: IO[bytes]) -> None:
    """Takes the lock or raises ``OSError`` at once. The system gives it back when the process ends, however."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(opened.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(opened.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
