"""Reports: stored as they came, receipted, judged under the policy of their challenge."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from employer.api.problems import Refused
from employer.intake import Arrival
from employer.store import changes, queries
from employer.store.rows import AlarmKind, DeviceStatus, Freshness
from employer.times import rfc3339
from protocol.envelope import digest
from protocol.messages import NONCE_HEADER, Accepted, Receipt
from protocol.receipt import open_receipt
from report.document import Report, encode
from report.vocabulary import Readiness, Verdict
from tests.employer.computer import Computer, outcomes
from tests.employer.conftest import Employer, policy_toml, problem


def receipt_of(employer: Employer, computer: Computer, report: Report, envelope: bytes) -> Receipt:
    """Sends the report and verifies its receipt as an operator does."""
    answer = computer.send(envelope)
    assert answer.status_code == 201, answer.text
    signed = msgspec.json.decode(answer.content, type=Accepted).receipt.encode()
    return open_receipt(
        signed,
        employer_key=employer.receiver.keys.signing.public.thumbprint,
        envelope=envelope,
        device=computer.id,
        report_id=report.report_id,
    )


def test_a_report_is_kept_byte_for_byte_and_receipted(employer: Employer) -> None:
    computer = employer.enrolled()
    challenge = computer.challenge()
    employer.clock.pass_by(minutes=3)
    report = computer.report(challenge.challenge)
    envelope = computer.envelope(report)

    receipt = receipt_of(employer, computer, report, envelope)

    row = employer.read(queries.report, report.report_id)
    assert employer.read(queries.envelope, row.envelope_digest) == envelope
    assert row.readiness is Readiness.READY
    assert (row.computer, row.room) == (Verdict.PASS, None)
    assert row.freshness is Freshness.FRESH
    assert receipt.evaluation.readiness == "ready"
    assert receipt.received_at == rfc3339(employer.clock.now)
    assert receipt.policy_digest == challenge.policy_digest
    assert receipt.short_code == row.short_code
    evaluations = employer.read(queries.evaluations_of, report.report_id)
    assert [(e.readiness, e.policy_digest) for e in evaluations] == [(Readiness.READY, challenge.policy_digest)]


def test_validity_runs_from_the_challenge_whatever_the_operators_clock_says(employer: Employer) -> None:
    computer = employer.enrolled()
    began = employer.clock.now
    challenge = computer.challenge()
    employer.clock.pass_by(hours=1)
    report = computer.report(challenge.challenge, ended_at="2099-01-01T00:00:00Z")

    receipt = receipt_of(employer, computer, report, computer.envelope(report))

    assert receipt.valid_until == rfc3339(began + timedelta(hours=24))


def test_the_same_report_again_gets_the_same_receipt(employer: Employer) -> None:
    computer = employer.enrolled()
    envelope = computer.envelope(computer.report(computer.challenge().challenge))

    first, again = computer.send(envelope), computer.send(envelope)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert first.headers[NONCE_HEADER] != again.headers[NONCE_HEADER]
    assert employer.read(queries.alarms) == []


def test_another_report_under_the_same_id_is_a_conflict_that_support_sees(employer: Employer) -> None:
    computer = employer.enrolled()
    first = computer.report()
    kept = computer.envelope(first)
    assert computer.send(kept).status_code == 201
    other = computer.envelope(computer.report(report_id=first.report_id, outcomes=outcomes(99)))

    for _ in range(2):
        answer = computer.send(other)
        assert (answer.status_code, problem(answer)) == (409, "conflict")

    assert employer.read(queries.envelope, digest(kept)) == kept
    (alarm,) = employer.read(queries.alarms)
    assert (alarm.kind, alarm.report_id, alarm.count) == (AlarmKind.REPORT_CONFLICT, first.report_id, 2)


def test_the_policy_of_the_challenge_counts_though_a_stricter_one_came_in_between(employer: Employer) -> None:
    computer = employer.enrolled()
    challenge = computer.challenge()
    employer.publish(policy_toml("2", busy_pass=5))
    report = computer.report(challenge.challenge)

    receipt = receipt_of(employer, computer, report, computer.envelope(report))

    assert (receipt.policy_version, receipt.evaluation.readiness) == ("1", "ready")


def test_the_policy_in_force_counts_for_a_run_without_a_challenge(employer: Employer) -> None:
    computer = employer.enrolled()
    employer.publish(policy_toml("2", busy_pass=5))
    report = computer.report(None)

    receipt = receipt_of(employer, computer, report, computer.envelope(report))

    assert (receipt.policy_version, receipt.evaluation.readiness) == ("2", "ready_with_warnings")
    assert employer.read(queries.report, report.report_id).freshness is Freshness.NONE


@pytest.mark.parametrize(
    ("wait_hours", "freshness"), [(1.9, Freshness.FRESH), (2.1, Freshness.LATE), (24 * 20, Freshness.LATE)]
)
def test_a_late_report_is_kept_and_marked(employer: Employer, wait_hours: float, freshness: Freshness) -> None:
    computer = employer.enrolled()
    challenge = computer.challenge()
    employer.clock.pass_by(hours=wait_hours)
    report = computer.report(challenge.challenge)

    receipt_of(employer, computer, report, computer.envelope(report))

    assert employer.read(queries.report, report.report_id).freshness is freshness


def test_a_challenge_makes_one_report_fresh_and_no_second(employer: Employer) -> None:
    computer = employer.enrolled()
    token = computer.challenge().challenge
    for freshness in (Freshness.FRESH, Freshness.REUSED):
        report = computer.report(token)
        receipt_of(employer, computer, report, computer.envelope(report))
        assert employer.read(queries.report, report.report_id).freshness is freshness


@pytest.mark.parametrize("whose", ["nobody's", "another's"])
def test_a_challenge_that_is_not_this_computers_proves_nothing(employer: Employer, whose: str) -> None:
    computer, other = employer.enrolled("7"), employer.enrolled("8")
    token = other.challenge().challenge if whose == "another's" else "A" * 32
    report = computer.report(token)

    receipt_of(employer, computer, report, computer.envelope(report))

    assert employer.read(queries.report, report.report_id).freshness is Freshness.UNKNOWN
    theirs = other.report(token)
    receipt_of(employer, other, theirs, other.envelope(theirs))
    expected = Freshness.FRESH if whose == "another's" else Freshness.UNKNOWN
    assert employer.read(queries.report, theirs.report_id).freshness is expected


def test_two_reports_with_one_number_raise_an_alarm_and_are_both_kept(employer: Employer) -> None:
    computer = employer.enrolled()
    clone = Computer(employer.http, computer.address, computer.key)
    for side in (computer, clone):
        report = side.report()
        receipt_of(employer, side, report, side.envelope(report))

    (alarm,) = employer.read(queries.alarms)
    assert (alarm.kind, alarm.device) == (AlarmKind.CHAIN_FORKED, computer.id)
    assert len(employer.read(queries.reports_by_seq, computer.id, 1)) == 2
    for side in (computer, clone):
        report = side.report()
        receipt_of(employer, side, report, side.envelope(report))
    (alarm,) = employer.read(queries.alarms)
    assert alarm.count == 2, "each side's second report was made after a first one that is here"


def test_a_report_that_was_not_made_after_the_one_before_it_raises_an_alarm(employer: Employer) -> None:
    """As when a copy of the key went on from a report that never came."""
    computer = employer.enrolled()
    first = computer.report()
    receipt_of(employer, computer, first, computer.envelope(first))
    computer.prev = "e" * 64
    second = computer.report()
    receipt_of(employer, computer, second, computer.envelope(second))

    (alarm,) = employer.read(queries.alarms)
    assert alarm.kind is AlarmKind.CHAIN_FORKED
    assert first.report_id in alarm.detail


def test_a_gap_in_the_numbers_raises_no_alarm(employer: Employer) -> None:
    """A report that was refused keeps its place, and never comes."""
    computer = employer.enrolled()
    first = computer.report()
    receipt_of(employer, computer, first, computer.envelope(first))
    computer.seq, computer.prev = 2, "e" * 64
    third = computer.report()
    receipt_of(employer, computer, third, computer.envelope(third))
    assert employer.read(queries.alarms) == []


def test_a_computer_that_is_revoked_while_its_report_arrives_is_refused(employer: Employer) -> None:
    computer = employer.enrolled()
    report = computer.report()
    body = computer.envelope(report)
    arrival = Arrival(employer.receiver, employer.read(queries.device, computer.id), body, encode(report))
    employer.store.write(lambda c: changes.set_device_status(c, computer.id, DeviceStatus.REVOKED)).result()
    refused = employer.store.write(arrival.change).result()
    assert isinstance(refused, Refused)
    assert refused.name == "revoked"


def test_a_revoked_computer_is_refused_but_its_old_receipts_are_still_given(employer: Employer) -> None:
    computer = employer.enrolled()
    old = computer.envelope(computer.report())
    assert computer.send(old).status_code == 201
    employer.store.write(lambda c: changes.set_device_status(c, computer.id, DeviceStatus.REVOKED)).result()

    answer = computer.send(computer.envelope(computer.report()))

    assert (answer.status_code, problem(answer)) == (403, "revoked")
    assert computer.send(old).status_code == 200
    assert [a.kind for a in employer.read(queries.alarms)] == [AlarmKind.REVOKED_DEVICE]


def test_an_outbox_that_empties_comes_through_and_a_loop_gone_wild_does_not(employer: Employer) -> None:
    computer = employer.enrolled()
    envelope = computer.envelope(computer.report())
    codes = [computer.send(envelope).status_code for _ in range(201)]

    assert codes[:200] == [201] + [200] * 199
    assert codes[200] == 429
    refused = computer.send(envelope)
    assert problem(refused) == "rate_limited"
    employer.clock.pass_by(seconds=int(refused.headers["Retry-After"]))
    assert computer.send(envelope).status_code == 200
