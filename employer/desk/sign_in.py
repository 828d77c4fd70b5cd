"""Signing in and out."""

from __future__ import annotations

import math
import secrets
from datetime import timedelta
from functools import partial

import anyio.to_thread
from anyio import CapacityLimiter
from starlette.responses import RedirectResponse, Response

from employer import passwords
from employer.desk import throttle
from employer.desk.render import page
from employer.desk.throttle import Throttle
from employer.desk.visit import Frame, Visit
from employer.store import changes, queries
from protocol.envelope import digest

SESSION = timedelta(hours=10)
"""A shift; then the password is asked for again."""
PASSWORDS_AT_ONCE = 2
"""Each check takes 32 MiB and a core for 0.2 s."""


class Door:
    """The pages that let people in and out."""

    def __init__(self, frame: Frame, guard: Throttle) -> None:
        self._frame = frame
        self._guard = guard
        self._limiter = CapacityLimiter(PASSWORDS_AT_ONCE)

    async def show(self, visit: Visit) -> Response:
        """The form; whoever is in already goes on."""
        onward = visit.request.query_params.get("next", "")
        if visit.user is not None:
            return RedirectResponse(visit.local(onward), status_code=303)
        return self._form(visit, onward)

    async def sign_in(self, visit: Visit) -> Response:
        """Checks name and password. A new session always has a new cookie."""
        name, onward = visit.form.get("name", "").strip(), visit.form.get("next", "")
        client = visit.request.client
        subjects = [throttle.user(name), throttle.address(client.host if client else "")]
        wait = math.ceil(self._guard.attempt(subjects))
        if wait > 0:
            say = visit.language
            problem = say.ngettext(
                "Too many tries. Wait %(num)d second, then try again.",
                "Too many tries. Wait %(num)d seconds, then try again.",
                wait,
            ) % {"num": wait}
            answer = self._form(visit, onward, name, problem, 429)
            answer.headers["Retry-After"] = str(wait)
            return answer
        user = await self._frame.read(lambda c: queries.user(c, name))
        check = partial(passwords.verify, visit.form.get("password", ""), user.password if user else None)
        if not await anyio.to_thread.run_sync(check, limiter=self._limiter) or user is None:
            problem = visit.language.gettext("Name or password is not right. Check both and try again.")
            return self._form(visit, onward, name, problem, 401)
        self._guard.succeeded(subjects)
        secret = secrets.token_urlsafe(32)
        until = visit.now + SESSION
        before, after = digest(visit.secret.encode()), digest(secret.encode())
        await self._frame.write(lambda c: changes.end_session(c, before))
        await self._frame.write(lambda c: changes.add_session(c, after, user.name, visit.now, until))
        answer = RedirectResponse(visit.local(onward), status_code=303)
        self._frame.set_secret(answer, secret, int(SESSION.total_seconds()))
        return answer

    async def sign_out(self, visit: Visit) -> Response:
        """Ends the session on the server, and gives the browser a cookie that names none."""
        session = digest(visit.secret.encode())
        await self._frame.write(lambda c: changes.end_session(c, session))
        answer = RedirectResponse(f"{visit.base}/sign-in", status_code=303)
        self._frame.set_secret(answer, secrets.token_urlsafe(32))
        return answer

    def _form(self, visit: Visit, onward: str, name: str = "", problem: str = "", status: int = 200) -> Response:
        return page(visit, "sign_in.html", status, next=visit.local(onward), name=name[:80], problem=problem)
