"""A link says everything that enrolment needs, and a broken one says what is wrong with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.invitation import Invitation, InvitationError, check_address, is_loopback, parse

KEY = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
SECRET = "AAECAwQFBgcICQoLDA0ODw"
LINK = f"https://calls.example/i#1.inv-7f3a.{SECRET}.{KEY}"


def test_a_link_is_read() -> None:
    assert parse(LINK) == Invitation("https://calls.example", "inv-7f3a", bytes(range(16)), KEY)


@pytest.mark.parametrize(
    "address",
    ["https://calls.example", "https://calls.example:8443/base/two", "http://127.0.0.1:8080", "http://[::1]:1"],
)
def test_a_link_is_the_inverse_of_its_reading(address: str) -> None:
    invitation = Invitation(address, "abcd", bytes(range(32)), KEY)
    assert parse(invitation.link) == invitation


@given(st.binary(min_size=16, max_size=64), st.from_regex(r"[A-Za-z0-9_-]{4,64}", fullmatch=True))
def test_any_secret_and_id_survive(secret: bytes, id_: str) -> None:
    invitation = Invitation("https://a.example", id_, secret, KEY)
    assert parse(invitation.link) == invitation


@pytest.mark.parametrize(
    "pasted",
    [
        f"  {LINK}\n",
        f"<{LINK}>",
        f"«{LINK}».",
        f"({LINK}),",
        f"\ufeff{LINK[:30]}\u200b{LINK[30:]}\r\n",
        LINK.replace(".inv", "\n.inv"),
        LINK.replace("https://calls", "HTTPS://Calls"),
    ],
)
def test_what_a_mail_program_did_to_it_is_undone(pasted: str) -> None:
    assert parse(pasted) == parse(LINK)


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("hello", "not_a_link"),
        ("calls.example/i#1.a.b.c", "not_a_link"),
        ("ftp://calls.example/i#1.a.b.c", "not_a_link"),
        ("https:///i#1.a.b.c", "not_a_link"),
        ("https://[calls/i#1.a.b.c", "not_a_link"),
        ("https://calls.example:99999/i#1.a.b.c", "not_a_link"),
        ("https://me:word@calls.example/i#1.a.b.c", "not_a_link"),
        ("https://calls.exa\u0301mple/i#1.a.b.c", "not_a_link"),
        ("https://calls.example/%2e%2e/i#1.a.b.c", "not_a_link"),
        ("https://calls.example/" + "x" * 1000, "not_a_link"),
        (LINK.replace("https", "http"), "not_https"),
        ("https://calls.example/", "not_an_invitation"),
        ("https://calls.example/i?x#1.a.b.c", "not_an_invitation"),
        ("https://calls.example/ii#1.a.b.c", "not_an_invitation"),
        ("https://calls.example/i", "cut_off"),
        ("https://calls.example/i#", "cut_off"),
        ("https://calls.example/i#1.inv-7f3a", "cut_off"),
        (f"https://calls.example/i#1.inv-7f3a.{SECRET}", "cut_off"),
        (LINK[:-1], "cut_off"),
        (LINK.replace("#1.", "#2."), "newer_version"),
        (LINK.replace("#1.", "#x."), "damaged"),
        (LINK + "A", "damaged"),
        (LINK + ".more", "damaged"),
        (LINK.replace("inv-7f3a", "a b!"), "damaged"),
        (LINK.replace(SECRET, SECRET[:-1]), "damaged"),
        (LINK.replace(SECRET, SECRET[:-2]), "damaged"),
        (LINK.replace(SECRET, SECRET[:20]), "damaged"),
        (LINK.replace(SECRET, "AA%%"), "damaged"),
    ],
)
def test_a_broken_link_says_what_is_wrong(link: str, reason: str) -> None:
    with pytest.raises(InvitationError) as error:
        parse(link)
    assert error.value.reason == reason


@given(st.text(max_size=80) | st.text("https:/i#1.ab@[]?%", max_size=40))
def test_no_text_does_worse_than_be_refused(text: str) -> None:
    with pytest.raises(InvitationError):
        parse(text)


def test_the_secret_does_not_show_itself() -> None:
    assert SECRET not in repr(parse(LINK))
    assert repr(bytes(range(16))) not in repr(parse(LINK))


def test_an_address_has_one_form() -> None:
    assert check_address("https://Calls.Example/base/") == "https://calls.example/base"
    assert check_address("http://localhost:80") == "http://localhost:80"
    for address in ("http://calls.example", "https://calls.example/?q", "https://calls.example/#f"):
        with pytest.raises(InvitationError):
            check_address(address)


@pytest.mark.parametrize(
    ("host", "inside"),
    [("localhost", True), ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True)]
    + [(h, False) for h in ("localhost.example", "10.0.0.1", "0.0.0.0", "::", "127.0.0.1.example", "", None)],
)
def test_loopback_is_told_by_its_address(host: str | None, inside: bool) -> None:
    assert is_loopback(host) is inside
