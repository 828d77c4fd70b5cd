"""Sound files of the laboratory: read through ffmpeg, written as 16-bit WAV."""

from __future__ import annotations

import subprocess
import wave
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]


def write_wav(path: Path, samples: NDArray[np.floating[Any]], rate_hz: int) -> None:
    """Writes mono samples of full scale 1 as 16-bit PCM, dithered so that quiet sound stays sound."""
    dither = np.random.default_rng(0).uniform(-0.5, 0.5, (2, len(samples))).sum(axis=0) * (samples != 0)
    pcm = np.clip(np.rint(samples * 32767 + dither), -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(pcm.tobytes())


def read_sound(path: Path, rate_hz: int) -> Signal:
    """Decodes any sound file to mono samples of full scale 1 at that rate. Raises ``CalledProcessError``."""
    decoder = ["-f", "g722"] if path.suffix == ".g722" else []
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", *decoder, "-i", str(path), "-ac", "1", "-ar", str(rate_hz), "-f", "f32le", "-"],
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout
    return np.frombuffer(raw, dtype="<f4").astype(np.float64)
