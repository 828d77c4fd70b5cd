"""The band edge of a voice: known channels, with and without noise."""

from __future__ import annotations

import numpy as np
import pytest

from checks.audio.band_edge import band_edge
from tests.lab.headset.scenes import (
    Sound,
    at_noise_level,
    at_speech_level,
    band_limited,
    fan,
    full_band_speech,
    mixed,
    room_tone,
    silence,
    speech,
)

VOICES = {
    "full band": lambda: full_band_speech(),
    "Russian": lambda: speech("ru", 6.0),
    "Russian, other words": lambda: speech("ru", 6.0, start=9),
    "English": lambda: speech("en", 6.0),
    "English, other words": lambda: speech("en", 6.0, start=9),
}


def voice(name: str) -> Sound:
    return at_speech_level(VOICES[name](), -26.0)


@pytest.mark.parametrize("name", VOICES)
@pytest.mark.parametrize("edge_khz", [3.4, 3.8, 7.0])
@pytest.mark.parametrize("noise", [None, -75.0, -60.0])
def test_the_edge_of_a_known_channel_is_found(name: str, edge_khz: float, noise: float | None) -> None:
    heard = band_limited(voice(name), edge_khz * 1000)
    if noise is not None:
        heard = mixed(heard, at_noise_level(room_tone(12.0), noise))
    edge = band_edge(heard.samples, heard.rate_hz)
    assert edge is not None
    assert edge.hz / 1000 == pytest.approx(edge_khz, abs=0.25)


def test_a_full_band_microphone_shows_more_than_10_khz() -> None:
    edge = band_edge(voice("full band").samples, 48000)
    assert edge is not None
    assert edge.hz > 10_000


def test_a_recording_at_8_khz_shows_no_more_than_4() -> None:
    narrow = speech("ru", 6.0, rate_hz=8000)
    edge = band_edge(narrow.samples, 8000)
    assert edge is not None
    assert 3000 < edge.hz <= 4000


def test_noise_that_hides_the_hiss_widens_the_answer_instead_of_bending_it() -> None:
    narrow = band_limited(voice("English"), 3800.0)
    edge = band_edge(mixed(narrow, at_noise_level(fan(12.0), -40.0)).samples, 48000)
    assert edge is not None
    assert edge.hz / 1000 == pytest.approx(3.8, abs=0.4)
    assert edge.hidden_up_to_hz > 8000


@pytest.mark.parametrize("sound", [room_tone(6.0), fan(6.0), silence(6.0), silence(0.1)])
def test_without_a_voice_there_is_no_edge(sound: Sound) -> None:
    assert band_edge(sound.samples, sound.rate_hz) is None


def test_a_steady_whistle_is_not_taken_for_the_voice() -> None:
    narrow = band_limited(voice("Russian"), 7000.0)
    t = np.arange(len(narrow.samples)) / 48000
    whistle = 0.01 * np.sin(2 * np.pi * 15625 * t)
    edge = band_edge(narrow.samples + whistle, 48000)
    assert edge is not None
    assert edge.hz / 1000 == pytest.approx(7.0, abs=0.25)
