"""Policies as they are applied: parsed once, found by digest, published with their exact bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection

from employer.errors import EmployerError
from employer.store import changes, queries
from employer.store.rows import StoredPolicy
from report import policy as policies
from report.policy import Policy


@dataclass(frozen=True, slots=True)
class PublishedPolicy:
    """A policy with what names it in reports and receipts."""

    toml: bytes
    digest: str
    policy: Policy
    purpose_digest: str


class NoPolicy(LookupError):
    """No policy was ever published."""


def in_force(connection: Connection) -> PublishedPolicy:
    """The policy that was published last. Raises :class:`NoPolicy`."""
    stored = queries.policy_in_force(connection)
    if stored is None:
        raise NoPolicy
    return published(stored)


def by_digest(connection: Connection, digest: str) -> PublishedPolicy | None:
    """The policy with that digest, whether in force or not."""
    stored = queries.policy(connection, digest)
    return published(stored) if stored else None


def published(stored: StoredPolicy) -> PublishedPolicy:
    """A stored policy, parsed."""
    return _published(stored.toml)


def publish(connection: Connection, toml: bytes, file: str, now: datetime) -> PublishedPolicy:
    """Puts a policy in force; the one in force already stays as it is.

    Raises :class:`report.policy.PolicyError` for one that can't be used, and :class:`EmployerError` for a version
    that was published before: what operators were once shown is never replaced.
    """
    new = _parse(toml, file)
    newest = queries.policy_in_force(connection)
    if newest is not None and newest.digest == new.digest:
        return new
    if queries.policy_by_version(connection, new.policy.version) is not None:
        raise EmployerError(
            f"{file}: version {new.policy.version} was published before.",
            "Give it a new version, then publish it again.",
        )
    changes.add_policy(connection, new.digest, new.policy.version, toml, now)
    return new


def _parse(toml: bytes, file: str) -> PublishedPolicy:
    policy = policies.parse(toml, file)
    return PublishedPolicy(toml, policies.digest(toml), policy, policies.purpose_digest(policy.purpose))


@lru_cache(maxsize=64)
def _published(toml: bytes) -> PublishedPolicy:
    return _parse(toml, "the published policy")
