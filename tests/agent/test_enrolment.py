"""An invitation makes this computer's key known; what fails says why, and the same link can be tried again."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from agent import home
from agent.errors import AgentError, EmployerRefused, EmployerUnreachable
from agent.session import Session
from protocol.envelope import peek, seal
from protocol.keys import PrivateKey
from protocol.messages import EnvelopeType
from tests.agent.conftest import Opened
from tests.agent.far_side import ENROL, POLICY, FarSide, changed, deaf, far_side, page, reset, status


def test_a_link_connects_to_the_employer_that_it_names(open_session: Opened, far: FarSide) -> None:
    session = open_session()
    member = session.enrol(far.invite(name="Анна"))
    assert (member.employer, member.operator, member.api_url) == ("Example Calls", "Анна", far.address)
    assert (member.pending, member.fingerprint) == (False, "")
    assert session.membership == member
    assert session.policy_from == "employer"
    session.close()
    assert open_session().membership == member


def test_the_secret_never_crosses_the_wire(open_session: Opened, far: FarSide) -> None:
    link = far.invite()
    open_session().enrol(link)
    secret = link.split(".")[-2].encode()
    for _, path, body in far.gate.seen:
        assert secret not in path.encode() + body
        if body:
            assert secret not in peek(body)[1]


@pytest.mark.parametrize("fault", [deaf, reset, page(), status(500)])
def test_a_link_can_be_tried_again_after_a_failure(open_session: Opened, far: FarSide, fault: object) -> None:
    link = far.invite()
    session = open_session()
    far.gate.next(ENROL, fault)  # type: ignore[arg-type]
    with pytest.raises(EmployerUnreachable):
        session.enrol(link)
    assert session.membership is None
    session.close()
    assert open_session().enrol(link).operator == "Анна"
    keys = {peek(body)[0].kid for body in far.gate.posted(ENROL)}
    assert len(keys) == 1, "the same key, so that the employer knows it for the same computer"


def test_the_same_link_twice_is_the_same_computer(open_session: Opened, far: FarSide) -> None:
    link = far.invite()
    session = open_session()
    assert session.enrol(link) == session.enrol(link)


def test_a_link_used_elsewhere_is_refused(
    open_session: Opened, far: FarSide, tmp_path_factory: pytest.TempPathFactory
) -> None:
    link = far.invite()
    open_session().enrol(link)
    other = open_session(tmp_path_factory.mktemp("another-computer"))
    with pytest.raises(EmployerRefused, match="already been used on another computer"):
        other.enrol(link)
    assert other.membership is None


def test_an_expired_link_is_refused(open_session: Opened, far: FarSide) -> None:
    with pytest.raises(EmployerRefused, match=r"expired.*new invitation link"):
        open_session().enrol(far.invite(lifetime=timedelta(seconds=-1)))


def test_a_link_with_another_employers_key_is_not_followed(open_session: Opened, far: FarSide) -> None:
    link = far.invite().rpartition(".")[0] + "." + PrivateKey.generate().public.thumbprint
    with pytest.raises(EmployerUnreachable, match="does not carry this employer's signature"):
        open_session().enrol(link)
    assert far.gate.posted(ENROL) == [], "nothing is sent to who can't prove to be the employer"


def test_a_policy_of_a_newer_kind_asks_for_an_update(open_session: Opened, far: FarSide) -> None:
    key = far.receiver.keys.signing
    newer = seal(key, EnvelopeType.POLICY, b'schema = "readiness-policy/2"\n', far.address + POLICY, show_key=True)
    far.gate.next(POLICY, changed(lambda body: newer))
    with pytest.raises(EmployerRefused, match="Update this program"):
        open_session().enrol(far.invite())


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("", "No invitation link"),
        ("hello", "not a link"),
        ("http://calls.example/i#1.a.b.c", "must begin with https"),
        ("https://calls.example/", "should contain /i#"),
        ("https://calls.example/i#1.abcd", "cut off"),
        ("https://calls.example/i#9.abcd", "newer version"),
        ("https://calls.example/i#1.abcd.%%%." + "k" * 43, "damaged"),
    ],
)
def test_a_broken_link_says_what_is_wrong_with_it(open_session: Opened, link: str, said: str) -> None:
    with pytest.raises(AgentError, match=said) as error:
        open_session().enrol(link)
    assert error.value.next_step


@pytest.mark.parametrize("change", [lambda body: b"[]", lambda body: body.replace(b'"device":"', b'"device":"A', 1)])
def test_an_answer_that_makes_no_sense_is_told(open_session: Opened, far: FarSide, change: object) -> None:
    session = open_session()
    far.gate.next(ENROL, changed(change))  # type: ignore[arg-type]
    with pytest.raises(AgentError, match="does not understand"):
        session.enrol(far.invite())


def test_another_key_enrolled_in_our_place_is_told(open_session: Opened, far: FarSide) -> None:
    def other(body: bytes) -> bytes:
        return msgspec.json.encode({**msgspec.json.decode(body), "device": PrivateKey.generate().public.thumbprint})

    session = open_session()
    far.gate.next(ENROL, changed(other))
    with pytest.raises(AgentError, match="another key"):
        session.enrol(far.invite())
    assert session.membership is None


def test_a_computer_that_support_has_to_let_in_shows_its_code(
    open_session: Opened, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with far_side(tmp_path_factory.mktemp("careful-employer"), confirm_devices=True) as careful:
        session = open_session()
        member = session.enrol(careful.invite())
        assert member.pending
        assert len(member.fingerprint) == 9
        session.refresh()
        assert session.membership == member
        careful.let_in(member.device)
        session.refresh()
        assert session.membership is not None
        assert not session.membership.pending
        session.close()
        assert open_session().membership == session.membership


def test_an_enrolment_cut_off_between_its_files_is_completed(session: Session, open_session: Opened) -> None:
    member = session.membership
    assert member is not None
    folder = session._home
    session.close()
    folder.rename(home.KEY, home.NEW_KEY)
    folder.write(home.KEY, msgspec.json.encode(PrivateKey.generate().jwk))
    again = open_session()
    assert again.membership == member
    assert again.notices == ()
