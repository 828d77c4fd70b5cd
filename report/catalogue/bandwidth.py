"""What can be said of how much the network carries: the part of its catalogue from number 450 on."""

from __future__ import annotations

from report.catalogue.kinds import N_, Better, Category, CheckKind, FindingKind, Mender, Metric, Severity

METRICS: tuple[Metric, ...] = (
    Metric(
        name="network.bandwidth_down_mbit_s",
        unit="Mbit/s",
        better=Better.HIGHER,
        decimals=1,
        title=N_("speed toward you"),
        about=N_(
            "Payload over TCP after the slow start, and what the packets of a call beside it took, in 10⁶ bits a "
            "second; the interval from five batches."
        ),
    ),
    Metric(
        name="network.bandwidth_up_mbit_s",
        unit="Mbit/s",
        better=Better.HIGHER,
        decimals=1,
        title=N_("speed from you"),
        about=N_("As the speed toward you, counted where the data arrives."),
    ),
    Metric(
        name="network.data_used_mb",
        unit="MB",
        better=Better.NEITHER,
        decimals=0,
        title=N_("data used by this check"),
        about=N_("Both directions of the speed test, its payload, in 10⁶ bytes."),
    ),
)

CHECKS: tuple[CheckKind, ...] = (
    CheckKind(
        id="network.bandwidth",
        title=N_("Speed of the line"),
        measures=N_("How much data the line carries in each direction, for a few seconds each."),
        why=N_(
            "A call needs little. Where there is hardly more than that, any other program on the line can disturb it."
        ),
        todo=N_("Stop downloads, updates and films on this line. A cable is steadier than Wi-Fi."),
        metrics=tuple(metric.name for metric in METRICS),
    ),
)

_FREE_THE_LINE = N_(
    "Stop downloads, updates, cloud copies and films on this line, use a cable or sit nearer to the router, "
    "then check again. If it stays so, talk to support."
)

