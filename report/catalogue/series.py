"""Plain names of the series of evidence that are no metric's own course."""

from __future__ import annotations

from collections.abc import Mapping

from report.catalogue.kinds import N_

TITLES: Mapping[str, str] = {
    "room.silence_dbfs_a": N_("level in the silence"),
    "room.reading_dbfs_a": N_("level while reading aloud"),
    "headset.voice_dbfs_a": N_("level of the voice"),
    "network.rtt_max_ms": N_("longest round trip of each moment"),
    "network.lost_packets": N_("lost packets of each moment"),
    "computer.timer_lateness_ms": N_("lateness of audio timers"),
}
"""By name."""
