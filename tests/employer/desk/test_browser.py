"""The desk in a real browser: a person signs in, searches, reads a report, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from employer.store.rows import StoredReport
from tests.employer.desk.browser import CHROMIUM, chromium, desk_on_loopback, window
from tests.employer.desk.office import Office, busy_program, headset_missing, jitter, load, open_office, room

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"{CHROMIUM} is not installed: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_office(tmp_path_factory.mktemp("office"), datetime.now(UTC))
    opened.user()
    yield opened
    opened.receiver.store.close()


@pytest.fixture(scope="module")
def sent(office: Office) -> StoredReport:
    office.operator("Boris Ivanov", "4712")
    computer = office.computer(office.operator("Анна Петрова", "4711"))
    return office.send(
        computer, [room(), headset_missing(), jitter(), load(92, busy=busy_program())], comment="<b>Hello</b>"
    )


@pytest.fixture(scope="module")
def desk(office: Office) -> Iterator[str]:
    with desk_on_loopback(office) as address:
        yield address


@pytest.mark.parametrize(
    ("language", "search", "not_ready"), [("en-GB", "Search", "Not ready yet"), ("ru-RU", "Найти", "Пока не готово")]
)
def test_from_the_door_to_a_report(
    browser: Browser, desk: str, sent: StoredReport, language: str, search: str, not_ready: str
) -> None:
    with window(browser, desk, language=language) as opened:
        page = opened.page
        opened.sign_in()
        page.get_by_role("searchbox").fill("петрова")
        page.get_by_role("button", name=search).click()
        expect(page.locator("tbody tr")).to_have_count(1)
        page.get_by_role("link", name=not_ready, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Анна Петрова")
        expect(page.locator(".banner")).to_contain_text(not_ready)
        expect(page.locator("[data-evidence]")).to_have_attribute("data-drawn", "4")
        expect(page.locator(".uplot canvas")).to_have_count(4)
        expect(page.locator("blockquote")).to_have_text("<b>Hello</b>")
        assert opened.complaints == []


def test_a_click_changes_the_language_and_stays_on_the_page(browser: Browser, desk: str, sent: StoredReport) -> None:
    with window(browser, desk) as opened:
        opened.sign_in()
        opened.page.goto(f"{desk}/reports/{sent.id}")
        opened.page.get_by_role("button", name="Русский").click()
        expect(opened.page.locator("html")).to_have_attribute("lang", "ru")
        expect(opened.page).to_have_url(f"{desk}/reports/{sent.id}")
        assert opened.complaints == []


def test_times_are_those_of_the_readers_clock(browser: Browser, desk: str, sent: StoredReport) -> None:
    with window(browser, desk) as opened:
        opened.sign_in()
        opened.page.goto(f"{desk}/reports/{sent.id}")
        time = opened.page.locator(".strip time").first
        expect(time).to_have_attribute("title", re.compile("UTC$"))
        moscow = (sent.received_at.hour + 3) % 24
        expect(time).to_contain_text(f"{moscow:02}:{sent.received_at.minute:02}")


def test_everything_can_be_read_without_scripts(browser: Browser, desk: str, sent: StoredReport) -> None:
    with window(browser, desk, script=False) as opened:
        page = opened.page
        opened.sign_in()
        page.goto(f"{desk}/reports/{sent.id}")
        expect(page.locator(".plot-box svg")).to_have_count(4)
        expect(page.locator("time").first).to_contain_text("UTC")
        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(f"{desk}/sign-in")


def test_the_live_picture_keeps_the_scale_of_the_printed_one(browser: Browser, desk: str, sent: StoredReport) -> None:
    with window(browser, desk) as opened:
        opened.sign_in()
        opened.page.goto(f"{desk}/reports/{sent.id}")
        figure = opened.page.locator("figure[data-series='computer.cpu_busy_percent']")
        expect(figure).to_have_attribute("data-bottom", "0.0")
        expect(figure).to_have_attribute("data-top", "100.0")
        expect(figure.locator("canvas")).to_be_visible()


def test_a_short_code_said_over_the_phone_opens_the_report(browser: Browser, desk: str, sent: StoredReport) -> None:
    with window(browser, desk) as opened:
        opened.sign_in()
        opened.page.get_by_role("searchbox").fill(sent.short_code.lower().replace("-", " "))
        opened.page.keyboard.press("Enter")
        expect(opened.page).to_have_url(f"{desk}/reports/{sent.id}")


@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_no_page_is_wider_than_its_window(browser: Browser, desk: str, sent: StoredReport, width: int) -> None:
    with window(browser, desk, language="ru-RU", width=width) as opened:
        opened.sign_in()
        for path in ("/", f"/operators/{sent.operator_id}", f"/reports/{sent.id}", "/alarms"):
            opened.page.goto(desk + path)
            assert opened.page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_keyboard_alone_leads_through(browser: Browser, desk: str, sent: StoredReport) -> None:
    with window(browser, desk) as opened:
        page = opened.page
        page.goto(f"{desk}/sign-in")
        expect(page.get_by_label("Name", exact=True)).to_be_focused()
        page.keyboard.type("support")
        page.keyboard.press("Tab")
        page.keyboard.type("correct horse battery")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{desk}/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("dark", [False, True])
def test_words_stand_out_from_what_is_behind_them(browser: Browser, desk: str, sent: StoredReport, dark: bool) -> None:
    with window(browser, desk, dark=dark) as opened:
        opened.sign_in()
        for path in ("/", f"/reports/{sent.id}"):
            opened.page.goto(desk + path)
            assert opened.page.evaluate(FAINT_WORDS) == []


FAINT_WORDS = """() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !element.checkVisibility({ visibilityProperty: true })) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${element.className}: ${walk.currentNode.textContent.trim()}`);
  }
  return faint;
}"""
"""Text whose contrast is below 4.5 to 1 (WCAG 2.2, success criterion 1.4.3)."""
