"""Four cards that show what is being measured, while it is measured."""

from __future__ import annotations

import statistics

from textual.content import Content
from textual.widget import Widget

from agent.language import _, words
from agent.state import PhaseStatus, RunState
from agent.ui import areas
from agent.ui.glyphs import Glyphs
from agent.ui.pictures import (
    LEVEL_DBFS,
    PERCENT,
    Points,
    bars,
    meter,
    strip,
    thinned,
)
from agent.ui.text import said
from report.vocabulary import Status

LEVEL = "room.level_dbfs_a"
RTT = "line.rtt_ms"
DOWN, UP = "line.down_mbit_s", "line.up_mbit_s"
CPU = "computer.cpu_percent"
MBIT_S = "network.bandwidth_down_mbit_s"
FRESH_S = 1.5
"""A point older than this is no longer "now"."""
PEAK_S = 2.0
HISTORY_S = 20.0


class LiveCard(Widget, can_focus=True):
    """One area during the run. Reads the run's state; knows no limits and gives no verdict."""

    ALLOW_SELECT = False
    area: str

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id=f"live-{self.area}", classes="live-card")
        self._glyphs = glyphs
        self._state: RunState | None = None
        self._drawn: Content | None = None

    def show(self, state: RunState) -> None:
        """Draws this state, if it looks different."""
        self._state = state
        self._retitle(state)
        drawn = self._draw()
        if drawn != self._drawn:
            self._drawn = drawn
            self.refresh()

    def render(self) -> Content:
        """Picture above, words below."""
        self._drawn = self._draw()
        return self._drawn

    @property
    def picture_rows(self) -> int:
        """Rows that the picture may take."""
        return max(1, self.size.height - 1)

    def live(self, state: RunState) -> bool:
        """Whether a step that measures this area is running."""
        return any(
            phase.status is PhaseStatus.RUNNING and phase.step in areas.MEASURED_BY[self.area] for phase in state.phases
        )

    def picture(self, state: RunState, width: int) -> list[Content]:
        """The picture's rows."""
        raise NotImplementedError

    def words(self, state: RunState) -> str:
        """The line below the picture."""
        return self.standing(state)

    def standing(self, state: RunState) -> str:
        """How far this area is, in words."""
        if self.live(state):
            return _("measuring")
        mine = [o for check, o in state.outcomes.items() if areas.area_of(check) == self.area]
        reasons = [o.because for o in mine if o.because is not None]
        if reasons:
            return words().finding_title(reasons[0])
        if mine and all(o.status is Status.MEASURED for o in mine):
            return _("measured")
        done = [p for p in state.phases if p.step in areas.MEASURED_BY[self.area]]
        over = done and all(p.status in (PhaseStatus.ENDED, PhaseStatus.MISSING) for p in done)
        if over or not state.running:
            return _("measured") if over else _("not part of this run")
        return _("its turn comes")

    def _draw(self) -> Content:
        state, width = self._state, self.size.width
        if state is None or width <= 0:
            return said("")
        rows = self.picture(state, width)
        return Content("\n").join([*rows, said((self.words(state), "$foreground" if self.live(state) else "$quiet"))])

    def _retitle(self, state: RunState) -> None:
        live = self.live(state)
        sign = self._glyphs.live if live else self._glyphs.idle
        self.set_class(live, "-live")
        self.border_title = said(f"{sign} {areas.title(self.area)}")


class LevelCard(LiveCard):
    """Base of the two cards that listen: the level meter, and the number behind it."""

    def picture(self, state: RunState, width: int) -> list[Content]:
        """A meter with the peak of the last seconds; once it is over, with the middle and the peak of all.

        Above it, where there is room, the course over time.
        """
        points = self._points(state)
        live = self.live(state)
        level = points[-1][1] if live and points else statistics.median(v for _t, v in points) if points else None
        peak = max((v for t, v in points if not live or t > state.elapsed_s - PEAK_S), default=None)
        number = "" if level is None else _("{level} dB").format(level=f"{level:.0f}".replace("-", "−"))
        bar = meter(level, peak, width - 8, LEVEL_DBFS, self._glyphs)
        style = "$line" if level is None else "$primary" if live else "$secondary"
        line = said((bar, style), (number.rjust(8), "$foreground" if live else "$quiet"))
        values = thinned(points, state.elapsed_s, HISTORY_S, width)
        above = bars(values, width, LEVEL_DBFS, self._glyphs, self.picture_rows - 1)
        return [*(said((row, "$secondary")) for row in above), line]

    def _points(self, state: RunState) -> Points:
        spans = [
            (p.starts_s, p.starts_s + p.seconds)
            for p in state.phases
            if p.step in areas.MEASURED_BY[self.area] and p.status is not PhaseStatus.WAITING
        ]
        return [(t, v) for t, v in state.series.get(LEVEL, ()) if any(a <= t <= b for a, b in spans)]


class RoomCard(LevelCard):
    """The room: how loud it is while nobody speaks."""

    area = "room"


class HeadsetCard(LevelCard):
    """The headset: how loud the voice arrives."""

    area = "headset"

    def words(self, state: RunState) -> str:
        """The microphone's name, where it is known."""
        facts = [o.facts for check, o in state.outcomes.items() if areas.area_of(check) == self.area]
        return next((str(f[areas.DEVICE_FACT]) for f in facts if areas.DEVICE_FACT in f), self.standing(state))


class LineCard(LiveCard):
    """The line: how evenly packets come back, and how much fits through."""

    area = "network"

    def picture(self, state: RunState, width: int) -> list[Content]:
        """Each packet's round trip above the fastest one."""
        rows = strip(state.series.get(RTT, ()), state.elapsed_s, width, self._glyphs, self.picture_rows)
        return [said((row, "$primary" if self.live(state) else "$secondary")) for row in rows]

    def words(self, state: RunState) -> str:
        """Round trip now, and the bandwidth so far."""
        recent = [v for t, v in state.series.get(RTT, ()) if t > state.elapsed_s - FRESH_S]
        said_now = []
        if recent:
            said_now.append(_("{rtt} ms").format(rtt=f"{statistics.median(recent):.0f}"))
        speeds = [
            f"{sign} {words().number(MBIT_S, points[-1][1])}"
            for series, sign in ((DOWN, self._glyphs.down), (UP, self._glyphs.up))
            if (points := state.series.get(series))
        ]
        if speeds:
            said_now.append(_("{speeds} Mbit/s").format(speeds="  ".join(speeds)))
        return "   ".join(said_now) or self.standing(state)


class ComputerCard(LiveCard):
    """The computer: how busy it is."""

    area = "computer"

    def picture(self, state: RunState, width: int) -> list[Content]:
        """Processor load over the last seconds, 0 to 100 %."""
        values = thinned(state.series.get(CPU, ()), state.elapsed_s, HISTORY_S, width)
        rows = bars(values, width, PERCENT, self._glyphs, self.picture_rows)
        return [said((row, "$primary" if self.live(state) else "$secondary")) for row in rows]

    def words(self, state: RunState) -> str:
        """The newest load."""
        points = state.series.get(CPU, ())
        return _("processor {load} % busy").format(load=f"{points[-1][1]:.0f}") if points else self.standing(state)
