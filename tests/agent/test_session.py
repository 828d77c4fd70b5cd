"""From the invitation to a verified receipt, and what a person keeps on the way."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from agent import session as session_module
from agent import upload
from agent.entries import EntryState
from agent.errors import AgentError, BadReceipt, EmployerRefused, EmployerUnreachable, StateFolderError
from agent.session import Session
from employer.store import queries
from protocol.envelope import digest, peek
from report.policy import default
from report.vocabulary import Readiness
from tests.agent.conftest import Opened, QuickCheck, finished, measured
from tests.agent.far_side import CHALLENGE, POLICY, REPORTS, FarSide, changed, deaf, page, reset, silence, status

pytestmark = pytest.mark.usefixtures("quick_check")


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sending gives up after a moment instead of fifteen seconds."""
    monkeypatch.setattr(session_module, "SEND_S", 0.3)


def test_a_new_computer_knows_nobody(open_session: Opened) -> None:
    session = open_session()
    assert session.membership is None
    assert (session.policy_from, session.policy) == ("built-in", default())
    assert session.history() == ()
    assert session.notices == ()


def test_a_run_is_sent_and_its_receipt_is_kept(session: Session, far: FarSide) -> None:
    measured(session)
    preview = session.preview(comment="Двор шумит.\r\nЗакрою окно.")

    delivery = session.send(preview)

    assert delivery.error is None
    assert delivery.receipt is not None
    assert delivery.entry.state is EntryState.DELIVERED
    assert delivery.entry.short_code == delivery.receipt.short_code
    assert delivery.entry.valid_until == delivery.receipt.valid_until
    assert session.history() == (delivery.entry,)
    report, receipt = session.report_of(delivery.entry.id)
    assert (report, receipt) == (preview.report, delivery.receipt)
    assert report.comment == "Двор шумит.\nЗакрою окно."


def test_what_was_shown_is_what_is_signed_and_stored(session: Session, far: FarSide) -> None:
    measured(session)
    preview = session.preview()

    session.send(preview)

    (sent,) = far.gate.posted(REPORTS)
    assert peek(sent)[1] == preview.payload
    with far.receiver.store.reading() as connection:
        assert queries.envelope(connection, digest(sent)) == sent


def test_reports_are_a_chain(session: Session, far: FarSide) -> None:
    links = []
    for _ in range(3):
        measured(session)
        preview = session.preview()
        session.send(preview)
        links.append((preview.report.seq, preview.report.prev))

    sent = far.gate.posted(REPORTS)
    assert links == [(1, None), (2, digest(sent[0])), (3, digest(sent[1]))]
    with far.receiver.store.reading() as connection:
        assert not [a for a in queries.alarms(connection) if a.device == preview.report.device]


def test_a_draft_leaves_no_trace_in_the_chain(session: Session, far: FarSide) -> None:
    measured(session, for_employer=False)
    session.keep_draft()
    measured(session)
    preview = session.preview()
    session.send(preview)

    assert (preview.report.seq, preview.report.prev) == (1, None)
    newest, draft = session.history()
    assert (newest.state, draft.state) == (EntryState.DELIVERED, EntryState.DRAFT)
    assert (draft.short_code, draft.valid_until) == ("", None)
    assert session.report_of(draft.id)[0].challenge is None
    assert len(far.gate.posted(REPORTS)) == 1


