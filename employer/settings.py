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
    line: bool = True
    """Whether operators may measure their line here: the reflector and the bandwidth test."""
    reflector_host: str = ""
    """The address that the reflector listens at; empty: every address."""
    reflector_port: int = 0
    """UDP; 0: any free one."""
    reflector_processes: int = 1
    """That share the port (Linux); 0: one for every two cores."""
    reflector_name: str = ""
    """The host that operators reach the reflector by; empty: the host of ``public_url``."""
    package: str = "workstation-readiness"
    """What the landing page's lines install: a name that the operators' package index knows, or a wheel's address."""
    fresh_within: timedelta = timedelta(hours=2)
    """A report that comes longer after its challenge is kept, and marked late."""

    @property
    def database_url(self) -> str:
        """SQLAlchemy's address of the database."""
        return self.database or f"sqlite:///{self.data / DATABASE_NAME}"
