"""Challenges: bound to one computer, one policy, one moment."""

from __future__ import annotations

from sqlalchemy import func, select

from employer.api.challenge import MAX_UNUSED
from employer.store import queries, schema
from employer.times import rfc3339
from protocol.messages import NONCE_HEADER, Path
from report import policy as policies
from tests.employer.conftest import Employer, policy_toml, problem


def test_a_challenge_names_the_moment_and_the_policy_in_force(employer: Employer) -> None:
    computer = employer.enrolled()
    first = computer.challenge()
    employer.publish(policy_toml("2"))
    employer.clock.pass_by(minutes=1)
    second = computer.challenge()

    assert (first.policy_version, second.policy_version) == ("1", "2")
    assert second.policy_digest == policies.digest(policy_toml("2"))
    assert second.issued_at == rfc3339(employer.clock.now)
    assert first.challenge != second.challenge
    assert employer.read(queries.challenge, first.challenge).device == computer.id


def test_the_answer_brings_the_next_nonce(employer: Employer) -> None:
    computer = employer.enrolled()
    answer = computer.post(Path.CHALLENGE, computer.challenge_request())
    again = computer.post(Path.CHALLENGE, computer.challenge_request(nonce=answer.headers[NONCE_HEADER]))
    assert (answer.status_code, again.status_code) == (200, 200)


def test_only_an_enrolled_computer_gets_one(employer: Employer) -> None:
    computer = employer.computer()
    assert problem(computer.post(Path.CHALLENGE, computer.challenge_request())) == "unknown_key"


def test_a_loop_gone_wild_is_slowed_and_its_challenges_are_capped(employer: Employer) -> None:
    computer, other = employer.enrolled("7"), employer.enrolled("8")
    kept = other.challenge().challenge
    used = computer.challenge().challenge
    assert computer.send(computer.envelope(computer.report(used))).status_code == 201
    answers = [computer.post(Path.CHALLENGE, computer.challenge_request()) for _ in range(40)]
    assert [a.status_code for a in answers].count(200) == 29
    assert problem(answers[-1]) == "rate_limited"
    for _ in range(120):
        employer.clock.pass_by(seconds=20)
        computer.challenge()
    c = schema.challenges
    count = select(func.count()).where(c.c.device == computer.id, c.c.report_id.is_(None))
    assert employer.read(lambda connection: connection.execute(count).scalar_one()) == MAX_UNUSED
    assert employer.read(queries.challenge, kept) is not None
    assert employer.read(queries.challenge, used).report_id is not None


def test_a_challenge_without_a_report_is_forgotten_in_the_end(employer: Employer) -> None:
    """Also that of a computer which never came again."""
    computer, gone = employer.enrolled("7"), employer.enrolled("8")
    old = [c.challenge().challenge for c in (computer, gone)]
    employer.clock.pass_by(days=31)
    computer.challenge()
    assert [employer.read(queries.challenge, token) for token in old] == [None, None]
