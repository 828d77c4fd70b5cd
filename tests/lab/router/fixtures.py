"""The impaired networks as pytest fixtures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Protocol

import pytest

from tests.lab.router import network as networks
from tests.lab.router.namespaces import missing
from tests.lab.router.network import Network
from tests.lab.router.ways import Course, Way

MakeNetwork = Callable[[Course, Course], Network]
UNIMPAIRED = Way(), Way()


class MakeTwoHops(Protocol):
    """Makes a line by way of a home router; ``lan`` and ``wan`` are (up, down)."""

    def __call__(
        self, *, lan: tuple[Course, Course] = UNIMPAIRED, wan: tuple[Course, Course] = UNIMPAIRED, seed: int = 1
    ) -> Network: ...


@pytest.fixture
def network() -> Iterator[MakeNetwork]:
    """Makes impaired networks, ``network(up, down)``; they are removed at the test's end."""
    _skip_where_there_are_none()
    with ExitStack() as stack:
        yield lambda up, down: stack.enter_context(networks.impaired(up, down))


@pytest.fixture
def two_hops() -> Iterator[MakeTwoHops]:
    """Makes networks with a gateway, ``two_hops(lan=(up, down), wan=(up, down))``; removed at the test's end."""
    _skip_where_there_are_none()
    with ExitStack() as stack:

        def make(
            *, lan: tuple[Course, Course] = UNIMPAIRED, wan: tuple[Course, Course] = UNIMPAIRED, seed: int = 1
        ) -> Network:
            return stack.enter_context(networks.two_hops(lan, wan, seed))

        yield make


def _skip_where_there_are_none() -> None:
    if (reason := missing()) is not None:
        pytest.skip(reason)
