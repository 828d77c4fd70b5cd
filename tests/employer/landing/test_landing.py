"""The page that an invitation link opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from employer.app import application, open_receiver
from employer.landing import in_order
from employer.settings import Settings
from protocol.invitation import parse
from tests.employer.conftest import ADDRESS, Employer
from tests.employer.desk.browser import Window, chromium, window
from tests.employer.test_server import serving


@pytest.mark.parametrize(
    ("accepted", "first"),
    [("", "en"), ("ru-RU,ru;q=0.9,en;q=0.8", "ru"), ("de,en", "en"), ("uk, ru", "ru"), ("*", "en"), (";;,,", "en")],
)
def test_the_browsers_language_comes_first(accepted: str, first: str) -> None:
    assert in_order(accepted)[0] == first
    assert set(in_order(accepted)) == {"en", "ru"}


def test_before_there_is_a_policy_the_page_says_so_in_words(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, public_url=ADDRESS, line=False)
    with TestClient(application(open_receiver(settings)), base_url=ADDRESS) as browser:
        answer = browser.get("/i", headers={"Accept-Language": "ru"})
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.index("ещё не готова") < answer.text.index("not ready yet")


def test_the_page_says_who_asks_and_what_for_and_needs_nothing_from_elsewhere(employer: Employer) -> None:
    answer = employer.http.get("/i", headers={"Accept-Language": "ru"})
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.text.index('<main lang="ru">') < answer.text.index('<main lang="en">')
    assert not re.search(r"built-in|object at|\{\{|\}\}", answer.text)
    for words in ("Example Calls", "Pay, discipline.", "it@example.com"):
        assert answer.text.count(words) >= 2
    for address in re.findall(r'(?:src|href)="([^"]*)"', answer.text):
        assert employer.http.get(f"/{address}").status_code == 200
    assert "//" not in "".join(re.findall(r'(?:src|href)="([^"]*)"', answer.text))


def test_an_employers_words_are_words_and_not_markup(employer: Employer) -> None:
    from tests.employer.conftest import policy_toml

    hostile = policy_toml("2").replace(b'Example Calls"', b'<script>alert(1)</script>"')
    employer.publish(hostile)
    page = employer.http.get("/i").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for this module."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def link(tmp_path: Path) -> Iterator[str]:
    """An invitation to a receiver that is served."""
    from employer import invitations, keys, policies
    from employer.receiver import utc_now
    from employer.store.store import Store
    from tests.employer.conftest import policy_toml

    with serving(tmp_path) as running:
        store = Store(f"sqlite:///{tmp_path / 'employer.sqlite3'}")
        store.write(lambda c: policies.publish(c, policy_toml(), "p", utc_now())).result()
        invited = store.write(
            lambda c: invitations.invite(
                c,
                keys.load_or_create(tmp_path),
                f"http://127.0.0.1:{running.port}",
                name="Anna",
                ref="7",
                now=utc_now(),
            )
        ).result()
        store.close()
        yield invited.link


@pytest.mark.realtime
def test_the_link_is_shown_to_copy_whole_and_only_in_the_readers_language(browser: Browser, link: str) -> None:
    with window(browser, link, language="ru-RU") as opened:
        opened.page.goto(link)
        shown = opened.page.locator("main:visible")
        expect(shown).to_have_count(1)
        expect(shown).to_have_attribute("lang", "ru")
        assert parse(shown.locator(".link code").inner_text()) == parse(link)
        expect(shown.locator(".system:visible")).to_have_count(1)
        shown.locator("summary").click()
        expect(shown.locator(".system:visible")).to_have_count(3)
        opened.page.get_by_role("button", name="English").click()
        expect(opened.page.locator("main:visible")).to_have_attribute("lang", "en")
        assert opened.page.locator("html").get_attribute("lang") == "en"
        assert opened.complaints == []


@pytest.mark.realtime
def test_copying_gives_the_link(browser: Browser, link: str) -> None:
    with window(browser, link) as opened:
        opened.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        opened.page.goto(link)
        button = opened.page.locator("main:visible .link button")
        button.click()
        expect(button).to_have_text("Copied")
        assert parse(opened.page.evaluate("navigator.clipboard.readText()")) == parse(link)
        assert opened.complaints == []


@pytest.mark.realtime
@pytest.mark.parametrize("damage", ["", "#", "#1.abcd", "#<img src=x onerror=alert(1)>"])
def test_a_link_that_was_cut_off_is_told(browser: Browser, link: str, damage: str) -> None:
    with window(browser, link) as opened:
        opened.page.goto(link.partition("#")[0] + damage)
        expect(opened.page.locator("main:visible .cut")).to_be_visible()
        expect(opened.page.locator("main:visible .link")).to_be_hidden()
        assert opened.complaints == []


@pytest.mark.realtime
def test_without_script_both_languages_are_there(browser: Browser, link: str) -> None:
    with window(browser, link, script=False) as opened:
        opened.page.goto(link)
        expect(opened.page.locator("main:visible")).to_have_count(2)
        expect(opened.page.get_by_text("address bar")).to_be_visible()
        assert opened.page.locator("button:visible").count() == 0


@pytest.mark.realtime
@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_runs_out_of_the_page(browser: Browser, link: str, width: int) -> None:
    with window(browser, link, width=width) as opened:
        opened.page.goto(link)
        assert _overflow(opened) <= 0


def _overflow(opened: Window) -> int:
    pixels: int = opened.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return pixels
