"""The thread in which the SIP stack runs. There is one a process, since sippy's loop is one.

It is entered by `post` and left by `loop.call_soon_threadsafe`, in no other way.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class _Thread:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._dispatcher: Any = None

    def start(self) -> None:
        """Make sure that it runs. It ends with the process: sippy's loop cannot move."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sip", daemon=True)
                self._thread.start()
        self._ready.wait()

    def post(self, work: Callable[..., object], *given: object) -> None:
        """Have it do something; what is raised there is logged."""
        self._dispatcher.callFromThread(_guarded, work, *given)

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
                loop.call_soon_threadsafe(tell, None, error)
            else:
                loop.call_soon_threadsafe(tell, result, None)

        self._dispatcher.callFromThread(run)
        return await done

    def _run(self) -> None:
        from sippy.Core.EventDispatcher import ED2  # noqa: PLC0415 - it belongs to this thread

        self._dispatcher = ED2
        self._ready.set()
        ED2.loop()


def _guarded(work: Callable[..., object], *given: object) -> None:
    try:
        work(*given)
    except Exception:  # noqa: BLE001 - the loop of the stack goes on
        _log.exception("sip.failed")


sip_thread = _Thread()
