"""Echo requests are what RFC 792 and RFC 4443 say, and only answers to ours are taken."""

from __future__ import annotations

import struct

import pytest

from checks.line.nearby.echo import answered, request
from checks.line.nearby.echo_windows import REPLY_BYTES, arrived

MARK = b"ourmark!"


def as_answer(asked: bytes, *, six: bool) -> bytes:
    return bytes([129 if six else 0]) + asked[1:]


@pytest.mark.parametrize("six", [False, True])
@pytest.mark.parametrize("sequence", [0, 7, 70_000])
def test_an_answer_tells_which_request_it_answers(six: bool, sequence: int) -> None:
    assert answered(as_answer(request(sequence, MARK, six=six), six=six), MARK, six=six) == sequence


def test_an_ipv4_request_sums_up_to_all_ones() -> None:
    total = sum(struct.unpack("!16H", request(41, MARK, six=False)))
    assert (total & 0xFFFF) + (total >> 16) == 0xFFFF


def test_an_ipv4_header_before_the_answer_is_left_out() -> None:
    answer = as_answer(request(9, MARK, six=False), six=False)
    assert answered(bytes([0x45]) + bytes(19) + answer, MARK, six=False) == 9


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 7,
        request(3, MARK, six=False),
        as_answer(request(3, b"another!", six=False), six=False),
        bytes([0x4F]) + bytes(30),
    ],
    ids=["empty", "short", "a request", "another's", "a header alone"],
)
def test_what_answers_none_of_ours_is_not_taken(data: bytes) -> None:
    assert answered(data, MARK, six=False) is None


def recorded_reply(status: int) -> bytes:
    """``ICMP_ECHO_REPLY``: address, status, round trip, sizes, data and options."""
    return struct.pack("<4sLLHH", bytes([192, 168, 1, 1]), status, 3, 24, 0).ljust(REPLY_BYTES, b"\0")


def test_windows_says_whether_the_target_itself_answered() -> None:
    request_timed_out, ttl_expired = 11010, 11013
    assert arrived(1, recorded_reply(0))
    assert not arrived(0, recorded_reply(request_timed_out))
    assert not arrived(1, recorded_reply(ttl_expired))
