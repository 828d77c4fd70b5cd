"""What the interface and the desk read."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from employer.store import changes, queries
from employer.store.rows import AlarmKind, DeviceStatus
from report.vocabulary import Readiness
from tests.employer.computer import outcomes
from tests.employer.conftest import Employer


def test_the_list_shows_everyone_with_their_latest_report(employer: Employer) -> None:
    computer = employer.enrolled("7")
    employer.invite("8", "Boris")
    for busy in (99.0, 10.0):
        employer.clock.pass_by(minutes=1)
        assert computer.send(computer.envelope(computer.report(outcomes=outcomes(busy)))).status_code == 201

    anna, boris = employer.read(queries.operator_summaries)

    assert (anna.operator.name, anna.latest.readiness, anna.devices) == ("Anna", Readiness.READY, 1)
    assert (boris.operator.name, boris.latest, boris.devices) == ("Boris", None, 0)
    assert len(employer.read(queries.reports_of, anna.operator.id)) == 2


def test_operators_are_found_by_name_ref_or_short_code(employer: Employer) -> None:
    computer = employer.enrolled("Ref-7")
    employer.invite("8", "Жанна Ёлкина")
    report = computer.report()
    computer.send(computer.envelope(report))
    code = employer.read(queries.report, report.report_id).short_code

    def found(search: str) -> list[str]:
        summaries = employer.read(queries.operator_summaries, search=search)
        assert employer.read(queries.operators_count, search) == len(summaries)
        return [s.operator.ref for s in summaries]

    assert found("ann") == ["Ref-7"]
    assert found("жАННА ё") == ["8"]
    assert found("ref-7") == ["Ref-7"]
    assert found(code.lower()) == ["Ref-7"]
    assert found(code.replace("-", " ")) == ["Ref-7"]
    assert found("%") == []
    assert found("_") == []
    assert len(found("")) == 2


def test_readiness_is_counted_while_it_is_valid(employer: Employer) -> None:
    for ref, busy in (("7", 10.0), ("8", 99.0), ("9", 10.0)):
        computer = employer.enrolled(ref)
        report = computer.report(computer.challenge().challenge, outcomes=outcomes(busy))
        assert computer.send(computer.envelope(report)).status_code == 201
    now = employer.clock.now
    assert employer.read(queries.readiness_counts, now) == {Readiness.READY: 2, Readiness.NOT_READY: 1}
    assert employer.read(queries.readiness_counts, now + timedelta(hours=25)) == {}


def test_an_alarm_that_was_seen_is_unseen_again_when_it_happens_again(employer: Employer) -> None:
    now = employer.clock.now

    def ring() -> None:
        employer.store.write(
            lambda c: changes.raise_alarm(c, AlarmKind.CHAIN_FORKED, now, "x", device="d" * 43)
        ).result()

    ring()
    (alarm,) = employer.read(queries.alarms, seen=False)
    assert employer.store.write(lambda c: changes.see_alarm(c, alarm.id, "it", now)).result()
    assert not employer.store.write(lambda c: changes.see_alarm(c, alarm.id, "it", now)).result()
    assert employer.read(queries.alarms, seen=False) == []
    ring()
    (again,) = employer.read(queries.alarms, seen=False)
    assert (again.id, again.count, again.seen_by) == (alarm.id, 2, None)


def test_a_new_password_ends_all_sessions(employer: Employer) -> None:
    now = employer.clock.now
    write = employer.store.write
    write(lambda c: changes.put_user(c, "it", "hash", now)).result()
    write(lambda c: changes.add_session(c, "t" * 64, "it", now, now + timedelta(hours=1))).result()
    assert employer.read(queries.sign_in, "t" * 64, now).user == "it"
    assert employer.read(queries.sign_in, "t" * 64, now + timedelta(hours=1)) is None
    write(lambda c: changes.put_user(c, "it", "other", now)).result()
    assert employer.read(queries.sign_in, "t" * 64, now) is None
    assert write(lambda c: changes.remove_user(c, "it")).result()
    assert not write(lambda c: changes.remove_user(c, "it")).result()


def test_pending_and_revoked_computers_are_told_apart(employer: Employer) -> None:
    first, second, third = (employer.enrolled() for _ in range(3))
    for computer, status in ((first, DeviceStatus.PENDING), (second, DeviceStatus.REVOKED)):
        employer.store.write(partial(changes.set_device_status, device_id=computer.id, status=status)).result()
    (summary,) = employer.read(queries.operator_summaries)
    assert (summary.devices, summary.pending) == (2, 1)
    statuses = {d.id: d.status for d in employer.read(queries.devices_of, summary.operator.id)}
    assert statuses[third.id] is DeviceStatus.ACTIVE
