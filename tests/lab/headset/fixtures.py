"""The virtual headset as a pytest fixture: import ``plug_in`` into a ``conftest.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.lab.headset.virtual import Profile, VirtualHeadset

PlugIn = Callable[..., VirtualHeadset]


@pytest.fixture
def plug_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[PlugIn]:
    """Starts a virtual headset, and gives this process and its children an environment in which it is the only one."""
    with ExitStack() as plugged:

        def start(
            profile: Profile = Profile.USB, *, second: bool = False, default: Profile | None = None
        ) -> VirtualHeadset:
            headset = plugged.enter_context(VirtualHeadset(profile, second=second, default=default))
            for name, value in headset.environment.items():
                monkeypatch.setenv(name, value)
            return headset

        yield start
