"""The employer's policy: the limits, what a report is for, and how long it is valid."""

from __future__ import annotations

import difflib
import hashlib
import math
import tomllib
from functools import cache
from importlib import resources
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from report.catalogue import METRICS, Better

Words = Annotated[str, Meta(min_length=1, max_length=600)]


class PolicyError(ValueError):
    """A policy that can't be used. The sentence names the file, the key and, for a misspelt key, the nearest."""


class Purpose(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why the employer asks. Shown before the check; its digest is in every receipt."""

    controller: Words
    """Who is responsible for the data: the company's legal name."""
    contact: Words
    """Where a person may ask, object, or have data erased."""
    used_for: Words
    not_used_for: Words
    """Default policy: not for pay, not for discipline."""
    seen_by: Words
    kept: Words
    """How long, in words."""
    ru: PurposeInRussian | None = None


class PurposeInRussian(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same in Russian, for a screen in Russian."""

    used_for: Words
    not_used_for: Words
    seen_by: Words
    kept: Words


class Criterion(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"pass_": "pass"}):
    """The limits of one metric. Which way is better stands in the catalogue."""

    pass_: float
    """Up to here (or from here, where higher is better) it passes."""
    fail: float | None = None
    """Beyond here it fails; between is a warning. Absent: it never fails."""
    required: bool = True
    """Not measured makes the run incomplete."""


class LinePolicy(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the line is measured."""

    codec: Literal["g711", "g711_plc", "opus", "opus_fec"] = "g711_plc"
    """The softphone's codec and its recovery rule."""
    bandwidth_provider: Literal["native", "speedtest", "speedtest_public"] = "native"
    """``speedtest`` is speedtest-cli against the employer's Mini endpoint; ``speedtest_public`` against its public
    servers, which see the operator's address."""
    data_cap_mb: Annotated[int, Meta(ge=1, le=2000)] = 150
    """Most data that one run may use, in megabytes, both directions together."""
    second_target: Annotated[str, Meta(pattern=r"^([0-9A-Za-z][0-9A-Za-z.:-]{0,252})?$(?!\n)")] = ""
    """A host elsewhere that answers echo requests, by name or address: tells whose end trouble is at. Empty: none."""

    stun: Annotated[
        str, Meta(pattern=r"^(([0-9A-Za-z][0-9A-Za-z.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5})?$(?!\n)")
    ] = ""
    """HOST:PORT of a STUN server that the line is probed toward where the employer runs no reflector. Empty: none."""

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for a port that there isn't."""
        if self.stun_address and not 1 <= self.stun_address[1] <= 65535:
            raise ValueError("`stun` ends in a port from 1 to 65535")

    @property
    def stun_address(self) -> tuple[str, int] | None:
        """Host and port of ``stun``, if there is one."""
        host, _, port = self.stun.rpartition(":")
        return (host.strip("[]"), int(port)) if host else None


class Policy(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One version of an employer's policy."""

    schema: Literal["readiness-policy/1"]
    version: Annotated[str, Meta(pattern=r"^[0-9A-Za-z._-]{1,40}$(?!\n)")]
    employer: Words
    """The name that the operator sees."""
    purpose: Purpose
    criteria: dict[str, Criterion]
    """By metric."""
    valid_for_hours: Annotated[float, Meta(gt=0, le=24 * 366)] = 24.0
    line: LinePolicy = LinePolicy()


def parse(toml: bytes, file: str = "policy.toml") -> Policy:
    """Reads a policy. Raises :class:`PolicyError` that names ``file``, the key and the nearest valid key."""
    try:
        raw = tomllib.loads(toml.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise PolicyError(f"{file}: not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{file}: not TOML: {error}.") from error
    except RecursionError as error:
        raise PolicyError(f"{file}: nested too deeply.") from error
    try:
        policy = msgspec.convert(raw, Policy)
    except msgspec.ValidationError as error:
        raise PolicyError(f"{file}: {_first_bad_criterion(raw) or _explain(str(error))}") from error
    for name, criterion in policy.criteria.items():
        _check_criterion(file, name, criterion)
    return policy


def _first_bad_criterion(raw: dict[str, object]) -> str:
    """What is wrong with which criterion: the decoder doesn't name a table's own key."""
    criteria = raw.get("criteria")
    for name, table in criteria.items() if isinstance(criteria, dict) else ():
        try:
            msgspec.convert(table, Criterion)
        except msgspec.ValidationError as error:
            return f'criteria."{name}": {_explain(str(error), Criterion)}'
    return ""


def digest(toml: bytes) -> str:
    """SHA-256 of a policy's exact TOML bytes, in hex: what reports and receipts name it by."""
    return hashlib.sha256(toml).hexdigest()


def purpose_digest(purpose: Purpose) -> str:
    """SHA-256 of the purpose as JSON with keys in a fixed order, in hex: what the operator was told, by report and
    receipt."""
    return hashlib.sha256(msgspec.json.encode(purpose, order="deterministic")).hexdigest()


def _check_criterion(file: str, name: str, criterion: Criterion) -> None:
    key = f'criteria."{name}"'
    metric = METRICS.get(name)
    if metric is None:
        raise PolicyError(f"{file}: {key}: no such metric{_nearest(name, list(METRICS))}.")
    if metric.better is Better.NEITHER:
        raise PolicyError(f"{file}: {key}: this metric is shown, and has no better direction: it takes no limits.")
    if not all(math.isfinite(limit) for limit in (criterion.pass_, criterion.fail or 0.0)):
        raise PolicyError(f"{file}: {key}: a limit is a number.")
    if criterion.fail is not None:
        wrong = criterion.fail < criterion.pass_ if metric.better is Better.LOWER else criterion.fail > criterion.pass_
        if wrong:
            side = "at or above" if metric.better is Better.LOWER else "at or below"
            raise PolicyError(f"{file}: {key}: fail = {criterion.fail:g} must be {side} pass = {criterion.pass_:g}.")


_TABLES: dict[str, type[Struct]] = {"": Policy, "purpose": Purpose, "purpose.ru": PurposeInRussian, "line": LinePolicy}


def _explain(message: str, root: type[Struct] = Policy) -> str:
    """msgspec's sentence, with the key's place spelt as in TOML, and the nearest valid key."""
    text, _, place = message.partition(" - at `$")
    place = place.rstrip("`").lstrip(".")
    where = f"[{place}] " if place else ""
    if "unknown field" in text:
        unknown = text.split("`")[1]
        table = _TABLES.get(place, root) if place else root
        return (
            f"{where}{unknown}: no such key{_nearest(unknown, [f.encode_name for f in msgspec.structs.fields(table)])}."
        )
    if "missing required field" in text:
        return f"{where}{text.split('`')[1]}: this key is required."
    return f"{place + ': ' if place else ''}{text}."


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; the keys are {', '.join(sorted(known)[:12])}"


@cache
def default_toml() -> bytes:
    """The bytes of the built-in default policy."""
    return resources.files("report").joinpath("default_policy.toml").read_bytes()


@cache
def default() -> Policy:
    """The built-in default policy, in force where no employer has set one."""
    return parse(default_toml(), "default_policy.toml")
