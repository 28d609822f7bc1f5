"""Notices who is not heard any more, though nobody hung up.

A page always sends, even muted: when it is silent, its network is. The caller hears music until it
is heard again, by the same connection or a fresh one, and the leg ends when that takes too long. A
telephone may be silent for good reasons: after a while it is asked whether it is there. A visitor's
page sends as an agent's does: whoever talks with one that is silent for as long is left alone, so
the call ends.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from acd.domain.offer import MEDIA_LOST
from acd.telephony import port
from acd.telephony.sip import sdp as descriptions
from acd.telephony.sip.legs import PageLeg
from acd.telephony.sip.media import A, B
from acd.telephony.sip.ng import MediaGone
from acd.telephony.sip.visitor import Visitor

if TYPE_CHECKING:
    from acd.telephony.sip.call import SipCall
    from acd.telephony.sip.devices import Device
    from acd.telephony.sip.dialog import Dialog
    from acd.telephony.sip.media import Pairing


class _Packets:
    """What rtpengine has received, asked once a look for each pairing."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, int]] = {}
        self.lost: set[str] = set()
        """The pairings that rtpengine does not have."""

    async def of(self, at: Pairing, side: str) -> int:
        """How many from that side. Raises what `Pairing` does."""
        if at.name not in self._of:
            try:
                self._of[at.name] = await at.packets()
            except MediaGone:
                self.lost.add(at.name)
                raise
        return self._of[at.name].get(side, 0)


class _Silence:
    """Since when nothing was heard of one side."""

    def __init__(self) -> None:
        self._at = ""
        self._packets = 0
        self._since_s = asyncio.get_running_loop().time()

    async def lasts_s(self, received: _Packets, at: Pairing | None, side: str) -> float:
        """By what was received, where it is now or was before; `at` is None where it is nowhere."""
        now_s = asyncio.get_running_loop().time()
        if at is not None:
            packets = await received.of(at, side)
            before = self._packets if self._at == at.name else 0
            self._at, self._packets = at.name, packets
            if packets > before:
                self._since_s = now_s
        return now_s - self._since_s

    def begin(self) -> None:
        """It counts from now."""
        self._since_s = asyncio.get_running_loop().time()


class Ears:
    """Of one call; everything here is done in the call's own task."""

    def __init__(self, call: SipCall) -> None:
        self._call = call
        self._options = call.house.options
        self._caller = _Silence()
        self._device = _Silence()
        self._whose: Device | None = None
        self._plays = False
        """Whether the caller hears music since the agent's page is silent."""
        self._asked_s = asyncio.get_running_loop().time()
        self._looks = False

    @property
    def is_due(self) -> bool:
        """Whether it is time to look: pages every time, telephones seldom."""
        bridged = self._call.bridged
        if self._looks:
            return False  # it has not come to it yet
        if bridged is not None and (
            isinstance(bridged.leg, PageLeg) or isinstance(self._call.caller, Visitor)
        ):
            return True
        now_s = asyncio.get_running_loop().time()
        if now_s - self._asked_s < self._options.silence_s / 4:
            return False
        self._asked_s = now_s
        return True

    def look_soon(self) -> None:
        """In the call's turn."""
        self._looks = True
        self._call.do(self._look)

    def visitor_spoke(self) -> None:
        """Their page is there, and what it sends counts from now."""
        self._caller = _Silence()

    async def _look(self) -> None:
        self._looks = False
        self._call.keep_again()
        received = _Packets()
        try:
            await self._see(received)
        except MediaGone:
            self._call.mend_soon(received.lost)

    async def _see(self, received: _Packets) -> None:
        call = self._call
        bridged = call.bridged
        if bridged is not self._whose:
            self._whose, self._plays, self._device = bridged, False, _Silence()
        caller = call.caller
        if caller.is_answered and descriptions.direction(caller.offered).speaks:
            lasts_s = await self._caller.lasts_s(received, caller.at, A)
            self._ask(self._caller, caller.dialog, lasts_s, None)
        if bridged is None:
            return
        if isinstance(caller, Visitor):
            lasts_s = await self._caller.lasts_s(received, caller.page, A)
            if lasts_s >= self._options.media_lost_s:
                call.gone(MEDIA_LOST, 0)
                return
        leg = bridged.leg
        if isinstance(leg, PageLeg):
            at = leg.pairing if leg.is_ready else None
            await self._page(bridged, await self._device.lasts_s(received, at, B))
        else:
            lasts_s = await self._device.lasts_s(received, leg.pairing, B)
            self._ask(self._device, leg.dialog, lasts_s, bridged)

    def _ask(
        self, silence: _Silence, dialog: Dialog | None, lasts_s: float, whose: Device | None
    ) -> None:
        """Ask a telephone that says nothing: one that is gone does not answer, and that ends it."""
        if dialog is None or lasts_s < self._options.silence_s:
            return
        silence.begin()
        self._tell(whose)
        dialog.refresh()

    async def _page(self, device: Device, lasts_s: float) -> None:
        call = self._call
        if lasts_s >= self._options.media_lost_s:
            await call.devices.lose(device)
        elif lasts_s < self._options.page_silence_s:
            if self._plays and not call.is_held and not device.is_wanted:
                await call.caller.talk()
            self._plays = False
        elif not self._plays:
            self._plays = True
            self._tell(device)
            if not call.is_held:
                await call.play_music()

    def _tell(self, whose: Device | None) -> None:
        offer = whose.offer if whose is not None else None
        self._call.house.emit(port.MediaLost(call=self._call.id, offer=offer))
