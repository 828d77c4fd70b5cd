"""A headset that is not there: a private sound server whose microphone hears what a test plays into it."""

from tests.lab.headset.virtual import DeviceSpec, Profile, VirtualHeadset

__all__ = ["DeviceSpec", "Profile", "VirtualHeadset"]
