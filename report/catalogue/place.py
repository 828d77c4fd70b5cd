"""What can be said of where on the way trouble is: numbers 431 to 439."""

from __future__ import annotations

from collections.abc import Mapping

from report.catalogue.kinds import N_, Better, Category, CheckKind, FindingKind, Mender, Metric, Severity

METRICS: tuple[Metric, ...] = (
    Metric(
        name="network.gateway_rtt_p50_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=1,
        title=N_("round trip to your router"),
        about=N_("Median time of an echo request to the home's router and back, while the line is probed."),
    ),
    Metric(
        name="network.gateway_delay_p95_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=1,
        title=N_("extra delay to your router"),
        about=N_("95 of 100 answers of the router took no longer than this above the fastest one."),
    ),
    Metric(
        name="network.gateway_loss_percent",
        unit="%",
        better=Better.LOWER,
        decimals=2,
        title=N_("unanswered by your router"),
        about=N_("Echo requests that the router did not answer. Some routers answer few of them, and forward well."),
    ),
    Metric(
        name="network.second_rtt_p50_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=1,
        title=N_("round trip to another server"),
        about=N_("Median time of an echo request to the policy's second target and back, while the line is probed."),
    ),
    Metric(
        name="network.second_delay_p95_ms",
        unit="ms",
        better=Better.LOWER,
        decimals=1,
        title=N_("extra delay to another server"),
        about=N_("95 of 100 answers of the second target took no longer than this above the fastest one."),
    ),
    Metric(
        name="network.second_loss_percent",
        unit="%",
        better=Better.LOWER,
        decimals=2,
        title=N_("unanswered by another server"),
        about=N_("Echo requests that the second target did not answer."),
    ),
    Metric(
        name="network.wifi_signal_dbm",
        unit="dBm",
        better=Better.HIGHER,
        decimals=0,
        title=N_("Wi-Fi signal"),
        about=N_("Strength of the router's signal at this computer, as the system tells it."),
    ),
    Metric(
        name="network.wifi_rate_mbit_s",
        unit="Mbit/s",
        better=Better.HIGHER,
        decimals=0,
        title=N_("Wi-Fi rate"),
        about=N_("Rate at which this computer now sends to the router, as the system tells it."),
    ),
)

CHECKS: tuple[CheckKind, ...] = (
    CheckKind(
        id="network.where",
        title=N_("Where on the line"),
        measures=N_(
            "Whether trouble on the line is in this computer, in your home, beyond it, or at the company's end. "
            "Your router is asked at the same time as the company's server."
        ),
        why=N_("What helps depends on where the trouble is, and nobody should mend what isn't broken."),
        todo=N_("Nothing by itself: where a place is found, the advice speaks of that place."),
        metrics=tuple(metric.name for metric in METRICS),
    ),
)

_EXPLAINS = (
    "network.rtt_p50_ms",
    "network.jitter_ms",
    "network.loss_after_buffer_percent",
    "network.mos_drop",
)
_SIZES = ("late_ms", "lost_percent")
"""How bad it is travels with the finding, for support; a sentence with "0 % lost" would help nobody."""
_AGAIN = "network.jitter"

FACTS: Mapping[str, Mapping[str, str]] = {
    "place": {
        "nowhere": N_("no trouble seen"),
        "this_computer": N_("this computer"),
        "home": N_("between the computer and the home's router"),
        "beyond": N_("beyond the home's router"),
        "toward_company": N_("between the provider and the company, or at the company's end"),
        "company": N_("the company's measuring server"),
        "vpn": N_("in the VPN, or behind it"),
        "cannot_tell": N_("can't be told"),
    },
    "place_reasons": {
        "no_trouble": N_("delay and loss are small"),
        "sent_late": N_("the computer was late with its own packets"),
        "own_queue": N_("packets waited inside the computer"),
        "own_traffic": N_("other programs on the computer used the line"),
        "server_unwell": N_("the measuring server says that it lost or delayed packets"),
        "server_held": N_("the measuring server kept answers back"),
        "router_clean": N_("the router was steady over the same time"),
        "router_same": N_("the router's own answers suffered in the same way"),
        "router_part": N_("the router's own answers suffered, but less"),
        "router_other": N_("the router's own answers suffered more, or at other moments"),
        "router_silent": N_("the router doesn't answer"),
        "no_router": N_("no router is known on the way"),
        "same_moments": N_("at the same moments"),
        "second_clean": N_("another server was steady over the same time"),
        "second_same": N_("another server suffered in the same way"),
        "by_vpn": N_("everything goes through a VPN"),
        "several": N_("several causes at once"),
        "too_little": N_("too rare or too short to compare"),
    },
    "link": {
        "cable": N_("network cable"),
        "wifi": N_("Wi-Fi"),
        "mobile": N_("mobile network"),
        "unknown": N_("not known"),
    },
}
"""Plain words for what these facts may be; ``place_reasons`` are several, with commas between."""

