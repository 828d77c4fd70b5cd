"""A session and a runner that follow a script: for tests of the screens, and to look at them.

``python -m tests.agent.ui.scripted --scene noisy --language ru`` opens the app on it; the run plays in real time.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import msgspec

from agent.errors import AgentError, EmployerUnreachable
from agent.runner import Event, Finished, Runner
from agent.session import Delivery, Detail, Entry, EntryState, Membership, Preview, Session
from agent.state import PendingPrompt, Phase, PhaseStatus, RunState
from checks.interface import Devices, Prompt
from protocol.messages import Receipt, ReceiptEvaluation
from report.catalogue import finding, measurement
from report.document import AgentInfo, PolicyReference, Report, Shown, encode
from report.evaluate import Evaluation, evaluate
from report.policy import Criterion, LinePolicy, Policy, Purpose, PurposeInRussian
from report.vocabulary import Finding, Outcome, Readiness, Series, Status

HOSTILE = "[@click=app.quit]x[/]\x1b]0;gone\x07\x1b[31m\u202eevil"
"""What somebody might call a headset."""

CODE = "K7QM-2XWD"
"""The short code of what is sent."""
BAD_LINK = ("This is not an invitation link.", "Copy the whole link from the message, and paste it again.")
NO_ANSWER = ("The company's server doesn't answer.", "Check your connection, or wait a little.")
ERRORS = (BAD_LINK, NO_ANSWER)

POLICY = Policy(
    schema="readiness-policy/1",
    version="2026-11",
    employer="Ladoga Call Centre",
    purpose=Purpose(
        controller="Ladoga Call Centre LLC",
        contact="privacy@ladoga.example, +7 812 555 01 00",
        used_for="To see before a shift whether calls will sound good, and to help where they won't.",
        not_used_for="Not for pay, not for discipline.",
        seen_by="IT support and your team lead.",
        kept="90 days, then it is deleted.",
        ru=PurposeInRussian(
            used_for="Чтобы до смены увидеть, хорошо ли будет слышно в звонках, и помочь, если нет.",
            not_used_for="Не для расчёта оплаты и не для взысканий.",
            seen_by="ИТ-поддержка и руководитель Вашей группы.",
            kept="90 дней, затем удаляется.",
        ),
    ),
    criteria={
        "room.snr_a_db": Criterion(pass_=25, fail=15),
        "headset.band_edge_khz": Criterion(pass_=6),
        "network.rtt_p50_ms": Criterion(pass_=150, fail=300),
        "network.jitter_ms": Criterion(pass_=20, fail=30),
        "network.bandwidth_down_mbit_s": Criterion(pass_=5, fail=1),
        "network.bandwidth_up_mbit_s": Criterion(pass_=1, fail=0.5),
        "computer.cpu_busy_percent": Criterion(pass_=60, fail=85),
        "computer.late_timers_percent": Criterion(pass_=2),
        "computer.memory_available_gib": Criterion(pass_=1, fail=0.5),
    },
    line=LinePolicy(data_cap_mb=150),
)

MEMBER = Membership(
    employer="Ladoga Call Centre",
    operator="Olga Petrova",
    api_url="https://readiness.ladoga.example",
    device="q" * 43,
    pending=False,
    fingerprint="",
)

PLAN = (
    Phase("load", 0, 34, 0, PhaseStatus.WAITING, 0, ""),
    Phase("preflight", 0, 2, 0, PhaseStatus.WAITING, 0, ""),
    Phase("silence", 3, 8, 1, PhaseStatus.WAITING, 0, ""),
    Phase("idle_line", 2, 20, 0, PhaseStatus.WAITING, 0, ""),
    Phase("read_aloud", 13, 6, 2, PhaseStatus.WAITING, 0, ""),
    Phase("full_line", 24, 10, 1, PhaseStatus.WAITING, 0, ""),
)


@dataclass(frozen=True)
class Scene:
    """One script."""

    outcomes: tuple[Outcome, ...]
    after_again: tuple[Outcome, ...] = ()
    """What the checks say when they are run again."""
    member: Membership | None = MEMBER
    delivery: Literal["delivered", "waiting", "refused"] = "delivered"
    prompt: Prompt | None = None
    notices: tuple[str, ...] = ()
    speed: float = 1.0
    """Of the run's clock."""
    noise_dbfs: float = -62.0
    longer_s: float = 0.0
    """How much longer than planned the idle line goes on, from the 20th second on."""
    details: tuple[Detail, ...] = field(
        default=(
            Detail(
                "computer.program_names",
                "Names of the programs that keep the computer busy",
                "Support can then say which program to close. Only names, and only the busiest five.",
                False,
            ),
        )
    )


