"""room.noise: what is measured, and what is never taken for a quiet room."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from checks.interface import Captures, NotMeasured
from checks.room.noise import CHECK
from report.catalogue import CHECKS, finding
from report.vocabulary import Outcome, Status
from tests.checks.audio.recordings import HEADSET_IN, captures, listened
from tests.checks.audio.run_of_sound import context
from tests.lab.headset.scenes import (
    Origin,
    Sound,
    at_noise_level,
    at_weighted_speech_level,
    fan,
    mixed,
    room_tone,
    silence,
    speech,
    television,
)

RATE = 48000
ROOM = at_noise_level(room_tone(8.0), -60.0)


def reading(room: Sound = ROOM) -> Sound:
    return mixed(at_weighted_speech_level(speech("ru", 6.0), -26.0), room)


def assess(quiet: Sound, read: Sound) -> Outcome:
    return CHECK.assess(captures(listened(quiet), listened(read)), context())


def why_not(taken: Captures, os: str = "linux") -> str:
    with pytest.raises(NotMeasured) as caught:
        CHECK.assess(taken, context(os=os))
    assert caught.value.status is Status.INCONCLUSIVE
    return caught.value.because.code


def with_words(start_s: float, end_s: float, level: float = -26.0) -> Sound:
    """A still room in which somebody says something."""
    words = at_weighted_speech_level(speech("ru", 8.0, start=12), level).samples.copy()
    words[: int(start_s * RATE)] = 0.0
    words[int(end_s * RATE) :] = 0.0
    return mixed(Sound(words, RATE, Origin.MADE), ROOM)


def test_a_still_room_is_measured_with_its_evidence() -> None:
    outcome = assess(ROOM, reading())
    assert {m.metric for m in outcome.measurements} == set(CHECKS["room.noise"].metrics)
    ratio = outcome.value("room.snr_a_db")
    assert ratio is not None
    assert ratio.value == pytest.approx(34.0, abs=0.5)
    assert ratio.low is not None
    assert ratio.low < ratio.value
    assert len(outcome.evidence[0].values) == 32
    assert outcome.facts["octave_1k_dbfs"] == pytest.approx(-65, abs=3)
    assert len(msgspec.json.encode(outcome)) < 4000


@pytest.mark.parametrize("below_db", [3.0, 6.0, 10.0, 20.0])
def test_a_television_is_measured_as_noise_however_loud_it_is(below_db: float) -> None:
    loud = at_noise_level(television(16.0, "en"), -26.0 - below_db)
    first = Sound(loud.samples[: 8 * RATE], RATE, loud.origin)
    second = Sound(loud.samples[8 * RATE :], RATE, loud.origin)
    ratio = assess(first, reading(second)).value("room.snr_a_db")
    assert ratio is not None
    assert ratio.value == pytest.approx(below_db, abs=3.0)


def test_steady_noise_as_loud_as_the_voice_is_measured() -> None:
    loud = at_noise_level(fan(8.0), -28.0)
    ratio = assess(loud, reading(loud)).value("room.snr_a_db")
    assert ratio is not None
    assert ratio.value == pytest.approx(2.0, abs=1.0)


@pytest.mark.parametrize(("start_s", "end_s"), [(0.0, 2.0), (3.0, 5.5), (6.0, 8.0)])
def test_an_operator_who_talks_for_a_moment_does_not_make_a_noisy_room(start_s: float, end_s: float) -> None:
    taken = captures(listened(with_words(start_s, end_s)), listened(reading()))
    assert why_not(taken) == "room.voice_in_silence"


def test_somebody_talking_across_the_room_is_noise_and_no_excuse() -> None:
    outcome = assess(with_words(2.0, 5.0, level=-44.0), reading())
    louder, quieter = outcome.value("room.l10_dbfs_a"), outcome.value("room.l90_dbfs_a")
    assert louder is not None
    assert quieter is not None
    assert louder.value - quieter.value > 10


def test_exact_silence_with_a_voice_afterwards_is_a_noise_gate() -> None:
    assert why_not(captures(listened(silence(8.0)), listened(reading()))) == "room.noise_gate"


def test_a_mute_during_the_silence_alone_is_a_mute() -> None:
    muted = msgspec.structs.replace(HEADSET_IN, muted=True)
    quiet = listened(silence(8.0), muted, HEADSET_IN)
    assert why_not(captures(quiet, listened(reading()))) == "headset.muted"


@pytest.mark.parametrize(
    ("os", "code"),
    [("linux", "headset.no_signal"), ("windows", "headset.no_signal"), ("darwin", "headset.no_permission")],
)
def test_zeros_from_end_to_end_are_told_by_system(os: str, code: str) -> None:
    assert why_not(captures(listened(silence(8.0)), listened(silence(6.0))), os) == code


@pytest.mark.parametrize("change", [{"volume_percent": 70.0}, {"id": "another"}])
def test_another_volume_or_microphone_in_between_is_told(change: dict[str, object]) -> None:
    other = msgspec.structs.replace(HEADSET_IN, **change)
    assert why_not(captures(listened(ROOM), listened(reading(), other))) == "room.gain_changed"
    assert why_not(captures(listened(ROOM, HEADSET_IN, other), listened(reading()))) == "room.gain_changed"


def test_less_sound_than_a_room_makes_is_not_a_quiet_room() -> None:
    faint = at_noise_level(room_tone(8.0), -95.0)
    far = mixed(at_weighted_speech_level(speech("ru", 6.0), -60.0), faint)
    assert why_not(captures(listened(faint), listened(far))) == "room.too_quiet_to_measure"


def test_a_filter_that_leaves_next_to_nothing_of_the_room_is_a_noise_gate() -> None:
    """An ordinary voice shows that the microphone isn't turned down."""
    faint = at_noise_level(room_tone(8.0), -95.0)
    assert why_not(captures(listened(faint), listened(reading(faint)))) == "room.noise_gate"


def test_a_headset_muted_by_its_own_button_has_no_signal() -> None:
    """It leaves the last bit of its converter."""
    noise = np.rint(0.6 * np.random.default_rng(9).standard_normal(8 * RATE)) / 32768
    converter = Sound(noise, RATE, Origin.MADE)
    assert why_not(captures(listened(converter), listened(converter))) == "headset.no_signal"


def test_nothing_read_is_told() -> None:
    assert why_not(captures(listened(ROOM), listened(ROOM))) == "headset.silent_reading"


def test_a_silence_beyond_the_scale_is_told() -> None:
    loud = Sound(np.clip(at_noise_level(fan(8.0), -3.0).samples * 2, -1, 1), RATE, Origin.MADE)
    assert why_not(captures(listened(loud), listened(loud))) == "room.overloaded"


def test_without_a_recording_the_steps_own_reason_stands() -> None:
    reason = NotMeasured(Status.SKIP, finding("headset.no_microphone"))
    with pytest.raises(NotMeasured) as caught:
        CHECK.assess(Captures({}, {"silence": reason, "read_aloud": reason}), context())
    assert caught.value is reason


def test_lost_pieces_are_told_beside_the_result() -> None:
    outcome = CHECK.assess(captures(listened(ROOM, lost=2), listened(reading())), context())
    assert outcome.status is Status.MEASURED
    assert [found.code for found in outcome.disturbed_by] == ["headset.audio_lost"]
