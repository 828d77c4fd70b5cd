"""A running employer, state folders of their own, and runs that take a moment instead of forty seconds."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from agent import language
from agent.runner import Runner
from agent.session import Session
from checks import registry
from checks.interface import Capture, Captures, Context, Need, Probe
from checks.registry import Found
from report.catalogue import finding, measurement
from report.vocabulary import Outcome, Status
from tests.agent.far_side import FarSide, far_side

Opened = Callable[..., Session]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences are looked at in English, whatever the machine speaks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("READINESS_LANGUAGE", "en")
        language.use("en")
        yield


@pytest.fixture(scope="session")
def running_employer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarSide]:
    """One employer for all tests of this folder."""
    with far_side(tmp_path_factory.mktemp("employer")) as far:
        yield far


@pytest.fixture
def far(running_employer: FarSide) -> FarSide:
    """The employer, with its gate open."""
    running_employer.gate.open_again()
    return running_employer


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    path = tmp_path / "small"
    path.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(path)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.decode().strip()}")
    yield path
    subprocess.run(["umount", str(path)], check=True)


@pytest.fixture
def open_session(tmp_path: Path) -> Iterator[Opened]:
    """Opens sessions in a state folder of the test's own, and closes them after it."""
    opened: list[Session] = []

    def open_one(folder: Path = tmp_path / "home", *, look_only: bool = False) -> Session:
        session = Session.open("plain", folder, look_only=look_only)
        opened.append(session)
        return session

    yield open_one
    for session in opened:
        session.close()


@pytest.fixture
def session(open_session: Opened, far: FarSide) -> Session:
    """A session of a computer that is enrolled."""
    opened = open_session()
    opened.enrol(far.invite())
    return opened


@dataclass(frozen=True, slots=True)
class _Moment(Capture):
    context: Context


class _Step:
    id: ClassVar[str] = "moment"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.CPU})
    seconds: ClassVar[float] = 0.01
    lead_s: ClassVar[float] = 0.0
    all_along: ClassVar[bool] = False

    def run(self, probe: Probe, context: Context, seconds: float) -> Capture:
        return _Moment(context)


@dataclass
class QuickCheck:
    """Stands in for ``computer.load``: says what a test tells it to, at once."""

    busy_percent: float = 12.5
    findings: tuple[str, ...] = ()
    program: str = ""
    context: Context | None = None
    """As the last run had it."""
    id: ClassVar[str] = "computer.load"
    version: ClassVar[int] = 1
    uses: ClassVar[tuple[str, ...]] = ("moment",)

    def assess(self, captures: Captures, context: Context) -> Outcome:
        """An outcome with one measurement."""
        self.context = captures.need("moment", _Moment).context
        return Outcome(
            check=self.id,
            version=self.version,
            status=Status.MEASURED,
            measurements=[measurement("computer.cpu_busy_percent", self.busy_percent)],
            findings=[finding(code) for code in self.findings],
            facts={"program_1": self.program} if self.program else {},
        )


@pytest.fixture
def quick_check(monkeypatch: pytest.MonkeyPatch) -> QuickCheck:
    """Makes a run take a moment: one step, one check."""
    check = QuickCheck()
    monkeypatch.setattr(registry, "steps", lambda: {"moment": Found("moment", _Step(), None)})
    monkeypatch.setattr(registry, "checks", lambda: {check.id: Found(check.id, check, None)})
    return check


def measured(session: Session, *, for_employer: bool = True) -> Runner:
    """A run of the session, from its begin to its end."""
    return finished(session.begin(for_employer=for_employer))


def finished(runner: Runner) -> Runner:
    """Runs it to its end."""
    runner.start()
    assert runner.join(30)
    return runner
