"""What a capture may hold: features of the sound, and never the sound."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np

from checks.steps.read_aloud import ReadAloudCapture
from tests.checks.audio.recordings import listened
from tests.lab.headset.scenes import mixed, room_tone, speech


def test_a_capture_holds_no_array_and_fits_into_a_few_kilobytes() -> None:
    """Six seconds of telephone speech, compressed, would be ten times as long."""
    capture = ReadAloudCapture(listened(mixed(speech("en", 6.0), room_tone(6.0))))
    whole = pickle.dumps(capture)
    assert b"numpy" not in whole
    assert len(whole) < 5000
    assert len(capture.listened.heard.points_dbfs_a) == 24


def test_the_coarse_series_is_too_slow_for_words() -> None:
    """Four points a second; a voice speaks about as many syllables, and each would need several points."""
    points = listened(mixed(speech("en", 6.0), room_tone(6.0))).heard.points_dbfs_a
    assert 6.0 / len(points) >= 0.25
    assert np.ptp(points) > 5


def test_the_steps_import_neither_portaudio_nor_the_platforms_sound_libraries() -> None:
    code = (
        "import sys, checks.steps.preflight, checks.steps.silence, checks.steps.read_aloud, checks.room.noise, "
        "checks.headset.voice\n"
        "assert not {'sounddevice', 'pulsectl', 'pycaw', 'httpx2', 'textual'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_text_to_read_is_there_without_numpy() -> None:
    code = "import sys, checks.audio.reading\nassert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
