"""A report's exact document as lines that a person can read: every value of it, with a name before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from textual.content import Content

from agent.language import N_, _, words
from agent.ui.text import said
from agent.verdict import READINESS
from report.vocabulary import Finding, Measurement, Readiness

_NAMES: Mapping[str, str] = {
    "schema": N_("Kind of document"),
    "report_id": N_("Number of this report"),
    "device": N_("Mark of this computer's key"),
    "seq": N_("How many reports this computer has sent"),
    "prev": N_("Mark of the report before"),
    "audience": N_("Addressed to"),
    "challenge": N_("The company's word that the check is fresh"),
    "started_at": N_("Check began"),
    "ended_at": N_("Check ended"),
    "sealed_at": N_("Report closed"),
    "policy": N_("The company's rules"),
    "agent": N_("Program and system"),
    "shown": N_("What you saw"),
    "outcomes": N_("What was measured"),
    "earlier": N_("Measured before, then again"),
    "left_out": N_("Left out by you"),
    "comment": N_("Your comment"),
    "version": N_("Version"),
    "digest": N_("Mark of the rules"),
    "purpose_digest": N_("Mark of the purpose"),
    "os": N_("System"),
    "os_version": N_("Version of the system"),
    "language": N_("Language"),
    "mode": N_("Used as"),
    "key_storage": N_("Key kept in"),
    "readiness": N_("Verdict"),
    "next_action": N_("Next action"),
    "status": N_("Status"),
    "because": N_("Why it was not measured"),
    "measurements": N_("Numbers"),
    "findings": N_("Noticed"),
    "disturbed_by": N_("Disturbed by"),
    "evidence": N_("Course over time"),
    "facts": N_("Facts"),
    "measured_at_s": N_("Seconds from the start"),
    "outcome": N_("Outcome"),
    "replaced_at": N_("Replaced"),
}
_FIRST = (
    "shown",
    "comment",
    "left_out",
    "outcomes",
    "earlier",
    "started_at",
    "ended_at",
    "sealed_at",
    "agent",
    "policy",
)
"""What a person wants to see first; the bytes have their own order."""
_INDENT = "  "


def lines(payload: bytes) -> Iterator[Content]:
    """The document's lines. ``payload`` is JSON, exactly as it will be signed."""
    fields = json.loads(payload)
    yield from _object({k: fields[k] for k in sorted(fields, key=_place)}, 0)


def raw_lines(payload: bytes) -> str:
    """The document's bytes as text."""
    return payload.decode("utf-8", "backslashreplace")


def _place(key: str) -> int:
    return _FIRST.index(key) if key in _FIRST else len(_FIRST)


def _object(fields: Mapping[str, Any], depth: int) -> Iterator[Content]:
    for key, value in fields.items():
        yield from _entry(_(_NAMES[key]) if key in _NAMES else key, key, value, depth)


def _entry(name: str, key: str, value: Any, depth: int) -> Iterator[Content]:
    if isinstance(value, dict) and key in ("because",):
        yield _line(name, "", depth)
        yield from _finding(value, depth + 1)
    elif isinstance(value, dict):
        yield _line(name, "" if value else _("none"), depth)
        yield from _object(value, depth + 1)
    elif isinstance(value, list):
        yield _line(name, "" if value else _("none"), depth)
        for item in value:
            yield from _item(key, item, depth + 1)
    else:
        shown = f"{_(READINESS[Readiness(value)])} ({value})" if key == "readiness" else _value(value)
        yield _line(name, shown, depth)


def _item(key: str, item: Any, depth: int) -> Iterator[Content]:
    if not isinstance(item, dict):
        yield said(_INDENT * depth, _value(item))
    elif key == "outcomes":
        yield said("")
        yield said(
            _INDENT * depth, (words().check_title(item["check"]), "bold $primary"), (f"  {item['check']}", "$quiet")
        )
        yield from _object({k: v for k, v in item.items() if k != "check"}, depth + 1)
    elif key == "measurements":
        yield _measurement(item, depth)
    elif key in ("findings", "disturbed_by"):
        yield from _finding(item, depth)
    elif key == "evidence":
        yield from _series(item, depth)
    else:
        yield from _object(item, depth)


def _measurement(item: Mapping[str, Any], depth: int) -> Content:
    measured = Measurement(metric=item["metric"], value=item["value"], unit=item["unit"])
    exact = " … ".join(_value(item[end]) for end in ("low", "high") if end in item)
    interval = f"  [{exact}]" if exact else ""
    name = words().metric_title(measured.metric)
    return said(
        _INDENT * depth,
        (f"{name}: ", "$quiet"),
        f"{_value(item['value'])} {item['unit']}".rstrip(),
        (interval, "$quiet"),
    )


def _finding(item: Mapping[str, Any], depth: int) -> Iterator[Content]:
    found = Finding(code=item["code"], params=item.get("params", {}), text=item.get("text", ""))
    yield said(_INDENT * depth, words().finding_text(found), (f"  {found.code}", "$quiet"))
    if found.params:
        shown = ", ".join(f"{name} = {_value(value)}" for name, value in found.params.items())
        yield said(_INDENT * (depth + 1), (shown, "$quiet"))
    if found.text:
        yield said(_INDENT * (depth + 1), (found.text, "$quiet"))


def _series(item: Mapping[str, Any], depth: int) -> Iterator[Content]:
    values = item["values"]
    every = _("{count} points, one every {seconds} s, from {start} s").format(
        count=len(values), seconds=_value(item["step_s"]), start=_value(item.get("start_s", 0))
    )
    yield said(_INDENT * depth, (f"{words().series_title(item['name'])}: ", "$quiet"), every)
    yield said(
        _INDENT * (depth + 1), (" ".join("–" if v is None else _value(v) for v in values), "$quiet"), f" {item['unit']}"
    )


def _line(name: str, value: str, depth: int) -> Content:
    return said(_INDENT * depth, (f"{name}: " if value else name, "$quiet" if value else "bold"), value)


def _value(value: Any) -> str:
    if value is None:
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)
