"""What can be said of the headset."""

from __future__ import annotations

from collections.abc import Mapping

from report.catalogue.kinds import N_, Better, Category, CheckKind, FindingKind, Mender, Metric, Severity

METRICS: tuple[Metric, ...] = (
    Metric(
        name="headset.band_edge_khz",
        unit="kHz",
        better=Better.HIGHER,
        decimals=1,
        title=N_("highest sounds of your voice that get through"),
        about=N_(
            "Upper edge of the spectrum of the most hissing frames of the reading: within 30 dB of their peak and "
            "10 dB above the quiet frames. The interval reaches up where noise may hide more."
        ),
    ),
    Metric(
        name="headset.speech_level_dbfs",
        unit="dBFS",
        better=Better.NEITHER,
        decimals=0,
        title=N_("level of your voice"),
        about=N_("Active speech level by ITU-T P.56, method B, relative to full scale (RMS 1.0, the P.56 dBov)."),
    ),
    Metric(
        name="headset.speech_activity_percent",
        unit="%",
        better=Better.NEITHER,
        decimals=0,
        title=N_("share of the time with speech"),
        about=N_("Activity factor of the reading by ITU-T P.56, method B."),
    ),
    Metric(
        name="headset.clipping_percent",
        unit="%",
        better=Better.LOWER,
        decimals=2,
        title=N_("distorted peaks of your voice"),
        about=N_("Samples of the reading at the end of the scale or on a flat peak."),
    ),
)

CHECKS: tuple[CheckKind, ...] = (
    CheckKind(
        id="headset.voice",
        title=N_("Headset"),
        measures=N_("Which microphone and earpiece are in use, and how callers would hear your voice."),
        why=N_("A dull, quiet or distorted voice makes customers ask again, and makes every call longer."),
        todo=N_("Plug the headset in, choose it in the sound settings, and bring the microphone to your mouth."),
        metrics=tuple(metric.name for metric in METRICS),
    ),
)


def _kind(
    code: str,
    number: int,
    title: str,
    says: str,
    advice: Mapping[str, str],
    *,
    severity: Severity = Severity.MAJOR,
    params: tuple[str, ...] = (),
    explains: tuple[str, ...] = (),
) -> FindingKind:
    """A finding about the sound devices, which the operator can mend."""
    return FindingKind(
        code=code,
        number=number,
        severity=severity,
        category=Category.AUDIO,
        mender=Mender.OPERATOR,
        title=title,
        says=says,
        advice=advice,
        params=params,
        explains=explains,
    )


