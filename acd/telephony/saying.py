"""A call out that says something, and hangs up; and why nobody was there to hear it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from acd.domain import device_errors as errors
from acd.domain.errors import TelephonyOff
from acd.telephony import port

if TYPE_CHECKING:
    from acd.domain.errors import AcdError
    from acd.domain.ids import InteractionId

log = structlog.get_logger(__name__)

RINGS_MS: Final = 30_000
_LONGEST_S: Final = 120.0
_BUSY: Final = frozenset({486, 600, 603})
"""Somebody is there and talks, or declined."""
_UNANSWERED: Final = frozenset({408, 480, 487})


def why_not(dialled: port.Dialled) -> AcdError:
    """Why a telephone that did not answer did not."""
    if not dialled.code:
        return TelephonyOff()
    kind: type[errors.TelephoneNotReached] = errors.TelephoneRefused
    if not dialled.called:
        kind = errors.WayOutClosed
    elif dialled.code in _BUSY:
        kind = errors.TelephoneBusy
    elif dialled.code in _UNANSWERED:
        kind = errors.TelephoneUnanswered
    return kind(rang=dialled.rang)


class SayingCall:
    """Nobody waits in it, and no interaction belongs to it."""

    waiting = unanswered = False

    def __init__(self, adapter: port.TelephonyAdapter, call: InteractionId) -> None:
        self._adapter = adapter
        self._call = call
        self._heard: asyncio.Queue[port.CallEvent] = asyncio.Queue()
        self._dialled: asyncio.Future[port.Dialled | None] = (
            asyncio.get_running_loop().create_future()
        )

    async def answered(self) -> None:
        """Returns once it was picked up.

        Raises:
            TelephoneNotReached: it was not.
            TelephonyOff: there is no way to it, or the call ended here first.
        """
        dialled = await self._dialled
        if dialled is None:
            raise TelephonyOff
        if not dialled.ok:
            why = why_not(dialled)
            log.warning("code not said", reason=why.code, status=dialled.code)
            raise why

    def tell(self, dialled: port.Dialled | None) -> None:
        """Whoever waits for an answer has it; None: nothing more comes of this call."""
        if not self._dialled.done():
            self._dialled.set_result(dialled)

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
                        case port.Dialled(ok=True) as answered:
                            self.tell(answered)
                            await adapter.execute(port.Announce(call=call, epoch=0, file=file))
                        case port.Dialled() as failed:
                            self.tell(failed)
                            return
                        case port.Announced() | port.CallerEnded():
                            return
        except TimeoutError:
            return
        finally:
            await adapter.execute(port.HangUp(call=call, epoch=0, cause="said"))
            await adapter.done(call)
            await asyncio.to_thread(Path(file).unlink, missing_ok=True)
