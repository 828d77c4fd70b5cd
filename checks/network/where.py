"""Where on the line trouble is: what the home's router and a second target showed over the same time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from checks.interface import Captures, Context, StepId
from checks.line.link.facts import Link
from checks.line.nearby.messages import Nearby
from checks.line.trains import Train
from checks.line.trouble import evidence_of
from checks.line.where import place
from checks.steps.idle_line import IdleLineCapture
from protocol.packets import packets
from report.catalogue import finding, measurement
from report.policy import Policy
from report.vocabulary import Measurement, Outcome, Status


class WhereCheck:
    """What is near, beside the idle line."""

    id: ClassVar[str] = "network.where"
    version: ClassVar[int] = 1
    uses: ClassVar[tuple[StepId, ...]] = ("idle_line",)

    def assess(self, captures: Captures, context: Context) -> Outcome:
        """The place as a fact, with its reasons. The advice stands with the checks whose limits the trouble makes miss
        (:mod:`checks.line.trouble`)."""
        capture = captures.need("idle_line", IdleLineCapture)
        evidence = evidence_of(capture, packets(capture.probed.trace, capture.counts))
        nearby = evidence.nearby
        placed = place(evidence)
        facts: dict[str, str | int | float | bool] = {
            "place": placed.place.value,
            "place_reasons": ", ".join(reason.value for reason in placed.reasons),
            "place_shown_twice": placed.sure,
            **_link_facts(nearby.link),
        }
        if nearby.router is not None:
            facts["router_asked_by"] = nearby.router.by
        return Outcome(
            check=self.id,
            version=self.version,
            status=Status.MEASURED,
            measurements=[
                *_train("gateway", evidence.train(nearby.router)),
                *_train("second", evidence.train(nearby.second)),
                *_radio(nearby),
            ],
            disturbed_by=[finding("network.remote_session")] if nearby.link.remote == "rdp" else [],
            facts=facts,
        )

    def wants_more(self, captures: Captures, policy: Policy) -> float:
        """Nothing for the place alone."""
        return 0.0


def _train(name: str, train: Train | None) -> Iterator[Measurement]:
    if train is None:
        return
    median_ms, p95_ms = train.median_ms(), train.above_least_ms(95)
    if median_ms is not None and p95_ms is not None:
        yield measurement(f"network.{name}_rtt_p50_ms", median_ms)
        yield measurement(f"network.{name}_delay_p95_ms", p95_ms)
    yield measurement(f"network.{name}_loss_percent", 100 * train.lost_share)


def _radio(nearby: Nearby) -> Iterator[Measurement]:
    radio = nearby.link.radio
    if radio.signal_dbm is not None:
        yield measurement("network.wifi_signal_dbm", radio.signal_dbm)
    if radio.rate_mbit_s is not None:
        yield measurement("network.wifi_rate_mbit_s", radio.rate_mbit_s)


def _link_facts(link: Link) -> dict[str, str | bool]:
    remote = {"remote": link.remote} if link.remote else {}
    return {"link": link.kind, "vpn": link.vpn, **remote}


CHECK = WhereCheck()
