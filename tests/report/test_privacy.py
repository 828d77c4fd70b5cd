"""docs/privacy.md names every field of a report, and every detail that may be left out."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from report.document import Report
from report.private import DETAILS

PAGE = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text("utf-8")
ROWS = [line.split("|")[1:-1] for line in PAGE.splitlines() if line.startswith("| `")]
NAMED = {name for row in ROWS for name in re.findall(r"`([^`]+)`", row[0])}


def test_every_field_of_the_report_is_in_the_table_and_nothing_else_is() -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(Report)}
    assert fields | {detail.code for detail in DETAILS} == NAMED


def test_what_is_sent_by_default_is_told_as_it_is() -> None:
    told = {row[0].strip(" `"): row[-1].strip() == "yes" for row in ROWS if len(row) == 2}
    assert told == {detail.code: detail.sent for detail in DETAILS}
