"""How far the person has come since the program was opened; outlives a restart of the screens."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from agent.errors import Exit
from agent.session import Delivery
from report.evaluate import Evaluation
from report.vocabulary import Readiness


class Place(StrEnum):
    """The screen that everything else is opened from."""

    WELCOME = "welcome"
    RESULT = "result"
    SENT = "sent"


@dataclass(slots=True)
class Journey:
    """One person's way through the app."""

    place: Place = Place.WELCOME
    for_employer: bool = False
    evaluation: Evaluation | None = None
    """Of the present run; ``None`` before its end."""
    delivery: Delivery | None = None
    left_out: frozenset[str] | None = None
    """Details that stay here, as ticked; ``None``: the page hasn't been opened, so as the session proposes."""
    comment: str = ""
    interrupted: bool = False
    """The person left in the middle of a run."""
    problems: list[str] = field(default_factory=list)
    """Sentences to say once the terminal is the shell's again."""

    @property
    def unsent(self) -> bool:
        """There is a run that would be lost without a draft."""
        return self.evaluation is not None and self.delivery is None

    def exit_code(self) -> Exit:
        """What the program ends with."""
        if self.interrupted:
            return Exit.INTERRUPTED
        if self.delivery is not None and self.delivery.receipt is None:
            return Exit.NOT_DELIVERED
        if self.evaluation is None:
            return Exit.READY
        return _BY_READINESS[self.evaluation.readiness]


_BY_READINESS = {
    Readiness.READY: Exit.READY,
    Readiness.READY_WITH_WARNINGS: Exit.READY,
    Readiness.NOT_READY: Exit.NOT_READY,
    Readiness.INCOMPLETE: Exit.INCOMPLETE,
}
