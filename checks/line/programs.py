"""What a system's own program says, within a time."""

from __future__ import annotations

import os
import subprocess

WITHIN_S = 2.0


def said(*command: str, within_s: float = WITHIN_S) -> str:
    """Its output in plain English; empty when it fails, isn't there or takes too long. Blocks: for helper processes."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=within_s,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout[:1_000_000].decode("utf-8", "replace")