def room(snr: float, noise: float) -> Outcome:
    """The room's outcome."""
    rng = random.Random(7)
    return Outcome(
        check="room.noise",
        version=1,
        status=Status.MEASURED,
        measurements=[
            measurement("room.snr_a_db", snr, snr - 1.2, snr + 1.2),
            measurement("room.laeq_dbfs_a", noise),
            measurement("room.l10_dbfs_a", noise + 4),
            measurement("room.l90_dbfs_a", noise - 3),
        ],
        evidence=[
            Series(
                name="room.level_dbfs_a",
                unit="dBFS(A)",
                step_s=0.25,
                values=[round(noise + 4 * rng.random(), 1) for _ in range(32)],
                start_s=3.0,
            )
        ],
        measured_at_s=19.0,
    )


def headset(device: str, edge: float = 7.9) -> Outcome:
    """The headset's outcome."""
    return Outcome(
        check="headset.voice",
        version=1,
        status=Status.MEASURED,
        measurements=[
            measurement("headset.band_edge_khz", edge, edge - 0.3, edge + 0.3),
            measurement("headset.speech_level_dbfs", -27.0),
        ],
        facts={"input": device, "input_bus": "usb"},
        measured_at_s=19.0,
    )


def network(jitter: float = 1.4) -> tuple[Outcome, ...]:
    """The line's outcomes."""
    rng = random.Random(3)
    line = Outcome(
        check="network.jitter",
        version=1,
        status=Status.MEASURED,
        measurements=[
            measurement("network.rtt_p50_ms", 22.4, 22.1, 22.8),
            measurement("network.jitter_ms", jitter, jitter * 0.8, jitter * 1.2),
            measurement("network.loss_up_percent", 0.0, 0.0, 0.3),
        ],
        evidence=[
            Series(
                name="network.rtt_ms",
                unit="ms",
                step_s=0.5,
                values=[None if n == 17 else round(22 + 3 * rng.random(), 1) for n in range(40)],
                start_s=2.0,
            )
        ],
        measured_at_s=22.0,
    )
    quality = Outcome(
        check="network.voice_quality",
        version=1,
        status=Status.MEASURED,
        measurements=[
            measurement("network.mos_idle_line", 4.38),
            measurement("network.mos_drop", 0.03, 0.01, 0.06),
        ],
        measured_at_s=22.0,
    )
    speed = Outcome(
        check="network.bandwidth",
        version=1,
        status=Status.MEASURED,
        measurements=[
            measurement("network.bandwidth_down_mbit_s", 92.4, 90.1, 94.2),
            measurement("network.bandwidth_up_mbit_s", 18.1, 17.2, 18.9),
        ],
        measured_at_s=34.0,
    )
    return line, quality, speed


def computer(busy: float = 22.0, findings: tuple[Finding, ...] = ()) -> Outcome:
    """The computer's outcome."""
    return Outcome(
        check="computer.load",
        version=1,
        status=Status.MEASURED,
        measurements=[
            measurement("computer.cpu_busy_percent", busy, busy - 3, busy + 3),
            measurement("computer.own_cpu_percent", 4.0),
            measurement("computer.late_timers_percent", 0.4, 0.1, 1.1),
            measurement("computer.memory_available_gib", 5.3),
        ],
        findings=list(findings),
        measured_at_s=34.0,
    )


