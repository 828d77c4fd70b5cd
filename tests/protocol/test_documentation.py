"""What ``docs/protocol.md`` says is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from employer.api.problems import KINDS
from employer.keys import EmployerKeys
from protocol import binding, envelope, invitation, messages, strict
from protocol.keys import PrivateKey
from protocol.messages import EnvelopeType
from tests.protocol.test_envelope import SEALED

RECEIVER = EmployerKeys(PrivateKey(bytes(32)), bytes(32))
TEXT = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text("utf-8")
TYPES = {name: value for name, value in vars(EnvelopeType).items() if name.isupper()}
PATHS = {name: value for name, value in vars(messages.Path).items() if name.isupper()}
MESSAGES = [
    kind
    for kind in vars(messages).values()
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and msgspec.structs.fields(kind)
]


def row(name: str) -> str:
    """The row of a table that begins with that name."""
    found = re.search(rf"^\| `{re.escape(name)}`.*$", TEXT, re.MULTILINE)
    assert found, f"{name} has no row"
    return found[0]


@pytest.mark.parametrize("path", PATHS.values(), ids=list(PATHS))
def test_every_address_is_there(path: str) -> None:
    assert re.search(rf"(GET|POST) {re.escape(path)}\b", TEXT)


@pytest.mark.parametrize("typ", TYPES.values(), ids=list(TYPES))
def test_every_type_has_its_limit(typ: str) -> None:
    assert f"| {envelope.limit_bytes(typ)} |" in row(typ)


@pytest.mark.parametrize("kind", MESSAGES, ids=[kind.__name__ for kind in MESSAGES])
def test_every_message_has_all_its_fields(kind: type[msgspec.Struct]) -> None:
    said = row(kind.__name__)
    for field in msgspec.structs.fields(kind):
        assert f"`{field.encode_name}`" in said, field.name


@pytest.mark.parametrize("name", KINDS)
def test_every_problem_has_its_status(name: str) -> None:
    assert row(name).startswith(f"| `{name}` | {KINDS[name].status} |")


def test_no_problem_is_invented() -> None:
    section = TEXT.split("## Problems")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z_]+)` \| \d", section, re.MULTILINE)) == set(KINDS)


def test_the_numbers_are_the_codes() -> None:
    for said in (
        f"deeper than {strict.MAX_DEPTH}",
        f"more than {strict.MAX_NUMBER_CHARACTERS} characters",
        f"{envelope.MAX_HEADER_BYTES} bytes",
        f"`url` {envelope.MAX_URL_CHARACTERS} characters, `nonce` {envelope.MAX_NONCE_CHARACTERS}",
        f"at least {invitation.MIN_SECRET_BYTES} bytes (the receiver makes {len(RECEIVER.invitation_secret('an id'))})",
        f"at most {binding.MAX_CHARACTERS} characters",
        messages.NONCE_HEADER,
        messages.JOSE,
        messages.PROBLEM,
    ):
        assert said in TEXT.replace("\n", " "), said


def test_the_example_is_the_real_one() -> None:
    assert SEALED.decode() in TEXT
