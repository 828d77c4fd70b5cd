"""network.where tells the place as a fact; the advice stands with the limits that the trouble makes miss."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from checks.interface import Captures, NotMeasured
from checks.line.link.facts import Link, Radio
from checks.line.nearby.messages import Nearby
from checks.network import jitter, where
from checks.steps.idle_line import IdleLineCapture
from report.catalogue import CHECKS, FINDINGS, finding
from report.evaluate import Evaluation, evaluate
from report.policy import Criterion, default
from report.vocabulary import Outcome, Status
from report.words import Words
from tests.checks.line.simulated import Home, Router, look
from tests.checks.network.captures import CONTEXT, probed
from tests.lab.router.ways import Way

SHAKY = Way(10, jitter_ms=40, distribution="uniform"), Way(10, jitter_ms=40, distribution="uniform")
SHAKY_HOME = Way(1, jitter_ms=40, distribution="uniform"), Way(1, jitter_ms=40, distribution="uniform")
PAUSING = Way(5, spike_every_s=1.1, spike_ms=110), Way(5, spike_every_s=1.1, spike_ms=110)
WIFI = Link(kind="wifi", radio=Radio(-71, 65))


def capture_of(home: Home) -> IdleLineCapture:
    evidence = look(home)
    return IdleLineCapture(probed(evidence.trace), None, "", None, None, nearby=evidence.nearby)


def assessed(capture: IdleLineCapture) -> list[Outcome]:
    captures = Captures({"idle_line": capture})
    return [check.assess(captures, CONTEXT) for check in (jitter.CHECK, where.CHECK)]


def judged(home: Home) -> Evaluation:
    limits = {name: limit for name, limit in default().criteria.items() if name in CHECKS["network.jitter"].metrics}
    return evaluate(assessed(capture_of(home)), msgspec.structs.replace(default(), criteria=limits))


@pytest.mark.parametrize(
    ("home", "code"),
    [
        (Home(lan=SHAKY_HOME, link=WIFI), "network.trouble_on_wifi"),
        (Home(lan=SHAKY_HOME), "network.trouble_at_home"),
        (Home(wan=SHAKY), "network.trouble_beyond_home"),
        (Home(wan=SHAKY, link=Link(kind="wifi", vpn=True)), "network.trouble_with_vpn"),
        (Home(to_company=SHAKY, second=True), "network.trouble_toward_company"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_place_stands_in_for_the_number_and_is_the_next_action(home: Home, code: str) -> None:
    evaluation = judged(home)
    line = evaluation.of("network.jitter")
    assert line is not None
    assert [f.code for f in line.findings] == [code]
    assert evaluation.next_action is not None
    assert evaluation.next_action.finding.code == code
    assert evaluation.next_action.check == "network.jitter"
    place = evaluation.of("network.where")
    assert place is not None
    assert not place.findings


@pytest.mark.parametrize(
    ("home", "code"),
    [
        (Home(wan=SHAKY, router=Router(silent=True)), "network.router_silent"),
        (Home(wan=SHAKY, held_ms=60, held_every=40), "network.place_unknown"),
    ],
    ids=["silent", "several"],
)
def test_what_cannot_be_told_is_said_beside_the_number_and_blames_nobody(home: Home, code: str) -> None:
    evaluation = judged(home)
    line = evaluation.of("network.jitter")
    assert line is not None
    assert [f.code for f in line.findings] == ["network.high_jitter", code]
    assert evaluation.next_action is not None
    assert evaluation.next_action.finding.code == "network.high_jitter"


@pytest.mark.parametrize(
    ("home", "codes"),
    [
        (Home(lan=PAUSING, link=WIFI, seconds=17), {"network.wifi_pause", "network.trouble_on_wifi"}),
        (Home(wan=PAUSING, link=WIFI, seconds=17), {"network.trouble_beyond_home"}),
    ],
    ids=["at home", "beyond"],
)
def test_pauses_from_beyond_the_home_are_not_taken_for_its_wifi(home: Home, codes: set[str]) -> None:
    capture = capture_of(home)
    limits = {"network.jitter_ms": Criterion(pass_=1, fail=2)}
    context = replace(CONTEXT, policy=msgspec.structs.replace(default(), criteria=limits))
    outcome = jitter.CHECK.assess(Captures({"idle_line": capture}), context)
    assert {f.code for f in outcome.findings} == codes


def test_a_line_that_keeps_its_limits_is_told_no_place() -> None:
    evaluation = judged(Home(wan=(Way(10, jitter_ms=8), Way(10, jitter_ms=8))))
    line, place = evaluation.of("network.jitter"), evaluation.of("network.where")
    assert line is not None
    assert place is not None
    assert not line.findings
    assert place.outcome.facts["place"] == "beyond"


def test_where_nothing_near_was_asked_nothing_is_said_of_it() -> None:
    outcome, place = assessed(replace(capture_of(Home(wan=SHAKY)), nearby=None))
    assert not outcome.findings
    assert not place.measurements
    assert place.facts["place"] == "cannot_tell"


def test_everything_that_is_known_is_measured() -> None:
    _, place = assessed(capture_of(Home(wan=SHAKY, second=True, link=WIFI)))
    assert {m.metric for m in place.measurements} == set(CHECKS["network.where"].metrics)
    values = {m.metric: m.value for m in place.measurements}
    assert values["network.gateway_rtt_p50_ms"] == pytest.approx(2, abs=0.5)
    assert values["network.gateway_loss_percent"] == 0
    assert values["network.second_delay_p95_ms"] > 50
    assert values["network.wifi_signal_dbm"] == -71
    assert place.facts == {
        "place": "beyond",
        "place_reasons": "router_clean, second_same",
        "place_shown_twice": False,
        "link": "wifi",
        "vpn": False,
        "router_asked_by": "echo",
    }


def test_a_remote_desktop_is_told_and_disturbs_nothing() -> None:
    capture = replace(capture_of(Home()), nearby=Nearby(link=Link(remote="rdp")))
    _, place = assessed(capture)
    assert [f.code for f in place.disturbed_by] == ["network.remote_session"]
    assert place.facts["remote"] == "rdp"


def test_without_a_line_the_steps_own_reason_is_given() -> None:
    reason = NotMeasured(Status.SKIP, finding("network.not_enrolled"))
    with pytest.raises(NotMeasured) as raised:
        where.CHECK.assess(Captures(missing={"idle_line": reason}), CONTEXT)
    assert raised.value is reason


def test_reasons_are_plain_words_in_both_languages() -> None:
    assert Words("en").fact("place_reasons", "router_same, same_moments") == (
        "the router's own answers suffered in the same way, at the same moments"
    )
    assert Words("ru").fact("place", "home") == "между компьютером и домашним роутером"
    assert Words("ru").fact("codec", "G.711") == "G.711"


def test_no_place_is_named_as_a_limit_of_its_own() -> None:
    """What explains a metric and takes no parameters beyond value and limit would be taken for the limit's finding."""
    for code, kind in FINDINGS.items():
        if code.startswith("network.trouble_"):
            assert set(kind.params) - {"value", "limit"}
            assert kind.again in CHECKS
