"""Plain names for what checks report without a place in the catalogue: facts."""

from __future__ import annotations

import re

from employer.desk.language import Language
from report.catalogue.kinds import N_

_FACTS = {
    "os": N_("system"),
    "architecture": N_("architecture"),
    "cores": N_("processor cores"),
    "memory_gib": N_("memory, GiB"),
    "uptime_h": N_("hours since the last start"),
    "seconds": N_("seconds observed"),
    "frequency_mhz": N_("clock rate, MHz"),
    "frequency_highest_mhz": N_("highest clock rate, MHz"),
    "on_battery": N_("on battery"),
    "packets_sent": N_("packets sent"),
    "packets_answered": N_("packets answered"),
    "reflector_received": N_("packets that our server received"),
    "reflector_counts": N_("our server's counts"),
    "arrivals_by_kernel": N_("arrivals stamped by the system's kernel"),
    "departures_by_kernel": N_("departures stamped by the system's kernel"),
    "marked_as_voice": N_("packets marked as voice"),
    "ip_version": N_("IP version"),
    "place": N_("where the trouble is"),
    "place_reasons": N_("why there"),
    "place_shown_twice": N_("shown by more than one thing"),
    "link": N_("connected by"),
    "vpn": N_("through a VPN"),
    "remote": N_("used from afar by"),
    "router_asked_by": N_("router asked by"),
    "codec": N_("codec"),
    "provider": N_("bandwidth measured by"),
    "data_cap_mb": N_("most data allowed, MB"),
    "seconds_down": N_("seconds of download"),
    "seconds_up": N_("seconds of upload"),
    "slow_start_dropped_s_down": N_("first seconds of download left out"),
    "slow_start_dropped_s_up": N_("first seconds of upload left out"),
    "connections_down": N_("connections for download"),
    "connections_up": N_("connections for upload"),
    "call_beside_kbit_s_down": N_("a call's packets beside the download, counted in, kbit/s"),
    "call_beside_kbit_s_up": N_("a call's packets beside the upload, counted in, kbit/s"),
    "core_percent_down": N_("processor core used for the download, %"),
    "core_percent_up": N_("processor core used for the upload, %"),
    "congestion_control_down": N_("congestion control, download"),
    "congestion_control_up": N_("congestion control, upload"),
    "told_by": N_("told by"),
    "microphones": N_("microphones found"),
    "rate_hz": N_("sampling rate, Hz"),
    "input": N_("microphone"),
    "input_bus": N_("microphone connected by"),
    "input_form": N_("kind of microphone"),
    "input_is_default": N_("microphone is the system's choice"),
    "input_muted": N_("microphone muted"),
    "input_volume_percent": N_("microphone volume, %"),
    "output": N_("loudspeaker"),
    "output_bus": N_("loudspeaker connected by"),
    "output_form": N_("kind of loudspeaker"),
    "output_is_default": N_("loudspeaker is the system's choice"),
    "output_muted": N_("loudspeaker muted"),
    "output_volume_percent": N_("loudspeaker volume, %"),
}

_PATTERNS = (
    (re.compile(r"program_(\d+)"), N_("busy program %(what)s")),
    (re.compile(r"program_(\d+)_percent"), N_("its share, %% (program %(what)s)")),
)


def fact_title(name: str, language: Language) -> str:
    """The plain name of a fact; one that isn't known here is its own, with spaces."""
    if name in _FACTS:
        return language.gettext(_FACTS[name])
    for pattern, title in _PATTERNS:
        found = pattern.fullmatch(name)
        if found:
            return language.gettext(title) % {"what": found.group(1)}
    return name.replace("_", " ")
