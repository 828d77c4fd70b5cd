"""Awaits a blocking call without holding up the screen, nor the way out."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

from agent.errors import AgentError
from agent.language import _

T = TypeVar("T")


async def off_thread(call: Callable[[], T]) -> T:
    """The result of ``call``, run on a thread of its own. Raises :class:`AgentError` for whatever it raises.

    The thread is a daemon: a person who leaves while a server keeps us waiting isn't held. (asyncio's own executor
    would be joined at the end.)
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def give(result: T | None, error: BaseException | None) -> None:
        if answer.cancelled():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result, failure = None, None
        try:
            result = call()
        except AgentError as error:
            failure = error
        except Exception as error:
            failure = _unexpected(error)
        with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody waits any more
            loop.call_soon_threadsafe(give, result, failure)

    threading.Thread(target=work, name="call", daemon=True).start()
    return await answer


def _unexpected(error: Exception) -> AgentError:
    return AgentError(
        _("Something in this program went wrong ({kind}).").format(kind=type(error).__name__),
        _("Nothing of yours is lost. Try once more; if it happens again, tell support this word."),
    )
