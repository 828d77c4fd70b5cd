"""The virtual headset: a private PulseAudio server with devices that are made, spoken into, and broken at will."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.lab.headset.wav import write_wav

STARTS_WITHIN_S = 10.0
COMMAND_S = 5.0


class Profile(StrEnum):
    """What kind of device it seems to be."""

    USB = "usb"
    BUILT_IN = "builtin"
    BLUETOOTH_16 = "bluetooth16"
    """Hands-free profile, wideband: 16 kHz."""
    BLUETOOTH_8 = "bluetooth8"
    """Hands-free profile, narrowband: 8 kHz."""


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """A microphone and a loudspeaker as the sound server describes them."""

    name: str
    """Prefix: ``<name>_mic``, ``<name>_speaker``; sound for the microphone is played into ``<name>_feed``."""
    title: str
    bus: str
    form_factor: str
    path: str
    """Where it is connected: the same for the microphone and loudspeaker of one device."""
    rate_hz: int

    @property
    def mic(self) -> str:
        """Name of the microphone at the sound server."""
        return f"{self.name}_mic"

    @property
    def speaker(self) -> str:
        """Name of the loudspeaker at the sound server."""
        return f"{self.name}_speaker"

    @property
    def feed(self) -> str:
        """Name of the sink whose sound the microphone hears."""
        return f"{self.name}_feed"


SPECS: Mapping[Profile, DeviceSpec] = {
    Profile.USB: DeviceSpec("headset", "Virtual USB Headset", "usb", "headset", "pci-0:usb-1", 48000),
    Profile.BUILT_IN: DeviceSpec("builtin", "Virtual Built-in Audio", "pci", "internal", "pci-0:1f.3", 48000),
    Profile.BLUETOOTH_16: DeviceSpec("headset", "Virtual Bluetooth Headset", "bluetooth", "headset", "bt-1", 16000),
    Profile.BLUETOOTH_8: DeviceSpec("headset", "Virtual Bluetooth Headset", "bluetooth", "headset", "bt-1", 8000),
}

ASOUND_CONF = """
pcm.pulse { type pulse }
ctl.pulse { type pulse }
pcm.!default {
    type asym
    playback.pcm "pulse"
    capture.pcm "pulse"
}
ctl.!default { type pulse }
"""


class VirtualHeadset:
    """A running sound server with one device, or with a built-in one beside it. Use it as a context manager.

    ``environment`` is what a process needs to see these devices and no others.
    """

    def __init__(self, profile: Profile = Profile.USB, *, second: bool = False, default: Profile | None = None) -> None:
        """``second``: a built-in microphone and loudspeaker are present too. ``default``: which of them is in use."""
        if second and profile is Profile.BUILT_IN:
            raise ValueError("the second device is the built-in one")
        self.device = SPECS[profile]
        self.specs = {profile: self.device, **({Profile.BUILT_IN: SPECS[Profile.BUILT_IN]} if second else {})}
        self.default = self.specs[default or profile]
        self.folder = Path(tempfile.mkdtemp(prefix="virtual-headset-"))
        self._players: list[subprocess.Popen[bytes]] = []
        self._written = 0
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables for a process that shall see this headset."""
        runtime = str(self.folder)
        return {
            "PULSE_SERVER": f"unix:{runtime}/native",
            "PULSE_RUNTIME_PATH": runtime,
            "PULSE_STATE_PATH": runtime,
            "PULSE_COOKIE": f"{runtime}/cookie",
            "XDG_RUNTIME_DIR": runtime,
            "ALSA_CONFIG_PATH": f"{runtime}/asound.conf",
        }

    def start(self) -> VirtualHeadset:
        """Starts the server; returns when it answers."""
        (self.folder / "headset.pa").write_text(self._script())
        (self.folder / "asound.conf").write_text(ASOUND_CONF)
        with (self.folder / "pulseaudio.log").open("wb") as log:
            self._server = subprocess.Popen(
                [
                    "pulseaudio", "-n", "-F", str(self.folder / "headset.pa"), "--daemonize=no", "--use-pid-file=no",
                    "--exit-idle-time=-1", "--disable-shm=yes", "--realtime=no", "--high-priority=no",
                ],
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )  # fmt: skip
        until = time.monotonic() + STARTS_WITHIN_S
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > until:
                self.close()
                raise RuntimeError(f"the sound server did not start: {self.log()}")
            time.sleep(0.05)
        return self

    def _script(self) -> str:
        lines = [f"load-module module-native-protocol-unix socket={self.folder}/native auth-anonymous=1"]
        for spec in self.specs.values():
            facts = f"device.bus={spec.bus} device.form_factor={spec.form_factor} device.bus_path={spec.path}"
            about = f"device.description='{spec.title}' {facts}"
            remap = "load-module module-remap-source channels=1"
            sink = f"load-module module-null-sink norewinds=1 rate={spec.rate_hz}"
            lines += [
                f'{sink} sink_name={spec.speaker} sink_properties="{about}"',
                f"{sink} sink_name={spec.feed} channels=1",
                f'{remap} source_name={spec.mic} master={spec.feed}.monitor source_properties="{about}"',
            ]
        lines += [f"set-default-sink {self.default.speaker}", f"set-default-source {self.default.mic}"]
        return "\n".join(lines) + "\n"

    def _answers(self) -> bool:
        done = subprocess.run(
            ["pactl", "info"], env={**os.environ, **self.environment}, capture_output=True, timeout=COMMAND_S
        )
        return done.returncode == 0

    def pactl(self, *arguments: str) -> str:
        """Runs ``pactl`` against this server and returns what it prints."""
        return subprocess.run(
            ["pactl", *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            timeout=COMMAND_S,
            check=True,
            text=True,
        ).stdout

    def speak(self, wav: Path, into: DeviceSpec | None = None) -> subprocess.Popen[bytes]:
        """Plays a file into the microphone. Returns at once; several sounds mix as in air."""
        return self._play(wav, (into or self.device).feed)

    def _play(self, wav: Path, sink: str) -> subprocess.Popen[bytes]:
        player = subprocess.Popen(
            ["paplay", f"--device={sink}", "--latency-msec=50", str(wav)],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._players.append(player)
        return player

    def hear(
        self, samples: NDArray[np.floating[Any]], rate_hz: int, into: DeviceSpec | None = None
    ) -> subprocess.Popen[bytes]:
        """Plays samples (mono, full scale 1) into the microphone. Returns at once."""
        self._written += 1
        wav = self.folder / f"{self._written}.wav"
        write_wav(wav, samples, rate_hz)
        return self.speak(wav, into)

    def hush(self) -> None:
        """Stops everything that plays."""
        for player in self._players:
            if player.poll() is None:
                player.terminate()
        for player in self._players:
            player.wait(COMMAND_S)
        self._players.clear()

    def mute(self, muted: bool = True) -> None:
        """Mutes the microphone, as its switch does."""
        self.pactl("set-source-mute", self.device.mic, "1" if muted else "0")

    def set_volume(self, percent: int) -> None:
        """Sets the microphone's volume."""
        self.pactl("set-source-volume", self.device.mic, f"{percent}%")

    def use(self, profile: Profile) -> None:
        """Makes the devices of that profile the default."""
        self.pactl("set-default-source", self.specs[profile].mic)
        self.pactl("set-default-sink", self.specs[profile].speaker)

    def use_speaker(self, profile: Profile) -> None:
        """Makes the loudspeaker of that profile the default, and leaves the microphone."""
        self.pactl("set-default-sink", self.specs[profile].speaker)

    def unplug(self, *, only_microphone: bool = False) -> None:
        """Pulls the headset out: its microphone is gone, and its loudspeaker unless that is to stay."""
        gone = (self.device.mic, self.device.feed, *(() if only_microphone else (self.device.speaker,)))
        for line in self.pactl("list", "short", "modules").splitlines():
            index, _, rest = line.partition("\t")
            if any(f"={name} " in f"{rest} " for name in gone):
                with contextlib.suppress(subprocess.CalledProcessError):
                    self.pactl("unload-module", index)

    def suspend(self, suspended: bool = True) -> None:
        """Stalls the microphone: it stays there, and delivers nothing."""
        self.pactl("suspend-source", self.device.mic, "1" if suspended else "0")

    def freeze(self, frozen: bool = True) -> None:
        """Stops the sound server's process: it answers nobody."""
        if self._server is not None and sys.platform != "win32":
            self._server.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def kill_server(self) -> None:
        """The sound server crashes."""
        if self._server is not None:
            self._server.kill()
            self._server.wait(COMMAND_S)

    def log(self) -> str:
        """What the server wrote."""
        with contextlib.suppress(OSError):
            return (self.folder / "pulseaudio.log").read_text(errors="replace")
        return ""

    def close(self) -> None:
        """Stops all of it and removes its folder."""
        if self._server is not None and self._server.poll() is None:
            self.freeze(False)
            self._server.kill()
            self._server.wait(COMMAND_S)
        self.hush()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> VirtualHeadset:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