GOOD = (room(34.0, -66.0), headset("Jabra Evolve 20"), *network(), computer())

SCENES: Mapping[str, Scene] = {
    "good": Scene(GOOD),
    "noisy": Scene(
        (room(11.0, -41.0), headset("Jabra Evolve 20"), *network(), computer(38.0)),
        after_again=(room(31.0, -63.0),),
        noise_dbfs=-44.0,
    ),
    "waiting": Scene(GOOD, delivery="waiting"),
    "refused": Scene(GOOD, delivery="refused"),
    "alone": Scene(GOOD, member=None),
    "pending": Scene(GOOD, member=replace(MEMBER, pending=True, fingerprint="4711-0815")),
    "metered": Scene(
        GOOD,
        prompt=Prompt("network.metered", ("no", "yes"), "no", {"megabytes": 150}),
    ),
    "closer look": Scene(GOOD, longer_s=25.0),
    "hostile": Scene(
        (
            room(34.0, -66.0),
            headset(HOSTILE),
            computer(70.0, (finding("computer.busy_program", program=HOSTILE, percent=38),)),
        ),
        member=replace(MEMBER, employer=HOSTILE, operator=HOSTILE),
    ),
}


class ScriptedRunner(Runner):
    """Plays a scene. ``frozen_s`` holds its clock; ``finish`` ends it at once."""

    def __init__(self, scene: Scene, outcomes: Collection[Outcome], frozen_s: float | None = None) -> None:
        self._scene = scene
        self._outcomes = {o.check: o for o in outcomes}
        self._frozen_s = frozen_s
        self._listeners: list[Callable[[Event], None]] = []
        self._started_at = 0.0
        self._over = threading.Event()
        self._answered = scene.prompt is None
        self.answers: list[str] = []
        self.cancelled = False

    def start(self) -> None:
        self._started_at = time.monotonic()
        if self._frozen_s is None:
            threading.Thread(target=self._play, daemon=True).start()

    def cancel(self) -> None:
        self.cancelled = True
        self.finish()

    def finish(self) -> None:
        """Every check has its outcome now."""
        if not self._over.is_set():
            self._over.set()
            for listener in self._listeners:
                listener(Finished(self.cancelled))

    def answer(self, prompt_id: int, value: str) -> None:
        self._answered = True
        self.answers.append(value)

    def on_event(self, listener: Callable[[Event], None]) -> None:
        self._listeners.append(listener)

    def join(self, timeout_s: float | None = None) -> bool:
        return self._over.wait(timeout_s)

    def snapshot(self) -> RunState:
        return state_at(self._now_s(), self._scene, self._outcomes, asking=not self._answered, over=self._over.is_set())

    def _now_s(self) -> float:
        if self._frozen_s is not None:
            return self._frozen_s
        return (time.monotonic() - self._started_at) * self._scene.speed

    def _play(self) -> None:
        while not self._over.wait(0.02):
            if self._now_s() >= TOTAL_S + self._scene.longer_s:
                self.finish()


TOTAL_S = max(p.starts_s + p.seconds for p in PLAN)


def state_at(
    now_s: float, scene: Scene, outcomes: Mapping[str, Outcome], *, asking: bool = False, over: bool = False
) -> RunState:
    """The state of the scripted run at one moment."""
    longer_s = scene.longer_s if now_s > 20 else 0.0
    phases = tuple(_phase(_longer(p, longer_s), now_s, over) for p in PLAN)
    done = {c: o for c, o in outcomes.items() if over or o.measured_at_s <= now_s}
    prompt = PendingPrompt(1, scene.prompt) if scene.prompt and asking and now_s >= 0.5 and not over else None
    return RunState(phases, now_s, TOTAL_S + longer_s, _series(now_s, scene), prompt, done, not over, False)


def _longer(phase: Phase, longer_s: float) -> Phase:
    if phase.step == "full_line":
        return replace(phase, starts_s=phase.starts_s + longer_s)
    if phase.step in ("idle_line", "load"):
        return replace(phase, seconds=phase.seconds + longer_s, longer_s=longer_s if phase.step == "idle_line" else 0.0)
    return phase


