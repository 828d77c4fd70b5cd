"""The policy in force, signed over its exact bytes."""

from __future__ import annotations

from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from employer import policies
from employer.api.answers import HEADERS
from employer.api.problems import Refused
from employer.api.signed import in_thread
from employer.policies import NoPolicy, PublishedPolicy
from employer.receiver import Receiver
from protocol.envelope import EnvelopeError, seal
from protocol.keys import PrivateKey
from protocol.messages import JOSE, EnvelopeType, Path


def routes(receiver: Receiver) -> list[Route]:
    """The address that the policy is published at."""
    url = receiver.url(Path.POLICY)

    def in_force() -> PublishedPolicy:
        with receiver.store.reading() as connection:
            try:
                return policies.in_force(connection)
            except NoPolicy:
                raise Refused("unavailable", "no policy is published yet", retry_after_s=60) from None

    async def policy(request: Request) -> Response:
        found = await in_thread(in_force)
        headers = {**HEADERS, "Cache-Control": "no-cache", "ETag": f'"{found.digest}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(sign(receiver.keys.signing, found.toml, url), headers=headers, media_type=JOSE)

    return [Route(Path.POLICY, policy)]


@lru_cache(maxsize=8)
def sign(key: PrivateKey, toml: bytes, url: str) -> bytes:
    """The policy's envelope. Raises :class:`EnvelopeError` (``too_large``) where the TOML has no room in it."""
    return seal(key, EnvelopeType.POLICY, toml, url, show_key=True)


def fits(key: PrivateKey, toml: bytes, url: str) -> bool:
    """Whether a policy is small enough to be delivered."""
    try:
        sign(key, toml, url)
    except EnvelopeError:
        return False
    return True
