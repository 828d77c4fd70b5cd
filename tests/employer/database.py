"""A database with its tables, made once and copied: migrating anew for each of a thousand tests takes half a minute."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from employer.settings import DATABASE_NAME
from employer.store import migrate


def put_into(folder: Path) -> None:
    """Puts an empty database into a state folder that has none."""
    folder.mkdir(exist_ok=True)
    file = folder / DATABASE_NAME
    if not file.exists():
        file.write_bytes(_migrated())


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / DATABASE_NAME
        migrate.prepare(f"sqlite:///{file}")
        return file.read_bytes()