def _phase(phase: Phase, now_s: float, over: bool) -> Phase:
    if over or now_s >= phase.starts_s + phase.seconds:
        return replace(phase, status=PhaseStatus.ENDED, fraction=1.0)
    if now_s < phase.starts_s:
        return phase
    return replace(phase, status=PhaseStatus.RUNNING, fraction=(now_s - phase.starts_s) / phase.seconds)


def _series(now_s: float, scene: Scene) -> dict[str, tuple[tuple[float, float], ...]]:
    rng = random.Random(42)
    level, rtt, cpu, down, up = [], [], [], [], []
    for n in range(int(now_s * 50)):
        t, noise = n / 50, rng.random()
        if n % 5 == 0 and 3 <= t <= 11:
            level.append((t, scene.noise_dbfs + 6 * noise))
        if n % 5 == 0 and 13 <= t <= 19:
            level.append((t, -30 + 10 * math.sin(t * 9) - 8 * noise))
        if 2 <= t <= 22 or t >= 24:
            spike = 30 * noise if t > 24 else (14 if rng.random() > 0.985 else 0)
            rtt.append((t, 21.0 + 2.5 * noise + spike))
        if n % 12 == 0:
            cpu.append((t, 22 + 18 * noise + (20 if t > 24 else 0)))
        if n % 10 == 0 and 24.5 <= t <= 29:
            down.append((t, 92 + noise))
        if n % 10 == 0 and t >= 29.5:
            up.append((t, 18 + noise))
    found = {
        "room.level_dbfs_a": level,
        "line.rtt_ms": rtt,
        "computer.cpu_percent": cpu,
        "line.down_mbit_s": down,
        "line.up_mbit_s": up,
    }
    return {name: tuple(points[-600:]) for name, points in found.items() if points}


OLD_ENTRIES = (
    Entry("1", "2026-11-24T05:40:12Z", Readiness.NOT_READY, EntryState.DRAFT, "", None, ""),
    Entry("2", "2026-11-23T06:02:00Z", Readiness.READY, EntryState.DELIVERED, "3ZTR-90AC", "2026-11-24T06:02:00Z", ""),
)