FINDINGS: tuple[FindingKind, ...] = (
    FindingKind(
        code="network.trouble_on_wifi",
        number=431,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("the Wi-Fi is unsteady"),
        says=N_(
            "Packets are held up or lost between this computer and your router, on the Wi-Fi: the router's own answers "
            "suffer in the same way."
        ),
        advice={
            "any": N_(
                "Use a network cable, or move closer to the router. Stop downloads and video on all devices at home. "
                "Then check again."
            ),
        },
        params=_SIZES,
        explains=_EXPLAINS,
        again=_AGAIN,
    ),
    FindingKind(
        code="network.trouble_at_home",
        number=432,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("the home network is unsteady"),
        says=N_(
            "Packets are held up or lost between this computer and your router: the router's own answers suffer in the "
            "same way."
        ),
        advice={
            "any": N_(
                "Stop downloads, video and backups on all devices at home. If you are on Wi-Fi, use a network cable, "
                "or move closer to the router; if you are on a cable, try another one, or another socket of the "
                "router. Then check again."
            ),
        },
        params=_SIZES,
        explains=_EXPLAINS,
        again=_AGAIN,
    ),
    FindingKind(
        code="network.trouble_beyond_home",
        number=433,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.PROVIDER,
        title=N_("held up beyond your router"),
        says=N_("Packets are held up or lost beyond your router, which itself answers steadily at the same time."),
        advice={
            "any": N_(
                "See that nobody at home is sending files or watching video now: it shares the line behind the router. "
                "If it stays, tell support this number and the time of day; they know whether to ask your provider."
            ),
        },
        params=_SIZES,
        explains=_EXPLAINS,
        again=_AGAIN,
    ),
    FindingKind(
        code="network.trouble_toward_company",
        number=434,
        severity=Severity.MAJOR,
        category=Category.EMPLOYER,
        mender=Mender.EMPLOYER,
        title=N_("held up near the company"),
        says=N_(
            "Packets are held up or lost on the way to the company's server, but not on the way to another server that "
            "was asked at the same time. So it isn't your home: it is somewhere between your provider and the company, "
            "or at the company's end."
        ),
        advice={"any": N_("There is nothing to mend at your place. Tell support this number and the time of day.")},
        params=_SIZES,
        explains=_EXPLAINS,
        again=_AGAIN,
    ),
    FindingKind(
        code="network.trouble_with_vpn",
        number=435,
        severity=Severity.MAJOR,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("all goes through a VPN"),
        says=N_(
            "Packets are held up or lost on the way to the company's server. Everything goes through a VPN, so it "
            "can't be told where on the way it happens."
        ),
        advice={
            "any": N_(
                "If your work doesn't need the VPN, switch it off and check again. If it does, tell support this "
                "number."
            ),
        },
        params=_SIZES,
        explains=_EXPLAINS,
        again=_AGAIN,
    ),
    FindingKind(
        code="network.trouble_in_computer",
        number=436,
        severity=Severity.MAJOR,
        category=Category.COMPUTER,
        mender=Mender.OPERATOR,
        title=N_("the computer is late"),
        says=N_(
            "Packets are held up or lost just when this computer was late with its own work: it is the computer rather "
            "than the line."
        ),
        advice={"any": N_("Close programs that keep the computer busy, then check again.")},
        params=_SIZES,
        explains=_EXPLAINS,
        again=_AGAIN,
    ),
    FindingKind(
        code="network.router_silent",
        number=437,
        severity=Severity.INFO,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("at home or beyond: not known"),
        says=N_(
            "Your router does not answer such questions, so it can't be told whether the trouble is at home or beyond."
        ),
        advice={"any": N_("To find out, connect by network cable and check again: if it goes away, it was the Wi-Fi.")},
    ),
    FindingKind(
        code="network.place_unknown",
        number=438,
        severity=Severity.INFO,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("at home or beyond: not known"),
        says=N_("This time it can't be told whether the trouble is at home or beyond."),
        advice={"any": N_("Check this again: another look may show it.")},
    ),
    FindingKind(
        code="network.remote_session",
        number=439,
        severity=Severity.INFO,
        category=Category.NETWORK,
        mender=Mender.OPERATOR,
        title=N_("used from another computer"),
        says=N_(
            "This computer is used from another one (remote desktop). Measured is the way from here, not from where "
            "you sit."
        ),
        advice={"any": N_("If you take calls on the computer in front of you, check that one.")},
    ),
)
