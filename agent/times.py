"""Times for people: local, short, in the habit of the language."""

from __future__ import annotations

from datetime import datetime

from agent.language import language


def local(utc: str) -> str:
    """An RFC 3339 time as local date and time: ``2026-11-24 14:05``; unchanged where it can't be read."""
    try:
        at = datetime.fromisoformat(utc).astimezone()
    except (ValueError, OverflowError, OSError):
        return utc
    return at.strftime("%d.%m.%Y, %H:%M" if language() == "ru" else "%Y-%m-%d %H:%M")
