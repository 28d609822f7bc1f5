"""The thread in which the SIP stack runs. There is one a process, since sippy's loop is one.

It is entered by `post` and `do`, and left by `tell`, in no other way.

What was asked of it by the time it looks is done in one turn. What a turn writes is written at its
end, at once; then what it says is sent, and told.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")

_MOST: Final = 16
"""So much is done in a turn at most: what is said in it waits for its end, and timers do."""


class _Thread:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._dispatcher: Any = None
        self._asked: deque[Callable[[], object]] = deque()
        self._wakes = False
        """Whether it is about to look at what is asked."""
        self._turn: _Turn | None = None

    def start(self) -> None:
        """Make sure that it runs. It ends with the process: sippy's loop cannot move."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sip", daemon=True)
                self._thread.start()
        self._ready.wait()

    def post(self, work: Callable[..., object], *given: object) -> None:
        """Have it do something; what is raised there is logged."""
        self._ask(partial(work, *given))

    async def do(self, work: Callable[..., _T], *given: object) -> _T:
        """Have it do something, and wait for what comes of it."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[_T] = loop.create_future()

        def tell(result: _T | None, error: BaseException | None) -> None:
            if done.done():
                return
            if error is None:
                done.set_result(result)  # type: ignore[arg-type]
            else:
                done.set_exception(error)

        def run() -> None:
            try:
                result = work(*given)
            except Exception as error:  # noqa: BLE001 - raised where it was asked for
                self.tell(loop, tell, None, error)
            else:
                self.tell(loop, tell, result, None)

        self._ask(run)
        return await done

    # of the thread itself

    def tell(
        self, loop: asyncio.AbstractEventLoop, what: Callable[..., object], *given: object
    ) -> None:
        """Have a loop do something once all that the turn writes and says is on its way."""
        if self._turn is None:
            loop.call_soon_threadsafe(what, *given)
        else:
            self._turn.told.append(partial(loop.call_soon_threadsafe, what, *given))

    def at_end(self, work: Callable[[], object]) -> None:
        """Do it once at the end of the turn; outside of one, that is of a timer's: now."""
        if self._turn is None:
            work()
        else:
            self._turn.ends[work] = None

    def _ask(self, work: Callable[[], object]) -> None:
        self._asked.append(work)
        self._wake()

    def _wake(self) -> None:
        if not self._wakes:
            self._wakes = True
            self._dispatcher.callFromThread(self._look)

    def _look(self) -> None:
        self._wakes = False  # first: what is asked from now on wakes it again
        turn = self._turn = _Turn()
        for _ in range(min(len(self._asked), _MOST)):
            _guarded(self._asked.popleft())
        self._turn = None
        for work in (*turn.ends, *turn.told):
            _guarded(work)
        if self._asked:
            self._wake()

    def _run(self) -> None:
        from sippy.Core.EventDispatcher import ED2  # noqa: PLC0415 - it belongs to this thread

        self._dispatcher = ED2
        self._ready.set()
        ED2.loop()


class _Turn:
    def __init__(self) -> None:
        self.ends: dict[Callable[[], object], None] = {}
        self.told: list[Callable[[], object]] = []


def _guarded(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:  # noqa: BLE001 - the loop of the stack goes on
        _log.exception("sip.failed")


sip_thread = _Thread()
