"""The document that is signed can always be sent and read, whatever a check put into it."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import AgentError
from agent.sealing import MAX_PAYLOAD_BYTES, RunRecord, Seal, build, clean, read, sound
from protocol import strict
from protocol.envelope import limit_bytes, seal
from protocol.keys import PrivateKey
from protocol.messages import EnvelopeType
from report.document import AgentInfo, PolicyReference, Shown
from report.vocabulary import Finding, Measurement, Outcome, Readiness, Series, Status

KEY = PrivateKey(bytes(range(32)))
ID = "01890a5d-ac96-774b-bcce-b302099a8057"


def stamp(comment: str = "") -> Seal:
    return Seal(
        device=KEY.public.thumbprint,
        seq=1,
        prev=None,
        audience="https://calls.example",
        policy=PolicyReference(version="1", digest="0" * 64, purpose_digest="1" * 64),
        agent=AgentInfo(version="0", os="linux", os_version="x", language="ru", mode="plain", key_storage="file"),
        shown=Shown(readiness=Readiness.READY),
        left_out=(),
        comment=comment,
    )


def outcome(check: str = "computer.load", points: int = 0, **more: object) -> Outcome:
    series = [
        Series(name=f"computer.series_{n}", unit="%", step_s=1.0, values=[math.pi * i for i in range(600)])
        for n in range(points)
    ]
    fields = {"version": 1, "status": Status.MEASURED, "evidence": series, **more}
    return Outcome(check=check, **fields)  # type: ignore[arg-type]


def run(*outcomes: Outcome) -> RunRecord:
    record = RunRecord(report_id=ID, started_at="2026-01-01T00:00:00Z")
    for each in outcomes:
        record.take(each, again=True)
    return record


@given(st.text(max_size=1200))
def test_any_comment_can_be_sent(comment: str) -> None:
    record = run(outcome())
    report, payload = build(record, stamp(comment))
    strict.check(payload)
    assert read(payload) == report
    assert len(report.comment) <= 1000


@pytest.mark.parametrize(
    ("typed", "sent"),
    [("two\r\nlines\tand a tab", "two\nlines\tand a tab"), ("a\x00b\x1b[31m\u202ec", "ab[31mc"), ("Привет", "Привет")],
)
def test_hidden_characters_are_dropped(typed: str, sent: str) -> None:
    assert clean(typed) == sent


def test_names_from_elsewhere_are_cleaned() -> None:
    heard = sound(outcome(facts={"device": "Jabra\x00 \u202eEvolve"}))
    assert heard.facts == {"device": "Jabra Evolve"}


@pytest.mark.parametrize(
    "broken",
    [
        outcome(measurements=[Measurement(metric="computer.cpu_busy_percent", value=math.nan, unit="%")]),
        outcome(measurements=[Measurement(metric="computer.cpu_busy_percent", value=math.inf, unit="%")]),
        outcome(findings=[Finding(code="not a code")]),
        outcome(facts={"device": "x" * 500}),
    ],
)
def test_an_outcome_that_can_not_travel_says_that_its_check_broke(broken: Outcome) -> None:
    heard = sound(broken)
    assert heard.status is Status.ERROR
    assert heard.because is not None
    assert heard.because.code == "run.check_broke"
    assert heard.measurements == []


def test_too_much_evidence_stays_behind_and_measurements_go() -> None:
    value = Measurement(metric="computer.cpu_busy_percent", value=7.0, unit="%")
    big = outcome(points=12, measurements=[value])
    record = run(big, big, big)

    report, payload = build(record, stamp())

    assert len(payload) <= MAX_PAYLOAD_BYTES
    assert [o.measurements for o in report.outcomes] == [[value]]
    assert report.outcomes[0].evidence == big.evidence, "the replaced ones give theirs first"
    assert [e.outcome.evidence for e in report.earlier] == [[], []]


def test_the_largest_document_fits_into_its_envelope() -> None:
    payload = b'"' + b"a" * (MAX_PAYLOAD_BYTES - 2) + b'"'
    url = "https://" + "h" * 290 + "/api/v1/reports"
    assert len(seal(KEY, EnvelopeType.REPORT, payload, url, show_key=True)) <= limit_bytes(EnvelopeType.REPORT)


def test_a_document_that_nothing_can_shrink_is_told() -> None:
    many = [
        outcome(f"computer.check_{n}", findings=[Finding(code="a.b", text="t" * 400)] * 40, facts={}) for n in range(30)
    ]
    record = run(*many)
    with pytest.raises(AgentError, match="too large"):
        build(record, stamp())


def test_outcomes_stand_in_the_catalogues_order() -> None:
    record = run(outcome("zebra.new"), outcome("computer.load"), outcome("room.noise"))
    assert [o.check for o in record.in_order()] == ["room.noise", "computer.load", "zebra.new"]


def test_a_kept_document_of_another_version_is_told() -> None:
    with pytest.raises(AgentError, match="update it"):
        read(msgspec.json.encode({"schema": "readiness-report/9"}))
