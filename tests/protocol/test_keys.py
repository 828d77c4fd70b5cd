"""Keys keep their form, and their names are those of RFC 7638 and RFC 8037."""

from __future__ import annotations

import pytest

from protocol.base64url import decode
from protocol.keys import KeyFormatError, PrivateKey, PublicKey

RFC8037_PRIVATE = {
    "kty": "OKP",
    "crv": "Ed25519",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
"""RFC 8037, appendix A.1."""


def test_the_thumbprint_is_the_rfcs() -> None:
    key = PrivateKey.from_jwk(RFC8037_PRIVATE)
    assert key.public.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"  # RFC 8037, appendix A.3


def test_a_key_survives_its_jwk() -> None:
    key = PrivateKey.generate()
    assert PrivateKey.from_jwk(key.jwk) == key
    assert PublicKey.from_jwk(key.public.jwk) == key.public


def test_a_new_key_is_another_key() -> None:
    assert PrivateKey.generate() != PrivateKey.generate()


def test_a_private_key_does_not_show_itself() -> None:
    key = PrivateKey.from_jwk(RFC8037_PRIVATE)
    assert RFC8037_PRIVATE["d"] not in repr(key)
    assert repr(decode(RFC8037_PRIVATE["d"])) not in repr(key)


@pytest.mark.parametrize(
    "changed",
    [
        {"kty": "EC"},
        {"crv": "X25519"},
        {"x": RFC8037_PRIVATE["x"] + "="},
        {"x": RFC8037_PRIVATE["x"][:-1]},
        {"x": 7},
        {"use": "sig"},
        {"d": RFC8037_PRIVATE["d"]},
    ],
)
def test_another_form_of_public_key_is_refused(changed: dict[str, object]) -> None:
    public: dict[str, object] = {k: v for k, v in RFC8037_PRIVATE.items() if k != "d"}
    with pytest.raises(KeyFormatError):
        PublicKey.from_jwk({**public, **changed})


@pytest.mark.parametrize("jwk", [None, "key", [], {}, {"kty": "OKP"}])
def test_what_is_no_jwk_is_refused(jwk: object) -> None:
    with pytest.raises(KeyFormatError):
        PublicKey.from_jwk(jwk)
    with pytest.raises(KeyFormatError):
        PrivateKey.from_jwk(jwk)


def test_halves_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(KeyFormatError):
        PrivateKey.from_jwk({**RFC8037_PRIVATE, "x": PrivateKey.generate().public.jwk["x"]})
