"""headset.voice: the devices in use, and the voice through them."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from checks.audio.capture import Listened
from checks.audio.devices.interface import Bus, Endpoint, Form, Survey
from checks.headset.voice import CHECK
from checks.interface import Captures, NotMeasured
from checks.steps.preflight import PreflightCapture
from checks.steps.read_aloud import ReadAloudCapture
from report.catalogue import CHECKS, finding
from report.vocabulary import Outcome, Status
from tests.checks.audio.recordings import HEADSET_IN, HEADSET_OUT, listened
from tests.checks.audio.run_of_sound import context
from tests.lab.headset.scenes import (
    Origin,
    Sound,
    at_noise_level,
    at_speech_level,
    mixed,
    room_tone,
    silence,
    speech,
)

ROOM = at_noise_level(room_tone(8.0), -66.0)
BUILT_IN = Endpoint(
    id="pci-in", name="Built-in", bus=Bus.BOARD, form=Form.BUILT_IN, group="pci", default=True, default_for_calls=True
)
SPEAKERS = msgspec.structs.replace(BUILT_IN, id="pci-out")


def voice(level: float = -26.0) -> Sound:
    return mixed(at_speech_level(speech("ru", 6.0), level), ROOM)


def read_through(
    sound: Sound, inputs: tuple[Endpoint, ...] = (HEADSET_IN,), outputs: tuple[Endpoint, ...] = (HEADSET_OUT,)
) -> Listened:
    survey = Survey(told_by="pulse", inputs=inputs, outputs=outputs)
    return Listened(heard=listened(sound).heard, survey=survey, inputs=inputs[:1], lost=0)


def assess(recording: Listened, os: str = "linux") -> Outcome:
    return CHECK.assess(Captures({"read_aloud": ReadAloudCapture(recording)}), context(os=os))


def codes(outcome: Outcome) -> set[str]:
    return {found.code for found in outcome.findings}


def test_a_good_voice_is_measured_and_nothing_is_found() -> None:
    outcome = assess(read_through(voice()))
    assert outcome.status is Status.MEASURED
    assert {m.metric for m in outcome.measurements} == set(CHECKS["headset.voice"].metrics)
    level = outcome.value("headset.speech_level_dbfs")
    assert level is not None
    assert level.value == pytest.approx(-26.0, abs=0.2)
    assert codes(outcome) == set()
    assert outcome.facts["input"] == "A Headset"
    assert outcome.facts["input_volume_percent"] == 80.0


def test_a_voice_from_afar_is_told_as_too_quiet() -> None:
    outcome = assess(
        read_through(mixed(at_speech_level(speech("ru", 6.0), -50.0), at_noise_level(room_tone(8), -80.0)))
    )
    assert codes(outcome) == {"headset.too_quiet"}
    assert outcome.findings[0].params == {"level": -50}


def test_a_distorted_voice_is_told() -> None:
    cut = np.clip(voice(-8.0).samples * 2, -1, 1)
    assert "headset.clipping" in codes(assess(read_through(Sound(cut, 48000, Origin.MADE))))


def test_the_built_in_microphone_is_no_finding_where_no_headset_is() -> None:
    assert codes(assess(read_through(voice(), (BUILT_IN,), (SPEAKERS,)))) == set()


@pytest.mark.parametrize("form", [Form.HEADSET, Form.UNKNOWN])
def test_the_built_in_microphone_beside_a_usb_headset_is_told(form: Form) -> None:
    idle = msgspec.structs.replace(HEADSET_IN, form=form, default=False, default_for_calls=False)
    outcome = assess(read_through(voice(), (BUILT_IN, idle), (SPEAKERS,)))
    assert codes(outcome) == {"headset.built_in_in_use"}
    assert outcome.findings[0].params == {"used": "Built-in", "headset": "A Headset"}


def test_a_webcam_is_not_taken_for_a_headset() -> None:
    webcam = msgspec.structs.replace(HEADSET_IN, form=Form.WEBCAM, default=False, default_for_calls=False)
    assert codes(assess(read_through(voice(), (BUILT_IN, webcam), (SPEAKERS,)))) == set()


def test_speaking_into_one_device_and_listening_to_another_is_told_where_one_is_a_headset() -> None:
    assert codes(assess(read_through(voice(), (HEADSET_IN,), (SPEAKERS,)))) == {"headset.split_devices"}


def test_the_name_of_a_bluetooth_device_stays_here() -> None:
    """People name their headphones after themselves."""
    theirs = msgspec.structs.replace(HEADSET_IN, name="Anna's AirPods", bus=Bus.BLUETOOTH)
    outcome = assess(read_through(voice(), (theirs,), (SPEAKERS,)))
    assert b"Anna" not in msgspec.json.encode(outcome)
    assert outcome.facts["input"] == "Bluetooth"


def test_the_communications_role_counts_before_the_console() -> None:
    music = msgspec.structs.replace(BUILT_IN, default=True, default_for_calls=False)
    calls = msgspec.structs.replace(HEADSET_IN, default=False, default_for_calls=True)
    assert assess(read_through(voice(), (music, calls))).facts["input"] == "A Headset"


@pytest.mark.parametrize(
    ("sound", "os", "code"),
    [
        (silence(6.0), "linux", "headset.no_signal"),
        (silence(6.0), "darwin", "headset.no_permission"),
        (ROOM, "linux", "headset.silent_reading"),
    ],
)
def test_nothing_heard_is_no_measurement_and_the_devices_are_told_all_the_same(
    sound: Sound, os: str, code: str
) -> None:
    outcome = assess(read_through(sound, (BUILT_IN, HEADSET_IN), (SPEAKERS,)), os)
    assert outcome.status is Status.INCONCLUSIVE
    assert outcome.because is not None
    assert outcome.because.code == code
    assert codes(outcome) == {"headset.built_in_in_use"}
    assert outcome.measurements == []


def test_a_muted_microphone_is_told_as_muted() -> None:
    muted = msgspec.structs.replace(HEADSET_IN, muted=True)
    outcome = assess(read_through(silence(6.0), (muted,)))
    assert outcome.because is not None
    assert outcome.because.code == "headset.muted"
    assert outcome.facts["input_muted"] is True


def test_without_a_reading_the_preflights_devices_are_told() -> None:
    survey = Survey(told_by="pulse", inputs=(BUILT_IN, HEADSET_IN), outputs=(SPEAKERS,))
    preflight = PreflightCapture(survey, -60.0, None, ())
    reason = NotMeasured(Status.INCONCLUSIVE, finding("headset.vanished", device="Built-in"))
    outcome = CHECK.assess(Captures({"preflight": preflight}, {"read_aloud": reason}), context())
    assert outcome.status is Status.INCONCLUSIVE
    assert codes(outcome) == {"headset.built_in_in_use"}
