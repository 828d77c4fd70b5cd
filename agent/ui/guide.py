"""What the person is told at each step of a run: before it, during it, and in letters read across a desk."""

from __future__ import annotations

from dataclasses import dataclass

from agent.language import N_, _


@dataclass(frozen=True, slots=True)
class StepWords:
    """One step, in words. Marked, not yet translated: see :func:`step`."""

    big: str
    """One or two words that are read across a desk."""
    soon: str
    """Said before it begins."""
    now: str
    """What is happening, and what to do."""


_WAIT = N_("One moment")
_NOTHING_TO_DO = N_("Lean back")
GET_READY = N_("Get ready")

_STEPS: dict[str, StepWords] = {
    "preflight": StepWords(
        _WAIT,
        N_("First, a quick look at what is here."),
        N_("A quick look at what is here: microphone, headset, line. Nothing to do yet."),
    ),
    "silence": StepWords(
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
        N_("Next, please read this in your ordinary voice, as on a call:"),
        N_("Please read this in your ordinary voice, as on a call:"),
    ),
    "idle_line": StepWords(
        _NOTHING_TO_DO,
        N_("Next we listen to the line. There is nothing to do."),
        N_("Small packets travel to the company's server and back, as in a call. There is nothing to do."),
    ),
    "full_line": StepWords(
        _NOTHING_TO_DO,
        N_("Next the line is filled with data for a moment. There is nothing to do."),
        N_("The line is full of data now: would a call still sound good? There is nothing to do."),
    ),
    "load": StepWords(
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
        return StepWords(_(_WAIT), wait, wait)
    return StepWords(_(known.big), _(known.soon), _(known.now))
