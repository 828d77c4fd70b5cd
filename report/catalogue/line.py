"""What can be said of the line to the employer, and of a call over it: numbers 401 to 449."""

from __future__ import annotations

from report.catalogue.kinds import N_, Better, Category, CheckKind, FindingKind, Mender, Metric, Severity

_JITTER: tuple[Metric, ...] = (
    Metric(
        name="network.rtt_p50_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=0,
        title=N_("round trip to the company's server"),
        about=N_("Median time of a packet to the company's reflector and back, the reflector's own time taken out."),
    ),
    Metric(
        name="network.rtt_p95_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=0,
        title=N_("round trip, slowest packets"),
        about=N_("95 of 100 packets were back no later than this."),
    ),
    Metric(
        name="network.jitter_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=1,
        title=N_("unsteadiness (jitter)"),
        about=N_("RFC 3550 interarrival jitter averaged over the run, of the direction where it is worse."),
    ),
    Metric(
        name="network.jitter_up_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=1,
        title=N_("unsteadiness, outgoing"),
        about=N_("RFC 3550 interarrival jitter averaged over the run, from this computer to the company."),
    ),
    Metric(
        name="network.jitter_down_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=1,
        title=N_("unsteadiness, incoming"),
        about=N_("RFC 3550 interarrival jitter averaged over the run, from the company to this computer."),
    ),
    Metric(
        name="network.ipdv_up_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=1,
        title=N_("change of delay, outgoing"),
        about=N_("Mean absolute difference of the delays of consecutive packets (RFC 3393), outgoing."),
    ),
    Metric(
        name="network.ipdv_down_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=1,
        title=N_("change of delay, incoming"),
        about=N_("Mean absolute difference of the delays of consecutive packets (RFC 3393), incoming."),
    ),
    Metric(
        name="network.delay_p95_up_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=1,
        title=N_("extra delay, outgoing"),
        about=N_("95 of 100 packets took no longer than this above the fastest one, outgoing."),
    ),
    Metric(
        name="network.delay_p95_down_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=1,
        title=N_("extra delay, incoming"),
        about=N_("95 of 100 packets took no longer than this above the fastest one, incoming."),
    ),
    Metric(
        name="network.delay_p99_up_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=1,
        title=N_("extra delay of the slowest packets, outgoing"),
        about=N_("99 of 100 packets took no longer than this above the fastest one, outgoing."),
    ),
    Metric(
        name="network.delay_p99_down_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=1,
        title=N_("extra delay of the slowest packets, incoming"),
        about=N_("99 of 100 packets took no longer than this above the fastest one, incoming."),
    ),
    Metric(
        name="network.loss_up_percent",
        unit="%",
        better=Better.LOWER,
        decimals=2,
        title=N_("lost packets, outgoing"),
        about=N_("Packets that never reached the reflector, by its own count; the interval allows for bursts."),
    ),
    Metric(
        name="network.loss_down_percent",
        unit="%",
        better=Better.LOWER,
        decimals=2,
        title=N_("lost packets, incoming"),
        about=N_("Answers that never came back, by the reflector's numbers; the interval allows for bursts."),
    ),
    Metric(
        name="network.longest_loss_up_packets",
        unit="packets",
        better=Better.LOWER,
        decimals=0,
        title=N_("most lost in a row, outgoing"),
        about=N_("Longest run of packets lost on the way out; each is 20 ms of speech."),
    ),
    Metric(
        name="network.longest_loss_down_packets",
        unit="packets",
        better=Better.LOWER,
        decimals=0,
        title=N_("most lost in a row, incoming"),
        about=N_("Longest run of packets lost on the way in; each is 20 ms of speech."),
    ),
    Metric(
        name="network.reordered_up_packets",
        unit="packets",
        better=Better.LOWER,
        decimals=0,
        title=N_("overtaken packets, outgoing"),
        about=N_("Packets that arrived behind one that was sent later (RFC 4737), outgoing."),
    ),
    Metric(
        name="network.reordered_down_packets",
        unit="packets",
        better=Better.LOWER,
        decimals=0,
        title=N_("overtaken packets, incoming"),
        about=N_("Packets that arrived behind one that was sent later (RFC 4737), incoming."),
    ),
    Metric(
        name="network.duplicated_up_packets",
        unit="packets",
        better=Better.NEITHER,
        decimals=0,
        title=N_("duplicates, outgoing"),
        about=N_("Packets that arrived at the reflector more than once."),
    ),
    Metric(
        name="network.duplicated_down_packets",
        unit="packets",
        better=Better.NEITHER,
        decimals=0,
        title=N_("duplicates, incoming"),
        about=N_("Answers that came back more than once."),
    ),
    Metric(
        name="network.send_late_p99_ms",
        unit="ms",
        better=Better.NEITHER,
        decimals=1,
        title=N_("this computer's own lateness"),
        about=N_("99 of 100 packets were handed to the system no later than this after their turn."),
    ),
    Metric(
        name="network.own_queue_p95_ms",
        unit="ms",
        better=Better.NEITHER,
        decimals=2,
        title=N_("wait inside this computer"),
        about=N_("95 of 100 packets left no later than this after they were handed over, by the kernel's clock."),
    ),
)

