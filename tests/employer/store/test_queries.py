"""What the interface and the desk read."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import func, select

from employer.store import changes, queries, schema
from employer.store.rows import AlarmKind, DeviceStatus
from tests.employer.conftest import Employer


def test_a_report_is_found_by_its_id_its_code_and_its_number(employer: Employer) -> None:
    computer = employer.enrolled()
    for _ in range(2):
        report = computer.report()
        assert computer.send(computer.envelope(report)).status_code == 201
    stored = employer.read(queries.report, report.report_id)
    assert employer.read(queries.reports_by_short_code, stored.short_code) == [stored]
    assert employer.read(queries.reports_by_seq, computer.id, 2) == [stored]
    assert employer.read(queries.reports_by_seq, computer.id, 3) == []


def test_a_name_whose_letters_become_two_can_be_stored_anywhere(employer: Employer) -> None:
    name, ref = "ß" * 200, "7" * 80
    employer.store.write(lambda c: changes.put_operator(c, ref, name, employer.clock.now)).result()
    o = schema.operators
    longest = employer.read(lambda c: c.execute(select(func.max(func.length(o.c.search)))).scalar_one())
    assert longest == changes.SEARCH_CHARACTERS


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
    operator_id = employer.read(queries.device, third.id).operator_id
    statuses = {d.id: d.status for d in employer.read(queries.devices_of, operator_id)}
    assert statuses == {
        first.id: DeviceStatus.PENDING,
        second.id: DeviceStatus.REVOKED,
        third.id: DeviceStatus.ACTIVE,
    }
