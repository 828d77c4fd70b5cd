"""The sound devices as the platform tells them, from a real sound server and without one."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from checks.audio.devices.interface import Bus, Endpoint, Form, Survey
from checks.audio.devices.watch import NO_ANSWER, Watch, survey
from tests.lab.headset import Profile
from tests.lab.headset.fixtures import PlugIn


def comes_true(condition: Callable[[], bool], within_s: float = 5.0) -> bool:
    until = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.realtime
def test_microphone_and_loudspeaker_are_told_with_bus_form_and_what_they_belong_to(plug_in: PlugIn) -> None:
    plug_in(second=True)
    seen = survey()
    assert seen.told_by == "pulse"
    used, speaker = seen.input_in_use(None), seen.output_in_use(None)
    assert used is not None
    assert speaker is not None
    assert (used.name, used.bus, used.form) == ("Virtual USB Headset", Bus.USB, Form.HEADSET)
    assert used.group == speaker.group != ""
    assert used.muted is False
    assert used.volume_percent == 100.0
    assert {e.form for e in seen.inputs} == {Form.HEADSET, Form.BUILT_IN}


@pytest.mark.realtime
def test_copies_of_what_is_played_are_no_microphones(plug_in: PlugIn) -> None:
    headset = plug_in()
    assert "monitor" in headset.pactl("list", "short", "sources")
    assert [e.id for e in survey().inputs] == [headset.device.mic]


@pytest.mark.realtime
@pytest.mark.parametrize(("profile", "bus"), [(Profile.BLUETOOTH_8, Bus.BLUETOOTH), (Profile.BUILT_IN, Bus.BOARD)])
def test_the_bus_is_told(plug_in: PlugIn, profile: Profile, bus: Bus) -> None:
    plug_in(profile)
    used = survey().input_in_use(None)
    assert used is not None
    assert used.bus is bus


@pytest.mark.realtime
def test_a_watch_sees_mute_volume_default_and_a_pulled_plug(plug_in: PlugIn) -> None:
    headset = plug_in(second=True)

    def used() -> Endpoint:
        endpoint = watch.latest.input_in_use(None)
        assert endpoint is not None
        return endpoint

    with Watch() as watch:
        assert watch.first().told_by == "pulse"
        headset.mute()
        assert comes_true(lambda: used().muted is True)
        headset.set_volume(40)
        assert comes_true(lambda: used().volume_percent == 40.0)
        headset.use(Profile.BUILT_IN)
        assert comes_true(lambda: used().form is Form.BUILT_IN)
        headset.unplug()
        assert comes_true(lambda: [e.form for e in watch.latest.inputs] == [Form.BUILT_IN])
        headset.kill_server()
        assert comes_true(lambda: watch.latest.trouble == "audio_server_gone")


@pytest.mark.realtime
def test_a_frozen_sound_server_costs_the_time_out_and_no_more(plug_in: PlugIn) -> None:
    plug_in().freeze()
    began = time.monotonic()
    assert survey(timeout_s=0.5) == NO_ANSWER
    assert time.monotonic() - began < 5


@pytest.mark.realtime
def test_without_a_sound_server_portaudio_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PULSE_SERVER", "PULSE_RUNTIME_PATH", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert survey(timeout_s=10.0).told_by == "portaudio"


def test_the_chosen_device_goes_before_the_default_and_has_no_stand_in() -> None:
    one = Endpoint(id="1", name="One", default=True, default_for_calls=True)
    other = Endpoint(id="2", name="Other")
    both = Survey(told_by="pulse", inputs=(one, other))
    assert both.input_in_use(None) == one
    assert both.input_in_use("2") == other
    assert both.input_in_use("Other") == other
    assert both.input_in_use("3") is None