FINDINGS: tuple[FindingKind, ...] = (
    FindingKind(
        code="network.slow_down",
        number=450,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("slow toward you"),
        says=N_("From the server to your computer {value} Mbit/s get through; {limit} or more is fine."),
        advice={"any": _FREE_THE_LINE},
        params=("value", "limit"),
        explains=("network.bandwidth_down_mbit_s",),
    ),
    FindingKind(
        code="network.slow_up",
        number=451,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("slow from you"),
        says=N_("From your computer to the server {value} Mbit/s get through; {limit} or more is fine."),
        advice={"any": _FREE_THE_LINE},
        params=("value", "limit"),
        explains=("network.bandwidth_up_mbit_s",),
    ),
    FindingKind(
        code="network.bandwidth_unreachable",
        number=452,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("speed test not reached"),
        says=N_("The server for the speed test could not be reached."),
        advice={
            "any": N_(
                "See whether other web pages open. If they do, check again in a few minutes; if not, restart your "
                "router."
            )
        },
    ),
    FindingKind(
        code="network.bandwidth_untrusted",
        number=453,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.SUPPORT,
        title=N_("server not trusted"),
        says=N_("The speed test's server did not prove who it is, so nothing was sent to it."),
        advice={"any": N_("See whether the computer's date is right. If it is, tell support this number.")},
    ),
    FindingKind(
        code="network.bandwidth_refused",
        number=454,
        severity=Severity.MINOR,
        category=Category.EMPLOYER,
        mender=Mender.OPERATOR,
        title=N_("speed test not allowed any more"),
        says=N_("The server no longer allows this run to test the speed, perhaps because it began long ago."),
        advice={"any": N_("Start a new check.")},
    ),
    FindingKind(
        code="network.bandwidth_busy",
        number=455,
        severity=Severity.MINOR,
        category=Category.EMPLOYER,
        mender=Mender.OPERATOR,
        title=N_("speed test is busy"),
        says=N_("The server is busy with other speed tests. This says nothing about your line."),
        advice={"any": N_("Check again in a few minutes.")},
    ),
    FindingKind(
        code="network.bandwidth_foreign",
        number=456,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("something else answered"),
        says=N_("Something else answered in the server's place, perhaps the sign-in page of this network."),
        advice={"any": N_("Open any page in a browser and sign in to the network if it asks, then check again.")},
    ),
    FindingKind(
        code="network.bandwidth_silent",
        number=457,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("speed test without an answer"),
        says=N_("The server for the speed test took the connection and then said nothing."),
        advice={"any": N_("Check again in a few minutes. If it happens twice, tell support this number.")},
    ),
    FindingKind(
        code="network.bandwidth_broke",
        number=458,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("speed test broke off"),
        says=N_("The connections of the speed test broke off in the middle."),
        advice={"any": N_("Check again. If it happens twice, restart the router, then tell support this number.")},
    ),
    FindingKind(
        code="network.bandwidth_speedtest",
        number=459,
        severity=Severity.MINOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("public speed test failed"),
        says=N_("The speedtest program could not measure: its server did not answer as it should."),
        advice={"any": N_("Check again in a few minutes.")},
    ),
    FindingKind(
        code="network.server_limited",
        number=460,
        severity=Severity.INFO,
        category=Category.EMPLOYER,
        mender=Mender.EMPLOYER,
        title=N_("ended by the server"),
        says=N_("The server ended the transfer after {seconds} seconds; the line may carry more."),
        advice={"any": N_("Nothing needs to be done.")},
        params=("seconds",),
    ),
    FindingKind(
        code="network.connections_broke",
        number=461,
        severity=Severity.INFO,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("connections broke off"),
        says=N_("{count} of the connections broke off while others went on; the line may carry more."),
        advice={"any": N_("Check again.")},
        params=("count",),
    ),
    FindingKind(
        code="network.speedtest_unreliable",
        number=462,
        severity=Severity.INFO,
        category=Category.NETWORK,
        mender=Mender.EMPLOYER,
        title=N_("rough figures"),
        says=N_(
            "Measured with the speedtest program, which counts the slow start and what is still under way: "
            "slow uploads look up to a third faster than they are, fast ones slower."
        ),
        advice={"any": N_("Nothing needs to be done.")},
    ),
    FindingKind(
        code="network.declined",
        number=463,
        severity=Severity.INFO,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("speed not measured"),
        says=N_("You chose not to measure the speed of the line."),
        advice={"any": N_("Run this check again if you change your mind.")},
    ),
    FindingKind(
        code="network.public_not_agreed",
        number=464,
        severity=Severity.INFO,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("speed not measured"),
        says=N_("The speed could only be measured with public servers, and that was not agreed to."),
        advice={"any": N_("Run this check again and agree, or ask your employer for an invitation.")},
    ),
    FindingKind(
        code="network.metered",
        number=465,
        severity=Severity.INFO,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("data is paid for"),
        says=N_("This connection is marked as one where data is paid for by amount."),
        advice={"any": N_("A call takes up to 80 MB an hour. Use another connection for the shift if there is one.")},
    ),
    FindingKind(
        code="network.other_traffic",
        number=466,
        severity=Severity.INFO,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("other programs used the line"),
        says=N_("Other programs on this computer moved {value} Mbit/s while this was measured."),
        advice={"any": N_("Stop downloads and updates, then check again.")},
        params=("value",),
    ),
    FindingKind(
        code="network.bandwidth_false_count",
        number=467,
        severity=Severity.MINOR,
        category=Category.EMPLOYER,
        mender=Mender.SUPPORT,
        title=N_("the server's count can't be right"),
        says=N_(
            "What the server says of the upload does not agree with what was sent, so no speed was made of it. "
            "This says nothing about your line."
        ),
        advice={
            "any": N_(
                "Check again. If it happens twice, tell support this number: something in front of the server may "
                "take uploads in and pass them on later."
            )
        },
    ),
    FindingKind(
        code="network.bandwidth_little",
        number=468,
        severity=Severity.MINOR,
        category=Category.EMPLOYER,
        mender=Mender.SUPPORT,
        title=N_("too little to tell a speed"),
        says=N_("The speed test ended after so little data that no speed can be told."),
        advice={"any": N_("Check again. If it happens twice, tell support this number.")},
    ),
    FindingKind(
        code="network.bandwidth_intercepted",
        number=469,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.SUPPORT,
        title=N_("certificate of an unknown authority"),
        says=N_(
            "The certificate that came in the name of the speed test's server is signed by an authority that this "
            "program does not know. A security program or this network may look into encrypted connections. "
            "Nothing was sent."
        ),
        advice={
            "any": N_(
                "If you can, check again on another network, such as your phone's. Then tell support this number, "
                "and the name of your security program if there is one."
            )
        },
    ),
    FindingKind(
        code="network.bandwidth_stalled",
        number=470,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("speed test stood still"),
        says=N_(
            "In the middle of the speed test nothing more arrived for two seconds or longer, so no speed can be told. "
            "It may be the line or the server."
        ),
        advice={
            "any": N_("Check again. If it happens twice, try a cable or sit nearer to the router, then tell support.")
        },
    ),
    FindingKind(
        code="network.upload_held_back",
        number=471,
        severity=Severity.INFO,
        category=Category.NETWORK,
        mender=Mender.SUPPORT,
        title=N_("uploads are held back on the way"),
        says=N_(
            "Most of what this computer sent was taken in on the way and had not reached the server when the test "
            "ended. A proxy or a security program may do that. What is told is what arrived."
        ),
        advice={"any": N_("If calls are bad, tell support this number.")},
    ),
    FindingKind(
        code="network.speed_computer_limited",
        number=472,
        severity=Severity.INFO,
        category=Category.COMPUTER,
        mender=Mender.OPERATOR,
        title=N_("the computer was the limit"),
        says=N_("This computer was as busy with the speed test as it can be; the line may carry more."),
        advice={"any": N_("Close programs that you don't need, then check again.")},
    ),
)
