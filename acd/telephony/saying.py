"""A call out that says something, and hangs up."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

from acd.telephony import port

if TYPE_CHECKING:
    from acd.domain.ids import InteractionId

RINGS_MS: Final = 30_000
_LONGEST_S: Final = 120.0


class SayingCall:
    """Nobody waits in it, and no interaction belongs to it."""

    waiting = unanswered = False

    def __init__(self, adapter: port.TelephonyAdapter, call: InteractionId) -> None:
        self._adapter = adapter
        self._call = call
        self._heard: asyncio.Queue[port.CallEvent] = asyncio.Queue()

    def hear(self, event: port.CallEvent) -> None:
        """The adapter says something of it."""
        self._heard.put_nowait(event)

    async def run(self, address: str, file: str) -> None:
        """Call that number or SIP address, play the file once, and delete it: it says a secret."""
        adapter, call = self._adapter, self._call
        await adapter.execute(
            port.Dial(call=call, epoch=0, number=address, caller_id="", timeout_ms=RINGS_MS)
        )
        try:
            async with asyncio.timeout(_LONGEST_S):
                while True:
                    match await self._heard.get():
                        case port.Dialled(ok=True):
                            await adapter.execute(port.Announce(call=call, epoch=0, file=file))
                        case port.Dialled() | port.Announced() | port.CallerEnded():
                            return
        except TimeoutError:
            return
        finally:
            await adapter.execute(port.HangUp(call=call, epoch=0, cause="said"))
            await adapter.done(call)
            await asyncio.to_thread(Path(file).unlink, missing_ok=True)
