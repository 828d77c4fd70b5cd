"""The log on stderr: one line of JSON for each request, and for whatever else there is to say."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from employer.times import rfc3339

REQUESTS = "employer.requests"
"""The logger whose messages are lines of JSON already (:mod:`employer.api.guard`)."""
MAX_CHARACTERS = 2000
_LEVELS = {"employer": logging.INFO, "uvicorn": logging.WARNING, "alembic": logging.WARNING}
"""Of others only what is wrong."""


class OneLine(logging.Formatter):
    """Every record as one line of JSON, so that no text from elsewhere can look like another line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        if record.name == REQUESTS:
            return record.getMessage()
        line: dict[str, object] = {
            "at": rfc3339(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "message": record.getMessage()[:MAX_CHARACTERS],
        }
        if record.exc_info:
            line["failure"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True)


def to_stderr() -> None:
    """From now on the log is written."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    for name, level in _LEVELS.items():
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False