def test_a_run_in_which_nothing_was_measured_is_no_draft(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = session.begin(for_employer=False)
    runner.cancel()
    finished(runner)
    session.keep_draft()
    assert session.history() == ()


def test_sending_twice_is_sending_once(session: Session, far: FarSide) -> None:
    measured(session)
    preview = session.preview()
    first, second = session.send(preview), session.send(preview)
    assert first == second
    assert len(far.gate.posted(REPORTS)) == 1


def test_pressing_send_many_times_at_once_is_sending_once(session: Session, far: FarSide) -> None:
    measured(session)
    preview = session.preview()
    with ThreadPoolExecutor(4) as hands:
        deliveries = list(hands.map(lambda _: session.send(preview), range(4)))
    assert {delivery.entry for delivery in deliveries} == {deliveries[0].entry}
    assert deliveries[0].receipt is not None
    assert len(far.gate.posted(REPORTS)) == 1


def test_a_lost_answer_is_asked_for_again(session: Session, far: FarSide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "BACK_OFF_FIRST_S", 0.05)
    measured(session)
    far.gate.next(REPORTS, deaf)

    delivery = session.send(session.preview())

    assert delivery.receipt is not None
    first, second = far.gate.posted(REPORTS)
    assert first == second


def test_a_re_run_replaces_an_outcome_and_keeps_the_earlier_one(session: Session, quick_check: QuickCheck) -> None:
    quick_check.busy_percent = 99.0
    measured(session)
    assert session.evaluation().readiness is Readiness.NOT_READY
    quick_check.busy_percent = 5.0
    finished(session.again(["computer.load"]))

    report = session.preview().report

    assert session.evaluation().readiness is Readiness.READY
    assert report.shown.readiness is Readiness.READY
    (earlier,) = report.earlier
    assert [m.value for m in earlier.outcome.measurements] == [99.0]
    assert [m.value for o in report.outcomes for m in o.measurements] == [5.0]


def test_a_re_run_after_sending_is_another_report(session: Session) -> None:
    measured(session)
    sent = session.send(session.preview())
    finished(session.again(["computer.load"]))
    again = session.send(session.preview())

    assert again.entry.id != sent.entry.id
    assert again.receipt is not None
    report = session.report_of(again.entry.id)[0]
    assert (report.seq, report.earlier) == (2, [])


def test_a_re_run_waits_for_the_run(session: Session) -> None:
    session.begin(for_employer=True)
    with pytest.raises(AgentError, match="still running"):
        session.again(["computer.load"])


def test_without_a_run_there_is_nothing_to_show(session: Session) -> None:
    for ask in (session.evaluation, session.preview, session.details, session.keep_draft):
        with pytest.raises(AgentError, match="Run the check first"):
            ask()


def test_names_of_programs_stay_here_unless_ticked(session: Session, quick_check: QuickCheck) -> None:
    quick_check.program = "solitaire"
    measured(session)
    (detail,) = session.details()

    assert (detail.code, detail.sent) == ("computer.program_names", False)
    assert b"solitaire" not in session.preview().payload
    assert session.preview().report.left_out == ["computer.program_names"]
    ticked = session.preview(left_out=())
    assert b"solitaire" in ticked.payload
    assert ticked.report.left_out == []


def test_names_stay_here_in_what_a_re_run_replaced_too(session: Session, quick_check: QuickCheck) -> None:
    quick_check.program = "solitaire"
    measured(session)
    quick_check.program = ""
    finished(session.again(["computer.load"]))

    assert [detail.code for detail in session.details()] == ["computer.program_names"]
    assert b"solitaire" not in session.preview().payload
    assert b"solitaire" in session.preview(left_out=()).payload


def test_the_employer_down_at_sending_loses_nothing(session: Session, far: FarSide, open_session: Opened) -> None:
    measured(session)
    far.gate.next(REPORTS, *[status(503, Retry_After="60")] * 3)

    delivery = session.send(session.preview())

    assert delivery.receipt is None
    assert isinstance(delivery.error, EmployerUnreachable)
    assert delivery.error.next_step
    assert delivery.entry.state is EntryState.WAITING
    assert delivery.entry.short_code
    assert delivery.entry.problem
    far.gate.open_again()
    session.refresh()
    assert session.history()[0].state is EntryState.WAITING, "Retry-After is honoured"
    (sent,) = session.send_waiting()
    assert sent.receipt is not None
    assert session.history()[0].state is EntryState.DELIVERED
    assert session.history()[0].problem == ""


def test_what_waits_is_sent_in_order(session: Session, far: FarSide) -> None:
    far.gate.next(REPORTS, *[status(503, Retry_After="60")] * 2)
    for _ in range(2):
        measured(session)
        assert session.send(session.preview()).receipt is None
    far.gate.open_again()
    measured(session)

    assert session.send(session.preview()).receipt is not None

    assert [e.state for e in session.history()] == [EntryState.DELIVERED] * 3
    assert [msgspec.json.decode(peek(sent)[1])["seq"] for sent in far.gate.posted(REPORTS)] == [1, 2, 3]


def test_a_refusal_is_shelved_and_told(session: Session, far: FarSide) -> None:
    measured(session)
    assert session.membership is not None
    far.revoke(session.membership.device)

    delivery = session.send(session.preview())

    assert delivery.entry.state is EntryState.REFUSED
    assert isinstance(delivery.error, EmployerRefused)
    assert delivery.error.problem == "revoked"
    assert "no longer accepts" in delivery.entry.problem
    far.gate.open_again()
    assert session.send_waiting() == ()
    session.refresh()
    assert far.gate.posted(REPORTS) == []


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b".", b",", 1),
        lambda body: b"{}",
        lambda body: b'{"receipt":"\xff"}',
        lambda body: b'{"receipt":"' + b"[" * 9000,
        lambda body: b'{"more":' + b"[" * 9000 + b"]" * 9000 + b"," + body[1:],
        lambda body: b'{"receipt": "' + b"A" * 400 + b'"}',
        lambda body: body[:-4] + b'xx"}',
    ],
)
def test_a_receipt_that_does_not_verify_is_not_believed(session: Session, far: FarSide, change: object) -> None:
    measured(session)
    far.gate.next(REPORTS, *[changed(change)] * 20)  # type: ignore[arg-type]

    delivery = session.send(session.preview())

    assert isinstance(delivery.error, BadReceipt)
    assert delivery.receipt is None
    assert delivery.entry.state is EntryState.WAITING
    far.gate.open_again()
    assert session.send_waiting()[0].receipt is not None


