"""Enrolment: an invitation's secret vouches for one key, once."""

from __future__ import annotations

from pathlib import Path as Folder

import msgspec
import pytest

from employer.store import changes, queries
from employer.store.rows import AlarmKind, DeviceStatus
from protocol.invitation import Invitation
from protocol.messages import NONCE_HEADER, Enrolment, Path
from tests.employer.conftest import Employer, an_employer, policy_toml, problem


def test_a_key_is_enrolled_for_the_invited_operator(employer: Employer) -> None:
    computer = employer.computer()
    answer = computer.enrol(employer.invite("7", "Анна Соколова"))

    enrolment = msgspec.json.decode(answer.content, type=Enrolment)
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    assert enrolment == Enrolment(device=computer.id, operator="Анна Соколова", employer="Example Calls")
    device = employer.read(queries.device, computer.id)
    assert device.public_key == computer.key.public.x
    assert employer.read(queries.operator, device.operator_id).ref == "7"


def test_the_same_key_with_the_same_invitation_is_a_retry_even_after_its_end(employer: Employer) -> None:
    computer, invitation = employer.computer(), employer.invite()
    first = computer.enrol(invitation)
    employer.clock.pass_by(days=30)
    again = computer.enrol(invitation)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert employer.read(queries.alarms) == []


def test_another_key_is_refused_and_support_sees_it(employer: Employer) -> None:
    invitation = employer.invite()
    assert employer.computer().enrol(invitation).status_code == 201
    other = employer.computer()
    answer = other.enrol(invitation)
    assert (answer.status_code, problem(answer)) == (403, "used_invitation")
    (alarm,) = employer.read(queries.alarms)
    assert (alarm.kind, alarm.count) == (AlarmKind.INVITATION_REUSED, 1)
    assert other.id in alarm.detail
    assert employer.read(queries.device, other.id) is None


def test_whoever_has_a_used_link_can_not_flood_the_desk(employer: Employer) -> None:
    invitation = employer.invite()
    assert employer.computer().enrol(invitation).status_code == 201
    for _ in range(3):
        assert problem(employer.computer().enrol(invitation)) == "used_invitation"
    (alarm,) = employer.read(queries.alarms)
    assert alarm.count == 3


def test_an_employers_long_name_can_be_read(employer: Employer) -> None:
    employer.publish(policy_toml("2").replace(b"Example Calls", b"X" * 600, 1))
    computer = employer.computer()
    enrolment = msgspec.json.decode(computer.enrol(employer.invite()).content, type=Enrolment)
    assert len(enrolment.employer) == 600


def test_an_invitation_expires_after_three_days(employer: Employer) -> None:
    invitation = employer.invite()
    employer.clock.pass_by(hours=72)
    assert problem(employer.computer().enrol(invitation)) == "expired_invitation"


def test_an_unknown_invitation_is_refused(employer: Employer) -> None:
    real = employer.invite()
    made_up = Invitation(real.api_url, "A" * 16, real.secret, real.employer_key)
    assert problem(employer.computer().enrol(made_up)) == "unknown_invitation"


def test_a_wrong_secret_is_refused_and_uses_nothing_up(employer: Employer) -> None:
    real = employer.invite()
    guessed = Invitation(real.api_url, real.id, bytes(32), real.employer_key)
    assert problem(employer.computer().enrol(guessed)) == "bad_signature"
    assert employer.computer().enrol(real).status_code == 201


def test_a_second_invitation_for_the_same_operator_keeps_the_key(employer: Employer) -> None:
    computer = employer.enrolled("7")
    second = employer.invite("7")
    assert computer.enrol(second).status_code == 200
    assert problem(employer.computer().enrol(second)) == "used_invitation"


def test_a_key_belongs_to_one_operator(employer: Employer) -> None:
    computer = employer.enrolled("7")
    answer = computer.enrol(employer.invite("8"))
    assert (answer.status_code, problem(answer)) == (409, "conflict")


def test_a_revoked_key_stays_out(employer: Employer) -> None:
    computer = employer.enrolled()
    employer.store.write(lambda c: changes.set_device_status(c, computer.id, DeviceStatus.REVOKED)).result()
    assert problem(computer.enrol(employer.invite())) == "revoked"
    assert problem(computer.post(Path.CHALLENGE, computer.challenge_request())) == "revoked"


def test_where_support_confirms_computers_a_new_one_is_pending_with_a_fingerprint(tmp_path: Folder) -> None:
    with an_employer(tmp_path, confirm_devices=True) as employer:
        computer = employer.computer()
        enrolment = msgspec.json.decode(computer.enrol(employer.invite()).content, type=Enrolment)
        assert enrolment.status == "pending"
        assert len(enrolment.fingerprint) == 9
        assert computer.challenge().status == "pending"
        assert computer.send(computer.envelope(computer.report())).status_code == 201
        employer.store.write(lambda c: changes.set_device_status(c, computer.id, DeviceStatus.ACTIVE)).result()
        assert computer.challenge().status == "active"


def test_a_nonce_is_good_once(employer: Employer) -> None:
    computer, invitation = employer.computer(), employer.invite()
    nonce = computer.nonce()
    assert computer.post(Path.ENROL, computer.enrolment(invitation, nonce=nonce)).status_code == 201
    again = computer.post(Path.ENROL, computer.enrolment(invitation, nonce=nonce))
    assert (again.status_code, problem(again)) == (400, "bad_nonce")
    fresh = computer.enrolment(invitation, nonce=again.headers[NONCE_HEADER])
    assert computer.post(Path.ENROL, fresh).status_code == 200


@pytest.mark.parametrize("nonce", ["A" * 46, "-", "é", None])
def test_a_nonce_that_is_not_ours_is_refused(employer: Employer, nonce: str | None) -> None:
    computer = employer.enrolled()
    answer = computer.post(Path.CHALLENGE, computer.challenge_request(nonce=nonce))
    assert problem(answer) == "bad_nonce"


def test_a_nonce_ends_after_ten_minutes(employer: Employer) -> None:
    computer = employer.enrolled()
    body = computer.challenge_request()
    employer.clock.pass_by(minutes=10)
    assert problem(computer.post(Path.CHALLENGE, body)) == "bad_nonce"


def test_enrolments_from_one_address_are_limited(employer: Employer) -> None:
    computer = employer.computer()
    body = computer.enrolment(employer.invite())
    codes = {computer.post(Path.ENROL, body).status_code for _ in range(70)}
    assert 429 in codes
