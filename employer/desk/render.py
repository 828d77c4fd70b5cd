"""The desk's templates: autoescaped, strict about what they are given, one environment per language."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from employer.desk import assets
from employer.desk.language import NAMES, language
from employer.desk.visit import Visit

FOLDER = Path(__file__).parent / "templates"


def page(visit: Visit, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page in the visit's language."""
    html = (
        environment(visit.language.code)
        .get_template(template)
        .render(
            base=visit.base,
            here=visit.here if visit.request.method == "GET" else f"{visit.base}/",
            form_token=visit.form_token,
            user=visit.user,
            static=lambda name: visit.base + assets.address(name),
            **{"purpose": None, **values},
        )
    )
    return HTMLResponse(html, status_code=status)


@cache
def environment(code: str) -> Environment:
    """Everything is escaped; an unknown name is an error rather than a gap."""
    say = language(code)
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(say.gettext, say.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(say=say, languages=NAMES)
    return made