@pytest.mark.usefixtures("_impatient")
def test_another_reports_receipt_is_not_believed(session: Session, far: FarSide) -> None:
    measured(session)
    session.send(session.preview())
    old = session.kept(session.history()[0].id).receipt
    assert old is not None
    measured(session)
    far.gate.next(
        REPORTS, *[status(201, msgspec.json.encode({"receipt": old.decode()}), Content_Type="application/json")] * 20
    )

    delivery = session.send(session.preview())

    assert isinstance(delivery.error, BadReceipt)
    assert delivery.entry.state is EntryState.WAITING


def test_the_policy_of_the_challenge_counts(session: Session, far: FarSide) -> None:
    newer = far.publish()
    assert session.policy.version != newer
    measured(session)
    assert session.preview().report.policy.version == newer
    assert session.send(session.preview()).receipt is not None


def test_the_policy_is_kept_for_when_the_employer_is_away(session: Session, far: FarSide, open_session: Opened) -> None:
    session.close()
    far.gate.next(POLICY, reset)
    again = open_session()

    assert again.policy_from == "kept"
    assert again.policy.employer == "Example Calls"
    again.refresh()
    assert str(again.policy_from) == "kept"
    again.refresh()
    assert str(again.policy_from) == "employer"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (reset, "run.employer_unreachable"),
        (page(), "run.employer_unreachable"),
        (status(500), "run.employer_unreachable"),
        (status(200, b"[]", Content_Type="application/json"), "run.employer_unreachable"),
        (changed(lambda body: body.replace(b"status", b"\xff")), "run.employer_unreachable"),
        (changed(lambda body: b'{"more":' + b"[" * 9000 + b"]" * 9000 + b"}"), "run.employer_unreachable"),
    ],
)
def test_without_a_challenge_the_run_goes_on_and_says_so(
    session: Session, far: FarSide, quick_check: QuickCheck, fault: object, code: str
) -> None:
    far.gate.next(CHALLENGE, fault)  # type: ignore[arg-type]
    measured(session)

    assert quick_check.context is not None
    assert quick_check.context.line is None
    assert quick_check.context.line_missing is not None
    assert quick_check.context.line_missing.code == code
    assert session.preview().report.challenge is None
    assert session.send(session.preview()).receipt is not None


