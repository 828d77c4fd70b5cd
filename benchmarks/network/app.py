"""The real app in a terminal, at its check of the line, with an employer at the far side."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from benchmarks.network.tools import ToolError, Word
from benchmarks.network.truth import Line, Side
from report.document import Report, decode
from report.policy import default_toml
from report.vocabulary import Status
from tests.e2e.workplace import Employer, Operator
from tests.lab.router import record
from tests.lab.router.network import Network
from tests.lab.router.record import Record
from tests.lab.servers import certificate
from tests.lab.terminal import Terminal

_PORT = "8443"
_CHECKED_WITHIN_S = 120.0


class App:
    """An operator opens the app, goes on without a headset, and leaves when the check is over."""

    def __init__(self, net: Network) -> None:
        self._net = net
        self._report: Report | None = None
        self._visit = threading.Thread(target=self._check)
        self._visit.start()

    def word(self) -> Word:
        """What stands in the report."""
        self._visit.join()
        line = next((o for o in self._report.outcomes if o.check == "network.jitter"), None) if self._report else None
        if line is None or line.status is not Status.MEASURED:
            raise ToolError("the app did not measure the line")
        said = {m.metric: m.value for m in line.measurements}
        sent = float(line.facts["packets_sent"])
        offered_down = sent - round(said["network.loss_up_percent"] / 100 * sent)

        def side(way: str, offered: float) -> Side:
            return Side(
                delay_ms={},
                jitter_ms=said[f"network.jitter_{way}_ms"],
                lost=round(said[f"network.loss_{way}_percent"] / 100 * offered),
                duplicated=round(said[f"network.duplicated_{way}_packets"]),
                reordered=round(said[f"network.reordered_{way}_packets"]),
            )

        return Word(Line(side("up", sent), side("down", offered_down), rtt_ms={}))

    def own(self, records: list[Record]) -> Iterator[tuple[int, Record]]:
        """The second stream: the first warmed up; those of the full line come after."""
        return record.of_stream(records, record.streams(records)[1])

    def _check(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder, host = Path(name), self._net.far.address
            tls = certificate(folder, host)
            serve = ["--host", host, "--port", _PORT, "--public-url", f"https://{host}:{_PORT}"]
            serve += ["--tls-cert", str(tls.certificate_file), "--tls-key", str(tls.key_file)]
            with Employer(folder, default_toml(), serve, prefix=self._net.far.command()) as employer:
                operator = Operator(folder, self._net.home.command(), {"READINESS_LANGUAGE": "en"})
                operator.run("enrol", employer.invite(), "--ca", str(tls.ca_file))
                with Terminal(operator.command(), operator.environment, columns=100, rows=30) as terminal:
                    terminal.wait_for("Is this workstation ready for calls?")
                    terminal.press("enter")
                    terminal.wait_for("Go on without it")
                    terminal.press("down", "enter")
                    terminal.wait_for("What will be sent", within_s=_CHECKED_WITHIN_S)
                    terminal.press("q")
                    terminal.wait_for_end()
                self._report = decode(operator.run("show", "--json").out.strip().encode())
