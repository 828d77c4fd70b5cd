"""The employer's keys: kept to itself, and weak ones of others known."""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

import pytest

from employer import keys
from employer.errors import EmployerError
from protocol.keys import PrivateKey, PublicKey

SMALL_ORDER = {
    "the identity": "0100000000000000000000000000000000000000000000000000000000000000",
    "order 2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "order 4": "0000000000000000000000000000000000000000000000000000000000000000",
    "order 4, other sign": "0000000000000000000000000000000000000000000000000000000000000080",
    "order 8": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "order 8, other sign": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "order 8, inverse": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "order 8, inverse, other sign": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "the identity, not canonical": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "zero, not canonical": "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "off the curve": "0200000000000000000000000000000000000000000000000000000000000000",
}
"""The points of small order and their other spellings (Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs")."""


@pytest.mark.parametrize("point", SMALL_ORDER.values(), ids=SMALL_ORDER.keys())
def test_points_that_prove_nothing_are_weak(point: str) -> None:
    assert not keys.is_strong(PublicKey(bytes.fromhex(point)))


def test_a_key_from_a_random_seed_is_strong() -> None:
    assert all(keys.is_strong(PrivateKey.generate().public) for _ in range(50))


def test_the_same_keys_come_back_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    made = keys.load_or_create(tmp_path)
    assert keys.load_or_create(tmp_path) == made
    if sys.platform != "win32":
        assert (tmp_path / keys.FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert [f.name for f in tmp_path.iterdir()] == [keys.FILE_NAME]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permission bits")
def test_a_key_file_that_others_can_read_is_refused_with_the_command_that_closes_it(tmp_path: Path) -> None:
    keys.load_or_create(tmp_path)
    (tmp_path / keys.FILE_NAME).chmod(0o644)
    with pytest.raises(EmployerError, match="chmod 600"):
        keys.load_or_create(tmp_path)


@pytest.mark.parametrize("damage", ["", "{}", "[]", "null", '{"signing": {}, "secret": "AA"}', "\x00\xff"])
def test_a_damaged_key_file_is_told_and_left_alone(tmp_path: Path, damage: str) -> None:
    file = tmp_path / keys.FILE_NAME
    file.touch(mode=0o600)
    file.write_text(damage, "latin-1")
    with pytest.raises(EmployerError, match="backup"):
        keys.load_or_create(tmp_path)
    assert file.read_text("latin-1") == damage


def test_commands_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        made = pool.map(_thumbprint, [os.fspath(tmp_path)] * 8)
    assert len(set(made)) == 1


def _thumbprint(folder: str) -> str:
    return keys.load_or_create(Path(folder)).signing.public.thumbprint


def test_every_use_has_a_secret_of_its_own(tmp_path: Path) -> None:
    own = keys.load_or_create(tmp_path)
    derived = {own.ticket_key, own.invitation_secret("a"), own.invitation_secret("b"), own.derive("nonce", b"a")}
    assert len(derived) == 4
    assert own.secret.hex() not in repr(own)
    assert all(len(secret) == 32 for secret in derived)
