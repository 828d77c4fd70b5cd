"""The log: one line for each thing that it says, whatever stands in it."""

from __future__ import annotations

import json
import logging

from employer.logs import REQUESTS, OneLine


def line(message: str, *arguments: object, name: str = "employer.desk", error: Exception | None = None) -> str:
    """How a record is written."""
    broke = (type(error), error, None) if error else None
    return OneLine().format(logging.LogRecord(name, logging.WARNING, "", 0, message, arguments, broke))


def test_a_line_of_a_request_is_as_it_is() -> None:
    assert line('{"status": 200}', name=REQUESTS) == '{"status": 200}'


def test_what_someone_else_wrote_can_not_make_another_line() -> None:
    written = line("%s made it %s", 'anna\n{"status": 200}', "\x1b[2J\u202e")
    assert written.isascii()
    assert written.isprintable()
    said = json.loads(written)
    assert said["message"] == 'anna\n{"status": 200} made it \x1b[2J\u202e'
    assert said["level"] == "warning"
    assert said["at"].endswith("Z")


def test_an_error_of_its_own_is_one_line() -> None:
    written = line("a page broke", error=ZeroDivisionError("x\ny"))
    assert len(written.splitlines()) == 1
    assert "ZeroDivisionError" in json.loads(written)["failure"]
