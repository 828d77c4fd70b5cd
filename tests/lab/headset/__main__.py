"""The virtual headset by hand (``python -m tests.lab.headset``): prints what to export, then obeys commands."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from tests.lab.headset import scenes
from tests.lab.headset.virtual import Profile, VirtualHeadset

COMMANDS = """Commands, one a line:
  speak [ru|en|FILE]   a recorded voice (or a file) into the microphone, 8 s
  room [LEVEL]         the noise of a still room for 3 minutes, in dBFS(A); -66 by default
  tv [LEVEL]           a television in the next corner for 2 minutes, in dBFS(A); -34 by default
  fan [LEVEL]          a fan for 2 minutes, in dBFS(A); -45 by default
  hush                 stop all sounds
  mute | unmute        the microphone's switch
  volume PERCENT       the microphone's volume
  use PROFILE          make usb or builtin the default (with --second)
  suspend | resume     the microphone stalls, goes on
  freeze | thaw        the sound server stalls, goes on
  unplug               the headset is pulled out
  kill                 the sound server crashes
  quit"""
VOICE_DBFS_A = -26.0


def main() -> None:
    """Starts a headset and obeys what is typed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.lab.headset", description=__doc__, epilog=COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--profile", type=Profile, choices=list(Profile), default=Profile.USB)
    parser.add_argument("--second", action="store_true", help="a built-in microphone and loudspeaker are there too")
    parser.add_argument("--default", type=Profile, choices=list(Profile), help="which of the two is in use")
    parser.add_argument(
        "files", nargs="*", type=Path, help="sound files that the microphone hears, one after the other"
    )
    wanted = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with VirtualHeadset(wanted.profile, second=wanted.second, default=wanted.default) as headset:
        for name, value in headset.environment.items():
            print(f"export {name}={shlex.quote(value)}")
        print(f"\n{COMMANDS}", file=sys.stderr)
        sys.stdout.flush()
        for file in wanted.files:
            headset.speak(file).wait()
        try:
            _obey(headset)
        except KeyboardInterrupt:
            print(file=sys.stderr)


def _obey(headset: VirtualHeadset) -> None:
    acts: dict[str, Callable[[str], object]] = {
        "speak": lambda what: _speak(headset, what or "ru"),
        "room": lambda level: _play(headset, scenes.room_tone(180.0), level, -66.0),
        "tv": lambda level: _play(headset, scenes.television(120.0, "en"), level, -34.0),
        "fan": lambda level: _play(headset, scenes.fan(120.0), level, -45.0),
        "hush": lambda _: headset.hush(),
        "mute": lambda _: headset.mute(),
        "unmute": lambda _: headset.mute(False),
        "volume": lambda percent: headset.set_volume(int(percent)),
        "use": lambda profile: headset.use(Profile(profile)),
        "suspend": lambda _: headset.suspend(),
        "resume": lambda _: headset.suspend(False),
        "freeze": lambda _: headset.freeze(),
        "thaw": lambda _: headset.freeze(False),
        "unplug": lambda _: headset.unplug(),
        "kill": lambda _: headset.kill_server(),
    }
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "quit":
            return
        if word not in acts:
            print(COMMANDS, file=sys.stderr)
            continue
        try:
            acts[word](rest)
        except (ValueError, KeyError, OSError) as error:
            print(f"{word}: {error}", file=sys.stderr)
    threading.Event().wait()


def _speak(headset: VirtualHeadset, what: str) -> None:
    if what in ("ru", "en"):
        sound = scenes.at_weighted_speech_level(scenes.speech(what, 8.0), VOICE_DBFS_A)
        headset.hear(sound.samples, sound.rate_hz)
    elif not Path(what).is_file():
        raise ValueError(f"there is no file {what}")
    else:
        headset.speak(Path(what))


def _play(headset: VirtualHeadset, sound: scenes.Sound, level: str, default: float) -> None:
    scaled = scenes.at_noise_level(sound, float(level or default))
    headset.hear(scaled.samples, scaled.rate_hz)


if __name__ == "__main__":
    main()
