"""Active speech level: calibrated signals whose level and activity are known by arithmetic, and properties."""

from __future__ import annotations

import numpy as np
import pytest

from checks.audio.levels import level_dbfs
from checks.audio.speech_level import HANGOVER_S, NO_SPEECH, active_speech_level
from tests.lab.headset.scenes import Language, speech
from tests.lab.headset.wav import Signal

RATES = (8000, 16000, 44100, 48000)


def bursts(rate: int, on_s: float, off_s: float, times: int, level_db: float) -> Signal:
    noise = np.random.default_rng(4).standard_normal(int(rate * (on_s + off_s)) * times)
    phase = np.arange(len(noise)) % int(rate * (on_s + off_s))
    gated: Signal = np.where(phase < on_s * rate, noise * 10 ** (level_db / 20), 0.0)
    return gated


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("level", [-10.0, -26.0, -50.0])
def test_continuous_noise_is_all_active_at_its_own_level(rate: int, level: float) -> None:
    noise = 10 ** (level / 20) * np.random.default_rng(5).standard_normal(5 * rate)
    measured = active_speech_level(noise, rate)
    assert measured.level_dbfs == pytest.approx(level, abs=0.1)
    assert measured.activity > 0.99


@pytest.mark.parametrize("rate", RATES)
def test_pauses_are_left_out_but_for_the_hangover(rate: int) -> None:
    measured = active_speech_level(bursts(rate, 2.0, 2.0, 5, -26.0), rate)
    activity = (2.0 + HANGOVER_S) / 4.0
    """The envelope also rises late and falls late: by some 30 ms each."""
    assert measured.activity == pytest.approx(activity, abs=0.03)
    assert measured.level_dbfs == pytest.approx(-26.0 - 10 * np.log10(activity / 0.5), abs=0.25)


def test_gaps_shorter_than_the_hangover_belong_to_the_speech() -> None:
    measured = active_speech_level(bursts(16000, 0.3, 0.1, 20, -26.0), 16000)
    assert measured.activity > 0.97
    assert measured.level_dbfs == pytest.approx(-26.0 + 10 * np.log10(0.75), abs=0.2)


@pytest.mark.parametrize("gain_db", [-40.0, -20.0, -3.3, 6.0])
def test_the_level_of_recorded_speech_follows_the_gain_and_the_activity_does_not(gain_db: float) -> None:
    voice = 0.3 * speech("ru", 6.0).samples
    before, after = (active_speech_level(voice * gain, 48000) for gain in (1.0, 10 ** (gain_db / 20)))
    assert after.level_dbfs - before.level_dbfs == pytest.approx(gain_db, abs=0.15)
    assert after.activity == pytest.approx(before.activity, abs=0.02)


def test_silence_added_to_recorded_speech_leaves_its_active_level() -> None:
    """The long-term level falls by 3 dB; the active one by no more than the hangover's share."""
    voice = speech("en", 6.0).samples
    padded = np.concatenate([voice, np.zeros_like(voice)])
    assert level_dbfs(padded) - level_dbfs(voice) == pytest.approx(-3.01, abs=0.01)
    shift = active_speech_level(padded, 48000).level_dbfs - active_speech_level(voice, 48000).level_dbfs
    assert abs(shift) < 0.3


def test_quiet_noise_under_the_speech_does_not_move_its_level() -> None:
    voice = speech("en", 6.0).samples
    clean = active_speech_level(voice, 48000)
    noise = 10 ** ((clean.level_dbfs - 40) / 20) * np.random.default_rng(6).standard_normal(len(voice))
    assert active_speech_level(voice + noise, 48000).level_dbfs == pytest.approx(clean.level_dbfs, abs=0.1)


def test_exact_silence_is_no_speech() -> None:
    assert active_speech_level(np.zeros(48000), 48000) == NO_SPEECH
    assert active_speech_level(np.zeros(0), 48000) == NO_SPEECH


ITU_T_G_191 = {
    ("ru", 0, False): (-18.358, 97.663),
    ("ru", 0, True): (-18.491, 64.215),
    ("ru", 20, False): (-17.765, 98.466),
    ("ru", 20, True): (-18.150, 64.223),
    ("en", 0, False): (-15.178, 94.996),
    ("en", 0, True): (-15.675, 61.762),
    ("en", 12, False): (-15.465, 98.196),
    ("en", 12, True): (-15.723, 62.875),
}
"""What ``actlevel`` of the ITU-T Software Tool Library (G.191, sv56) prints for 8 s of recorded speech at 16 kHz,
rounded to 16 bits, whole or with three silent seconds: active level in dBov, activity in percent."""


@pytest.mark.parametrize(("language", "start", "pause"), ITU_T_G_191)
def test_recorded_speech_has_the_level_that_the_itu_reference_program_gives(
    language: Language, start: int, pause: bool
) -> None:
    voice = np.clip(np.rint(speech(language, 8.0, 16000, start).samples * 32768), -32768, 32767) / 32768
    if pause:
        voice[3 * 16000 : 6 * 16000] = 0.0
    level, percent = ITU_T_G_191[language, start, pause]
    measured = active_speech_level(voice, 16000)
    assert measured.level_dbfs == pytest.approx(level, abs=0.02)
    assert 100 * measured.activity == pytest.approx(percent, abs=0.3)
