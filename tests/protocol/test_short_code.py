"""A short code can be said, heard, and typed as people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.short_code import ALPHABET, read_code, short_code

ID = "01890a5d-ac96-774b-bcce-b302099a8057"


def test_the_code_is_pinned() -> None:
    assert short_code(ID) == "CP9M-C259"


@given(st.uuids())
def test_a_code_is_eight_unambiguous_characters(report_id: object) -> None:
    code = short_code(str(report_id))
    assert len(code) == 9
    assert code[4] == "-"
    assert set(code) - {"-"} <= set(ALPHABET)
    assert read_code(code) == code
    assert not set(ALPHABET) & set("ILOU")


@pytest.mark.parametrize("typed", ["k7qm-20w1", "K7QM20W1", " k7qm 2ow1 ", "K7QM-2OWI", "k7qm-2owl", "K7-QM-20-W1"])
def test_a_typed_code_is_understood(typed: str) -> None:
    assert read_code(typed) == "K7QM-20W1"


@pytest.mark.parametrize("typed", ["", "K7QM", "K7QM-20W1X", "К7QM-20W1", "U7QM-20W1", "Ivan"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert read_code(typed) is None
