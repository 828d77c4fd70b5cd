"""What the commands share: the state folder, the database in it, and reading files that people name."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from platformdirs import user_data_path
from sqlalchemy import Connection

from employer.errors import EmployerError
from employer.store import migrate, queries
from employer.store.store import Store
from employer.store.writer import StoreUnavailable

T = TypeVar("T")
N = TypeVar("N", int, float)

MAX_FILE_BYTES = 1 << 20


def add_data(parser: argparse.ArgumentParser) -> None:
    """The options that name the state folder and the database."""
    default = user_data_path("readiness-employer", appauthor=False)
    parser.add_argument("--data", type=Path, default=default, metavar="DIR", help="state folder (%(default)s)")
    parser.add_argument(
        "--database", default="", metavar="URL", help="SQLAlchemy address of a shared database; default: SQLite in DIR"
    )


def state_folder(args: argparse.Namespace) -> Path:
    """The state folder, made where it is missing. Raises :class:`EmployerError`."""
    folder: Path = args.data
    new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise EmployerError(
            f"The state folder {folder} can't be made: {error.strerror}.",
            "Choose another with --data, or give this user the right to write there.",
        ) from error
    if new:
        narrate(f"A new state folder is made: {folder}")
    return folder


def number(least: float, most: float, kind: Callable[[str], N]) -> Callable[[str], N]:
    """What reads an option's number, for ``argparse``."""

    def read(text: str) -> N:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text} is no number from {least:g} to {most:g}")
        return value

    return read


@contextmanager
def open_store(url: str) -> Iterator[Store]:
    """The database, beside a receiver that may run. SQLite is made or brought up to date."""
    migrate.prepare(url)
    store = Store(url)
    try:
        yield store
    except StoreUnavailable as error:
        raise EmployerError(
            f"The database didn't take the change: {error}.",
            "Look whether the disk is full and this user may write there, then try again.",
        ) from error
    finally:
        store.close()


def change(store: Store, work: Callable[[Connection], T]) -> T:
    """One change, committed."""
    return store.write(work).result()


def narrate(text: str) -> None:
    """Tells the person something that is not the command's answer."""
    print(text, file=sys.stderr, flush=True)


def warn_without_policy(connection: Connection) -> None:
    """Says so where no policy is in force."""
    if queries.policy_in_force(connection) is None:
        narrate(
            "No policy is in force yet, so no operator can enrol. Begin with: "
            "readiness-employer policy template > policy.toml"
        )


def read_file(file: Path) -> bytes:
    """A file's bytes. Raises :class:`EmployerError`."""
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise EmployerError(f"{file} is larger than a megabyte.", "Name the right file.")
        return file.read_bytes()
    except OSError as error:
        raise EmployerError(f"{file} can't be read: {error.strerror}.", "Name a file that can be read.") from error
