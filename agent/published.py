"""The employer's policy as it was published: fetched, verified against the employer's key, and kept."""

from __future__ import annotations

from dataclasses import dataclass

from agent import home
from agent.client import Client
from agent.errors import EmployerRefused, EmployerUnreachable
from agent.home import Home
from agent.language import _
from protocol.envelope import EnvelopeError, open_envelope, shown_key
from protocol.messages import EnvelopeType, Path
from report.document import PolicyReference
from report.policy import Policy, PolicyError, default, default_toml, digest, parse, purpose_digest


class NotPublished(Exception):
    """An envelope that is no policy of this employer."""


@dataclass(frozen=True, slots=True)
class Published:
    """One version of a policy with its exact bytes."""

    policy: Policy
    toml: bytes
    envelope: bytes
    """Signed by the employer; empty for the built-in default."""

    @property
    def reference(self) -> PolicyReference:
        """How reports name it."""
        return PolicyReference(
            version=self.policy.version,
            digest=digest(self.toml),
            purpose_digest=purpose_digest(self.policy.purpose),
        )

    def keep(self, folder: Home) -> None:
        """Keeps it for when the employer can't be reached."""
        folder.write(home.POLICY, self.envelope)


def built_in() -> Published:
    """The policy where no employer has set one."""
    return Published(default(), default_toml(), b"")


def read(envelope: bytes, employer_key: str, url: str) -> Published:
    """The policy in an envelope. Raises :class:`NotPublished`, or ``PolicyError`` for one of a newer kind."""
    try:
        toml = open_envelope(envelope, shown_key(employer_key), EnvelopeType.POLICY, url).payload
    except EnvelopeError as error:
        raise NotPublished(str(error)) from error
    return Published(parse(toml), toml, envelope)


def kept(folder: Home, employer_key: str, api_url: str) -> Published | None:
    """The policy as last seen; ``None`` when none is kept or it isn't this employer's."""
    envelope = folder.read(home.POLICY)
    if envelope is None:
        return None
    try:
        return read(envelope, employer_key, api_url + Path.POLICY)
    except (NotPublished, PolicyError):
        return None


def fetch(client: Client, employer_key: str) -> Published:
    """The policy in force. Raises :class:`agent.errors.AgentError`."""
    envelope = client.get(Path.POLICY).body
    try:
        return read(envelope, employer_key, client.api_url + Path.POLICY)
    except NotPublished as error:
        raise EmployerUnreachable(
            _("The answer of {host} does not carry this employer's signature ({why}).").format(
                host=client.host, why=error
            ),
            _("Sign in to the network if it asks. If it stays, send support this sentence."),
        ) from error
    except PolicyError as error:
        raise EmployerRefused(
            _("The employer's rules are of a kind that this program does not know ({why}).").format(why=error),
            _("Update this program, then try again."),
        ) from error
