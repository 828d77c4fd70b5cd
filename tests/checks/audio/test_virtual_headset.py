"""Real runs of the microphone's steps through a virtual headset: what is right, and each thing that can be wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from checks.interface import Cancelled, Need, NotMeasured
from report.catalogue import finding
from report.evaluate import evaluate
from report.vocabulary import Outcome, Status, Verdict
from tests.checks.audio.run_of_sound import POLICY, Operator, assess
from tests.checks.probe import TestProbe, cancel_after, children_left
from tests.lab.headset import Profile
from tests.lab.headset.fixtures import PlugIn
from tests.lab.headset.scenes import (
    Sound,
    at_noise_level,
    at_weighted_speech_level,
    full_band_speech,
    room_tone,
    speech,
    television,
)

pytestmark = pytest.mark.realtime


def voice() -> Sound:
    return at_weighted_speech_level(speech("ru", 8.0), -26.0)


def still_room() -> Sound:
    return at_noise_level(room_tone(30.0), -66.0)


def codes(outcome: Outcome) -> set[str]:
    return {found.code for found in outcome.findings}


def why(outcome: Outcome) -> str:
    assert outcome.because is not None
    return outcome.because.code


def refusal(step: Callable[[], object]) -> NotMeasured:
    with pytest.raises(NotMeasured) as caught:
        step()
    return caught.value


def after(seconds: float, act: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(seconds, act)
    timer.start()
    return timer


def test_a_clear_voice_in_a_still_room_passes(plug_in: PlugIn) -> None:
    operator = Operator(plug_in(), at_weighted_speech_level(full_band_speech(), -26.0), still_room())
    operator.settle()
    preflight = operator.preflight()
    assert preflight.in_the_way == ()
    assert preflight.level_dbfs_a == pytest.approx(-66.0, abs=2.0)

    outcomes = assess(operator.keep_quiet(), operator.read())
    room, headset = outcomes["room.noise"], outcomes["headset.voice"]
    assert room.status is headset.status is Status.MEASURED
    ratio, edge = room.value("room.snr_a_db"), headset.value("headset.band_edge_khz")
    assert ratio is not None
    assert edge is not None
    assert ratio.value == pytest.approx(40.0, abs=2.0)
    assert edge.value > 10
    assert codes(room) == codes(headset) == set()
    assert headset.facts["input_form"] == "headset"
    assert headset.facts["input_bus"] == "usb"
    verdicts = evaluate(list(outcomes.values()), POLICY)
    assert {check.verdict for check in verdicts.checks} == {Verdict.PASS}


def test_a_television_is_noise_and_the_next_action_is_to_turn_it_off(plug_in: PlugIn) -> None:
    operator = Operator(plug_in(), voice(), at_noise_level(television(30.0, "en"), -34.0))
    operator.settle()
    outcomes = assess(operator.keep_quiet(seconds=4.0), operator.read(seconds=4.0))
    room = outcomes["room.noise"]
    assert room.status is Status.MEASURED
    ratio = room.value("room.snr_a_db")
    assert ratio is not None
    assert ratio.value == pytest.approx(8.0, abs=3.0)
    verdict = evaluate(list(outcomes.values()), POLICY)
    assert verdict.next_action is not None
    assert verdict.next_action.finding.code == "room.too_loud"


def test_a_muted_microphone_is_never_a_quiet_room(plug_in: PlugIn) -> None:
    headset = plug_in()
    operator = Operator(headset, voice(), still_room())
    operator.settle()
    headset.mute()
    seen = operator.preflight()
    assert [found.code for found in seen.in_the_way] == ["headset.muted"]
    assert set(seen.lacking) == {Need.MICROPHONE}
    outcomes = assess(operator.keep_quiet(seconds=1.5), operator.read(seconds=1.5))
    assert {why(outcome) for outcome in outcomes.values()} == {"headset.muted"}
    assert {outcome.status for outcome in outcomes.values()} == {Status.INCONCLUSIVE}


def test_the_first_look_offers_the_fix_and_looks_again(plug_in: PlugIn) -> None:
    headset = plug_in()
    operator = Operator(headset, room=still_room())
    operator.settle()
    headset.mute()
    probe = TestProbe(answers={"preflight.mend": "again"})
    timer = after(1.5, lambda: headset.mute(False))
    seen = operator.preflight(probe)
    timer.join()
    assert {prompt.about.code for prompt in probe.asked if prompt.about} == {"headset.muted"}
    assert seen.in_the_way == ()
    assert seen.lacking == {}


def test_a_microphone_that_gives_zeros_and_is_not_muted_has_no_signal(plug_in: PlugIn) -> None:
    operator = Operator(plug_in())
    assert [found.code for found in operator.preflight().in_the_way] == ["headset.no_signal"]
    outcomes = assess(operator.keep_quiet(seconds=1.5), operator.read(seconds=1.5))
    assert {why(outcome) for outcome in outcomes.values()} == {"headset.no_signal"}


@pytest.mark.parametrize("second", [False, True], ids=["alone", "beside the built-in one"])
def test_a_headset_pulled_out_is_told_even_where_the_system_goes_on_with_another(plug_in: PlugIn, second: bool) -> None:
    headset = plug_in(second=second)
    operator = Operator(headset, room=still_room())
    operator.settle()
    timer = after(1.0, headset.unplug)
    reason = refusal(operator.keep_quiet)
    timer.join()
    assert reason.because.code == "headset.vanished"
    assert reason.because.params == {"device": "Virtual USB Headset"}
    assert reason.status is Status.INCONCLUSIVE
    assert _workers(children_left()) == []


def test_a_killed_sound_server_is_told_as_such(plug_in: PlugIn) -> None:
    headset = plug_in()
    operator = Operator(headset, room=still_room())
    operator.settle()
    timer = after(1.0, headset.kill_server)
    reason = refusal(operator.keep_quiet)
    timer.join()
    assert reason.because.code == "headset.audio_server_gone"
    assert [found.code for found in operator.preflight().in_the_way] == ["headset.audio_server_gone"]


@pytest.mark.parametrize("stall", ["suspend", "freeze"])
def test_a_stalled_microphone_ends_the_step_instead_of_hanging_it(plug_in: PlugIn, stall: str) -> None:
    headset = plug_in()
    operator = Operator(headset, room=still_room())
    operator.settle()
    timer = after(1.0, getattr(headset, stall))
    began = time.monotonic()
    reason = refusal(operator.keep_quiet)
    timer.join()
    assert time.monotonic() - began < 15
    assert reason.because.code == "headset.no_signal"
    assert _workers(children_left()) == []


def test_no_microphone_is_a_skip_with_the_reason(plug_in: PlugIn) -> None:
    headset = plug_in()
    headset.unplug()
    operator = Operator(headset)
    reason = refusal(operator.keep_quiet)
    assert reason.status is Status.SKIP
    assert reason.because.code == "headset.no_microphone"
    assert [found.code for found in operator.preflight().in_the_way] == ["headset.no_microphone"]


def test_a_copy_of_what_is_played_is_no_microphone(plug_in: PlugIn) -> None:
    """The sound server then offers the loudspeaker's monitor as its default source."""
    headset = plug_in()
    headset.unplug(only_microphone=True)
    assert "headset_speaker.monitor" in headset.pactl("get-default-source")
    assert refusal(Operator(headset).keep_quiet).because.code == "headset.no_microphone"


