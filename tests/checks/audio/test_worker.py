"""The recording worker as a program: what it says where it can't record, and that it ends when it should."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from checks.audio import worker
from checks.child import Child, command
from checks.interface import Devices, NotMeasured
from checks.steps.silence import STEP
from report.vocabulary import Status
from tests.checks.audio.run_of_sound import context
from tests.checks.probe import TestProbe
from tests.lab.headset import VirtualHeadset
from tests.lab.headset.fixtures import PlugIn
from tests.lab.headset.scenes import at_noise_level, room_tone
from tests.lab.headset.virtual import Profile

pytestmark = pytest.mark.realtime


def test_a_missing_portaudio_is_told_by_its_name() -> None:
    """The library's file is covered up in a mount namespace of the worker's own."""
    files = list(Path("/usr/lib").glob("*/libportaudio.so.2"))
    if not files or shutil.which("unshare") is None:
        pytest.skip("needs Linux with libportaudio2, and the right to make a mount namespace")
    cover = f"mount --bind /dev/null {files[0].resolve()} && exec {' '.join(command('checks.audio.worker'))}"
    with subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", cover], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        program.wait(20)
        out, err = program.communicate()
    if b"denied" in err or b"not permitted" in err:
        pytest.skip(f"no mount namespace here: {err.decode()}")
    line = worker.decode_line(out)
    assert isinstance(line, worker.Trouble)
    assert line.code == "portaudio_missing"


@pytest.mark.parametrize("configuration", ["/dev/null", "/nowhere"])
def test_a_portaudio_that_aborts_its_process_is_an_error_and_not_our_end(
    monkeypatch: pytest.MonkeyPatch, configuration: str
) -> None:
    monkeypatch.setenv("ALSA_CONFIG_PATH", configuration)
    with pytest.raises(NotMeasured) as caught:
        STEP.run(TestProbe(), context(), 1.0)
    assert caught.value.status is Status.ERROR
    assert caught.value.because.code == "headset.could_not_open"


def test_it_ends_when_its_stdin_closes(plug_in: PlugIn) -> None:
    headset = plug_in()
    headset.hear(at_noise_level(room_tone(5.0), -60.0).samples, 48000)
    with Child("checks.audio.worker") as child:
        assert isinstance(worker.decode_line(child.stdout.readline()), worker.Header)
        child.stdin.close()
        assert child.process.wait(5) == 0


def test_frames_come_in_blocks_at_the_rate_that_was_asked_for(plug_in: PlugIn) -> None:
    headset = plug_in()
    headset.hear(at_noise_level(room_tone(5.0), -60.0).samples, 48000)
    with Child("checks.audio.worker", ("--rate", "16000")) as child:
        header = worker.decode_line(child.stdout.readline())
        assert isinstance(header, worker.Header)
        assert header.rate_hz == 16000
        count, flags = worker.BLOCK.unpack(child.stdout.read(worker.BLOCK.size))
        assert count == 800
        assert flags == 0
        assert len(child.stdout.read(4 * count)) == 4 * count


def test_the_chosen_microphone_is_the_one_that_is_heard(plug_in: PlugIn) -> None:
    headset = plug_in(second=True, default=Profile.USB)
    _hear(headset, Profile.USB, -30.0)
    _hear(headset, Profile.BUILT_IN, -60.0)
    time.sleep(0.5)
    for chosen, level in ((None, -30.0), (headset.specs[Profile.BUILT_IN].mic, -60.0)):
        capture = STEP.run(TestProbe(), context(devices=Devices(microphone=chosen)), 1.0)
        assert capture.listened.heard.noise.laeq == pytest.approx(level, abs=1.0)


def test_a_chosen_microphone_that_is_not_there_is_told(plug_in: PlugIn) -> None:
    plug_in()
    with pytest.raises(NotMeasured) as caught:
        STEP.run(TestProbe(), context(devices=Devices(microphone="unplugged_mic")), 1.0)
    assert caught.value.because.code == "headset.chosen_missing"


def _hear(headset: VirtualHeadset, profile: Profile, level: float) -> None:
    headset.hear(at_noise_level(room_tone(8.0), level).samples, 48000, into=headset.specs[profile])
