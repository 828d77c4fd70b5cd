"""A person's ways through the app: forward, back, again, away; by keyboard in both layouts, and by mouse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent.errors import Exit
from agent.preferences import load
from agent.ui.widgets.action import Action
from agent.ui.widgets.choices import Choices
from agent.ui.widgets.key_bar import KeyHint
from agent.ui.widgets.result_card import ResultCard
from tests.agent.ui.scripted import SCENES
from tests.agent.ui.stage import SMALL, WIDE, opened

pytestmark = pytest.mark.anyio


async def test_from_the_welcome_to_the_receipt_with_nothing_but_enter() -> None:
    async with opened("good") as stage:
        assert stage.where == "Welcome"
        assert "Not for pay, not for discipline." in stage.text
        await stage.press("enter")
        assert stage.where == "CheckScreen"
        await stage.run_through()
        assert "✓ Ready" in stage.text
        await stage.press("enter")
        assert stage.where == "Sent"
        assert "The company has your report" in stage.text
        assert "K7QM-2XWD" in stage.text
        assert stage.session.calls == [
            "refresh",
            "begin employer",
            "send left_out=computer.program_names comment=",
        ]
        await stage.press("enter")
        assert stage.where == "Welcome"
        assert stage.app.journey.exit_code() is Exit.READY


@pytest.mark.parametrize(("again", "preview", "back"), [("r", "w", "d"), ("к", "ц", "в"), ("К", "W", "В")])
async def test_letters_work_on_both_keyboard_layouts(again: str, preview: str, back: str) -> None:
    async with opened("noisy") as stage:
        await stage.press("enter")
        await stage.run_through()
        await stage.press(preview)
        assert stage.where == "Preview"
        await stage.press("escape", back)
        assert stage.where == "Details"
        await stage.press("escape", again)
        assert stage.where == "CheckScreen"


async def test_again_measures_only_what_failed_and_the_verdict_is_taken_anew() -> None:
    async with opened("noisy") as stage:
        await stage.press("enter")
        await stage.run_through()
        assert "Not ready yet: one thing left" in stage.text
        assert "code 214" in stage.text
        assert "Room again" in stage.text
        await stage.press("r")
        assert stage.session.calls[-1] == "again room.noise"
        await stage.run_through()
        assert "✓ Ready" in stage.text


async def test_a_trial_offers_nothing_to_send() -> None:
    async with opened("noisy") as stage:
        await stage.press("down", "enter")
        await stage.run_through()
        assert "Send the report" not in stage.text
        await stage.press("w")
        assert stage.where == "Result"
        await stage.press("enter")
        assert stage.where == "Welcome"
        assert stage.session.calls == ["refresh", "begin me", "keep_draft"]
        assert stage.app.journey.exit_code() is Exit.NOT_READY


async def test_enrolment_says_what_is_wrong_with_a_link_and_lets_one_try_again() -> None:
    async with opened("alone") as stage:
        assert "no employer yet" in stage.text
        await stage.press("enter", *"qqq", "enter")
        assert stage.where == "Enrol"
        assert "This is not an invitation link." in stage.text
        await stage.press("backspace", "backspace", "backspace", *"https", "colon", *"//x", "enter")
        assert "Connected: Olga Petrova, Ladoga Call Centre." in stage.text
        await stage.press("enter")
        assert stage.where == "Welcome"
        assert "For Ladoga Call Centre" in stage.text
        assert "Not for pay" in stage.text


async def test_a_pending_computer_shows_the_code_for_support() -> None:
    async with opened("pending") as stage:
        assert "4711-0815" in stage.text


async def test_what_will_be_sent_can_be_changed_and_is_sent_as_shown() -> None:
    async with opened("noisy") as stage:
        await stage.press("enter")
        await stage.run_through()
        await stage.press("w")
        assert "computer.program_names" in stage.text
        await stage.press("shift+tab", *"ok!", "shift+tab", "space")
        document = stage.app.screen.query_one("#text").render()
        assert "Your comment: ok!" in str(document)
        assert "computer.program_names" not in str(document)
        await stage.press("tab", "enter", "enter")
        assert stage.where == "Sent"
        assert stage.session.calls[-1] == "send left_out= comment=ok!"


async def test_the_exact_bytes_are_shown_on_request() -> None:
    async with opened("noisy") as stage:
        await stage.press("enter")
        await stage.run_through()
        await stage.press("w", "b")
        shown = str(stage.app.screen.query_one("#text").render())
        assert shown.encode() == stage.session.preview().payload


@pytest.mark.parametrize(
    ("scene", "headline"),
    [("waiting", "Your report waits on this computer"), ("refused", "The company did not take the report")],
)
async def test_the_short_code_is_there_even_when_the_report_was_not_delivered(scene: str, headline: str) -> None:
    async with opened(scene) as stage:
        await stage.press("enter")
        await stage.run_through()
        await stage.press("enter")
        assert headline in stage.text
        assert "K7QM-2XWD" in stage.text
        assert "Check your connection, or wait a little" in " ".join(stage.text.split())
        await stage.press("enter")
        assert stage.app.journey.exit_code() is Exit.NOT_DELIVERED


async def test_copy_for_support_puts_the_ticket_on_the_clipboard() -> None:
    async with opened("noisy") as stage:
        await stage.press("enter")
        await stage.run_through()
        await stage.press("enter", "c")
        assert stage.app.clipboard.startswith("Readiness K7QM-2XWD")
        assert "214  too noisy for calls" in stage.text


async def test_escape_stops_a_run_and_shows_what_was_measured() -> None:
    async with opened("good", frozen_s=5.0) as stage:
        await stage.press("enter", "escape")
        await stage.settle()
        assert stage.session.runners[-1].cancelled
        assert stage.where == "Result"


@pytest.mark.parametrize("key", ["q", "й", "ctrl+c"])
async def test_leaving_in_the_middle_cancels_keeps_a_draft_and_says_interrupted(key: str) -> None:
    async with opened("good", frozen_s=5.0) as stage:
        await stage.press("enter", key)
        assert stage.session.runners[-1].cancelled
        assert stage.session.calls[-1] == "keep_draft"
        assert stage.app.return_value is Exit.INTERRUPTED


async def test_leaving_with_an_unsent_result_keeps_a_draft() -> None:
    async with opened("noisy") as stage:
        await stage.press("enter")
        await stage.run_through()
        await stage.press("q")
        assert stage.session.calls[-1] == "keep_draft"
        assert stage.app.return_value is Exit.NOT_READY


async def test_leaving_after_sending_keeps_no_draft() -> None:
    async with opened("good") as stage:
        await stage.press("enter")
        await stage.run_through()
        await stage.press("enter", "q")
        assert "keep_draft" not in stage.session.calls
        assert stage.app.return_value is Exit.READY


@pytest.mark.parametrize(("keys", "answer"), [(["enter"], "no"), (["escape"], "no"), (["down", "enter"], "yes")])
async def test_a_question_has_the_safe_answer_first(keys: list[str], answer: str) -> None:
    async with opened("metered", frozen_s=1.0) as stage:
        await stage.press("enter")
        await stage.settle()
        assert stage.where == "QuestionBox"
        assert "up to 150 MB" in " ".join(stage.text.split())
        await stage.press(*keys)
        assert stage.session.runners[-1].answers == [answer]
        assert stage.where == "CheckScreen"


async def test_a_question_that_no_longer_waits_goes_away() -> None:
    async with opened("metered", frozen_s=1.0) as stage:
        await stage.press("enter")
        await stage.settle()
        stage.session.runners[-1].answer(1, "no")
        await stage.settle()
        assert stage.where == "CheckScreen"


async def test_the_mouse_does_everything_too() -> None:
    async with opened("noisy") as stage:
        await stage.pilot.click(Choices, offset=(4, 0))
        await stage.settle()
        await stage.run_through()
        await stage.pilot.click("#result-headset")
        await stage.settle()
        assert stage.where == "Help"
        await stage.pilot.click(Action)
        await stage.settle()
        details = next(h for h in stage.app.screen.query(KeyHint) if "details" in str(h.render()))
        await stage.pilot.click(details)
        await stage.settle()
        assert stage.where == "Details"


async def test_arrows_reach_every_button_and_card_of_the_result() -> None:
    async with opened("noisy") as stage:
        await stage.press("enter")
        await stage.run_through()
        seen = set()
        for _ in range(8):
            focused = stage.app.focused
            assert focused is not None
            seen.add(str(focused.label) if isinstance(focused, Action) else focused.id)
            await stage.press("right")
        assert {"result-room", "result-headset", "result-network", "result-computer"} <= seen
        assert sum("again" in name or "sent" in name or "Send" in name for name in seen if name) == 3


async def test_enter_on_a_card_opens_its_help() -> None:
    async with opened("noisy") as stage:
        await stage.press("enter")
        await stage.run_through()
        stage.app.screen.query_one("#result-network", ResultCard).focus()
        await stage.press("enter")
        assert stage.where == "Help"
        assert "A call is 50 packets a second each way" in " ".join(stage.text.replace("│", " ").split())


async def test_history_opens_a_past_run_and_its_ticket_can_be_copied() -> None:
    async with opened("noisy") as stage:
        await stage.press("h")
        assert "3ZTR-90AC" in stage.text
        assert "only on this computer" in stage.text
        await stage.press("down", "enter")
        assert stage.where == "Details"
        assert "your voice above the room" in stage.text
        await stage.press("c")
        assert stage.app.clipboard.startswith("Readiness")
        await stage.press("escape", "escape")
        assert stage.where == "Welcome"


async def test_settings_hold_at_once_and_are_kept(tmp_path: Path) -> None:
    async with opened("noisy", folder=tmp_path) as stage:
        await stage.press("s", "down", "right")
        assert stage.app.theme == "light"
        assert "Look                light" in stage.text
        assert load(tmp_path).theme == "light"
        await stage.press("left", "left")
        assert load(tmp_path).theme == "contrast"


async def test_settings_that_can_not_be_kept_are_told_calmly() -> None:
    async with opened("noisy", folder=Path("/dev/null/nowhere")) as stage:
        await stage.press("s", "down", "right")
        assert stage.where == "Notice"
        assert "They hold until you close the program." in stage.text
        await stage.press("enter")
        assert stage.app.theme == "light"


async def test_changing_the_language_asks_for_a_fresh_start_and_keeps_the_result(tmp_path: Path) -> None:
    async with opened("noisy", folder=tmp_path) as stage:
        await stage.press("enter")
        await stage.run_through()
        await stage.press("s", "right")
        assert stage.app.restart
        journey = stage.app.journey
    async with opened("noisy", "ru", folder=tmp_path, journey=journey) as stage:
        assert stage.where == "Result"
        assert "Пока не готово: осталось одно" in stage.text


async def test_the_language_can_not_change_during_a_run(tmp_path: Path) -> None:
    async with opened("noisy", folder=tmp_path) as stage:
        await stage.press("enter", "s")
        assert stage.where == "CheckScreen"


async def test_what_was_damaged_is_told_once() -> None:
    scene = replace(SCENES["noisy"], notices=("The file with your reports was damaged.",))
    async with opened(scene) as stage:
        assert stage.where == "Notice"
        assert "The file with your reports was damaged." in stage.text
        await stage.press("enter")
        assert stage.where == "Welcome"
        journey = stage.app.journey
    async with opened(scene, "ru", journey=journey) as stage:
        assert stage.where == "Welcome"


@pytest.mark.parametrize("size", [(79, 24), (80, 23), (20, 5)])
async def test_a_window_that_is_too_small_is_told_so_kindly_and_recovers(size: tuple[int, int]) -> None:
    async with opened("good", frozen_s=5.0) as stage:
        await stage.press("enter")
        await stage.pilot.resize_terminal(*size)
        await stage.settle()
        assert f"This window is {size[0]} × {size[1]}." in " ".join(stage.text.split())
        await stage.pilot.resize_terminal(*WIDE)
        await stage.settle()
        assert "2 Quiet" in stage.text
        await stage.pilot.resize_terminal(*SMALL)
        await stage.settle()
        assert "2 Quiet" in stage.text


async def test_a_failing_session_is_told_with_a_next_step_and_loses_nothing() -> None:
    async with opened("noisy") as stage:

        def fails(_preview: object) -> None:
            raise RuntimeError("boom")

        stage.session.send = fails  # type: ignore[assignment, method-assign]
        await stage.press("enter")
        await stage.run_through()
        await stage.press("enter")
        assert stage.where == "Notice"
        assert "Something in this program went wrong (RuntimeError)." in stage.text
        await stage.press("enter")
        assert stage.where == "Result"
        assert not stage.app.journey.sending


async def test_a_run_that_can_not_begin_leads_back_to_the_start() -> None:
    async with opened("noisy") as stage:

        def fails(**_how: object) -> None:
            raise OSError("no")

        stage.session.begin = fails  # type: ignore[assignment, method-assign]
        await stage.press("enter")
        assert stage.where == "Notice"
        await stage.press("enter")
        assert stage.where == "Welcome"


async def test_names_that_try_to_be_markup_or_escape_sequences_stay_text() -> None:
    async with opened("hostile") as stage:
        assert "[@click=app.quit]x[/]evil" in stage.text
        await stage.press("enter")
        await stage.run_through()
        for keys in (["d"], ["escape", "w"], ["b"], ["escape", "enter"]):
            await stage.press(*keys)
            picture = stage.app.export_screenshot()
            assert "\x1b" not in picture
            assert "\u202e" not in picture
        assert stage.where == "Sent"
