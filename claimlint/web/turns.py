"""Checks off the event loop, one at a time; of each client only the latest still counts.

A check cannot be stopped once it runs, so the next begins when it is done, even if nobody waits for it any more.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from claimlint.web.refusals import Refused

T = TypeVar("T")

SECONDS = 60
_WAITING = 16


class Turns:
    """seconds: how long a client waits at most, its turn included."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._latest: dict[str, object] = {}
        self._waiting = 0

    async def take(self, client: str, work: Callable[[], T]) -> T:
        """What the work returns. Raises what it raises, and Refused: overtaken by the same client, or too long."""
        if self._waiting >= _WAITING:
            raise Refused(503, "too many checks at once; try again in a moment")
        mine = self._latest[client] = object()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._seconds):
                await self._turn.acquire()
                if self._latest.get(client) is not mine:
                    self._turn.release()
                    raise Refused(409, "a newer version of the draft is being checked")
                return await asyncio.shield(self._start(work))
        except TimeoutError:
            raise Refused(503, f"the check takes more than {self._seconds:g} seconds; check a part of it") from None
        finally:
            self._waiting -= 1
            if self._latest.get(client) is mine:
                del self._latest[client]

    def _start(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """The turn ends with the work. A daemon: a check that runs must not keep the server from stopping."""
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()
        # whoever waited may be gone; an error that nobody asks for is not reported
        result.add_done_callback(lambda done: done.cancelled() or done.exception())

        def settle(value: T | None, error: BaseException | None) -> None:
            self._turn.release()
            if error is not None:
                result.set_exception(error)
            else:
                result.set_result(value)  # type: ignore[arg-type]

        def run() -> None:
            value, error = None, None
            try:
                value = work()
            except BaseException as raised:
                error = raised
            with suppress(RuntimeError):  # the server has stopped meanwhile
                loop.call_soon_threadsafe(settle, value, error)

        threading.Thread(target=run, name="check", daemon=True).start()
        return result
