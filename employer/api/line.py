"""The line of a run: who may use it, and what the reflector saw of it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from employer import bandwidth
from employer.api.answers import message
from employer.api.challenge import bearer_digest
from employer.api.problems import Refused
from employer.api.signed import in_thread
from employer.line import Line
from employer.receiver import Receiver
from employer.store import queries
from employer.store.rows import StoredChallenge
from protocol.messages import Path, ReflectorCounts

MAX_BEARER_CHARACTERS = 200


def routes(receiver: Receiver, line: Line, congestion_control: str = "") -> list[BaseRoute]:
    """The reflector's counts and the bandwidth test, both for the bearer of a run that goes on."""

    def run_of(bearer: str) -> StoredChallenge | None:
        if not 0 < len(bearer) <= MAX_BEARER_CHARACTERS:
            return None
        with receiver.store.reading() as connection:
            challenge = queries.challenge_by_bearer(connection, bearer_digest(bearer))
        return challenge if challenge and challenge.bearer_expires_at > receiver.now() else None

    def seen(bearer: str, session: str) -> ReflectorCounts:
        run = run_of(bearer)
        if run is None:
            raise Refused("unauthorised")
        if run.session != session:
            raise Refused("not_found", "the bearer is another session's")
        counts = line.counts(bytes.fromhex(session))
        if counts is None:
            raise Refused("unavailable", "the reflector doesn't answer", retry_after_s=2)
        return counts

    async def counts(request: Request) -> Response:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        bearer = bearer.strip() if scheme.lower() == "bearer" else ""
        session = request.path_params["session"]
        return message(await in_thread(lambda: seen(bearer, session)))

    return [
        Route(Path.LINE + "/{session}", counts),
        *bandwidth.routes(lambda bearer: run_of(bearer) is not None, congestion_control=congestion_control),
    ]
