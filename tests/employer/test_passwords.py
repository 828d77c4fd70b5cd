"""The desk's passwords."""

from __future__ import annotations

import hashlib

import pytest

from employer import passwords
from protocol.base64url import decode


def test_the_right_password_is_right_and_no_other() -> None:
    stored = passwords.hash_password("верный пароль")
    assert passwords.verify("верный пароль", stored)
    assert not passwords.verify("верный парол", stored)
    assert not passwords.verify("", stored)


def test_the_hash_is_scrypt_with_its_own_salt() -> None:
    first, second = (passwords.hash_password("correct horse") for _ in range(2))
    assert first != second
    name, log2_n, r, p, salt, hashed = first.split("$")
    expected = hashlib.scrypt(
        b"correct horse",
        salt=decode(salt),
        n=2 ** int(log2_n),
        r=int(r),
        p=int(p),
        maxmem=1 << 26,
        dklen=32,
    )
    assert (name, decode(hashed)) == ("scrypt", expected)


@pytest.mark.parametrize("stored", [None, "", "scrypt$15$8$3$AA$", "md5$1$1$1$AA$AA", "scrypt$x$8$3$AA$AA"])
def test_nobodys_password_is_never_right(stored: str | None) -> None:
    assert not passwords.verify("correct horse", stored)


@pytest.mark.parametrize("password", ["", "short", "x" * 201])
def test_a_password_has_a_sensible_length(password: str) -> None:
    with pytest.raises(passwords.PasswordError, match="10 to 200"):
        passwords.hash_password(password)
