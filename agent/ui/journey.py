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
    noticed: bool = False
    """What was damaged in the state folder has been told."""
    sending: bool = False
    """The report is on its way, or in the outbox; nobody knows yet what came of it."""
    interrupted: bool = False
    """The person left in the middle of a run."""
    problems: list[str] = field(default_factory=list)
    """Sentences to say once the terminal is the shell's again."""
    _came_of_it: Exit = Exit.READY

    @property
    def unsent(self) -> bool:
        """There is a run that would be lost without a draft."""
        return self.evaluation is not None and self.delivery is None and not self.sending

    def begin(self, *, for_employer: bool) -> None:
        """A new run."""
        self.place = Place.WELCOME
        self.for_employer = for_employer
        self.evaluation = self.delivery = self.left_out = None
        self.comment = ""

    def measured(self, evaluation: Evaluation) -> None:
        """The run, or a part of it run again, has ended."""
        self.place = Place.RESULT
        self.evaluation = evaluation
        self._came_of_it = _BY_READINESS[evaluation.readiness]

    def sent(self, delivery: Delivery) -> None:
        """The report was sealed, and delivered or not."""
        self.place = Place.SENT
        self.delivery = delivery
        if delivery.receipt is None:
            self._came_of_it = Exit.NOT_DELIVERED

    def close(self) -> None:
        """The person is done with the run."""
        self.place = Place.WELCOME
        self.evaluation = self.delivery = None

    def exit_code(self) -> Exit:
        """What the program ends with: what came of the last run."""
        if self.interrupted:
            return Exit.INTERRUPTED
        return Exit.NOT_DELIVERED if self.sending else self._came_of_it


_BY_READINESS = {
    Readiness.READY: Exit.READY,
    Readiness.READY_WITH_WARNINGS: Exit.READY,
    Readiness.NOT_READY: Exit.NOT_READY,
    Readiness.INCOMPLETE: Exit.INCOMPLETE,
}