_VOICE: tuple[Metric, ...] = (
    Metric(
        name="network.loss_after_buffer_percent",
        unit="%",
        better=Better.LOWER,
        decimals=2,
        title=N_("lost speech"),
        about=N_(
            "Packets lost, or too late for a simulated adaptive jitter buffer, that the codec does not recover; "
            "the worse direction."
        ),
    ),
    Metric(
        name="network.mos_drop",
        unit="MOS",
        better=Better.LOWER,
        decimals=2,
        title=N_("quality lost on the way"),
        about=N_(
            "How far the predicted call quality stays below the best that the codec can give; the worse direction."
        ),
    ),
    Metric(
        name="network.mos_idle_line",
        unit="MOS",
        better=Better.HIGHER,
        decimals=2,
        title=N_("predicted call quality"),
        about=N_(
            "Predicted conversational quality, 1 to 4.5 (E-model, ITU-T G.107, its codec figures fitted to decoded "
            "speech), in the worse direction."
        ),
    ),
    Metric(
        name="network.mos_up",
        unit="MOS",
        better=Better.HIGHER,
        decimals=2,
        title=N_("how customers hear you"),
        about=N_("Predicted conversational quality from this computer to the company, on the idle line."),
    ),
    Metric(
        name="network.mos_down",
        unit="MOS",
        better=Better.HIGHER,
        decimals=2,
        title=N_("how you hear customers"),
        about=N_("Predicted conversational quality from the company to this computer, on the idle line."),
    ),
    Metric(
        name="network.mos_cqe_idle_line",
        unit="MOS",
        better=Better.HIGHER,
        decimals=2,
        title=N_("predicted call quality, by the published figures"),
        about=N_(
            "As predicted call quality, by the E-model as published, not fitted (MOS-CQE, ITU-T G.107): to compare "
            "with other programs."
        ),
    ),
    Metric(
        name="network.mouth_to_ear_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=0,
        title=N_("delay of the voice"),
        about=N_(
            "Packet, half the round trip, queues, jitter buffer; without the sound devices' own. The worse direction."
        ),
    ),
    Metric(
        name="network.loss_fixed_60_percent",
        unit="%",
        better=Better.LOWER,
        decimals=2,
        title=N_("lost speech, short fixed buffer"),
        about=N_("As lost speech, with a fixed jitter buffer of 60 ms; the worse direction."),
    ),
    Metric(
        name="network.loss_fixed_100_percent",
        unit="%",
        better=Better.LOWER,
        decimals=2,
        title=N_("lost speech, long fixed buffer"),
        about=N_("As lost speech, with a fixed jitter buffer of 100 ms; the worse direction."),
    ),
    Metric(
        name="network.mos_full_line",
        unit="MOS",
        better=Better.HIGHER,
        decimals=2,
        title=N_("call quality while the line is full"),
        about=N_("Predicted conversational quality during a full download or upload, in the worst of all cases."),
    ),
    Metric(
        name="network.mos_full_line_up",
        unit="MOS",
        better=Better.HIGHER,
        decimals=2,
        title=N_("how customers hear you while the line is full"),
        about=N_(
            "Predicted conversational quality from this computer to the company, the worse of a full download and "
            "a full upload."
        ),
    ),
    Metric(
        name="network.mos_full_line_down",
        unit="MOS",
        better=Better.HIGHER,
        decimals=2,
        title=N_("how you hear customers while the line is full"),
        about=N_(
            "Predicted conversational quality from the company to this computer, the worse of a full download and "
            "a full upload."
        ),
    ),
    Metric(
        name="network.mos_cqe_full_line",
        unit="MOS",
        better=Better.HIGHER,
        decimals=2,
        title=N_("call quality while the line is full, by the published figures"),
        about=N_(
            "As call quality while the line is full, by the E-model as published, not fitted (MOS-CQE, ITU-T G.107)."
        ),
    ),
    Metric(
        name="network.delay_full_line_up_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=0,
        title=N_("extra delay while sending at full speed"),
        about=N_("95 of 100 outgoing packets took no longer than this above the fastest one during the upload."),
    ),
    Metric(
        name="network.delay_full_line_down_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=0,
        title=N_("extra delay while receiving at full speed"),
        about=N_("95 of 100 incoming packets took no longer than this above the fastest one during the download."),
    ),
)

