"""Faults of a recording: clipped peaks at and below full scale, zeros, holes."""

from __future__ import annotations

import numpy as np
import pytest

from checks.audio.defects import defects
from tests.lab.headset.scenes import at_speech_level, mixed, room_tone, speech
from tests.lab.headset.wav import Signal


@pytest.fixture
def voice() -> Signal:
    return mixed(at_speech_level(speech("ru", 6.0), -26.0), room_tone(6.0)).samples


def test_a_voice_at_its_nominal_level_is_not_clipped(voice: Signal) -> None:
    assert defects(voice, 48000).clipped_percent == 0.0


def test_a_sine_at_full_scale_counts_as_clipped_and_one_just_below_does_not() -> None:
    sine = np.sin(2 * np.pi * 997 * np.arange(48000) / 48000)
    assert defects(sine, 48000).clipped_percent > 1
    assert defects(0.95 * sine, 48000).clipped_percent == 0.0


@pytest.mark.parametrize("volume", [1.0, 0.5, 0.1])
def test_peaks_cut_off_before_the_volume_are_found(voice: Signal, volume: float) -> None:
    cut = np.clip(voice * 20.0, -1.0, 1.0)
    truth = 100.0 * np.mean(np.abs(cut) >= 1.0)
    assert truth > 3
    assert defects(volume * cut, 48000).clipped_percent == pytest.approx(truth, rel=0.15)


def test_zeros_from_end_to_end_are_digital_silence() -> None:
    found = defects(np.zeros(48000 // 2), 48000)
    assert found.all_zeros
    assert found.digitally_silent


def test_a_second_of_zeros_within_sound_is_digital_silence_and_half_a_second_is_a_hole(voice: Signal) -> None:
    gated, torn = voice.copy(), voice.copy()
    gated[48000:96000] = 0.0
    torn[48000:72000] = 0.0
    assert defects(gated, 48000).digitally_silent
    assert not defects(torn, 48000).digitally_silent
    assert defects(torn, 48000).holes == 1
    assert defects(torn, 48000).longest_zeros_s == pytest.approx(0.5, abs=0.01)


def test_the_quietest_noise_of_a_16_bit_converter_is_no_digital_silence() -> None:
    noise = np.rint(0.8 * np.random.default_rng(7).standard_normal(8 * 48000)) / 32768
    found = defects(noise, 48000)
    assert not found.digitally_silent
    assert found.holes == 0
