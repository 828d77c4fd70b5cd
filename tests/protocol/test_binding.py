"""Only who has the invitation's secret can bind a key, and only that key, at that address."""

from __future__ import annotations

import pytest
from joserfc import jws
from joserfc.jwk import OctKey
from joserfc.registry import HeaderParameter

from protocol.base64url import encode
from protocol.binding import BindingError, bind, open_binding
from protocol.keys import PrivateKey

KEY = PrivateKey(bytes(range(32))).public
OTHER = PrivateKey(bytes(32)).public
SECRET = bytes(range(32))
URL = "https://calls.example/api/v1/enrol"
BINDING = bind(KEY, "inv-1", SECRET, URL)


class Unknown(Exception):
    """What the caller raises for an invitation that it doesn't know."""


def secret_for(invitation: str) -> bytes:
    if invitation != "inv-1":
        raise Unknown
    return SECRET


def test_a_binding_names_its_invitation() -> None:
    assert open_binding(BINDING, secret_for, KEY, URL) == "inv-1"


def test_another_implementation_verifies_it() -> None:
    registry = jws.JWSRegistry(header_registry={"url": HeaderParameter("url", "str")}, algorithms=["HS256"])
    read = jws.deserialize_compact(BINDING, OctKey.import_key(SECRET), registry=registry)
    assert read.headers() == {"alg": "HS256", "kid": "inv-1", "url": URL}
    assert b'"x":"' + KEY.jwk["x"].encode() + b'"' in (read.payload or b"")


def test_an_unknown_invitation_is_for_the_caller_to_say() -> None:
    with pytest.raises(Unknown):
        open_binding(bind(KEY, "inv-2", SECRET, URL), secret_for, KEY, URL)


@pytest.mark.parametrize(
    "binding",
    [
        bind(KEY, "inv-1", SECRET[:-1], URL),
        bind(OTHER, "inv-1", SECRET, URL),
        bind(KEY, "inv-1", SECRET, "https://evil.example/api/v1/enrol"),
        BINDING + "=",
        BINDING + "\n",
        BINDING.replace(".", ""),
        BINDING + ".x",
        "é.é.é",
        "",
        "a" * 5000,
        ".".join((encode(b'{"alg":"none","kid":"inv-1","url":"' + URL.encode() + b'"}'), *BINDING.split(".")[1:])),
        ".".join((encode(b"[]"), *BINDING.split(".")[1:])),
        ".".join((encode(b"{"), *BINDING.split(".")[1:])),
    ],
)
def test_anything_else_is_refused(binding: str) -> None:
    with pytest.raises(BindingError):
        open_binding(binding, secret_for, KEY, URL)
