"""The program's version."""

from __future__ import annotations

from importlib import metadata

DISTRIBUTION = "workstation-readiness"


def version() -> str:
    """As installed."""
    return metadata.version(DISTRIBUTION)
