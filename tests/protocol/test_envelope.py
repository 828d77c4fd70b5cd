"""An envelope opens only as it was sealed: same bytes, same key, same type, same address."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.base64url import encode
from protocol.envelope import (
    EnvelopeError,
    Header,
    digest,
    open_envelope,
    peek,
    seal,
    shown_key,
)
from protocol.keys import PrivateKey, PublicKey
from protocol.messages import MAX_MESSAGE_BYTES, MAX_REPORT_BYTES, EnvelopeType

KEY = PrivateKey.from_jwk(
    {
        "kty": "OKP",
        "crv": "Ed25519",
        "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }
)
OTHER = PrivateKey(bytes(range(32)))
URL = "https://calls.example/api/v1/reports"
REPORT = EnvelopeType.REPORT
SEALED = seal(KEY, REPORT, b'{"a":1}', URL)


def refused(data: bytes, typ: str = REPORT, url: str | None = URL, key: PrivateKey = KEY) -> str:
    """The problem's name."""
    with pytest.raises(EnvelopeError) as error:
        open_envelope(data, lambda _: key.public, typ, url)
    return error.value.problem


def forged(header: object, payload: bytes = b'{"a":1}', key: PrivateKey = KEY) -> bytes:
    """An envelope with any header, rightly signed over it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    signed = f"{encode(raw)}.{encode(payload)}".encode()
    return signed + b"." + encode(Ed25519PrivateKey.from_private_bytes(key.seed).sign(signed)).encode()


FIELDS = {"alg": "Ed25519", "kid": KEY.public.thumbprint, "typ": REPORT, "url": URL}


def test_the_bytes_are_pinned() -> None:
    assert SEALED.decode() == (
        "eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoia1ByS19xbXhWV2FZVkE5d3dCRjZJdW8zdlZ6ejdUeEhDVHdYQnlnclM0ayIsInR5cCI6"
        "InJlYWRpbmVzcy1yZXBvcnQrandzIiwidXJsIjoiaHR0cHM6Ly9jYWxscy5leGFtcGxlL2FwaS92MS9yZXBvcnRzIn0."
        "eyJhIjoxfQ."
        "9IbQxP8wU2xRkaqzv5LBy4V9t0UMaJgA1pvhYTMHRGj_SKf96JYSJQjMlZf3rRnl0_Hn5kk8DmKZ9fZZkbB3Bw"
    )


def test_a_sealed_payload_comes_out_as_it_went_in() -> None:
    opened = open_envelope(SEALED, lambda _: KEY.public, REPORT, URL)
    assert opened.payload == b'{"a":1}'
    assert opened.header == Header("Ed25519", KEY.public.thumbprint, REPORT, URL)


@given(st.dictionaries(st.text("abcдё", max_size=5), st.integers(-99, 99), max_size=5))
def test_any_payload_comes_out_as_it_went_in(document: dict[str, int]) -> None:
    payload = json.dumps(document, ensure_ascii=False).encode()
    assert open_envelope(seal(KEY, REPORT, payload, URL), lambda _: KEY.public, REPORT, URL).payload == payload


@given(st.integers(0, len(SEALED) - 1), st.integers(0, 255))
def test_no_byte_can_be_changed(place: int, byte: int) -> None:
    changed = SEALED[:place] + bytes([byte]) + SEALED[place + 1 :]
    if changed != SEALED:
        assert refused(changed) in {
            "malformed",
            "bad_signature",
            "unknown_key",
            "wrong_type",
            "wrong_url",
        }


@given(st.integers(0, len(SEALED)), st.sampled_from([b" ", b"\n", b"=", b"A", b".", b"\x00", b"\xff"]))
def test_no_byte_can_be_put_in(place: int, put: bytes) -> None:
    assert refused(SEALED[:place] + put + SEALED[place:]) != "too_large"


@given(st.integers(0, len(SEALED) - 1))
def test_no_end_can_be_cut_off(length: int) -> None:
    refused(SEALED[:length])


def test_trailing_bits_of_the_signature_cannot_be_set() -> None:
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = last[last.index(chr(SEALED[-1])) + 1]
    assert refused(SEALED[:-1] + twin.encode()) == "malformed"


def test_another_key_type_or_address_is_refused() -> None:
    assert refused(SEALED, key=OTHER) == "unknown_key"
    assert refused(SEALED, typ=EnvelopeType.RECEIPT) == "wrong_type"
    assert refused(SEALED, url=URL + "/") == "wrong_url"
    assert open_envelope(SEALED, lambda _: KEY.public, REPORT).header.url == URL


def test_the_kid_of_another_key_does_not_help() -> None:
    assert refused(forged(FIELDS, key=OTHER)) == "bad_signature"


def test_size_comes_before_all_else() -> None:
    assert refused(b"x" * (MAX_REPORT_BYTES + 1)) == "too_large"
    assert refused(b"x" * (MAX_MESSAGE_BYTES + 1), typ=EnvelopeType.RECEIPT) == "too_large"
    with pytest.raises(EnvelopeError) as error:
        seal(KEY, REPORT, b'"' + b"a" * MAX_REPORT_BYTES + b'"', URL)
    assert error.value.problem == "too_large"


def test_the_largest_report_opens() -> None:
    room = MAX_REPORT_BYTES - len(seal(KEY, REPORT, b'""', URL)) + 3
    payload = b'"' + b"a" * (room * 3 // 4 - 2) + b'"'
    sealed = seal(KEY, REPORT, payload, URL)
    assert len(sealed) > MAX_REPORT_BYTES - 8
    assert open_envelope(sealed, lambda _: KEY.public, REPORT, URL).payload == payload


@pytest.mark.parametrize(
    "header",
    [
        {k: v for k, v in FIELDS.items() if k != "url"},
        {**FIELDS, "crit": ["b64"], "b64": False},
        {**FIELDS, "jku": "https://evil.example"},
        {**FIELDS, "alg": "none"},
        {**FIELDS, "alg": "EdDSA"},
        {**FIELDS, "alg": "HS256"},
        {**FIELDS, "kid": 7},
        {**FIELDS, "kid": "short"},
        {**FIELDS, "nonce": None},
        {**FIELDS, "nonce": "n" * 201},
        {**FIELDS, "url": "https://" + "u" * 400},
        {**FIELDS, "jwk": "key"},
        {**FIELDS, "jwk": OTHER.public.jwk},
        {**FIELDS, "jwk": KEY.jwk},
        {**FIELDS, "typ": REPORT, "url": "\x1b"},
        [],
        "alg",
        b'{"alg":"Ed25519","alg":"Ed25519"}',
        b"\xff",
        b"{",
        b"{" + b" " * 2000 + b"}",
    ],
)
def test_other_headers_are_malformed(header: object) -> None:
    assert refused(forged(header)) == "malformed"


def test_the_signature_comes_before_the_payload_is_read() -> None:
    twice = b'{"a":1,"a":2}'
    assert refused(forged(FIELDS, twice)) == "malformed"
    assert refused(forged(FIELDS, twice, key=OTHER)) == "bad_signature"


def test_a_policy_is_toml() -> None:
    sealed = seal(KEY, EnvelopeType.POLICY, b"a = 1\n", URL, show_key=True)
    opened = open_envelope(sealed, shown_key(KEY.public.thumbprint), EnvelopeType.POLICY, URL)
    assert opened.payload == b"a = 1\n"


def test_the_key_shown_must_be_the_one_that_is_pinned() -> None:
    sealed = seal(KEY, EnvelopeType.RECEIPT, b"{}", URL, show_key=True)
    assert open_envelope(sealed, shown_key(KEY.public.thumbprint), EnvelopeType.RECEIPT).header.jwk == KEY.public
    for pinned, data in ((OTHER, sealed), (KEY, seal(KEY, EnvelopeType.RECEIPT, b"{}", URL))):
        with pytest.raises(EnvelopeError) as error:
            open_envelope(data, shown_key(pinned.public.thumbprint), EnvelopeType.RECEIPT)
        assert error.value.problem == "unknown_key"


def test_a_nonce_travels_in_the_header() -> None:
    sealed = seal(KEY, EnvelopeType.CHALLENGE_REQUEST, b"{}", URL, nonce="n-1")
    assert open_envelope(sealed, lambda _: KEY.public, EnvelopeType.CHALLENGE_REQUEST).header.nonce == "n-1"


def test_a_key_for_that_gives_a_wrong_key_is_caught() -> None:
    def careless(header: Header) -> PublicKey:
        return OTHER.public

    with pytest.raises(EnvelopeError) as error:
        open_envelope(SEALED, careless, REPORT)
    assert error.value.problem == "unknown_key"


def test_peeking_reads_without_proof() -> None:
    header, payload = peek(forged(FIELDS, key=OTHER))
    assert (header.kid, payload) == (KEY.public.thumbprint, b'{"a":1}')
    with pytest.raises(EnvelopeError):
        peek(b"not an envelope")
    with pytest.raises(EnvelopeError):
        peek(b"x" * (MAX_REPORT_BYTES + 1))


def test_a_digest_is_sha256_in_hex() -> None:
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
