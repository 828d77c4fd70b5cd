"""The guided walk: what happens, how long, what to do now, and four live pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import Container
from textual.widget import Widget

from agent import guide
from agent.errors import AgentError
from agent.language import N_, _
from agent.runner import Event, Finished, Runner
from agent.state import PendingPrompt, RunState
from agent.ui.keys import named
from agent.ui.moment import Moment, moment
from agent.ui.offthread import off_thread
from agent.ui.screens.page import Page
from agent.ui.screens.question import QuestionBox
from agent.ui.text import Prose
from agent.ui.widgets.big_prompt import BigPrompt
from agent.ui.widgets.live_card import ComputerCard, HeadsetCard, LineCard, LiveCard, RoomCard
from agent.ui.widgets.rail import StepRail

LOOK_S = 0.1
PATIENCE_S = 2.0
"""After a stop, the run is taken as ended even if it doesn't say so."""


class CheckScreen(Page):
    """Reads the runner's state ten times a second. Changes nothing but what it draws."""

    languages_in_head = False
    BINDINGS: ClassVar[list[BindingType]] = [
        named("escape", "stop", N_("stop"), N_("Stop. What was measured is kept"), id="stop", display="Esc"),
    ]

    def __init__(self, begin: Callable[[], Runner], reading: str) -> None:
        super().__init__()
        self._begin = begin
        self._reading = reading
        self._runner: Runner | None = None
        self._finished = False
        self._stopped = False
        self._asked: PendingPrompt | None = None

    def body(self) -> Iterable[Widget]:
        """Rail, prompt, cards."""
        glyphs = self.program.glyphs
        yield StepRail(glyphs)
        yield BigPrompt()
        yield Prose(id="to-do")
        with Container(classes="cards"):
            yield RoomCard(glyphs)
            yield HeadsetCard(glyphs)
            yield LineCard(glyphs)
            yield ComputerCard(glyphs)

    def on_mount(self) -> None:
        """Begins at once."""
        self.query_one(BigPrompt).show(_("One moment"), None)
        self._go()

    @work
    async def _go(self) -> None:
        try:
            runner = await off_thread(self._begin)
        except AgentError as error:
            self.program.run_ended(None)
            self.program.tell(error)
            return
        self._runner = self.program.runner = runner
        runner.on_event(self._heard)
        runner.start()
        self.set_interval(LOOK_S, self.look)
        self.look()

    def _heard(self, event: Event) -> None:
        """On the runner's thread: only notes that the run is over."""
        if isinstance(event, Finished):
            self._finished = True

    def look(self) -> None:
        """Draws what the runner says now."""
        if self._runner is None or not self.is_attached:
            return
        finished = self._finished
        state = self._runner.snapshot()
        self.query_one(StepRail).show(state)
        for card in self.query(".live-card").results(LiveCard):
            card.show(state)
        if not self._stopped:
            self._guide(state, moment(state))
            self._question(state.prompt)
        if finished:
            self._runner = None
            self._take_stock()

    def _guide(self, state: RunState, now: Moment | None) -> None:
        prompt, to_do = self.query_one(BigPrompt), self.query_one("#to-do", Prose)
        if now is None or state.prompt is not None:
            prompt.show(_("One moment"), None)
            to_do.say("")
            return
        words = guide.step(now.step)
        prompt.show(_(guide.GET_READY) if now.upcoming else words.big, now.seconds)
        sentence = words.soon if now.upcoming else words.now
        if now.longer:
            sentence = guide.longer(now.step, now.seconds)
        reading = self._reading if now.step == "read_aloud" else ""
        to_do.say((sentence, "$quiet" if reading else "$foreground"), "\n" if reading else "", (reading, "bold $ink"))

    def _question(self, pending: PendingPrompt | None) -> None:
        if pending == self._asked:
            return
        if self._asked is not None and isinstance(self.app.screen, QuestionBox):
            self.app.screen.dismiss(None)
        self._asked = pending
        if pending is not None:
            self.app.push_screen(QuestionBox(pending.prompt), lambda answer: self._answer(pending, answer))

    def _answer(self, pending: PendingPrompt, answer: str | None) -> None:
        if answer is not None and self._runner is not None:
            self._runner.answer(pending.id, answer)

    def action_stop(self) -> None:
        """Stops the run. It ends within a second; then its result is shown, as far as it goes."""
        if self._runner is None or self._stopped:
            return
        self._stopped = True
        self._runner.cancel()
        self.query_one(BigPrompt).show(_("Stopping"), None)
        self.query_one("#to-do", Prose).say(_("What was measured is kept."))
        self.set_timer(PATIENCE_S, self._enough)

    def _enough(self) -> None:
        self._finished = True

    @work
    async def _take_stock(self) -> None:
        try:
            self.program.run_ended(await off_thread(self.program.session.evaluation))
        except AgentError as error:
            self.program.run_ended(None)
            self.program.tell(error)
