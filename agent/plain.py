"""A run told line by line, for screen readers, remote shells and logs."""

from __future__ import annotations

import time
from typing import TextIO

from agent import guide
from agent.language import _, words
from agent.runner import Assessed, Event, Lengthened, Prompted, Runner, Started
from agent.telling import tell
from agent.text import plain
from agent.typed import TypedAnswers
from agent.verdict import banner
from report.evaluate import CheckVerdict, Evaluation
from report.vocabulary import Outcome, Verdict

MARKS = {Verdict.PASS: "✓", Verdict.WARN: "!", Verdict.FAIL: "✗", None: "–"}
UNTOLD = frozenset({"load"})
"""Steps that ask nothing of the person and run all along: told only where there is no other."""


class PlainRun:
    """Listens to a runner and tells ``out``; asks on ``ask_from`` when that is a terminal."""

    def __init__(self, runner: Runner, out: TextIO, ask_from: TextIO, reading: str) -> None:
        """``reading`` is the text that the person is asked to read aloud."""
        self._runner = runner
        self._out = out
        self._answers = TypedAnswers(runner, ask_from, self._say) if ask_from.isatty() else None
        self._reading = reading
        self._began = time.monotonic()
        runner.on_event(self._heard)

    def _heard(self, event: Event) -> None:
        if isinstance(event, Started):
            self._started(event)
        elif isinstance(event, Lengthened):
            self._say(guide.longer(event.phase.step, round(event.more_s)))
        elif isinstance(event, Prompted):
            self._prompted(event)
        elif isinstance(event, Assessed) and not _left_out(event.outcome):
            self._say(_outcome_line(event.outcome))

    def _started(self, event: Started) -> None:
        phase = event.phase
        if phase.step in UNTOLD and len(self._runner.snapshot().phases) > 1:
            return
        what = guide.step(phase.step).now
        self._say(_("{what} ({seconds} s)").format(what=what, seconds=round(phase.seconds)))
        if phase.step == "read_aloud":
            tell(f"\n    {self._reading}\n", self._out)

    def _prompted(self, event: Prompted) -> None:
        asked = guide.question(event.prompt)
        self._say(plain(f"{asked.title} {asked.text}"))
        default = asked.options[event.prompt.options.index(event.prompt.default)]
        if self._answers is None:
            self._say(_("Nobody can be asked here, so the answer is: {answer}").format(answer=default))
            self._runner.answer(event.id, event.prompt.default)
            return
        for number, words_of_it in enumerate(asked.options, 1):
            self._say(f"  {number}  {words_of_it}")
        how = _("Type the number and press Enter. After {seconds} s the answer is: {answer}")
        self._say(how.format(seconds=round(event.prompt.timeout_s), answer=default))
        self._answers.expect(event)

    def _say(self, text: str) -> None:
        tell(f"[{time.monotonic() - self._began:4.1f} s] {text}", self._out)


def result(evaluation: Evaluation, os: str) -> str:
    """The verdict, the next action and a line for each check."""
    w = words()
    lines = [banner(evaluation)]
    action = evaluation.next_action
    if action is not None:
        number = w.finding_number(action.finding)
        lines += [
            f"  {plain(w.finding_text(action.finding))}",
            f"  {plain(w.finding_advice(action.finding, os))}",
        ]
        lines += ["  " + _("code {number}").format(number=number)] if number else []
    return "\n".join([*lines, "", *(_check_line(check) for check in evaluation.checks)])


def _left_out(outcome: Outcome) -> bool:
    return outcome.because is not None and outcome.because.code == "run.not_chosen"


def _outcome_line(outcome: Outcome) -> str:
    title = words().check_title(outcome.check)
    if outcome.because is None:
        return _("{check}: measured.").format(check=title)
    why = plain(words().finding_text(outcome.because))
    return _("{check}: not measured. {why}").format(check=title, why=why)


def _check_line(check: CheckVerdict) -> str:
    w = words()
    titles = [w.finding_title(f) for f in check.findings]
    numbers = [f"{w.metric_title(c.metric)} {w.value(c.measurement)}" for c in check.criteria if c.measurement]
    place = check.outcome.facts.get("place")
    places = [w.fact("place", str(place))] if place else []
    found = plain(" · ".join(titles + numbers + places)) or _("good")
    return f"{'·' if check.informs else MARKS[check.verdict]} {w.check_title(check.check)}: {found}"
