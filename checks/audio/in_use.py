"""What can be said of the devices in use before a sound is heard: which they are, and what is odd about them."""

from __future__ import annotations

from checks.audio.devices.interface import Bus, Endpoint, Form, Survey
from checks.audio.troubles import public_name
from checks.interface import Context
from report.catalogue import finding
from report.vocabulary import Finding

Facts = dict[str, str | int | float | bool]


def device_findings(survey: Survey, context: Context) -> list[Finding]:
    """What is odd about the devices in use, whatever they sound like."""
    used_in = survey.input_in_use(context.devices.microphone)
    used_out = survey.output_in_use(context.devices.speaker)
    found = []
    if used_in is not None and used_in.form is Form.BUILT_IN:
        better = next((e for e in survey.inputs if _is_headset(e)), None)
        if better is not None:
            found.append(finding("headset.built_in_in_use", used=public_name(used_in), headset=public_name(better)))
    if used_in is not None and used_out is not None and _split(used_in, used_out):
        found.append(finding("headset.split_devices", input=public_name(used_in), output=public_name(used_out)))
    return found


def _is_headset(endpoint: Endpoint) -> bool:
    if endpoint.form in (Form.HEADSET, Form.UNKNOWN):
        return endpoint.form is Form.HEADSET or endpoint.bus in (Bus.USB, Bus.BLUETOOTH)
    return False


def _split(used_in: Endpoint, used_out: Endpoint) -> bool:
    """Different devices, of which one is a headset: with loudspeakers and a desk microphone that is as it must be."""
    known = bool(used_in.group) and bool(used_out.group)
    return known and used_in.group != used_out.group and (_is_headset(used_in) or _is_headset(used_out))


def device_facts(survey: Survey, context: Context) -> Facts:
    """Which devices are in use, how they are connected, and how they are set."""
    facts: Facts = {"told_by": survey.told_by, "microphones": len(survey.inputs)}
    used_in = survey.input_in_use(context.devices.microphone)
    used_out = survey.output_in_use(context.devices.speaker)
    for side, used in (("input", used_in), ("output", used_out)):
        if used is None:
            continue
        facts[side] = public_name(used)
        facts[f"{side}_bus"] = used.bus.value
        facts[f"{side}_form"] = used.form.value
        facts[f"{side}_is_default"] = used.default_for_calls or used.default
        if used.muted is not None:
            facts[f"{side}_muted"] = used.muted
        if used.volume_percent is not None:
            facts[f"{side}_volume_percent"] = used.volume_percent
    return facts
