"""How one receiver runs: where its folder, its database and its address are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

DATABASE_NAME = "employer.sqlite3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One receiver's settings. Every one has an option of ``readiness-employer serve``."""

    data: Path
    """State folder: the key file, and the database unless another is named."""
    public_url: str
    """The address that operators' computers know, without a trailing slash. Envelopes are made for it."""
    database: str = ""
    """SQLAlchemy's address of a database that receivers share; empty: SQLite in the state folder."""
    confirm_devices: bool = False
    """A new computer stays *pending* until support has compared its fingerprint over the phone."""
    reflector_host: str = "127.0.0.1"
    """Where the reflector listens for probes."""
    reflector_port: int = 0
    """0: any free one. −1: no reflector, no line to measure."""
    fresh_within: timedelta = timedelta(hours=2)
    """A report that comes longer after its challenge is kept, and marked late."""

    @property
    def database_url(self) -> str:
        """SQLAlchemy's address of the database."""
        return self.database or f"sqlite:///{self.data / DATABASE_NAME}"
