"""A version 7 UUID sorts by its time (RFC 9562)."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from protocol.uuid7 import uuid7


@given(st.integers(0, 2**48 - 2))
def test_later_sorts_later(moment: int) -> None:
    assert str(uuid7(moment)) < str(uuid7(moment + 1))


def test_the_form_is_the_rfcs() -> None:
    value = uuid7(0x017F22E279B0)  # RFC 9562, appendix A.6
    assert str(value).startswith("017f22e2-79b0-7")
    assert value.version == 7
    assert value.variant == "specified in RFC 4122"


def test_the_time_is_now_and_the_rest_is_random() -> None:
    first, second = uuid7(), uuid7()
    assert first != second
    assert abs((first.int >> 80) / 1000 - time.time()) < 5
