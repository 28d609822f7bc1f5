"""A call is given away to a telephone number, which rings while the caller hears music."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from acd.domain.errors import AcdError
from acd.telephony import port
from acd.telephony.sip.dialog import DialogOver
from acd.telephony.sip.events import Asked, DialogEvent, Over, PickedUp, Refused
from acd.telephony.sip.legs import PhoneLeg

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from acd.telephony.sip.call import SipCall
    from acd.telephony.sip.dialog import Dialog
    from acd.telephony.sip.gateway import Destination
    from acd.telephony.sip.kept import KeptPhone

_RINGS_S: Final = 60.0
_NO_ANSWER: Final = 408
_TAKEN_BACK: Final = 487
_UNAVAILABLE: Final = 503


class Transfer:
    """One attempt. It ends in `TransferResult`; what it reached then holds the call."""

    def __init__(self, call: SipCall, name: str, to: Destination | None) -> None:
        """Args: name is that of its pairing."""
        self._call = call
        self.has_failed = False
        self.leg = PhoneLeg(call.house.engine, name, call.house.gateway, to, self._heard)

    @property
    def has_it(self) -> bool:
        """Whether the number took the call."""
        return self.leg.is_ready and not self.has_failed

    def record(self) -> KeptPhone | None:
        """What another process needs; one that only rings is not gone on with."""
        return self.leg.record() if self.has_it else None

    @classmethod
    def revived(
        cls,
        call: SipCall,
        kept: KeptPhone,
        dialogs: Callable[[str], Dialog | None],
    ) -> Transfer | None:
        """The one that was written down, if its telephone is still there."""
        dialog = dialogs(kept["dialog"])
        if dialog is None:
            return None
        transfer = cls(call, kept["pairing"]["name"], None)
        house = call.house
        transfer.leg = PhoneLeg.revived(house.engine, house.gateway, kept, dialog, transfer._heard)
        return transfer

    async def start(self) -> None:
        """Ring the number."""
        try:
            await self._call.play_music()
            await self.leg.ring(self._call.caller.offered)
        except AcdError:
            await self._fail(_UNAVAILABLE)
            return
        self._call.do_in(_RINGS_S, self._late)

    async def renew(self, lost: Container[str]) -> None:
        """By another pairing, if the number has the call and its pairing was lost."""
        leg = self.leg
        if self.has_failed or not leg.is_ready or leg.pairing.name not in lost:
            return
        try:
            await leg.renew(self._call.devices.next_name(), self._call.caller.offered)
            await leg.open()
            await self._call.caller.hear(leg.pairing)
        except AcdError as error:
            self._call.gone(error.code, 0)

    def hang_up(self) -> None:
        self.leg.hang_up("")

    async def clear(self) -> None:
        """Nothing of it is left."""
        self.hang_up()
        await self.leg.pairing.delete()

    def _heard(self, event: DialogEvent) -> None:
        self._call.do(partial(self._happened, event))

    async def _happened(self, event: DialogEvent) -> None:
        match event:
            case PickedUp(sdp) if not self.leg.is_ready:
                await self._taken(sdp)
            case Asked():
                await self.leg.changed()
            case Refused(code):
                await self._fail(code)
            case Over(cause, code):
                self._call.gone(cause or "transferred", code)
            case _:
                pass

    async def _taken(self, sdp: str) -> None:
        try:
            await self.leg.answered(sdp)
            await self.leg.open()
            await self._call.caller.hear(self.leg.pairing)
        except DialogOver:
            raise
        except AcdError:
            await self._fail(_UNAVAILABLE)
            return
        await self._call.release()
        self._tell(ok=True)

    async def give_up(self) -> None:
        """Ring no longer; who picked up before that has the call."""
        await self._unless_taken(_TAKEN_BACK)

    async def _late(self) -> None:
        await self._unless_taken(_NO_ANSWER)

    async def _unless_taken(self, code: int) -> None:
        if not self.leg.is_ready and not self.has_failed:
            await self._fail(code)

    async def _fail(self, code: int) -> None:
        self.has_failed = True
        await self.clear()
        self._tell(ok=False, code=code)
        await self._call.take_back()

    def _tell(self, *, ok: bool, code: int = 0) -> None:
        self._call.house.emit(port.TransferResult(call=self._call.id, ok=ok, code=code))
