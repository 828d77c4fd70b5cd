"""What can be said of the room."""

from __future__ import annotations

from report.catalogue.kinds import N_, Better, Category, CheckKind, FindingKind, Mender, Metric, Severity

METRICS: tuple[Metric, ...] = (
    Metric(
        name="room.snr_a_db",
        unit="dB",
        better=Better.HIGHER,
        decimals=0,
        title=N_("your voice above the room"),
        about=N_(
            "A-weighted active speech level (ITU-T P.56) of the reading, less the energy of the silence, over LAeq of "
            "the silence. The microphone's gain cancels."
        ),
    ),
    Metric(
        name="room.laeq_dbfs_a",
        unit="dBFS(A)",
        better=Better.NEITHER,
        decimals=0,
        title=N_("noise in the room, as the microphone hears it"),
        about=N_(
            "LAeq of the silence, relative to digital full scale (RMS 1.0), A-weighted by IEC 61672-1. Not a sound "
            "pressure level: the microphone is not calibrated."
        ),
    ),
    Metric(
        name="room.l10_dbfs_a",
        unit="dBFS(A)",
        better=Better.NEITHER,
        decimals=0,
        title=N_("louder moments of the silence"),
        about=N_("A-weighted level with the fast time weighting that was exceeded for 10 % of the silence."),
    ),
    Metric(
        name="room.l90_dbfs_a",
        unit="dBFS(A)",
        better=Better.NEITHER,
        decimals=0,
        title=N_("quieter moments of the silence"),
        about=N_("A-weighted level with the fast time weighting that was exceeded for 90 % of the silence."),
    ),
    Metric(
        name="room.voice_dbfs_a",
        unit="dBFS(A)",
        better=Better.NEITHER,
        decimals=0,
        title=N_("your voice, as the microphone hears it"),
        about=N_("Active speech level (ITU-T P.56, method B) of the A-weighted reading."),
    ),
)

CHECKS: tuple[CheckKind, ...] = (
    CheckKind(
        id="room.noise",
        title=N_("Room"),
        measures=N_("How loud your room is beside your own voice."),
        why=N_("What the microphone hears in your room, the customer hears too: a television, a fan, people talking."),
        todo=N_("Close the door and the window, turn off what makes noise, and bring the microphone to your mouth."),
        metrics=tuple(metric.name for metric in METRICS),
    ),
)


def _cannot_tell(
    code: str, number: int, title: str, says: str, advice: str, category: Category = Category.ENVIRONMENT
) -> FindingKind:
    """Something got in the way of listening to the room; the person can mend it."""
    return FindingKind(
        code=code,
        number=number,
        severity=Severity.MAJOR,
        category=category,
        mender=Mender.OPERATOR,
        title=title,
        says=says,
        advice={"any": advice},
    )


FINDINGS: tuple[FindingKind, ...] = (
    _cannot_tell(
        "room.voice_in_silence",
        201,
        N_("somebody spoke in the quiet part"),
        N_("In the quiet part we heard a voice about as loud as yours, so we don't know how quiet your room is."),
        N_("If it was you, just stay silent next time. If it was somebody else or a television, close the door or "
           "turn it off. Then listen to the room again."),
    ),
    _cannot_tell(
        "room.too_quiet_to_measure",
        202,
        N_("too quiet to measure"),
        N_("The microphone delivered hardly any sound, less than a room makes."),
        N_("Raise the microphone's volume in the sound settings, then listen to the room again."),
        Category.AUDIO,
    ),
    _cannot_tell(
        "room.gain_changed",
        203,
        N_("the microphone changed between the parts"),
        N_("The microphone or its volume changed between the quiet part and the reading, so the two can't be "
           "compared."),
        N_("Leave the volume as it is. Close other programs that use the microphone: some turn it up and down by "
           "themselves. Then check again."),
        Category.AUDIO,
    ),
    _cannot_tell(
        "room.noise_gate",
        204,
        N_("the microphone cuts off quiet sounds"),
        N_("The microphone delivers exact silence while you don't speak. Something filters its sound, so we can't hear "
           "your room."),
        N_("Turn off noise suppression in the headset's own program and in the sound settings, then check again."),
        Category.AUDIO,
    ),
    _cannot_tell(
        "room.overloaded",
        205,
        N_("too loud for the microphone"),
        N_("The sound in the quiet part was too loud for the microphone, so it could not be measured."),
        N_("Check that nothing touches the microphone, lower its volume, and listen to the room again."),
    ),
    FindingKind(
        code="room.too_loud",
        number=214,
        severity=Severity.MAJOR,
        category=Category.ENVIRONMENT,
        mender=Mender.OPERATOR,
        title=N_("noisy for calls"),
        says=N_("There is noise around you: your voice stands {value} dB above it, and {limit} dB or more is good."),
        advice={
            "any": N_("Turn off a television, radio or fan, close the door and the window, and bring the microphone "
                      "closer to your mouth. Then listen to the room again.")
        },
        params=("value", "limit"),
        explains=("room.snr_a_db",),
    ),
)  # fmt: skip
