"""How long commands take to start: ``make benchmark-start_up`` prints the median and worst of 20 starts each."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

COMMANDS = (["--version"], ["check", "--help"], ["history"])
STARTS = 20


def main() -> int:
    """Prints a table."""
    print(f"{'command':<24}{'median ms':>12}{'worst ms':>12}")
    for arguments in COMMANDS:
        took_ms = []
        for _ in range(STARTS):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-P", "-m", "agent", *arguments], capture_output=True, check=False)
            took_ms.append(1000 * (time.perf_counter() - began))
        print(f"{'readiness ' + ' '.join(arguments):<24}{statistics.median(took_ms):>12.0f}{max(took_ms):>12.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
