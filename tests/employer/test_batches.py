"""Datagrams by the batch and one by one: the same packets, the same answers."""

from __future__ import annotations

import select
import socket
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from employer import batches
from employer.batches import SLOT_BYTES, SLOTS, Batch
from employer.reflector import listen

MakeBatch = Callable[[socket.socket], Batch]
KINDS: list[MakeBatch] = [batches._One, batches.batch_of]


@pytest.fixture(params=["127.0.0.1", "::1"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A sender, and who is to answer."""
    host = str(request.param)
    (answerer,) = listen(host, 0)
    with answerer, socket.socket(answerer.family, socket.SOCK_DGRAM) as sender:
        sender.settimeout(5)
        sender.connect((host, answerer.getsockname()[1]))
        yield sender, answerer


def take_all(batch: Batch, sock: socket.socket, each: Callable[[int], None]) -> int:
    """Takes until nothing waits; how many there were."""
    taken = 0
    while select.select([sock], [], [], 0.2)[0]:
        filled = batch.take()
        taken += filled
        for slot in range(filled):
            each(slot)
    return taken


@pytest.mark.parametrize("make", KINDS)
def test_packets_are_taken_as_they_came_and_answered_in_place(
    pair: tuple[socket.socket, socket.socket], make: MakeBatch
) -> None:
    sender, answerer = pair
    batch = make(answerer)
    before_ns = time.time_ns()
    sizes = [44 + 17 * k for k in range(SLOTS + 3)]
    for k, size in enumerate(sizes):
        sender.send(bytes([k]) * size)
    after_ns = time.time_ns()

    def answer(slot: int) -> None:
        at, length = slot * SLOT_BYTES, batch.lengths[slot]
        assert length == sizes[batch.memory[at]]
        assert before_ns <= batch.at_ns[slot] <= max(after_ns, batch.taken_ns)
        assert batch.ttls[slot] in ((None, 64, 128) if sys.platform == "win32" else (64,))
        assert batch.sender(slot)[1] == sender.getsockname()[1]
        assert str(batch.sender(slot)[0]) == sender.getsockname()[0]
        batch.memory[at + 1] = 0xFF
        if batch.memory[at] % 2 == 0:
            assert batch.answer([slot]) == []

    assert take_all(batch, answerer, answer) == len(sizes)
    assert batch.take() == 0
    even = [k for k in range(len(sizes)) if k % 2 == 0]
    answers = [sender.recv(2000) for _ in even]
    assert answers == [bytes([k, 0xFF]) + bytes([k]) * (sizes[k] - 2) for k in even]


def test_many_are_answered_at_once_and_in_their_order(pair: tuple[socket.socket, socket.socket]) -> None:
    sender, answerer = pair
    batch = batches.batch_of(answerer)
    for k in range(SLOTS):
        sender.send(bytes([k]) * 50)
    chosen: list[int] = []
    deadline = time.monotonic() + 5
    while len(chosen) < SLOTS and time.monotonic() < deadline:
        filled = batch.take()
        slots = list(range(filled))
        chosen += [batch.memory[slot * SLOT_BYTES] for slot in slots]
        assert batch.answer(slots) == []
    assert [sender.recv(2000)[0] for _ in range(SLOTS)] == chosen == list(range(SLOTS))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts what it drops")
@pytest.mark.parametrize("make", KINDS)
def test_what_a_full_buffer_dropped_is_known(pair: tuple[socket.socket, socket.socket], make: MakeBatch) -> None:
    sender, answerer = pair
    answerer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # The least that the system has.
    batch = make(answerer)
    sent = 200
    for _ in range(sent):
        sender.send(bytes(172))
    taken = take_all(batch, answerer, lambda _: None)
    sender.send(bytes(172))  # The number comes with the next packet that finds room.
    taken += take_all(batch, answerer, lambda _: None)
    assert 0 < batch.overflowed == sent + 1 - taken
