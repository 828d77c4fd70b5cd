"""The little HTTP that a transfer needs."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.line.bandwidth.http import MOST_HEAD_BYTES, HeadReader, head, refusal, target

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: Application/Octet-Stream; x=y\r\nX-Empty:\r\n\r\nbody\r\n\r\nmore"


@pytest.mark.parametrize(
    ("base", "host", "port", "tls", "path", "authority"),
    [
        ("https://e.example", "e.example", 443, True, "/p?q=1", "e.example"),
        ("https://e.example:8443/below/", "e.example", 8443, True, "/below/p?q=1", "e.example:8443"),
        ("http://127.0.0.1:80", "127.0.0.1", 80, False, "/p?q=1", "127.0.0.1"),
        ("http://[::1]:8080", "::1", 8080, False, "/p?q=1", "[::1]:8080"),
    ],
)
def test_an_address_is_taken_apart(base: str, host: str, port: int, tls: bool, path: str, authority: str) -> None:
    to = target(base, "/p?q=1")
    assert (to.host, to.port, to.tls, to.path, to.authority) == (host, port, tls, path, authority)


@pytest.mark.parametrize("base", ["ftp://e.example", "e.example", "https://", ""])
def test_what_is_no_address_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="address"):
        target(base, "/p")


def test_a_request_says_who_asks_and_ends_with_an_empty_line() -> None:
    lines = head("GET", target("https://e.example", "/p"), "the-bearer", "X-More: 1").split(b"\r\n")
    assert lines[0] == b"GET /p HTTP/1.1"
    assert b"Authorization: Bearer the-bearer" in lines
    assert lines[-3:] == [b"X-More: 1", b"", b""]


@given(st.lists(st.integers(1, len(ANSWER) - 1), max_size=6))
def test_a_head_is_read_however_it_is_cut(cuts: list[int]) -> None:
    reader, body = HeadReader(), b""
    edges = [0, *sorted(set(cuts)), len(ANSWER)]
    for start, end in itertools.pairwise(edges):
        piece = ANSWER[start:end]
        body += piece if reader.head is not None else reader.feed(piece)
    assert reader.head is not None
    assert reader.head.status == 200
    assert reader.head.fields["x-empty"] == ""
    assert body == b"body\r\n\r\nmore"
    assert refusal(reader.head, "application/octet-stream") == ""
    assert refusal(reader.head, "application/json") == "foreign"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_head_no_head_yet_or_no_http(data: bytes) -> None:
    reader = HeadReader()
    try:
        reader.feed(data + b"\r\n\r\n")
    except ValueError:
        assert reader.head is None


def test_a_head_without_an_end_is_given_up() -> None:
    with pytest.raises(ValueError, match="end"):
        HeadReader().feed(b"HTTP/1.1 200 OK\r\nX: " + b"a" * MOST_HEAD_BYTES)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "refused"), (403, "refused"), (429, "refused"), (503, "busy"), (302, "foreign"), (511, "foreign")],
)
def test_a_status_says_why_not(status: int, reason: str) -> None:
    reader = HeadReader()
    reader.feed(b"HTTP/1.1 %d X\r\nContent-Type: application/octet-stream\r\n\r\n" % status)
    assert reader.head is not None
    assert refusal(reader.head, "application/octet-stream") == reason
