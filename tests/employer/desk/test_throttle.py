"""Guessing passwords gets slower."""

from __future__ import annotations

from dataclasses import dataclass

from employer.desk.throttle import (
    FIRST_WAIT_S,
    FORGOTTEN_AFTER_S,
    FREE_TRIES,
    LONGEST_WAIT_S,
    MAX_REMEMBERED,
    Throttle,
    address,
    user,
)


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_few_wrong_passwords_cost_nothing_then_each_costs_twice_as_much() -> None:
    clock = Clock()
    guard = Throttle(clock)
    anna = [user("anna"), address("192.0.2.1")]
    for _ in range(FREE_TRIES["user"]):
        assert guard.attempt(anna) == 0
    assert guard.attempt(anna) == FIRST_WAIT_S
    clock.now += FIRST_WAIT_S
    assert guard.attempt(anna) == 0
    assert guard.attempt(anna) == 2 * FIRST_WAIT_S


def test_waiting_in_vain_does_not_lengthen_the_wait() -> None:
    clock = Clock()
    guard = Throttle(clock)
    for _ in range(FREE_TRIES["user"]):
        guard.attempt([user("anna")])
    waits = {guard.attempt([user("anna")]) for _ in range(50)}
    assert waits == {FIRST_WAIT_S}


def test_the_right_password_clears_the_name_but_not_the_address() -> None:
    guard = Throttle(Clock())
    where = address("192.0.2.1")
    for _ in range(FREE_TRIES["user"] - 1):
        guard.attempt([user("anna"), where])
    guard.attempt([user("anna"), where])
    guard.succeeded([user("anna"), where])
    assert guard.attempt([user("anna")]) == 0
    for n in range(FREE_TRIES["address"] - FREE_TRIES["user"] + 1):
        assert guard.attempt([user(f"other-{n}"), where]) == 0
    assert guard.attempt([user("one more"), where]) > 0


def test_many_names_from_one_address_are_slowed_down_too() -> None:
    guard = Throttle(Clock())
    for n in range(FREE_TRIES["address"]):
        assert guard.attempt([user(f"name-{n}"), address("192.0.2.1")]) == 0
    assert guard.attempt([user("new"), address("192.0.2.1")]) == FIRST_WAIT_S
    assert guard.attempt([user("new"), address("192.0.2.2")]) == 0


def test_no_wait_is_longer_than_the_longest_and_all_is_forgotten_in_time() -> None:
    clock = Clock()
    guard = Throttle(clock)
    for _ in range(40):
        wait = guard.attempt([user("anna")])
        assert wait <= LONGEST_WAIT_S
        clock.now += wait
    clock.now += FORGOTTEN_AFTER_S
    assert [guard.attempt([user("anna")]) for _ in range(FREE_TRIES["user"])] == [0.0] * FREE_TRIES["user"]


def test_names_differ_by_more_than_case_and_addresses_by_their_64_bits() -> None:
    assert user("Anna") == user("ANNA")
    assert address("2001:db8::1") == address("2001:db8::ffff")
    assert address("2001:db8:0:1::1") != address("2001:db8::1")
    assert address("testclient").name == "testclient"


def test_what_it_remembers_is_bounded() -> None:
    clock = Clock()
    guard = Throttle(clock)
    for _ in range(FREE_TRIES["user"]):
        guard.attempt([user("first")])
    for n in range(MAX_REMEMBERED):
        guard.attempt([user(str(n))])
    assert guard.attempt([user("first")]) == 0
