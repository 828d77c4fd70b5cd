"""From a report and its evaluation to what a page says."""

from __future__ import annotations

import pytest

from employer.desk import marks
from employer.desk.language import language
from employer.desk.report_view import AREAS, finding_view, report_view
from report import policy
from report.catalogue import FINDINGS, measurement
from report.document import AgentInfo, PolicyReference, Report, Shown
from report.evaluate import evaluate
from report.vocabulary import Finding, Outcome, Readiness, Status, Verdict
from tests.employer.desk.office import POLICY, headset_missing, load, whole_run

RULES = policy.parse(POLICY)
EN = language("en")
DIGEST = "0" * 64


def report(*outcomes: Outcome, shown: Readiness = Readiness.READY) -> Report:
    at = "2026-11-24T09:30:00Z"
    return Report(
        schema="readiness-report/1",
        report_id="01936d2c-0000-7000-8000-000000000000",
        device="A" * 43,
        seq=1,
        prev=None,
        audience="http://127.0.0.1",
        challenge=None,
        started_at=at,
        ended_at=at,
        sealed_at=at,
        policy=PolicyReference(version="1", digest=DIGEST, purpose_digest=DIGEST),
        agent=AgentInfo(
            version="0.1", os="windows", os_version="11", language="en", mode="app", key_storage="file"
        ),
        shown=Shown(readiness=shown),
        outcomes=list(outcomes),
    )  # fmt: skip


def test_all_four_areas_are_there_in_the_operators_order_whatever_was_measured() -> None:
    view = report_view(report(), evaluate([], RULES), RULES, EN)
    assert [area.id for area in view.areas] == list(AREAS)
    assert {area.mark.kind for area in view.areas} == {"none"}


def test_an_area_that_this_version_does_not_know_is_shown_after_them() -> None:
    strange = Outcome(check="lighting.glare", version=1, status=Status.MEASURED)
    view = report_view(report(strange), evaluate([strange], RULES), RULES, EN)
    assert [area.id for area in view.areas][-1] == "lighting"
    assert view.areas[-1].checks[0].title == "lighting.glare"


def test_every_measurement_is_shown_once_judged_or_not() -> None:
    outcomes = whole_run()
    view = report_view(report(*outcomes), evaluate(outcomes, RULES), RULES, EN)
    shown = [m.metric for area in view.areas for check in area.checks for m in (*check.judged, *check.unjudged)]
    assert sorted(shown) == sorted(m.metric for outcome in outcomes for m in outcome.measurements)


def test_a_value_that_chance_could_have_put_beyond_the_limit_is_undecided_not_bad() -> None:
    outcomes = [load(87, spread=6)]
    view = report_view(report(*outcomes), evaluate(outcomes, RULES), RULES, EN)
    cpu = next(m for m in view.areas[-1].checks[0].judged if m.metric == "computer.cpu_busy_percent")
    assert cpu.mark is not None
    assert (cpu.mark.kind, cpu.mark.word, cpu.close) == ("unsure", "undecided", True)
    assert view.areas[-1].mark.kind == "unsure"


def test_the_worst_check_marks_the_area_and_nothing_measured_is_no_failure() -> None:
    kinds: list[marks.Kind] = ["pass", "none", "warn"]
    assert marks.worst([marks.Mark(kind, "") for kind in kinds], EN).kind == "none"
    assert marks.worst([marks.Mark(kind, "") for kind in (*kinds, "fail")], EN).kind == "fail"


def test_what_the_operator_saw_is_told_only_where_it_differs() -> None:
    outcomes = [load()]
    same = report_view(report(*outcomes), evaluate(outcomes, RULES), RULES, EN)
    other = report_view(report(*outcomes, shown=Readiness.NOT_READY), evaluate(outcomes, RULES), RULES, EN)
    assert same.shown_readiness is None
    assert other.shown_readiness is not None
    assert other.shown_readiness.word == "Not ready yet"


def test_an_unknown_finding_is_shown_in_the_words_that_travelled() -> None:
    view = finding_view(Finding(code="headset.from_the_future", text="Something new."), "windows", EN)
    assert (view.number, view.text, view.severity, view.advice) == (None, "Something new.", "", "")


def test_advice_is_that_for_the_operators_system() -> None:
    kind = next(kind for kind in FINDINGS.values() if {"windows", "darwin"} <= set(kind.advice))
    found = Finding(code=kind.code, params=dict.fromkeys(kind.params, "x"))
    windows, mac = (finding_view(found, os, EN).advice for os in ("windows", "darwin"))
    assert windows != mac


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(88.0, 96.0, "88–96"), (None, 96.0, "≤ 96"), (88.0, None, "≥ 88"), (None, None, "")],
)
def test_an_interval_is_told_as_far_as_it_is_known(low: float | None, high: float | None, said: str) -> None:
    outcome = Outcome(
        check="computer.load",
        version=1,
        status=Status.MEASURED,
        measurements=[measurement("computer.cpu_busy_percent", 92, low, high)],
    )
    view = report_view(report(outcome), evaluate([outcome], RULES), RULES, EN)
    assert view.areas[-1].checks[0].judged[0].interval == said


def test_facts_have_plain_names_and_unknown_ones_their_own() -> None:
    outcome = Outcome(
        check="computer.load",
        version=1,
        status=Status.MEASURED,
        facts={"on_battery": True, "program_2_percent": 12.5, "quantum_bits": 3},
    )
    view = report_view(report(outcome), evaluate([outcome], RULES), RULES, language("ru"))
    assert view.areas[-1].checks[0].facts == (
        ("от батареи", "да"),
        ("её доля, % (программа 2)", "12,5"),
        ("quantum bits", "3"),
    )


def test_every_status_and_verdict_has_a_sign_and_a_word_of_its_own() -> None:
    said = [marks.of_verdict(verdict, True, EN) for verdict in Verdict]
    said += [marks.of_status(status, EN) for status in Status]
    assert len({mark.word for mark in said}) == len(said)
    assert [mark.sign for mark in said[:3]] == ["✓", "!", "✗"]


def test_a_skip_says_why() -> None:
    outcome = headset_missing()
    view = report_view(report(outcome), evaluate([outcome], RULES), RULES, EN)
    (check,) = view.areas[1].checks
    assert check.mark.word == "not measured"
    assert [finding.code for finding in check.findings] == ["headset.no_microphone"]
