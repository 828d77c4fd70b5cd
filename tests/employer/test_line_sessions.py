"""Which packets a reflector answers: limits are kept, and what was lost here is owned up to."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from employer.line_sessions import BURST_S, FORGET_AFTER_S, RATE_SLACK, LineSessions, Stream
from protocol.stamp import SenderPacket
from protocol.ticket import issue

KEY = bytes(32)
UNIX_S = 1_750_000_000.0


def ticket(session: bytes = b"s" * 16, *, packets_per_s: int = 50, max_seconds: int = 60) -> bytes:
    return issue(
        KEY,
        session=session,
        expires_at=int(UNIX_S) + 600,
        packets_per_s=packets_per_s,
        max_seconds=max_seconds,
    )


@dataclass
class Sender:
    """Sends to sessions in a time of its own."""

    sessions: LineSessions
    padding: bytes = b""
    now_s: float = 0.0
    unix_s: float = UNIX_S
    loopback: bool = False

    def send(self, sequence: int, *, stream: int = 1, held_ms: float = 0.1) -> Stream | None:
        answered = self.sessions.arrived(
            SenderPacket(sequence, 0, stream, padding=self.padding),
            source="192.0.2.1 4711",
            loopback=self.loopback,
            unix_s=self.unix_s,
            now_s=self.now_s,
            held_ms=held_ms,
        )
        if answered:
            answered.reflected += 1
        return answered

    def send_many(self, n: int, interval_s: float = 0.02) -> int:
        """How many of ``n`` were answered."""
        answered = 0
        for sequence in range(n):
            answered += self.send(sequence) is not None
            self.now_s += interval_s
        return answered


def test_a_ticket_is_answered_and_counted() -> None:
    sender = Sender(LineSessions(KEY), ticket())
    assert sender.send_many(100) == 100
    counts = sender.sessions.counts(b"s" * 16)
    assert (counts.received, counts.unique, counts.reflected, counts.highest_sequence) == (100, 100, 100, 99)
    assert not counts.unwell


@pytest.mark.parametrize("padding", [b"", b"\0" * 124, issue(b"x" * 32, session=b"s" * 16, expires_at=2**40)])
def test_without_a_valid_ticket_there_is_no_answer(padding: bytes) -> None:
    assert Sender(LineSessions(KEY), padding).send(0) is None
    assert Sender(LineSessions(KEY), padding, loopback=True).send(0) is None


def test_a_ticket_ends_in_the_middle_of_a_session() -> None:
    sender = Sender(LineSessions(KEY), ticket())
    assert sender.send(0) is not None
    sender.unix_s += 600
    assert sender.send(1) is None


def test_loopback_may_be_opened_to_foreign_senders() -> None:
    sessions = LineSessions(KEY, open_loopback=True)
    assert Sender(sessions, loopback=True).send(0) is not None
    assert Sender(sessions, loopback=False).send(0) is None


def test_duplicates_are_answered_and_counted_as_what_they_are() -> None:
    sender = Sender(LineSessions(KEY), ticket())
    for sequence in (0, 1, 1, 2):
        sender.send(sequence)
    counts = sender.sessions.counts(b"s" * 16)
    assert (counts.received, counts.unique, counts.reflected) == (4, 3, 4)


def test_the_rate_is_capped_and_the_reflector_owns_up_to_it() -> None:
    sender = Sender(LineSessions(KEY), ticket(packets_per_s=50))
    answered = sender.send_many(2000, interval_s=0.001)
    assert answered <= 50 * RATE_SLACK * (BURST_S + 2) + 1
    assert sender.sessions.counts(b"s" * 16).unwell


def test_packets_that_a_stalled_line_lets_go_at_once_are_answered() -> None:
    assert Sender(LineSessions(KEY), ticket()).send_many(150, interval_s=0.0) == 150


def test_the_total_is_capped() -> None:
    sender = Sender(LineSessions(KEY), ticket(packets_per_s=50, max_seconds=2))
    assert sender.send_many(300) == 100


def test_the_number_of_sessions_is_capped() -> None:
    sessions = LineSessions(KEY, max_sessions=2)
    answers = [Sender(sessions, ticket(bytes([n]) * 16)).send(0) for n in range(3)]
    assert [a is not None for a in answers] == [True, True, False]


def test_a_session_is_forgotten_some_time_after_its_last_packet() -> None:
    sender = Sender(LineSessions(KEY), ticket())
    sender.send(0)
    sender.sessions.forget(FORGET_AFTER_S - 1)
    assert sender.sessions.counts(b"s" * 16).received == 1
    sender.sessions.forget(FORGET_AFTER_S + 1)
    assert sender.sessions.counts(b"s" * 16).received == 0
    assert sender.sessions.counts(b"s" * 16).highest_sequence == -1


def test_each_stream_of_a_session_is_counted_by_itself_and_the_latest_is_told() -> None:
    sender = Sender(LineSessions(KEY), ticket())
    for sequence in range(5):
        sender.send(sequence, stream=10)
    sender.send(0, stream=11)
    assert sender.sessions.counts(b"s" * 16).received == 1


def test_packets_held_or_dropped_here_make_the_reflector_unwell() -> None:
    slow = Sender(LineSessions(KEY), ticket())
    for sequence in range(10):
        slow.send(sequence, held_ms=65.0 if sequence == 5 else 0.1)
    assert slow.sessions.counts(b"s" * 16).unwell


@pytest.mark.parametrize(
    ("before", "after", "unwell"),
    [
        ((0, 1), (), True),
        ((0, 1), (3,), True),
        ((0, 1), (2, 3), False),
        ((0, 2), (1,), False),
    ],
    ids=["none came since", "one is missing", "none is missing", "late, not missing"],
)
def test_a_full_buffer_makes_unwell_for_streams_that_may_have_lost_by_it(
    before: tuple[int, ...], after: tuple[int, ...], unwell: bool
) -> None:
    sender = Sender(LineSessions(KEY), ticket())
    for sequence in before:
        sender.send(sequence)
    sender.sessions.overflowed()
    for sequence in after:
        sender.send(sequence)
    assert sender.sessions.counts(b"s" * 16).unwell is unwell
    for sequence in (0, 2):
        sender.send(sequence, stream=2)
    assert not sender.sessions.counts(b"s" * 16).unwell, "what was lost before a stream began was not its own"


def test_a_huge_sequence_number_costs_no_memory() -> None:
    sender = Sender(LineSessions(KEY), ticket(packets_per_s=50, max_seconds=60))
    assert sender.send(2**32 - 1) is None
    assert sender.sessions.counts(b"s" * 16).received == 0
