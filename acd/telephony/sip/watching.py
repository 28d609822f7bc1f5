"""Looks whether rtpengine is there and has what it should; it may have been restarted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from acd.domain.errors import AcdError
from acd.telephony import port
from acd.telephony.sip.media import pairings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from acd.domain.ids import InteractionId
    from acd.telephony.sip.call import SipCall
    from acd.telephony.sip.house import House

_log = structlog.get_logger(__name__)


_UNAVAILABLE: Final = 503


class Watch:
    """Over the calls of one node."""

    def __init__(
        self,
        house: House,
        calls: Mapping[InteractionId, SipCall],
        told: Callable[[bool], Awaitable[None]],
    ) -> None:
        """Args: told hears before each look whether rtpengine was there at the last one."""
        self._house = house
        self._calls = calls
        self._told = told
        self.is_up = True
        """Whether rtpengine is there."""
        self._heard_s = _now_s()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self._house.options.look_s)
            try:
                await self._told(self.is_up)
                self.is_up = await self._look()
            except Exception:  # noqa: BLE001 - it is looked again in a moment
                _log.exception("sip.look_failed")

    async def _look(self) -> bool:
        house = self._house
        needed = {call: call.pairings for call in self._calls.values()}
        try:
            there = await pairings(house.engine)
        except AcdError as error:
            if self.is_up:
                house.gateway.refuse_calls(refuse=True)
                house.emit(port.AdapterDown(cause=error.code))
            if _now_s() - self._heard_s >= house.options.engine_lost_s:
                for call in list(self._calls.values()):
                    call.gone(error.code, _UNAVAILABLE)
            return False
        self._heard_s = _now_s()
        for call, names in needed.items():
            if lost := {name for name in names if name not in there}:
                call.mend_soon(lost)
            elif call.ears.is_due:
                call.ears.look_soon()
        if not self.is_up:
            house.gateway.refuse_calls(refuse=False)
            house.emit(port.AdapterUp())
        return True


def _now_s() -> float:
    return asyncio.get_running_loop().time()