class ScriptedSession(Session):
    """A person's way through one scene. Notes what was asked of it in ``calls``."""

    def __init__(self, scene: Scene, frozen_s: float | None = None, language: str = "en") -> None:
        self.scene = scene
        self.membership = scene.member
        self.policy = POLICY
        self.policy_from = "employer" if scene.member else "built-in"
        self.devices = Devices()
        self.language = language
        self.notices = scene.notices
        self.calls: list[str] = []
        self.runners: list[ScriptedRunner] = []
        self._frozen_s = frozen_s
        self._outcomes: dict[str, Outcome] = {}
        self._entries: list[Entry] = list(OLD_ENTRIES)

    def refresh(self) -> None:
        self.calls.append("refresh")

    def enrol(self, link: str, ca_file: str | None = None) -> Membership:
        self.calls.append(f"enrol {link}")
        if not link.startswith("https://"):
            raise AgentError(*BAD_LINK)
        self.membership = MEMBER
        self.policy_from = "employer"
        return MEMBER

    def begin(self, *, for_employer: bool, only: Collection[str] | None = None, quick: bool = False) -> Runner:
        self.calls.append(f"begin {'employer' if for_employer else 'me'}")
        return self._runner(self.scene.outcomes)

    def again(self, checks: Collection[str]) -> Runner:
        self.calls.append(f"again {' '.join(sorted(checks))}")
        return self._runner([o for o in self.scene.after_again if o.check in checks])

    def _runner(self, outcomes: Collection[Outcome]) -> ScriptedRunner:
        runner = ScriptedRunner(self.scene, outcomes, self._frozen_s)
        runner.on_event(lambda _event: self._outcomes.update({o.check: o for o in outcomes}))
        self.runners.append(runner)
        return runner

    def evaluation(self) -> Evaluation:
        policy = self.policy
        if self.membership is None:
            kept = {m: c for m, c in policy.criteria.items() if not m.startswith("network.")}
            policy = msgspec.structs.replace(policy, criteria=kept)
        return evaluate(list(self._outcomes.values()), policy)

    def details(self) -> tuple[Detail, ...]:
        return self.scene.details

    def preview(self, left_out: Collection[str] | None = None, comment: str = "") -> Preview:
        report = Report(
            schema="readiness-report/1",
            report_id="0199a3c4-5b6d-7e8f-8a9b-0c1d2e3f4a5b",
            device="q" * 43,
            seq=4,
            prev="ab" * 32,
            audience="https://readiness.ladoga.example",
            challenge="c" * 22,
            started_at="2026-11-24T06:00:00Z",
            ended_at="2026-11-24T06:00:36Z",
            sealed_at="2026-11-24T06:01:10Z",
            policy=PolicyReference(version="2026-11", digest="cd" * 32, purpose_digest="ef" * 32),
            agent=AgentInfo(
                version="0.1.0", os="linux", os_version="Debian 12", language="en", mode="app", key_storage="file"
            ),
            shown=Shown(readiness=self.evaluation().readiness),
            outcomes=list(self._outcomes.values()),
            left_out=sorted(d.code for d in self.details() if not d.sent) if left_out is None else sorted(left_out),
            comment=comment,
        )
        return Preview(report, encode(report))

    def send(self, preview: Preview) -> Delivery:
        self.calls.append(f"send left_out={','.join(preview.report.left_out)} comment={preview.report.comment}")
        delivered = self.scene.delivery == "delivered"
        state = EntryState(self.scene.delivery)
        until = "2026-11-25T06:01:12Z" if delivered else None
        entry = Entry(
            preview.report.report_id, "2026-11-24T06:00:36Z", self.evaluation().readiness, state, CODE, until, ""
        )
        self._entries.insert(0, entry)
        receipt = Receipt(
            report_id=entry.id,
            envelope_digest="12" * 32,
            device="q" * 43,
            received_at="2026-11-24T06:01:12Z",
            policy_version="2026-11",
            policy_digest="cd" * 32,
            purpose_digest="ef" * 32,
            evaluation=ReceiptEvaluation(readiness=self.evaluation().readiness.value),
            valid_until="2026-11-25T06:01:12Z",
            short_code=CODE,
        )
        error = EmployerUnreachable(*NO_ANSWER)
        return Delivery(entry, receipt if delivered else None, None if delivered else error)

    def keep_draft(self) -> bool:
        self.calls.append("keep_draft")
        return True

    def history(self) -> tuple[Entry, ...]:
        return tuple(self._entries)

    def report_of(self, entry_id: str) -> tuple[Report, Receipt | None]:
        self._outcomes = self._outcomes or {o.check: o for o in self.scene.outcomes}
        return self.preview().report, None

    def ticket_text(self, entry_id: str) -> str:
        return "\n".join(
            [
                f"Readiness {CODE}",
                "Category: Work environment    Severity: major",
                "214  too noisy for calls",
                "your voice above the room: 11 dB (good: 25 dB or more)",
            ]
        )


def main() -> None:
    """Opens the app on a scene."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--scene", choices=sorted(SCENES), default="noisy")
    parser.add_argument("--language", default="en")
    parser.add_argument("--theme", default="")
    parser.add_argument("--speed", type=float, default=1.0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["READINESS_HOME"] = folder
        if args.theme:
            (Path(folder) / "preferences.json").write_text(f'{{"theme": "{args.theme}"}}')
        os.environ["READINESS_LANGUAGE"] = args.language
        from agent import ui

        session = ScriptedSession(replace(SCENES[args.scene], speed=args.speed))
        print(f"left with {ui.start(session)!r}")
        print("\n".join(session.calls))


if __name__ == "__main__":
    main()
