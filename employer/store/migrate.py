"""Brings a database's tables up to this program's version (Alembic)."""

from __future__ import annotations

import contextlib
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from employer.errors import EmployerError
from employer.store.engine import for_writing, open_engine

_SCRIPTS = Path(__file__).parent / "migrations"


def prepare(url: str) -> None:
    """Tables of this version: made on SQLite, required elsewhere. Raises :class:`EmployerError`."""
    engine = open_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            _make_for_this_user_alone(engine.url.database)
            upgrade(engine)
        else:
            require_current(engine)
    finally:
        engine.dispose()


def upgrade(engine: Engine) -> None:
    """Makes or changes what is missing; nothing when all stands. Raises :class:`EmployerError`."""
    try:
        with for_writing(engine).begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise EmployerError(
            f"The database was made by a newer version of this program: {error}.",
            "Update this program, or restore the backup from before the update.",
        ) from error
    except SQLAlchemyError as error:
        raise EmployerError(
            f"The database can't be opened or changed: {error.__cause__ or error}.",
            "Look whether the disk is full and this user may write there, then try again.",
        ) from error


def require_current(engine: Engine) -> None:
    """Raises :class:`EmployerError` when the tables are of another version than this program's."""
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        raise EmployerError(
            f"The database can't be opened: {error.__cause__ or error}.",
            "Look whether it runs and its address is right, then try again.",
        ) from error
    if found != ScriptDirectory.from_config(_config()).get_current_head():
        raise EmployerError(
            "The database's tables are of another version than this program.",
            "Make a backup, run readiness-employer migrate, then start again.",
        )


def _make_for_this_user_alone(file: str | None) -> None:
    """A new database is made so that no other user of the computer can read it: there will be personal data in it."""
    if file and not file.startswith((":", "file:")):
        with contextlib.suppress(OSError):  # what is wrong with the place is told when the database is opened
            Path(file).touch(mode=0o600)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