FINDINGS: tuple[FindingKind, ...] = (
    _kind(
        "headset.no_microphone",
        301,
        N_("no microphone found"),
        N_("This computer shows no microphone."),
        {"any": N_("Plug the headset in, wait a few seconds, and check again. If it is plugged in, try another "
                   "socket.")},
    ),
    _kind(
        "headset.muted",
        302,
        N_("the microphone is muted"),
        N_("The microphone is switched off, so nothing could be heard."),
        {
            "windows": N_("Press the mute button on the headset. If that doesn't help: Settings › System › Sound › "
                          "Input, choose the microphone, and turn its sound on. Then check again."),
            "darwin": N_("Press the mute button on the headset. If that doesn't help: System Settings › Sound › Input, "
                         "and raise the input volume. Then check again."),
            "linux": N_("Press the mute button on the headset. If that doesn't help: Settings › Sound › Input, and "
                        "turn the microphone on. Then check again."),
        },
    ),
    _kind(
        "headset.no_permission",
        303,
        N_("the microphone is blocked"),
        N_("The system doesn't let this program use the microphone."),
        {
            "windows": N_("Open Settings › Privacy & security › Microphone. Turn on “Microphone access” and “Let "
                          "desktop apps access your microphone”. Then check again."),
            "darwin": N_("Open System Settings › Privacy & Security › Microphone and turn on the terminal program that "
                         "you started this from. Quit it, open it again, and check again."),
            "linux": N_("Open Settings › Privacy › Microphone and allow it. Then check again."),
        },
    ),
    _kind(
        "headset.too_quiet",
        304,
        N_("your voice is very quiet"),
        N_("Your voice arrives at {level} dBFS. Callers would have to turn up their volume."),
        {"any": N_("Bring the microphone to about two fingers from your mouth, raise its volume in the sound settings, "
                   "and read again.")},
        params=("level",),
    ),
    _kind(
        "headset.clipping",
        305,
        N_("your voice is distorted"),
        N_("Loud parts of your voice are cut off ({percent} % of the samples)."),
        {"any": N_("Lower the microphone's volume in the sound settings, or move it a little away from your mouth, and "
                   "read again.")},
        params=("percent",),
        explains=("headset.clipping_percent",),
    ),
    _kind(
        "headset.built_in_in_use",
        306,
        N_("the headset is not in use"),
        N_("The computer listens to its built-in microphone ({used}), although a headset is there ({headset})."),
        {
            "windows": N_("Settings › System › Sound › Input: choose {headset}. Then check again."),
            "darwin": N_("System Settings › Sound › Input: choose {headset}. Then check again."),
            "linux": N_("Settings › Sound › Input: choose {headset}. Then check again."),
        },
        params=("used", "headset"),
    ),
    _kind(
        "headset.split_devices",
        307,
        N_("two different devices are in use"),
        N_("You speak into {input} and hear through {output}. Callers may hear themselves."),
        {"any": N_("Choose the same headset as input and as output in the sound settings. Then check again.")},
        severity=Severity.MINOR,
        params=("input", "output"),
    ),
    _kind(
        "headset.narrowband",
        308,
        N_("your voice sounds dull"),
        N_("Sounds of your voice get through up to {value} kHz; {limit} kHz or more is good. Words are harder to "
           "understand where the high sounds are missing."),
        {"any": N_("If the headset works over Bluetooth, connect it by cable or with its own USB adapter: Bluetooth "
                   "often sends the voice as an old telephone does. Turn off noise suppression, then read again. If "
                   "it stays so, talk to your employer about a headset.")},
        params=("value", "limit"),
        explains=("headset.band_edge_khz",),
    ),
    _kind(
        "headset.vanished",
        309,
        N_("the microphone went away"),
        N_("The microphone {device} was disconnected while we listened."),
        {"any": N_("Plug it in firmly, or bring a wireless headset closer and charge it. Then check again.")},
        params=("device",),
    ),
    _kind(
        "headset.no_signal",
        310,
        N_("the microphone delivers nothing"),
        N_("The microphone is there, but no sound came from it."),
        {"any": N_("Look for a mute switch on the headset or its cable. Unplug it, wait five seconds, plug it in, and "
                   "check again. If it stays silent, restart the computer.")},
    ),
    _kind(
        "headset.silent_reading",
        311,
        N_("we did not hear you read"),
        N_("While you were to read aloud, we heard nothing that stands out from the room."),
        {"any": N_("Read the sentence in your ordinary voice as soon as it appears, with the microphone at your "
                   "mouth.")},
    ),
    _kind(
        "headset.portaudio_missing",
        312,
        N_("a sound library is missing"),
        N_("A part of the system that this program listens with (PortAudio) is not installed."),
        {
            "windows": N_("Install this program again; the part comes with it. Then check again."),
            "darwin": N_("Install this program again; the part comes with it. Then check again."),
            "linux": N_("Debian, Ubuntu: sudo apt install libportaudio2. Fedora: sudo dnf install portaudio. "
                        "Then check again."),
        },
    ),
    _kind(
        "headset.audio_server_gone",
        313,
        N_("the system's sound does not answer"),
        N_("The system's sound service has stopped or does not answer."),
        {
            "windows": N_("Restart the computer, then check again."),
            "darwin": N_("Restart the computer, then check again."),
            "linux": N_("Sign out and in again, or restart the computer. Then check again."),
        },
    ),
    _kind(
        "headset.busy",
        314,
        N_("another program keeps the microphone"),
        N_("Another program has taken the microphone for itself."),
        {"any": N_("Close programs for calls and meetings, then check again.")},
    ),
    _kind(
        "headset.could_not_open",
        315,
        N_("the microphone could not be opened"),
        N_("The microphone is there, but the system could not open it."),
        {"any": N_("Close other programs that use sound, unplug the headset and plug it in again, then check again. If "
                   "it stays so, restart the computer.")},
    ),
    _kind(
        "headset.chosen_missing",
        316,
        N_("the chosen microphone is not there"),
        N_("The microphone that you chose in this program is not connected."),
        {"any": N_("Connect it, or choose another one in the settings of this program. Then check again.")},
    ),
    _kind(
        "headset.none_in_use",
        318,
        N_("no microphone is chosen"),
        N_("There is a microphone, but the system is set to listen to something else."),
        {
            "windows": N_("Settings › System › Sound › Input: choose the headset. Then check again."),
            "darwin": N_("System Settings › Sound › Input: choose the headset. Then check again."),
            "linux": N_("Settings › Sound › Input: choose the headset. Then check again."),
        },
    ),
    _kind(
        "headset.audio_lost",
        317,
        N_("pieces of sound were lost"),
        N_("The computer was too busy to take in all of the microphone's sound. Gaps in it: {times}."),
        {"any": N_("Close other programs and read again.")},
        severity=Severity.MINOR,
        params=("times",),
    ),
)  # fmt: skip
