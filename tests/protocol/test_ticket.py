"""A ticket gives exactly the right that was written into it, and only under the employer's key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.stamp import MAX_PADDING_BYTES
from protocol.ticket import MAX_TICKET_BYTES, TICKET_BYTES, Ticket, TicketError, issue, verify

KEY = bytes(range(32))
SESSION = b"0123456789abcdef"
NOW = 1_750_000_000.0


def a_ticket() -> bytes:
    return issue(KEY, session=SESSION, expires_at=int(NOW) + 60, packets_per_s=50, max_seconds=120)


def test_a_ticket_says_what_was_issued() -> None:
    assert verify(KEY, a_ticket(), NOW) == Ticket(SESSION, int(NOW) + 60, 50, 120)
    assert verify(KEY, a_ticket(), NOW).max_packets == 6000


def test_a_ticket_fits_into_the_padding_of_a_probe_packet() -> None:
    assert len(a_ticket()) == TICKET_BYTES <= MAX_TICKET_BYTES <= MAX_PADDING_BYTES


def test_what_follows_the_ticket_is_ignored() -> None:
    assert verify(KEY, a_ticket().ljust(MAX_PADDING_BYTES, b"\0"), NOW).session == SESSION


@given(position=st.integers(0, TICKET_BYTES - 1), flip=st.integers(1, 255))
def test_any_altered_byte_is_refused(position: int, flip: int) -> None:
    altered = bytearray(a_ticket())
    altered[position] ^= flip
    with pytest.raises(TicketError):
        verify(KEY, bytes(altered), NOW)


def test_another_key_is_refused() -> None:
    with pytest.raises(TicketError, match="foreign ticket"):
        verify(KEY[::-1], a_ticket(), NOW)


def test_an_expired_ticket_is_refused() -> None:
    with pytest.raises(TicketError, match="expired"):
        verify(KEY, a_ticket(), NOW + 60)


@pytest.mark.parametrize("padding", [b"", b"\0" * 124, a_ticket()[:-1]])
def test_other_padding_is_no_ticket(padding: bytes) -> None:
    with pytest.raises(TicketError, match="no ticket"):
        verify(KEY, padding, NOW)


def test_a_short_key_or_session_is_not_used() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        issue(KEY, session=b"short", expires_at=0)
    with pytest.raises(ValueError, match="16 bytes"):
        issue(b"short", session=SESSION, expires_at=0)
