"""STUN Binding transactions: test vectors of RFC 5769, and whatever a hostile server may send."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.stun import BindingRequest, BindingSuccess, StunError

STREAM = bytes.fromhex("b7e7a701bc34d686")
SEQUENCE = 0xFA87DFAE
VECTOR = bytes.fromhex(
    "0101003c 2112a442 b7e7a701bc34d686fa87dfae"
    "8022000b 74657374 20766563 746f7220"
    "00200008 0001a147 e112a643"
    "00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7"
    "80280004 c07d4c96"
)
"""RFC 5769, section 2.2: a sample IPv4 response."""
VECTOR_IPV6 = bytes.fromhex(
    "01010048 2112a442 b7e7a701bc34d686fa87dfae"
    "8022000b 74657374 20766563 746f7220"
    "00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9"
    "00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41"
    "80280004 c8fb0b4c"
)
"""RFC 5769, section 2.3: a sample IPv6 response."""


@pytest.mark.parametrize("vector", [VECTOR, VECTOR_IPV6], ids=["IPv4", "IPv6"])
def test_published_answers_are_read(vector: bytes) -> None:
    assert BindingSuccess.decode(vector) == BindingSuccess(STREAM, SEQUENCE)


@given(stream=st.binary(min_size=8, max_size=8), sequence=st.integers(0, 2**32 - 1), words=st.integers(5, 250))
def test_a_request_has_the_size_asked_for_and_is_told_again(stream: bytes, sequence: int, words: int) -> None:
    request = BindingRequest(stream, sequence)
    packet = request.encode(4 * words)
    assert len(packet) == 4 * words
    assert BindingRequest.decode(packet) == request


@pytest.mark.parametrize("size", [16, 19, 21, 173])
def test_a_size_that_no_message_has_is_refused(size: int) -> None:
    with pytest.raises(StunError):
        BindingRequest(STREAM, 1).encode(size)


@given(st.binary(max_size=200))
def test_other_bytes_are_no_answer(data: bytes) -> None:
    with pytest.raises(StunError):
        BindingSuccess.decode(data)


@given(at=st.integers(0, 19), bit=st.integers(0, 7))
def test_a_header_that_is_off_by_a_bit_is_another_message(at: int, bit: int) -> None:
    broken = bytearray(VECTOR)
    broken[at] ^= 1 << bit
    with contextlib.suppress(StunError):
        assert BindingSuccess.decode(bytes(broken)) != BindingSuccess(STREAM, SEQUENCE)


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(b"\x01\x11" + VECTOR[2:], id="an error response"),
        pytest.param(VECTOR[:-4], id="cut short"),
        pytest.param(VECTOR + b"\0\0\0\0", id="longer than it says"),
        pytest.param(b"\x01\x01\x00\x00" + VECTOR[4:20], id="without an address"),
        pytest.param(b"\x01\x01\x00\x08" + VECTOR[4:20] + b"\x00\x20\x00\x04\x00\x01\xa1\x47", id="half an address"),
        pytest.param(b"\x01\x01\x00\x04" + VECTOR[4:20] + b"\x80\x22\xff\xff", id="an attribute longer than the rest"),
        pytest.param(b"\x01\x01\x00\x04" + VECTOR[4:20] + b"\x00\x20\x00\x00", id="an empty address"),
    ],
)
def test_what_is_malformed_is_no_answer(packet: bytes) -> None:
    with pytest.raises(StunError):
        BindingSuccess.decode(packet)
