"""What the screens are made of, without a screen: the moment, pictures, letters, glyphs, keys, safe text."""

from __future__ import annotations

import string
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.theme import Theme

from agent import guide
from agent.language import use
from agent.state import PhaseStatus
from agent.times import local
from agent.ui.glyphs import FULL, PLAIN, Glyphs, choose
from agent.ui.keys import NEIGHBOUR, letter
from agent.ui.letters import big
from agent.ui.moment import Moment, moment, stages
from agent.ui.pictures import LEVEL_DBFS, PERCENT, bars, meter, strip, thinned
from agent.ui.screens.result import to_mend
from agent.ui.text import said
from agent.ui.themes import THEMES
from report.catalogue import finding, measurement
from report.evaluate import evaluate
from report.policy import Criterion, default
from report.vocabulary import Outcome, Status
from tests.agent.ui.scripted import HOSTILE, SCENES, TOTAL_S, state_at


@pytest.mark.parametrize(
    ("at_s", "step", "upcoming", "seconds"),
    [
        (0.0, "preflight", False, 2),
        (2.0, "silence", True, 1),
        (5.2, "silence", False, 6),
        (11.5, "read_aloud", True, 2),
        (16.0, "read_aloud", False, 3),
        (20.0, "idle_line", False, 2),
        (23.5, "full_line", True, 1),
        (30.0, "full_line", False, 4),
    ],
)
def test_the_moment_is_the_step_that_concerns_the_person(at_s: float, step: str, upcoming: bool, seconds: int) -> None:
    now = moment(state_at(at_s, SCENES["good"], {}))
    assert now is not None
    assert (now.step, now.upcoming, now.seconds) == (step, upcoming, seconds)


def test_a_closer_look_is_the_moment_until_it_ends() -> None:
    before, now = (moment(state_at(at_s, SCENES["closer look"], {})) for at_s in (19.5, 26.0))
    assert before == Moment("idle_line", False, 3)
    assert now == Moment("idle_line", False, 21, longer=True)


def test_there_is_no_moment_after_the_run() -> None:
    assert moment(state_at(TOTAL_S, SCENES["good"], {}, over=True)) is None


def test_the_rail_leaves_out_what_runs_underneath() -> None:
    shown = stages(state_at(16.0, SCENES["good"], {}))
    assert [s.step for s in shown] == ["preflight", "silence", "read_aloud", "full_line"]
    assert [s.fraction for s in shown] == [1.0, 1.0, 0.5, 0.0]
    assert [s.current for s in shown] == [False, False, True, False]


def test_the_rail_says_what_could_not_be_measured_and_keeps_its_order() -> None:
    whole = state_at(16.0, SCENES["good"], {})
    late = [
        replace(phase, starts_s=2.0, seconds=0.1, status=PhaseStatus.MISSING)
        if phase.step in ("silence", "read_aloud")
        else phase
        for phase in whole.phases
    ]
    shown = stages(replace(whole, phases=tuple(late)))
    assert [s.step for s in shown] == ["preflight", "silence", "read_aloud", "idle_line", "full_line"]
    assert [s.status for s in shown][1:3] == [PhaseStatus.MISSING] * 2


def test_a_meter_is_on_a_fixed_scale() -> None:
    low, high = LEVEL_DBFS
    assert meter(None, None, 10, LEVEL_DBFS, FULL) == "─" * 10
    assert meter(low, None, 10, LEVEL_DBFS, FULL) == "─" * 10
    assert meter((low + high) / 2, None, 10, LEVEL_DBFS, FULL) == "━" * 5 + "─" * 5
    assert meter(high + 20, None, 10, LEVEL_DBFS, FULL) == "━" * 10
    assert meter(low, high, 10, LEVEL_DBFS, FULL) == "─" * 9 + "┃"


def test_bars_are_on_a_fixed_scale_and_show_what_was_not_measured_as_a_blank() -> None:
    assert bars([0, 50, 100, None, 200], 8, PERCENT, FULL) == ["   ▁▅█ █"]
    assert bars([100, 50], 2, PERCENT, FULL, rows=2) == ["█▁", "██"]


def test_a_calm_line_lies_flat_whatever_its_round_trip() -> None:
    near = strip([(t / 50, 8.0) for t in range(600)], 11.99, 12, FULL)
    far = strip([(t / 50, 280.0) for t in range(600)], 11.99, 12, FULL)
    assert near == far == ["⣀" * 12]


def test_a_late_packet_stands_above_the_line() -> None:
    calm = [(t / 50, 20.0) for t in range(600)]
    drawn = strip([*calm, (11.9, 95.0)], 11.99, 12, FULL, rows=2)
    assert drawn[0].strip()
    assert drawn[0][-1] != " "
    assert strip(calm, 12.0, 12, FULL, rows=2)[0].strip() == ""


points = st.lists(st.tuples(st.floats(0, 60), st.floats(-200, 2000)), max_size=60)


