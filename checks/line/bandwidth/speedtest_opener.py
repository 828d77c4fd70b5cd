"""What speedtest-cli opens its addresses through: it counts what the package swallows, and bounds what it would not."""

from __future__ import annotations

import re
import threading
from typing import Any

import speedtest

MOST_PAGE_BYTES = 2_000_000
"""Of a configuration or a list of servers; the real ones have some hundred thousand."""
ENOUGH_SHARE = 0.5
"""Of what was asked for. Less is no answer to it."""
BYTES_PER_PIXEL = 2
"""Of a server's pictures, about."""
_PICTURE = re.compile(r"/random(\d+)x(\d+)\.jpg")
_SIZE = re.compile(rb"size=(\d+)")


class TooLong(ValueError):
    """A page did not end."""


class Opener:
    """Stands in front of the package's own. All its answers together bring no more than the data cap."""

    def __init__(self, opener: Any, cap_bytes: int, *, sizes_told: bool) -> None:
        """``sizes_told``: the server answers an upload with its size, as a *Mini* server does."""
        self.begin()
        self._opener = opener
        self._sizes_told = sizes_told
        self._left_bytes = cap_bytes
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Counts from here on."""
        self.answered = 0
        self.failed = 0
        self.short = 0
        """Answers with far less than was asked for."""

    def open(self, request: Any) -> Any:
        """An upload that our time cuts off is neither answered nor failed."""
        try:
            answer = self._opener.open(request)
        except speedtest.SpeedtestUploadTimeout:
            raise
        except Exception:
            self.failed += 1
            raise
        self.answered += 1
        length = getattr(getattr(request, "data", None), "length", None)
        url = request if isinstance(request, str) else request.get_full_url()
        if length is not None:
            return _Receipt(self, answer, length) if self._sizes_told else answer
        picture = _PICTURE.search(url)
        if picture:
            return _Picture(self, answer, BYTES_PER_PIXEL * int(picture[1]) * int(picture[2]))
        return _Page(answer)

    def take(self, wanted: int) -> int:
        """How many of so many bytes may still be read."""
        with self._lock:
            granted = min(wanted, self._left_bytes)
            self._left_bytes -= granted
            return granted


class _Answer:
    """An answer as the package expects it."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._answer, name)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self._answer.close()


class _Page(_Answer):
    """Something to be read whole."""

    _read_bytes = 0

    def read(self, count: int = MOST_PAGE_BYTES + 1) -> bytes:
        data: bytes = self._answer.read(count)
        self._read_bytes += len(data)
        if self._read_bytes > MOST_PAGE_BYTES:
            raise TooLong
        return data


class _Picture(_Answer):
    """A download: no more than the data cap is read, and one that ends too soon is noted."""

    def __init__(self, opener: Opener, answer: Any, expected_bytes: int) -> None:
        super().__init__(answer)
        self._opener = opener
        self._expected_bytes = expected_bytes
        self._read_bytes = 0

    def read(self, count: int) -> bytes:
        granted = self._opener.take(count)
        if granted == 0:
            return b""
        data: bytes = self._answer.read(granted)
        self._read_bytes += len(data)
        if not data and self._read_bytes < ENOUGH_SHARE * self._expected_bytes:
            self._opener.short += 1
        return data


class _Receipt(_Answer):
    """The answer to an upload: one that tells far less than was sent is noted."""

    def __init__(self, opener: Opener, answer: Any, sent_bytes: int) -> None:
        super().__init__(answer)
        self._opener = opener
        self._sent_bytes = sent_bytes

    def read(self, count: int) -> bytes:
        told: bytes = self._answer.read(max(count, 32))
        size = _SIZE.match(told)
        if size is None or not ENOUGH_SHARE * self._sent_bytes <= int(size[1]) <= self._sent_bytes:
            self._opener.short += 1
        return told[:count]
