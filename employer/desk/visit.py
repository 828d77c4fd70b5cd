"""The frame around every page of the desk: who asks, in which language, with which right to change anything."""

from __future__ import annotations

import base64
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from employer.api.body import read_body
from employer.api.problems import Refused
from employer.desk import language as languages
from employer.desk.language import Language
from employer.store import queries
from employer.store.store import Store
from employer.store.writer import StoreUnavailable
from protocol.envelope import digest

T = TypeVar("T")

MAX_FORM_BYTES = 16 * 1024
LANGUAGE_COOKIE = "desk_language"
LANGUAGE_SECONDS = 365 * 24 * 3600

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language, Cookie",
}
"""On every answer of the desk."""

log = logging.getLogger("employer.desk")


class Refusal(Exception):
    """A request that gets a message instead of a page. ``kind`` names the message in :mod:`employer.desk.pages`."""

    def __init__(self, status: int, kind: str) -> None:
        super().__init__(kind)
        self.status = status
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to the desk, after the frame has looked at it."""

    request: Request
    language: Language
    secret: str
    """The value of the browser's cookie: names its session if it has one, and is the source of the form token."""
    user: str | None
    """Who is signed in."""
    now: datetime
    form: Mapping[str, str] = field(default_factory=dict)
    """Fields of a POST whose token was right."""

    @property
    def base(self) -> str:
        """The path that the desk is mounted at, without a trailing slash."""
        root: str = self.request.scope.get("root_path", "")
        return root.rstrip("/")

    @property
    def here(self) -> str:
        """This page's own path and query, to come back to."""
        query = self.request.url.query
        return quote(self.request.scope["path"], safe="/") + (f"?{query}" if query else "")

    @property
    def form_token(self) -> str:
        """Stands in every form, and only in pages of whoever holds the cookie."""
        return form_token(self.secret)

    def number(self, name: str) -> int:
        """A row's number from the address. Raises :class:`Refusal` for one that no database can hold."""
        number: int = self.request.path_params[name]
        if number >= 2**63:
            raise Refusal(404, "not_found")
        return number

    def local(self, path: str) -> str:
        """That path if it leads to a page of the desk, else the desk's first page: never to another site."""
        parts = urlsplit(path)
        plain = not parts.scheme and not parts.netloc and "\\" not in path and path.isprintable()
        inside = parts.path.startswith(self.base + "/") and ".." not in parts.path.split("/")
        return path if plain and inside else f"{self.base}/"


def form_token(secret: str) -> str:
    """Follows from the cookie, so that nothing need be kept; doesn't give the cookie away."""
    return base64.urlsafe_b64encode(hmac.digest(secret.encode(), b"form", "sha256")).decode().rstrip("=")


Handler = Callable[[Visit], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


class Frame:
    """Wraps pages: language, session, form token, security headers, and a calm answer to every failure."""

    def __init__(
        self,
        store: Store,
        refuse: Callable[[Visit, Refusal], Response],
        *,
        public_url: str,
        clock: Callable[[], datetime],
    ) -> None:
        """Where ``public_url`` is an https address, the desk's cookies travel by nothing else."""
        self._store = store
        self._refuse = refuse
        self._own_site = urlsplit(public_url).netloc
        self._secure = public_url.startswith("https:")
        self._clock = clock
        self.cookie = "__Host-desk" if self._secure else "desk"
        """With the prefix no neighbouring site can set it (RFC 6265bis, section 4.1.3.2)."""

    def public(self, handler: Handler) -> Endpoint:
        """A page for everyone: signing in."""
        return partial(self._serve, handler, False)

    def private(self, handler: Handler) -> Endpoint:
        """A page for those who are signed in; others are sent to the door and come back."""
        return partial(self._serve, handler, True)

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Runs a read on a worker thread, in one snapshot."""

        def read() -> T:
            with self._store.reading() as connection:
                return query(connection)

        return await run_in_threadpool(read)

    async def write(self, change: Callable[[Connection], T]) -> T:
        """Hands a change to the writer and waits until it is committed."""
        future = self._store.write(change)
        return await run_in_threadpool(future.result)

    def set_secret(self, response: Response, secret: str, max_age: int | None = None) -> None:
        """Gives the browser its cookie; without ``max_age`` it ends with the browser."""
        response.set_cookie(
            self.cookie, secret, max_age=max_age, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def set_language(self, response: Response, code: str) -> None:
        """Remembers the reader's language."""
        response.set_cookie(
            LANGUAGE_COOKIE,
            code,
            max_age=LANGUAGE_SECONDS,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    async def _serve(self, handler: Handler, private: bool, request: Request) -> Response:
        known = request.cookies.get(self.cookie, "")
        secret = known if 20 <= len(known) <= 100 else secrets.token_urlsafe(32)
        code = languages.chosen(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language"))
        visit = Visit(request, languages.language(code), secret, None, self._clock())
        try:
            visit = await self._look(visit)
            if private and visit.user is None:
                response: Response = to_the_door(visit)
            else:
                response = await handler(visit)
        except Refusal as refusal:
            response = self._refuse(visit, refusal)
        except StoreUnavailable as error:
            log.error("the store is unavailable: %s", error)
            response = self._refuse(visit, Refusal(503, "unavailable"))
        except ClientDisconnect:
            raise
        except Exception:
            log.exception("a page of the desk broke")
            response = self._refuse(visit, Refusal(500, "broke"))
        given = any(value.startswith(f"{self.cookie}=") for value in response.headers.getlist("set-cookie"))
        if secret != known and not given:
            self.set_secret(response, secret)
        response.headers.update(HEADERS)
        return response

    async def _look(self, visit: Visit) -> Visit:
        """The visit with its user, and with its form if it has a right one."""
        signed_in = await self.read(lambda c: queries.sign_in(c, digest(visit.secret.encode()), visit.now))
        user = signed_in.user if signed_in else None
        form: Mapping[str, str] = {}
        if visit.request.method == "POST":
            form = await _form(visit.request)
            if not self._is_own(visit.request) or not hmac.compare_digest(
                form.get("token", "").encode(), visit.form_token.encode()
            ):
                raise Refusal(403, "stale_form")
        return Visit(visit.request, visit.language, visit.secret, user, visit.now, form)

    def _is_own(self, request: Request) -> bool:
        """Browsers say where a form was sent from; one from elsewhere is refused whatever its token.

        A proxy in front may give the request another ``Host`` than the one that browsers know.
        """
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = request.headers.get("origin")
        return origin is None or urlsplit(origin).netloc in (request.headers.get("host"), self._own_site)


def to_the_door(visit: Visit) -> Response:
    """To the sign-in page, and back here afterwards where that makes sense."""
    back = f"?next={quote(visit.here, safe='')}" if visit.request.method == "GET" else ""
    return RedirectResponse(f"{visit.base}/sign-in{back}", status_code=303)


async def _form(request: Request) -> Mapping[str, str]:
    """The fields of an urlencoded body; the last of a name counts."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Refusal(415, "bad_form")
    try:
        body = await read_body(request, MAX_FORM_BYTES)
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50))
    except Refused as refused:
        raise Refusal(refused.status, "bad_form") from refused
    except ValueError:
        raise Refusal(400, "bad_form") from None
