"""The page that an invitation link opens: what is asked, how to install the program, and the link to paste into it.

The link's secret stands in its fragment, which a browser never sends. Only the page's own script sees it.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache, lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from employer import policies
from employer.api.signed import in_thread
from employer.policies import NoPolicy
from employer.receiver import Receiver
from protocol import messages
from report.policy import Policy, Purpose

_FOLDER = Path(__file__).parent
_TYPES = {"landing.css": "text/css", "landing.js": "text/javascript"}
LANGUAGES = ("en", "ru")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def routes(receiver: Receiver) -> list[Route]:
    """The page, its style and its script."""

    def policy() -> Policy:
        with receiver.store.reading() as connection:
            return policies.in_force(connection).policy

    async def page(request: Request) -> Response:
        languages = in_order(request.headers.get("accept-language", ""))
        headers = {**HEADERS, "Cache-Control": "no-store", "Vary": "Accept-Language"}
        try:
            shown = await in_thread(policy)
        except NoPolicy:
            text = "\n\n".join(_words()[code]["not_yet"] for code in languages)
            return Response(text + "\n", 503, headers, "text/plain")
        html = _page(shown.employer, shown.purpose, receiver.settings.package, languages)
        return Response(html, headers=headers, media_type="text/html")

    async def static(request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        headers = {**HEADERS, "Cache-Control": "public, max-age=86400"}
        return Response(_static(name), headers=headers, media_type=_TYPES[name])

    base = messages.Path.INVITATION
    return [Route(base, page), *(Route(f"{base}/{name}", static) for name in _TYPES)]


def in_order(accept_language: str) -> tuple[str, ...]:
    """Our languages, the first that a browser names before the others; English where it names none."""
    named = [choice.partition(";")[0].strip().partition("-")[0] for choice in accept_language.lower().split(",")]
    first = next((code for code in named if code in LANGUAGES), LANGUAGES[0])
    return (first, *(code for code in LANGUAGES if code != first))


@lru_cache(maxsize=8)
def _page(employer: str, purpose: Purpose, package: str, languages: tuple[str, ...]) -> str:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    versions = {name: hashlib.sha256(_static(name)).hexdigest()[:16] for name in _TYPES}
    return environment.get_template("page.html").render(
        words=_words(),
        employer=employer,
        purpose=purpose,
        package=package,
        languages=languages,
        versions=versions,
    )


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads((_FOLDER / "words.toml").read_text("utf-8"))


@lru_cache(maxsize=8)
def _static(name: str) -> bytes:
    return (_FOLDER / "static" / name).read_bytes()