def test_a_run_stopped_while_the_employer_is_silent_ends_at_once(session: Session, far: FarSide) -> None:
    far.gate.next(CHALLENGE, silence(20))
    runner = session.begin(for_employer=True)
    runner.start()
    time.sleep(0.3)
    runner.cancel()
    began = time.monotonic()
    assert runner.join(5)
    assert time.monotonic() - began < 2
    assert runner.snapshot().cancelled


def test_a_revoked_computer_is_told_by_the_run(session: Session, far: FarSide, quick_check: QuickCheck) -> None:
    assert session.membership is not None
    far.revoke(session.membership.device)
    measured(session)
    assert quick_check.context is not None
    assert quick_check.context.line_missing is not None
    assert quick_check.context.line_missing.code == "run.employer_refused"


def test_not_enrolled_a_run_stays_here(open_session: Opened, quick_check: QuickCheck) -> None:
    session = open_session()
    measured(session, for_employer=False)
    preview = session.preview()
    session.keep_draft()

    assert quick_check.context is not None
    assert quick_check.context.line_missing is not None
    assert quick_check.context.line_missing.code == "run.not_enrolled"
    assert preview.report.audience == ""
    with pytest.raises(AgentError, match="readiness enrol"):
        session.send(preview)
    assert [e.state for e in session.history()] == [EntryState.DRAFT]


def test_a_page_that_is_out_of_date_is_not_sent(session: Session) -> None:
    measured(session)
    old = session.preview()
    measured(session)
    session.send(session.preview())
    with pytest.raises(AgentError, match="Look once more"):
        session.send(old)


def test_one_program_at_a_time_has_the_folder(session: Session, open_session: Opened) -> None:
    with pytest.raises(StateFolderError, match="already open"):
        open_session()
    looking = open_session(look_only=True)
    assert looking.membership == session.membership
    session.close()
    open_session()


def test_a_report_is_found_by_what_is_said_over_the_phone(session: Session) -> None:
    measured(session)
    entry = session.send(session.preview()).entry
    assert session.kept(entry.short_code.lower().replace("-", " ")).id == entry.id
    with pytest.raises(AgentError, match="readiness history"):
        session.kept("nothing")


def test_the_ticket_says_what_support_needs(session: Session, quick_check: QuickCheck) -> None:
    quick_check.busy_percent = 99.0
    measured(session)
    entry = session.send(session.preview(comment="It \x1b[31mhums\u202e.")).entry

    ticket = session.ticket_text(entry.id)

    for part in (
        "Category: Computer performance",
        "Severity: ",
        entry.short_code,
        "Анна",
        "Not ready yet",
        "99",
        "≤ 60",
    ):
        assert part in ticket
    assert "It hums." in ticket or "It [31mhums." in ticket
    assert "\x1b" not in ticket


def test_another_employer_gets_another_key(session: Session, tmp_path_factory: pytest.TempPathFactory) -> None:
    from tests.agent.far_side import far_side

    assert session.membership is not None
    first = session.membership.device
    with far_side(tmp_path_factory.mktemp("other-employer")) as other:
        assert session.enrol(other.invite(name="Boris")).device != first
        assert session.membership.operator == "Boris"
        measured(session)
        assert session.send(session.preview()).receipt is not None


def test_the_same_employers_second_invitation_keeps_the_key(session: Session, far: FarSide) -> None:
    assert session.membership is not None
    first = session.membership.device
    assert session.enrol(far.invite()).device == first
    assert session.enrol(far.invite(name="Boris", ref="8")).device != first, "another operator is another key"
    measured(session)
    assert session.send(session.preview()).receipt is not None
