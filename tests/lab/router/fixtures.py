"""The impaired network as a pytest fixture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.lab.router.namespaces import missing
from tests.lab.router.network import Network, impaired
from tests.lab.router.ways import Way

MakeNetwork = Callable[[Way, Way], Network]


@pytest.fixture
def network() -> Iterator[MakeNetwork]:
    """Makes impaired networks, ``network(up, down)``; they are removed at the test's end."""
    if (reason := missing()) is not None:
        pytest.skip(reason)
    with ExitStack() as stack:
        yield lambda up, down: stack.enter_context(impaired(up, down))
