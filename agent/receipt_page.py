"""A receipt as one self-contained page to print, in both languages: what the employer has, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import TYPE_CHECKING

from agent.language import N_
from agent.outbox import Kept
from agent.text import plain
from agent.verdict import READINESS
from protocol.envelope import digest, peek
from protocol.messages import Receipt
from report.catalogue import FINDINGS
from report.document import Report
from report.vocabulary import Finding, Readiness
from report.words import Words, translator

if TYPE_CHECKING:
    from agent.session import Membership

LANGUAGES = ("ru", "en")

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", sans-serif; color: #1b2430; background: #fff;
  max-width: 44rem; margin: 2.5rem auto; padding: 0 1.5rem; }
section + section { margin-top: 3rem; border-top: 1px solid #c9d1da; padding-top: 2.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
.code { font: 600 2rem/1.2 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; letter-spacing: .08em; }
dl { display: grid; grid-template-columns: 12rem 1fr; gap: .35rem 1.25rem; margin: 1.5rem 0; }
dt { color: #57626f; } dd { margin: 0; overflow-wrap: anywhere; }
.mark { font: .78rem/1.6 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; }
p.note { color: #57626f; }
@media print { body { margin: 0; max-width: none; } section + section { break-before: page; border: 0; } }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; } dt { margin-top: .5rem; } }
"""


def page(kept: Kept, report: Report, receipt: Receipt, member: Membership | None) -> str:
    """The page. Every text from elsewhere is escaped; nothing is loaded, and no script runs."""
    sections = "\n".join(_section(language, kept, report, receipt, member) for language in LANGUAGES)
    return f"""<!doctype html>
<html lang="{LANGUAGES[0]}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{_safe(receipt.short_code)}</title>
<style>{_STYLE}</style>
</head>
<body>
{sections}
</body>
</html>
"""


def _section(language: str, kept: Kept, report: Report, receipt: Receipt, member: Membership | None) -> str:
    t = translator("agent", language)
    rows = "\n".join(
        f"<dt>{_safe(t(name))}</dt><dd{_class(mark)}>{_safe(value)}</dd>"
        for name, value, mark in _rows(t, Words(language), kept, report, receipt, member)
        if value
    )
    readiness = t(READINESS[Readiness(receipt.evaluation.readiness)])
    note = t(
        N_(
            "The receipt is signed by the employer and was verified on this computer. It proves which bytes the "
            "employer received, and when. The marks name keys and bytes; they are not a personal signature. "
            "Anyone can verify both files with: readiness verify"
        )
    )
    heading = t(N_("Receipt for a workstation report"))
    return f"""<section lang="{language}">
<p class="note">{_safe(heading)}</p>
<h1>{_safe(readiness)}</h1>
<p class="code">{_safe(receipt.short_code)}</p>
<dl>
{rows}
</dl>
<p class="note">{_safe(note)}</p>
</section>"""


def _rows(
    t: Callable[[str], str], words: Words, kept: Kept, report: Report, receipt: Receipt, member: Membership | None
) -> Iterator[tuple[str, str, bool]]:
    """Name, value, and whether the value is a mark to compare letter by letter."""
    assert kept.envelope is not None
    assert kept.receipt is not None
    if member is not None:
        yield N_("Employer"), member.employer, False
        yield N_("Operator"), member.operator, False
    yield N_("When measured"), f"{_time(report.started_at)} – {_time(report.ended_at)}", False
    yield N_("Received"), _time(receipt.received_at), False
    yield N_("Valid until"), _time(receipt.valid_until), False
    yield N_("Next action"), _action(words, receipt.evaluation.next_action, report), False
    yield N_("Rules"), receipt.policy_version, False
    yield N_("Report number"), receipt.report_id, True
    yield N_("Mark of the report"), digest(kept.envelope), True
    yield N_("Mark of the rules"), receipt.policy_digest, True
    yield N_("Mark of the purpose"), receipt.purpose_digest, True
    yield N_("Mark of this computer's key"), receipt.device, True
    yield N_("Mark of the employer's key"), peek(kept.receipt)[0].kid, True


def _action(words: Words, code: str, report: Report) -> str:
    """The finding as the report tells it, or its title alone."""
    if not code:
        return ""
    told = (f for o in report.outcomes for f in (*o.findings, *([o.because] if o.because else [])) if f.code == code)
    found = next(told, None)
    if found is not None:
        return words.finding_text(found)
    return words.finding_title(Finding(code=code)) if code in FINDINGS else code


def _time(value: str) -> str:
    return value.replace("T", " ")[:16] + " UTC"


def _class(mark: bool) -> str:
    return ' class="mark"' if mark else ""


def _safe(text: str) -> str:
    return escape(plain(text, lines=False))