def test_a_default_that_is_no_microphone_is_told_where_there_is_one(plug_in: PlugIn) -> None:
    headset = plug_in()
    headset.pactl("set-default-source", "headset_speaker.monitor")
    assert refusal(Operator(headset).keep_quiet).because.code == "headset.none_in_use"


def test_the_built_in_microphone_in_use_beside_a_headset_is_told(plug_in: PlugIn) -> None:
    headset = plug_in(second=True, default=Profile.BUILT_IN)
    spec = headset.specs[Profile.BUILT_IN]
    sound = voice()
    headset.hear(still_room().samples, 48000, into=spec)
    headset.hear(sound.samples, sound.rate_hz, into=spec)
    reading = Operator(headset).read()
    outcome = assess(_not_chosen(), reading)["headset.voice"]
    assert outcome.status is Status.MEASURED
    assert codes(outcome) == {"headset.built_in_in_use"}
    assert outcome.findings[0].params["headset"] == "Virtual USB Headset"


def test_a_headset_to_speak_and_a_loudspeaker_to_listen_are_told(plug_in: PlugIn) -> None:
    headset = plug_in(second=True)
    headset.use_speaker(Profile.BUILT_IN)
    operator = Operator(headset, voice(), still_room())
    operator.settle()
    outcome = assess(_not_chosen(), operator.read())["headset.voice"]
    assert codes(outcome) == {"headset.split_devices"}


