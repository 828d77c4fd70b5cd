"""A STUN server that is not ours: coturn."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence

from protocol.stun import BindingRequest, BindingSuccess, StunError

PORT = 34780
_READY_S = 10.0


def missing() -> str | None:
    """Why there is none here, or ``None``."""
    return None if shutil.which("turnserver") else "coturn is not installed: apt-get install coturn"


@contextlib.contextmanager
def coturn(addresses: Sequence[str], within: Sequence[str] = ()) -> Iterator[int]:
    """Runs it at these addresses, started by the command line ``within``; yields its port once it answers."""
    with tempfile.TemporaryDirectory(prefix="coturn-") as folder:
        command = [
            *within,
            "turnserver",
            "-n",
            *(f"--listening-ip={address}" for address in addresses),
            f"--listening-port={PORT}",
            "--stun-only",
            "--no-tls",
            "--no-dtls",
            "--no-cli",
            "--log-file=/dev/null",
            f"--pidfile={folder}/pid",
            f"--db={folder}/db",
        ]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            if subprocess.run([*within, sys.executable, "-m", "tests.lab.stun", addresses[0]], check=False).returncode:
                raise OSError("coturn did not start")
            yield PORT
        finally:
            server.terminate()
            server.wait(10)


def _wait_for_answer(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    until = time.monotonic() + _READY_S
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.1)
        while time.monotonic() < until:
            with contextlib.suppress(OSError, StunError):
                sock.sendto(BindingRequest(bytes(8), 0).encode(20), (address, PORT))
                BindingSuccess.decode(sock.recv(1500))
                return True
            time.sleep(0.05)
    return False


if __name__ == "__main__":
    sys.exit(not _wait_for_answer(sys.argv[1]))