METRICS: tuple[Metric, ...] = (*_JITTER, *_VOICE)

CHECKS: tuple[CheckKind, ...] = (
    CheckKind(
        id="network.jitter",
        title=N_("Line"),
        measures=N_(
            "How long packets take between your computer and the company's server, how steadily they come, "
            "and how many are lost."
        ),
        why=N_("A call is 50 packets a second each way. Late and lost ones are heard as gaps and crackling."),
        todo=N_(
            "Use a cable or move closer to the router, stop downloads and video, switch off a VPN that isn't needed."
        ),
        metrics=tuple(metric.name for metric in _JITTER),
    ),
    CheckKind(
        id="network.voice_quality",
        title=N_("Call quality"),
        measures=N_("What a call over this line would sound like, in both directions, on a scale from 1 to 4.5."),
        why=N_("It puts delay, unsteadiness and loss together, the way an ear does."),
        todo=N_("What helps the line helps here: a cable, no downloads during a shift, no VPN that isn't needed."),
        metrics=tuple(metric.name for metric in _VOICE),
    ),
)

FINDINGS: tuple[FindingKind, ...] = (
    FindingKind(
        code="network.not_enrolled",
        number=401,
        severity=Severity.INFO,
        category=Category.SOFTWARE,
        mender=Mender.OPERATOR,
        title=N_("not measured yet"),
        says=N_("The line to your company was not measured: this computer is not connected to an employer yet."),
        advice={"any": N_("Open the invitation link that your employer sent you, then check again.")},
    ),
    FindingKind(
        code="network.udp_blocked",
        number=402,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("calls may not get through"),
        says=N_(
            "The company's web address answers, but packets like those of a call (UDP port {port}) do not come back."
        ),
        advice={
            "any": N_(
                "Switch off a VPN that your work doesn't need, or try another network, such as a phone's "
                "hotspot. If that doesn't help, tell support: something between your computer and the "
                "company's server holds back UDP port {port}."
            ),
        },
        params=("port",),
    ),
    FindingKind(
        code="network.unreachable",
        number=403,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("no connection to the company"),
        says=N_(
            "During the measurement no answer came, neither to packets like those of a call nor from the company's "
            "web address."
        ),
        advice={
            "any": N_(
                "See whether other web pages open. If they do, tell support that the company's server does "
                "not answer; if not, restart your router."
            ),
        },
    ),
    FindingKind(
        code="network.lost_midway",
        number=404,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("the connection broke off"),
        says=N_(
            "No answer came during the last {seconds} seconds of the measurement; before that the "
            "company's server answered."
        ),
        advice={
            "any": N_("Check this again. If it happens twice, use a network cable, and tell support the time of day.")
        },
        params=("seconds",),
    ),
    FindingKind(
        code="network.too_few_answers",
        number=405,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("hardly any answer"),
        says=N_("Only {answered} of {sent} packets came back: too few to say how good a call would be."),
        advice={
            "any": N_(
                "Use a network cable instead of Wi-Fi, or move closer to the router. Stop downloads, video "
                "and backups on all devices at home. Then check again."
            ),
        },
        params=("answered", "sent"),
    ),
    FindingKind(
        code="network.disturbed_sender",
        number=406,
        severity=Severity.MAJOR,
        category=Category.COMPUTER,
        mender=Mender.OPERATOR,
        title=N_("computer too busy to measure"),
        says=N_(
            "This computer sent {percent} % of the packets too late to measure the line fairly. It says "
            "nothing about the line."
        ),
        advice={"any": N_("Close programs that keep the computer busy, then check again.")},
        params=("percent",),
    ),
    FindingKind(
        code="network.own_queue",
        number=407,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("this computer was sending"),
        says=N_(
            "Packets waited {queue_ms} ms inside this computer, behind what other programs send. It "
            "says nothing about the line."
        ),
        advice={"any": N_("Pause uploads, cloud synchronisation and video calls on this computer, then check again.")},
        params=("queue_ms",),
    ),
    FindingKind(
        code="network.clock_set",
        number=408,
        severity=Severity.MAJOR,
        category=Category.COMPUTER,
        mender=Mender.OPERATOR,
        title=N_("the clock was changed meanwhile"),
        says=N_("The computer's clock jumped by {step_ms} ms during the measurement, so times can't be trusted."),
        advice={"any": N_("Check this again.")},
        params=("step_ms",),
    ),
    FindingKind(
        code="network.stood_still",
        number=409,
        severity=Severity.MAJOR,
        category=Category.COMPUTER,
        mender=Mender.OPERATOR,
        title=N_("the computer stood still"),
        says=N_(
            "This computer slept or stood still for {seconds} s while the line was measured. It says nothing about "
            "the line."
        ),
        advice={"any": N_("Leave the lid open, close programs that keep the computer busy, then check again.")},
        params=("seconds",),
    ),
    FindingKind(
        code="network.counts_missing",
        number=410,
        severity=Severity.INFO,
        category=Category.EMPLOYER,
        mender=Mender.EMPLOYER,
        title=N_("one question left open"),
        says=N_(
            "The company's server did not say what it received, so for some lost packets the direction is not known."
        ),
        advice={"any": N_("Nothing needs to be done.")},
    ),
    FindingKind(
        code="network.name_unknown",
        number=411,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("address not found"),
        says=N_("The network does not know the address of the company's server ({host})."),
        advice={
            "any": N_(
                "See whether other web pages open; if not, restart your router. If they do, tell support this address."
            ),
        },
        params=("host",),
    ),
    FindingKind(
        code="network.no_route",
        number=412,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("no network"),
        says=N_("This computer has no way to the company's server: it seems not to be connected to a network."),
        advice={"any": N_("Connect the network cable or the Wi-Fi, then check again.")},
    ),
    FindingKind(
        code="network.names_unanswered",
        number=413,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("names are not answered"),
        says=N_(
            "This computer is connected, but nobody on the network says what address the company's server ({host}) has."
        ),
        advice={
            "any": N_(
                "See whether other web pages open; if not, restart your router. If you use a VPN, switch it off and on "
                "again. Then check again."
            ),
        },
        params=("host",),
    ),
    FindingKind(
        code="network.changed",
        number=414,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("the network changed meanwhile"),
        says=N_(
            "While the line was measured this computer went over to another network: a cable, Wi-Fi or VPN came or "
            "went. It says nothing about the line."
        ),
        advice={"any": N_("Choose the network that you will work on, then check again.")},
    ),
    FindingKind(
        code="network.cut",
        number=415,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("the network was gone"),
        says=N_("This computer lost its network while the line was measured."),
        advice={"any": N_("See that the network cable sits firmly, or that Wi-Fi is connected, then check again.")},
    ),
    FindingKind(
        code="network.line_in_use",
        number=416,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("the line was in use"),
        says=N_(
            "While the line was measured, other programs on this computer sent up to {up_mbit_s} and received up to "
            "{down_mbit_s} Mbit/s. What troubled the line may be just that."
        ),
        advice={
            "any": N_("Pause uploads, downloads, cloud synchronisation and video on this computer, then check again."),
        },
        params=("up_mbit_s", "down_mbit_s"),
    ),
    FindingKind(
        code="employer.clock_set",
        number=420,
        severity=Severity.MAJOR,
        category=Category.EMPLOYER,
        mender=Mender.EMPLOYER,
        title=N_("the company's clock was changed meanwhile"),
        says=N_(
            "The clock of the company's measuring server jumped by {step_ms} ms during the measurement. "
            "It says nothing about your line."
        ),
        advice={"any": N_("Check this again. If it stays, tell support this number.")},
        params=("step_ms",),
    ),
    FindingKind(
        code="network.wifi_pause",
        number=417,
        severity=Severity.MINOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("regular short pauses"),
        says=N_(
            "Every {every_s} s the line stands still for about {length_ms} ms, as Wi-Fi makes it that looks for other "
            "networks meanwhile."
        ),
        advice={
            "windows": N_(
                "Use a network cable if you can. On Wi-Fi, close the list of networks, and while you work switch off "
                "location in Settings › Privacy & security › Location: both make Wi-Fi look around."
            ),
            "darwin": N_(
                "Use a network cable if you can. On Wi-Fi, switch off AirDrop while you work, and location in System "
                "Settings › Privacy & Security › Location Services: both make Wi-Fi look around."
            ),
            "any": N_(
                "Use a network cable if you can. On Wi-Fi, close the window of the network settings, which makes it "
                "look around, or bind the connection to your access point (BSSID) there."
            ),
        },
        params=("every_s", "length_ms"),
        explains=("network.jitter_ms", "network.loss_after_buffer_percent", "network.mos_drop"),
    ),
    FindingKind(
        code="network.stun_silent",
        number=441,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("calls may not get through"),
        says=N_(
            "The server that your company names for measuring the line, {host}, does not answer packets like those of "
            "a call (UDP port {port})."
        ),
        advice={
            "any": N_(
                "Switch off a VPN that your work doesn't need, or try another network, such as a phone's hotspot. If "
                "that doesn't help, tell support: UDP port {port} of {host} does not answer."
            ),
        },
        params=("host", "port"),
    ),
    FindingKind(
        code="network.round_trips_only",
        number=442,
        severity=Severity.INFO,
        category=Category.NETWORK,
        mender=Mender.SUPPORT,
        title=N_("both directions together"),
        says=N_(
            "The server that was asked tells round trips only: what is said of the line holds for both directions "
            "together, and each of them may be better."
        ),
        advice={"any": N_("Nothing to do. For each direction apart, the company needs a reflector of its own.")},
    ),
    FindingKind(
        code="network.line_pause",
        number=418,
        severity=Severity.MINOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("regular short pauses"),
        says=N_("Every {every_s} s the line stands still for about {length_ms} ms."),
        advice={
            "any": N_(
                "If there is a Wi-Fi repeater or a powerline adapter between this computer and the router, connect "
                "straight to the router. If it stays, tell support this number."
            ),
        },
        params=("every_s", "length_ms"),
        explains=("network.jitter_ms", "network.loss_after_buffer_percent", "network.mos_drop"),
    ),
    FindingKind(
        code="network.long_way",
        number=421,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("long delay"),
        says=N_(
            "Packets take {value} ms between your computer and the company's server and back; {limit} "
            "ms or less is comfortable."
        ),
        advice={
            "any": N_(
                "Switch off a VPN that your work doesn't need, stop downloads, and use a network cable. If "
                "it stays, tell support: the way to this server may be long."
            ),
        },
        params=("value", "limit"),
        explains=("network.rtt_p50_ms",),
    ),
    FindingKind(
        code="network.high_jitter",
        number=422,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("unsteady line"),
        says=N_(
            "Packets come unsteadily between your computer and the company's server: {value} ms of "
            "jitter, and up to {limit} ms is fine."
        ),
        advice={
            "any": N_(
                "Use a network cable instead of Wi-Fi, or move closer to the router. Stop downloads, video "
                "and backups on all devices at home. Then check again."
            ),
        },
        params=("value", "limit"),
        explains=("network.jitter_ms",),
    ),
    FindingKind(
        code="network.loss",
        number=423,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("speech gets lost"),
        says=N_(
            "{value} % of the speech would be lost between your computer and the company's server; "
            "up to {limit} % is fine."
        ),
        advice={
            "any": N_(
                "Use a network cable instead of Wi-Fi, or move closer to the router. Stop downloads, video "
                "and backups on all devices at home. Then check again."
            ),
        },
        params=("value", "limit"),
        explains=("network.loss_after_buffer_percent",),
        again="network.jitter",
    ),
    FindingKind(
        code="network.poor_voice",
        number=424,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("calls may sound poor"),
        says=N_(
            "The way between your computer and the company's server takes {value} points off the "
            "quality of a call; up to {limit} is fine."
        ),
        advice={
            "any": N_(
                "Use a network cable instead of Wi-Fi, or move closer to the router. Stop downloads, video "
                "and backups on all devices at home. Then check again."
            ),
        },
        params=("value", "limit"),
        explains=("network.mos_drop",),
        again="network.jitter",
    ),
    FindingKind(
        code="network.poor_voice_full_line",
        number=425,
        severity=Severity.MINOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("poor while the line is full"),
        says=N_(
            "While something is sent or received at full speed, a call would sound like {value} of 4.5; "
            "{limit} or more is good."
        ),
        advice={"any": N_("Start no downloads, uploads or video while you take calls.")},
        params=("value", "limit"),
        explains=("network.mos_full_line",),
    ),
    FindingKind(
        code="network.bufferbloat",
        number=426,
        severity=Severity.MINOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("calls suffer while the line is full"),
        says=N_(
            "While the line is full, packets wait: {down_ms} ms longer when receiving, {up_ms} ms longer when sending."
        ),
        advice={
            "any": N_(
                "While you take calls, pause downloads, video, cloud storage and backups on all devices at home. If "
                "your router has a setting for smart queues (SQM, sometimes QoS), switch it on, and set its speeds to "
                "nine tenths of what your line carries."
            ),
        },
        params=("up_ms", "down_ms"),
        explains=("network.mos_full_line",),
    ),
    FindingKind(
        code="network.bufferbloat_up",
        number=427,
        severity=Severity.MINOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("calls suffer while something is sent"),
        says=N_("While the line is full of what is sent, packets to the company's server wait {up_ms} ms longer."),
        advice={
            "any": N_(
                "While you take calls, pause uploads on all devices at home: cloud storage, photos, backups; many such "
                "programs let you limit their upload speed. If your router has a setting for smart queues (SQM, "
                "sometimes QoS), switch it on, and set its upload speed to nine tenths of what your line carries."
            ),
        },
        params=("up_ms",),
        explains=("network.mos_full_line",),
    ),
    FindingKind(
        code="network.bufferbloat_down",
        number=428,
        severity=Severity.MINOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("calls suffer while something is received"),
        says=N_(
            "While the line is full of what is received, packets from the company's server wait {down_ms} ms longer."
        ),
        advice={
            "any": N_(
                "While you take calls, pause downloads, updates and video on all devices at home. If your router has a "
                "setting for smart queues (SQM, sometimes QoS), switch it on, and set its download speed to nine "
                "tenths of what your line carries."
            ),
        },
        params=("down_ms",),
        explains=("network.mos_full_line",),
    ),
    FindingKind(
        code="employer.reflector_unwell",
        number=430,
        severity=Severity.MAJOR,
        category=Category.EMPLOYER,
        mender=Mender.EMPLOYER,
        title=N_("the company's server was busy"),
        says=N_("The company's measuring server lost or delayed packets itself. It says nothing about your line."),
        advice={"any": N_("Check this again in a few minutes. If it stays, tell support this number.")},
    ),
)