@pytest.mark.parametrize(("profile", "edge_khz"), [(Profile.BLUETOOTH_16, 7.0), (Profile.BLUETOOTH_8, 3.8)])
def test_hands_free_bluetooth_is_told_by_the_voices_spectrum(
    plug_in: PlugIn, profile: Profile, edge_khz: float
) -> None:
    operator = Operator(plug_in(profile), voice(), still_room())
    operator.settle()
    outcome = assess(_not_chosen(), operator.read())["headset.voice"]
    edge = outcome.value("headset.band_edge_khz")
    assert edge is not None
    assert edge.value == pytest.approx(edge_khz, abs=0.5)
    judged = evaluate([outcome], POLICY).checks[0]
    assert ("headset.narrowband" in {found.code for found in judged.findings}) == (edge_khz < 6)


def test_nobody_reading_is_told_kindly(plug_in: PlugIn) -> None:
    operator = Operator(plug_in(), room=still_room())
    operator.settle()
    outcomes = assess(operator.keep_quiet(), operator.read())
    assert {why(outcome) for outcome in outcomes.values()} == {"headset.silent_reading"}


def test_a_volume_turned_between_the_parts_is_told(plug_in: PlugIn) -> None:
    headset = plug_in()
    operator = Operator(headset, voice(), still_room())
    operator.settle()
    silence = operator.keep_quiet()
    headset.set_volume(60)
    outcomes = assess(silence, operator.read())
    assert why(outcomes["room.noise"]) == "room.gain_changed"
    assert outcomes["headset.voice"].status is Status.MEASURED


def test_the_level_is_shown_about_ten_times_a_second_and_nothing_is_left_behind(plug_in: PlugIn) -> None:
    headset = plug_in()
    operator = Operator(headset, room=at_noise_level(room_tone(30.0), -50.0))
    operator.settle()
    time.sleep(0.5)
    probe = TestProbe()
    operator.keep_quiet(probe, seconds=3.0)
    shown = probe.series["room.level_dbfs_a"]
    assert 20 <= len(shown) <= 40
    assert shown[-1] == pytest.approx(-50.0, abs=3.0)
    assert probe.fractions[-1] == 1.0
    assert _workers(children_left()) == []


@pytest.mark.parametrize("seconds", [0.05, 1.0])
def test_cancelling_ends_the_step_at_once_and_leaves_no_process(plug_in: PlugIn, seconds: float) -> None:
    operator = Operator(plug_in(), room=still_room())
    operator.settle()
    probe = TestProbe()
    began = time.monotonic()
    timer = cancel_after(probe, seconds)
    with pytest.raises(Cancelled):
        operator.keep_quiet(probe, seconds=8.0)
    assert time.monotonic() - began < seconds + 5
    timer.join()
    assert _workers(children_left()) == []


def _workers(names: list[str]) -> list[str]:
    """Of the processes that are left, those that belong to the checks and not to the laboratory."""
    return [name for name in names if "checks.audio" in name]


def _not_chosen() -> NotMeasured:
    return NotMeasured(Status.SKIP, finding("run.not_chosen"))
