"""The employer's speed test as a program of its own, as ``readiness-employer serve`` listens and answers.

Takes an address as its argument, says its port, and ends when its stdin closes.
"""

from __future__ import annotations

import sys

from starlette.applications import Starlette

from employer import bandwidth
from employer.congestion import prefer
from employer.server import Server, ServerSettings, listen
from employer.transfers import TransferLimits

MOST_BYTES = 10**12


def main() -> None:
    """Answers every bearer."""
    listening = listen(sys.argv[1], 0)
    limits = TransferLimits(transfer_bytes=MOST_BYTES, run_bytes=MOST_BYTES)
    app = Starlette(routes=bandwidth.routes(lambda bearer: True, limits, prefer(listening)))
    settings = ServerSettings(public_url="")
    port = listening.getsockname()[1]
    server = Server(app, settings, lambda: print(port, flush=True))
    server.end_with(sys.stdin.buffer.read)
    server.run(sockets=[listening])


if __name__ == "__main__":
    main()
