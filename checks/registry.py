"""Finds the steps and checks that stand in this package: a new one is a new file, and no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Generic, TypeVar

from checks.interface import Check, NotMeasured, Step, StepId
from report.catalogue import finding
from report.vocabulary import Status

STEPS = "checks.steps"
AREAS = ("room", "headset", "network", "computer")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """What stands by one name: the thing itself, or why it could not be imported."""

    id: str
    thing: T | None
    broken: NotMeasured | None


def steps() -> Mapping[StepId, Found[Step]]:
    """Every step, by its module's name."""
    return {name: _load(name, f"{STEPS}.{name}", "STEP") for name in _modules(STEPS)}


def checks() -> Mapping[str, Found[Check]]:
    """Every check, by ``area.name``, in the order of :data:`AREAS`."""
    return {
        f"{area}.{name}": _load(f"{area}.{name}", f"checks.{area}.{name}", "CHECK")
        for area in AREAS
        for name in _modules(f"checks.{area}")
    }


def check_ids() -> tuple[str, ...]:
    """The ids alone, without importing a check."""
    return tuple(f"{area}.{name}" for area in AREAS for name in _modules(f"checks.{area}"))


def _modules(package: str) -> Iterable[str]:
    folder: ModuleType = importlib.import_module(package)
    return sorted(m.name for m in pkgutil.iter_modules(folder.__path__))


def _load(name: str, module: str, attribute: str) -> Found[T]:
    """A part that fails to import harms no other: whatever it raises becomes its outcome."""
    try:
        return Found(name, getattr(importlib.import_module(module), attribute), None)
    except Exception as error:
        return Found(name, None, broke(error))


def broke(error: BaseException) -> NotMeasured:
    """The outcome of a part of the program that raised what it should not have."""
    return NotMeasured(Status.ERROR, finding("run.check_broke", error=type(error).__name__))
