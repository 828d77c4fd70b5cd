"""Lists microphones and loudspeakers as the system describes them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.errors import Exit
from agent.language import _, words
from agent.system import os_family
from agent.text import plain
from report.catalogue import finding

if TYPE_CHECKING:
    from checks.audio.devices.interface import Endpoint

TROUBLES = {"portaudio_missing": "headset.portaudio_missing", "audio_server_gone": "headset.audio_server_gone"}
"""Why the list may be incomplete, as findings of the catalogue."""

HELP = "list microphones and loudspeakers"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes: nothing."""


def run(args: argparse.Namespace) -> Exit:
    """Runs the command."""
    from checks.audio.devices.watch import survey

    seen = survey()
    if seen.trouble in TROUBLES:
        trouble = finding(TROUBLES[seen.trouble])
        print(f"{words().finding_text(trouble)} {words().finding_advice(trouble, os_family())}", file=sys.stderr)
    _list(_("Microphones"), seen.inputs)
    _list(_("Loudspeakers"), seen.outputs)
    print("\n" + _("● is in use. Another one can be chosen in the app, under Settings."))
    return Exit.READY


def _list(title: str, endpoints: Sequence[Endpoint]) -> None:
    print(title)
    for endpoint in endpoints:
        mark = "●" if endpoint.default_for_calls or endpoint.default else " "
        how = [endpoint.bus.value, endpoint.form.value]
        how += [_("muted")] if endpoint.muted else []
        how += [f"{endpoint.volume_percent:.0f} %"] if endpoint.volume_percent is not None else []
        print(f"  {mark} {plain(endpoint.name, False)}  ({', '.join(how)})")
    if not endpoints:
        print("    " + _("none"))
