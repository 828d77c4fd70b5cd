"""Migrations: lead to exactly the tables that the program knows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect

from employer.errors import EmployerError
from employer.store import migrate, schema
from employer.store.engine import open_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    opened = open_engine(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    yield opened
    opened.dispose()


def test_the_migrations_lead_to_the_schema(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
        foreign = {t: len(inspect(connection).get_foreign_keys(t)) for t in schema.metadata.tables}
    assert foreign == {name: len(table.foreign_keys) for name, table in schema.metadata.tables.items()}


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    migrate.upgrade(engine)
    migrate.upgrade(engine)
    migrate.require_current(engine)


def test_a_database_of_another_version_is_told_with_the_command(engine: Engine) -> None:
    with pytest.raises(EmployerError, match="readiness-employer migrate"):
        migrate.require_current(engine)


def test_a_database_of_a_newer_program_is_told(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(EmployerError, match="newer version"):
        migrate.upgrade(engine)


def test_sqlite_writes_every_commit_to_the_disk(engine: Engine) -> None:
    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_database_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite3").write_bytes(b"not a database" * 100)
    with pytest.raises(EmployerError, match="can't be opened"):
        migrate.prepare(f"sqlite:///{tmp_path / 'x.sqlite3'}")


@pytest.mark.skipif(os.name != "posix", reason="access rights are POSIX's")
def test_a_new_database_is_for_this_user_alone(tmp_path: Path) -> None:
    migrate.prepare(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    assert (tmp_path / "x.sqlite3").stat().st_mode & 0o777 == 0o600


def test_the_bodies_are_in_a_table_of_their_own() -> None:
    big = {t.name for t in schema.metadata.sorted_tables for c in t.columns if "LargeBinary" in repr(c.type)}
    assert "reports" not in big
    assert {c.name for c in schema.envelopes.columns} == {"digest", "body"}
