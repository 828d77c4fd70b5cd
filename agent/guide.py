"""What the person is told while a run goes on: words for each step, and for each question."""

from __future__ import annotations

from dataclasses import dataclass

from agent.language import N_, _, words
from agent.system import os_family
from checks.interface import Prompt

_CLOSER_LOOK = N_("This needs a closer look, to be sure: up to {seconds} s more. There is nothing to do.")


@dataclass(frozen=True, slots=True)
class StepWords:
    """One step, in words. Marked, not yet translated: see :func:`step`."""

    title: str
    """One or two words, for a row of steps."""
    big: str
    """One or two words that are read across a desk."""
    soon: str
    """Said before it begins."""
    now: str
    """What is happening, and what to do."""
    longer: str = _CLOSER_LOOK
    """Said instead, once it goes on for longer than planned."""


_WAIT = N_("One moment")
_NOTHING_TO_DO = N_("Lean back")
GET_READY = N_("Get ready")

_STEPS: dict[str, StepWords] = {
    "preflight": StepWords(
        N_("First look"),
        _WAIT,
        N_("First, a quick look at what is here."),
        N_("A quick look at what is here: microphone, headset, line. Nothing to do yet."),
    ),
    "silence": StepWords(
        N_("Quiet"),
        N_("Be quiet"),
        N_(
            "Next we listen to your room. Please stop talking and typing in a moment. "
            "The sound is not recorded to a file and goes nowhere."
        ),
        N_(
            "Please don't talk or type. We listen to how loud your room is. "
            "The sound is not recorded to a file and goes nowhere."
        ),
    ),
    "read_aloud": StepWords(
        N_("Read aloud"),
        N_("Read aloud"),
        N_("Next, please read this in your ordinary voice, as on a call:"),
        N_("Please read this in your ordinary voice, as on a call:"),
    ),
    "idle_line": StepWords(
        N_("Line"),
        _NOTHING_TO_DO,
        N_("Next we listen to the line. There is nothing to do."),
        N_("Small packets travel to the company's server and back, as in a call. There is nothing to do."),
        N_("The line needs a closer look, to be sure: up to {seconds} s more. There is nothing to do."),
    ),
    "full_line": StepWords(
        N_("Full line"),
        _NOTHING_TO_DO,
        N_("Next the line is filled with data for a moment. There is nothing to do."),
        N_("The line is full of data now: would a call still sound good? There is nothing to do."),
    ),
    "load": StepWords(
        N_("Computer"),
        _NOTHING_TO_DO,
        N_("Next we look at how busy this computer is. There is nothing to do."),
        N_("We look at how busy this computer is. There is nothing to do."),
    ),
}


def step(step_id: str) -> StepWords:
    """The translated words for a step. A step that has none here gets calm general ones."""
    known = _STEPS.get(step_id)
    if known is None:
        wait = _("We measure something more. There is nothing to do.")
        return StepWords(step_id, _(_WAIT), wait, wait, _(_CLOSER_LOOK))
    return StepWords(_(known.title), _(known.big), _(known.soon), _(known.now), _(known.longer))


def longer(step_id: str, seconds: int) -> str:
    """That a step goes on for so many seconds more, at most."""
    return step(step_id).longer.format(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the person, in words."""

    title: str
    text: str
    options: tuple[str, ...]
    """What the answers are called, in the order of ``Prompt.options``."""


_OPTIONS: dict[str, str] = {
    "no": N_("No, leave it out"),
    "yes": N_("Yes, measure it"),
    "again": N_("Look again"),
    "go_on": N_("Go on without it"),
}

_QUESTIONS: dict[str, tuple[str, str]] = {
    "network.metered": (
        N_("This connection may cost money"),
        N_(
            "It looks like a mobile or metered connection. Filling the line uses up to {megabytes} MB. "
            "Without it, everything else is still measured."
        ),
    ),
    "network.public_speedtest": (
        N_("Measure the speed with a public server?"),
        N_(
            "There is no company's server to measure against. A public speedtest.net server can be used; "
            "it sees your internet address, as any website does. It uses up to {megabytes} MB."
        ),
    ),
}


def question(prompt: Prompt) -> Question:
    """The translated words for a prompt. One that has none here shows its bare id and answers."""
    options = tuple(_(_OPTIONS[option]) if option in _OPTIONS else option for option in prompt.options)
    if prompt.about is not None:
        said = f"{words().finding_text(prompt.about)} {words().finding_advice(prompt.about, os_family())}"
        return Question(words().finding_title(prompt.about), said, options)
    if prompt.id not in _QUESTIONS:
        return Question(prompt.id, "", options)
    title, text = _QUESTIONS[prompt.id]
    try:
        shown = _(text).format(**prompt.params)
    except (KeyError, IndexError, ValueError):
        shown = ""
    return Question(_(title), shown, options)
