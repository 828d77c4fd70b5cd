"""Voice over room: the known ratio comes back, whatever the gain, and the interval holds it."""

from __future__ import annotations

import numpy as np
import pytest

from checks.audio.hearing import hear
from checks.audio.snr import Ratio, voice_over_room
from tests.lab.headset.scenes import (
    Language,
    Sound,
    at_noise_level,
    at_weighted_speech_level,
    fan,
    hum,
    mixed,
    music,
    room_tone,
    speech,
    television,
)

RATE = 48000
VOICES: list[tuple[Language, int]] = [("ru", 12), ("en", 0)]


def part(sound: Sound, start_s: float, end_s: float) -> Sound:
    samples = sound.samples[int(start_s * RATE) : int(end_s * RATE)]
    return Sound(samples, RATE, sound.origin)


def measured(voice: Sound, noise: Sound, silence_gain: float = 1.0, reading_gain: float = 1.0) -> Ratio | None:
    """8 s of the noise alone, then 6 s of the voice in it."""
    silence = part(noise, 0, 8).samples * silence_gain
    reading = mixed(voice, part(noise, 10, 16)).samples * reading_gain
    return voice_over_room(hear(silence, RATE), hear(reading, RATE))


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("noise", [room_tone(16), fan(16), hum(16)], ids=["room tone", "fan", "hum"])
@pytest.mark.parametrize("true_db", [0, 8, 15, 25, 40])
def test_the_ratio_in_steady_noise_is_exact(voice: tuple[Language, int], noise: Sound, true_db: int) -> None:
    language, start = voice
    spoken = at_weighted_speech_level(speech(language, 6.0, start=start), -26.0)
    ratio = measured(spoken, at_noise_level(noise, -26.0 - true_db))
    assert ratio is not None
    assert ratio.db == pytest.approx(true_db, abs=0.5)
    assert ratio.low <= true_db <= ratio.high
    assert ratio.high - ratio.low < 8


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("true_db", [8, 15, 25])
@pytest.mark.parametrize("kind", ["television", "music"])
def test_the_ratio_in_changing_noise_is_that_of_the_silence(
    voice: tuple[Language, int], true_db: int, kind: str
) -> None:
    """What the room does later can't be known: truth is the level of the eight seconds that were listened to."""
    language, start = voice
    spoken = at_weighted_speech_level(speech(language, 6.0, start=start), -26.0)
    noise = television(16.0, "en" if language == "ru" else "ru") if kind == "television" else music(16.0)
    level = at_noise_level(part(noise, 0, 8), -26.0 - true_db)
    scaled = Sound(noise.samples * np.std(level.samples) / np.std(part(noise, 0, 8).samples), RATE, noise.origin)
    ratio = measured(spoken, scaled)
    assert ratio is not None
    assert ratio.db == pytest.approx(true_db, abs=1.5)
    assert ratio.low <= true_db <= ratio.high


@pytest.mark.parametrize("gain_db", [-30.0, -12.0, 12.0])
def test_the_microphones_gain_cancels(gain_db: float) -> None:
    gain = 10 ** (gain_db / 20)
    voice = at_weighted_speech_level(speech("ru", 6.0), -40.0)
    noise = at_noise_level(room_tone(16), -60.0)
    plain, louder = measured(voice, noise), measured(voice, noise, gain, gain)
    assert plain is not None
    assert louder is not None
    assert louder.db == pytest.approx(plain.db, abs=0.1)


def test_a_gain_changed_in_between_does_not_cancel() -> None:
    """Which is why the check looks at the volume before and after."""
    voice = at_weighted_speech_level(speech("ru", 6.0), -40.0)
    ratio = measured(voice, at_noise_level(room_tone(16), -60.0), silence_gain=0.25)
    assert ratio is not None
    assert ratio.db == pytest.approx(20.0 + 12.0, abs=1.0)


def test_a_single_bang_in_the_silence_leaves_the_answer_open() -> None:
    room = at_noise_level(room_tone(16), -60.0).samples.copy()
    room[4 * RATE : 4 * RATE + RATE // 5] += 0.1 * np.random.default_rng(8).standard_normal(RATE // 5)
    ratio = measured(at_weighted_speech_level(speech("ru", 6.0), -26.0), Sound(room, RATE, room_tone(1).origin))
    assert ratio is not None
    assert ratio.high - ratio.low > 10


def test_without_a_voice_there_is_no_ratio() -> None:
    noise = at_noise_level(fan(16), -50.0)
    assert measured(Sound(np.zeros(6 * RATE), RATE, noise.origin), noise) is None
