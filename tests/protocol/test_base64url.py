"""Each byte string has one spelling, and only that one is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.base64url import Base64Error, decode, encode


@given(st.binary(max_size=200))
def test_what_is_encoded_is_decoded_again(data: bytes) -> None:
    assert decode(encode(data)) == data


@given(st.text("ABab01-_+/= \n.é", max_size=12))
def test_text_that_is_accepted_is_the_spelling_of_its_bytes(text: str) -> None:
    try:
        data = decode(text)
    except Base64Error:
        return
    assert encode(data) == text


@pytest.mark.parametrize(
    "text", ["YQ==", "YQ=", "YR", "Y", "YWJj\n", " YWJj", "YW Jj", "+/8", "é", "=", "Y=Q", "YWJj="]
)
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(Base64Error):
        decode(text)
