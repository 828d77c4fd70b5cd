"""Levels: the published A-weighting, the definitions of LAeq, L10 and L90, and energy that adds up over the octaves."""

from __future__ import annotations

import numpy as np
import pytest

from checks.audio.levels import (
    FLOOR_DBFS,
    OCTAVE_CENTRES_HZ,
    a_weighted,
    fast_levels,
    level_dbfs,
    noise_levels,
    octave_bands,
)

RATES = (16000, 44100, 48000)

IEC_61672_1_TABLE_3 = {
    31.5: -39.4, 40: -34.6, 50: -30.2, 63: -26.2, 80: -22.5, 100: -19.1, 125: -16.1, 160: -13.4, 200: -10.9,
    250: -8.6, 315: -6.6, 400: -4.8, 500: -3.2, 630: -1.9, 800: -0.8, 1000: 0.0, 1250: 0.6, 1600: 1.0, 2000: 1.2,
    2500: 1.3, 3150: 1.2, 4000: 1.0, 5000: 0.5, 6300: -0.1, 8000: -1.1, 10000: -2.5, 12500: -4.3, 16000: -6.6,
}  # fmt: skip
"""A-weighting in dB at nominal frequencies; exact ones are 1000·10^(n/10)."""


def sine(hz: float, rate: int, seconds: float = 2.0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("nominal", IEC_61672_1_TABLE_3)
def test_a_weighting_is_within_a_tenth_of_a_decibel_of_the_standard(nominal: float, rate: int) -> None:
    exact = 1000.0 * 10 ** (round(10 * np.log10(nominal / 1000)) / 10)
    if exact >= rate / 2:
        return
    tone = sine(exact, rate)
    middle = slice(rate // 2, -rate // 2)
    gain = level_dbfs(a_weighted(tone, rate)[middle]) - level_dbfs(tone[middle])
    assert abs(gain - IEC_61672_1_TABLE_3[nominal]) <= 0.1


def test_full_scale_is_a_square_wave_and_a_sine_lies_3_db_below() -> None:
    assert level_dbfs(np.array([1.0, -1.0] * 500)) == pytest.approx(0.0)
    assert level_dbfs(2 * sine(1000, 48000)) == pytest.approx(-3.01, abs=0.01)


def test_exact_silence_has_the_floor_for_a_level() -> None:
    assert level_dbfs(np.zeros(1000)) == FLOOR_DBFS
    assert level_dbfs(np.zeros(0)) == FLOOR_DBFS
    assert noise_levels(np.zeros(0), 48000).l10 == FLOOR_DBFS


def test_steady_noise_has_l10_and_l90_close_to_laeq() -> None:
    noise = 0.01 * np.random.default_rng(1).standard_normal(8 * 48000)
    levels = noise_levels(noise, 48000)
    assert levels.laeq == pytest.approx(-40.0, abs=0.05)
    assert levels.l90 <= levels.laeq <= levels.l10
    assert levels.l10 - levels.l90 < 1.0


def test_noise_for_a_fifth_of_the_time_sets_l10_and_not_l90() -> None:
    rate, noise = 16000, np.random.default_rng(2).standard_normal(10 * 16000)
    noise *= np.where(np.arange(len(noise)) % (5 * rate) < rate, 0.1, 0.001)
    levels = noise_levels(noise, rate)
    assert levels.l10 == pytest.approx(-20.0, abs=0.5)
    assert levels.l90 == pytest.approx(-60.0, abs=0.5)
    assert levels.laeq == pytest.approx(-20.0 + 10 * np.log10(0.2), abs=0.1)


def test_the_fast_weighting_falls_as_the_standard_says() -> None:
    """IEC 61672-1, section 5.8: a time constant of 0.125 s is a decay of 34.7 dB per second."""
    rate = 16000
    burst = np.concatenate([sine(1000, rate), np.zeros(rate)])
    levels = fast_levels(burst, rate)
    after = levels[-36:-8]
    assert (after[0] - after[-1]) / (27 * 0.025) == pytest.approx(34.7, abs=0.5)


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_is_found_in_its_octave_at_its_level(rate: int) -> None:
    for index, centre in enumerate(OCTAVE_CENTRES_HZ):
        if centre * 10**0.15 > rate / 2:
            assert octave_bands(sine(1000, rate), rate)[index] is None
            continue
        bands = octave_bands(sine(centre, rate), rate)
        assert bands[index] == pytest.approx(-9.03, abs=0.05)
        assert all(band is None or band < -40 for i, band in enumerate(bands) if i != index)


def test_the_octaves_of_white_noise_rise_by_3_db_and_hold_its_energy() -> None:
    noise = 0.1 * np.random.default_rng(3).standard_normal(10 * 48000)
    bands = [band for band in octave_bands(noise, 48000) if band is not None]
    assert np.diff(bands) == pytest.approx([3.0] * (len(bands) - 1), abs=0.7)
    share = sum(10 ** (band / 10) for band in bands) / np.mean(noise**2)
    assert share == pytest.approx(
        (OCTAVE_CENTRES_HZ[-1] * 10**0.15 - OCTAVE_CENTRES_HZ[0] * 10**-0.15) / 24000, rel=0.02
    )
