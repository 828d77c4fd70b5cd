"""The printed receipt says everything in both languages, and runs nothing."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from agent.receipt_page import page
from agent.session import Membership, Session
from protocol.envelope import digest
from tests.agent.conftest import QuickCheck, measured


class Seen(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def html(session: Session, quick_check: QuickCheck) -> str:
    """The page of a report that was just delivered, for an operator with a hostile name."""
    quick_check.busy_percent = 99.0
    measured(session)
    kept = session.kept(session.send(session.preview()).entry.id)
    report, receipt = session.report_of(kept.id)
    assert receipt is not None
    assert kept.envelope is not None
    self_made = page(
        kept, report, receipt, Membership("A & B <Calls>", "<img src=x onerror=alert(1)>\x1b[2J", "", "", False, "")
    )
    for part in (receipt.short_code, receipt.report_id, digest(kept.envelope), receipt.device, session.employer_key):
        assert self_made.count(part) >= 2, "once in each language"
    return self_made


def test_both_languages_are_there(html: str) -> None:
    assert '<section lang="ru">' in html
    assert '<section lang="en">' in html
    assert "Not ready yet" in html


def test_the_page_loads_and_runs_nothing(html: str) -> None:
    seen = Seen(html)
    assert not seen.tags & {"script", "img", "link", "iframe", "a", "form"}
    assert not {name for name in seen.attributes if name.startswith("on")} | (
        seen.attributes & {"src", "href", "style"}
    )
    assert "default-src 'none'" in html
    assert "<img src=x onerror=alert(1)>" in seen.text
    assert "A & B <Calls>" in seen.text
    assert "\x1b" not in html