@given(points, st.floats(0, 60), st.integers(0, 40), st.integers(1, 6), st.sampled_from([FULL, PLAIN]))
def test_pictures_always_have_the_size_that_was_asked_for(
    found: list[tuple[float, float]], now_s: float, width: int, rows: int, glyphs: Glyphs
) -> None:
    drawn = strip(found, now_s, width, glyphs, rows) if width else [""] * rows
    assert [len(row) for row in drawn] == [width] * rows
    values = thinned(found, now_s, 20.0, width)
    assert [len(row) for row in bars(values, width, PERCENT, glyphs, rows)] == [width] * rows
    assert len(meter(now_s, now_s, width, PERCENT, glyphs)) == width


@pytest.mark.parametrize("language", ["en", "ru", "xx"])
@pytest.mark.parametrize("step", ["preflight", "silence", "read_aloud", "idle_line", "full_line", "load", "unknown"])
def test_every_step_has_a_big_word_that_fits_beside_its_seconds(language: str, step: str) -> None:
    use(language)
    drawn = big(guide.step(step).big)
    assert drawn is not None
    count = big("88")
    assert count is not None
    assert len(drawn) == 3
    assert len(drawn[0]) + 4 + len(count[0]) <= 76


def test_big_letters_are_of_equal_height_and_differ() -> None:
    letters = string.ascii_uppercase + string.digits + "БГДЖИЙЛПУФЦЧШЩЪЫЬЭЮЯЁ"
    drawn = {letter: tuple(big(letter) or ()) for letter in letters}
    assert all(len({len(row) for row in rows}) == 1 for rows in drawn.values())
    assert len(set(drawn.values())) == len(letters)
    assert big("€") is None
    assert big("") is None


@pytest.mark.parametrize(
    ("environ", "encoding", "platform", "expected"),
    [
        ({}, "utf-8", "linux", FULL),
        ({"TERM": "linux"}, "utf-8", "linux", PLAIN),
        ({}, "cp866", "linux", PLAIN),
        ({}, "utf-8", "win32", PLAIN),
        ({"WT_SESSION": "1"}, "utf-8", "win32", FULL),
        ({"WT_SESSION": "1"}, "cp866", "win32", PLAIN),
        ({"READINESS_GLYPHS": "plain"}, "utf-8", "linux", PLAIN),
        ({"READINESS_GLYPHS": "full"}, "cp866", "win32", FULL),
        ({}, "utf-8", "darwin", FULL),
    ],
)
def test_old_consoles_get_signs_that_they_have(
    environ: dict[str, str], encoding: str, platform: str, expected: Glyphs
) -> None:
    assert choose(environ, encoding, platform) is expected


@pytest.mark.parametrize("page", ["cp437", "cp866"])
def test_the_plain_signs_are_in_the_old_code_pages(page: str) -> None:
    for name in Glyphs.__slots__:
        sign = getattr(PLAIN, name)
        if isinstance(sign, str):
            assert sign.encode(page)
    assert "".join(big("Тишина") or []).encode(page)


def test_each_letter_key_has_its_neighbour_on_the_russian_layout() -> None:
    assert {k: NEIGHBOUR[k] for k in "rwdhsqc"} == dict(zip("rwdhsqc", "кцврыйс", strict=True))
    binding = letter("r", "again", "again", "Measure again", id="again")
    assert binding.key == "r,R,к,К"
    assert binding.key_display == "R"


def test_text_that_is_not_ours_appears_as_the_letters_that_it_is() -> None:
    drawn = said("Name: ", (HOSTILE, "bold"))
    assert drawn.plain == "Name: [@click=app.quit]x[/]evil"
    assert not any(span.style != "bold" for span in drawn.spans)


@given(st.text())
def test_no_control_character_ever_reaches_the_screen(text: str) -> None:
    assert not any(
        (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066\u200f" for c in said(text).plain
    )


def test_times_are_local_and_in_the_habit_of_the_language() -> None:
    assert local("2026-11-24T06:01:12Z") == "2026-11-24 06:01"
    use("ru")
    assert local("2026-11-24T06:01:12Z") == "24.11.2026, 06:01"
    assert local("nonsense") == "nonsense"


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_theme_can_be_read(theme: Theme) -> None:
    inks = {
        "primary": theme.primary,
        "secondary": theme.secondary,
        "success": theme.success,
        "warning": theme.warning,
        "error": theme.error,
        "foreground": theme.foreground,
        "quiet": theme.variables["quiet"],
        "ink": theme.variables["ink"],
    }
    for name, colour in inks.items():
        for ground in (theme.background, theme.surface):
            assert colour is not None
            assert ground is not None
            assert contrast(colour, ground) >= 4.5, (name, ground)
    assert contrast(theme.variables["on-primary"], theme.primary) >= 4.5


def test_again_measures_the_line_alone_where_only_the_line_is_to_be_mended() -> None:
    """The call quality rests on the full line as well; its place of trouble says that the idle one is enough."""
    wifi = finding("network.trouble_on_wifi", late_ms=80, lost_percent=3.0)
    quality = Outcome(
        check="network.voice_quality",
        version=1,
        status=Status.MEASURED,
        measurements=[measurement("network.mos_drop", 1.4, 1.2, 1.6)],
        findings=[wifi],
    )
    limits = {"network.mos_drop": Criterion(pass_=0.4, fail=0.9)}
    evaluation = evaluate([quality], msgspec.structs.replace(default(), criteria=limits))
    assert to_mend(evaluation) == ("network.jitter",)
    assert evaluation.next_action is not None
    assert evaluation.next_action.finding == wifi
