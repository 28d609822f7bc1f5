"""The devices that ring for a call, until one of them talks or all are gone."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from acd.domain.errors import AcdError
from acd.domain.offer import MEDIA_LOST
from acd.telephony import port
from acd.telephony.sip.events import Asked, DialogEvent, Over, PickedUp, Pressed, Rang, Refused
from acd.telephony.sip.legs import PageLeg, PhoneLeg, fault_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.domain.ids import AgentId, OfferId
    from acd.telephony.sip.call import SipCall

Key = tuple["OfferId", str]


@dataclass(slots=True, eq=False)
class Device:
    """A device that rings for an offer, or talks."""

    offer: OfferId
    target: port.Target
    leg: PageLeg | PhoneLeg
    rang: bool = False
    is_wanted: bool = False
    """It won, and is bridged as soon as it is ready."""
    agent: AgentId | None = None
    """Whose it is; None where an earlier release did not write that down."""
    timer: asyncio.TimerHandle | None = field(default=None, repr=False)

    @property
    def key(self) -> Key:
        return self.offer, self.target.device


class Devices:
    """Of one call. Everything here is done in the call's own task."""

    def __init__(self, call: SipCall) -> None:
        self._call = call
        self._house = call.house
        self.held: dict[Key, Device] = {}

    def get(self, offer: OfferId, device: str) -> Device | None:
        return self.held.get((offer, device))

    def behind(self, pairing: str) -> Device | None:
        """Whose pairing it is."""
        return next((one for one in self.held.values() if one.leg.pairing.name == pairing), None)

    def next_name(self) -> str:
        """The name of one more pairing of this call, which no process had before."""
        return f"{self._call.id}-{secrets.token_hex(4)}"

    def hang_up(self, reason: str) -> None:
        """All of them, now."""
        for device in self.held.values():
            device.leg.hang_up(reason)

    def leave(self) -> None:
        """Another node has them."""
        for device in self.held.values():
            self.cancel(device)
            device.leg.leave()

    async def clear_unwritten(self) -> None:
        """Who only rang is in no record: another node that has the call knows no such pairing."""
        for device in self.held.values():
            if not device.is_wanted and device is not self._call.bridged:
                await device.leg.pairing.delete()

    async def clear(self) -> None:
        """Nothing of them is left."""
        for device in list(self.held.values()):
            await self.drop(device, "")

    async def ring(self, command: port.Ring) -> None:
        """Ring one: ends in `LegFailed`, `LegEnded`, a `Withdraw` or the call's end."""
        offer, target = command.offer, command.target
        if (offer, target.device) in self.held:
            return
        leg = self._leg(offer, target)
        if leg is None:
            self._emit_failed(offer, target.device, port.LegFault.UNREACHABLE)
            return
        device = self.held[offer, target.device] = Device(offer, target, leg, agent=command.agent)
        try:
            await leg.ring(self._call.caller.offered)
        except AcdError:
            await self.fail(device, port.LegFault.UNREACHABLE)
            return
        self._fails_in(device, command.timeout_ms / 1000, port.LegFault.NO_ANSWER)

    def _leg(self, offer: OfferId, target: port.Target) -> PageLeg | PhoneLeg | None:
        if target.kind is port.TargetKind.BROWSER:
            return self.page_leg(offer, target)
        to = self._house.destination(target, self._call.caller.number)
        if to is None:
            return None
        heard = self.hearing(offer, target)
        return PhoneLeg(self._house.engine, self.next_name(), self._house.gateway, to, heard)

    def page_leg(self, offer: OfferId, target: port.Target) -> PageLeg:
        return PageLeg(self._house.engine, self.next_name(), self.teller(offer, target))

    def teller(self, offer: OfferId, target: port.Target) -> Callable[[dict[str, Any]], None]:
        def tell(signal: dict[str, Any]) -> None:
            told = port.PageTold(
                call=self._call.id, offer=offer, device=target.device, signal=signal
            )
            self._house.emit(told)

        return tell

    @property
    def pairings(self) -> set[str]:
        """Their names."""
        return {one.leg.pairing.name for one in self.held.values()}

    @property
    def wanted(self) -> Device | None:
        """The one that won and is not bridged."""
        return next((one for one in self.held.values() if one.is_wanted), None)

    # pages

    async def page_said(self, command: port.PageSaid) -> None:
        """A page asks for its audio, or answers what it was told."""
        device = self.get(command.offer, command.device)
        if device is None or not isinstance(device.leg, PageLeg):
            return
        if command.signal.get("kind") == "hello":
            await self._hello(device, device.leg, str(command.signal.get("tab", "")))
        elif await device.leg.said(command.signal):
            self._rang(device)
            if device.is_wanted:
                await self._call.connect(device)

    async def _hello(self, device: Device, leg: PageLeg, tab: str) -> None:
        """It is told what was told already, or anew if it lost that."""
        if not leg.is_ready:
            leg.tell_again(tab)
            return
        fresh = self.page_leg(device.offer, device.target)
        await fresh.ring(self._call.caller.offered, tab)
        device.leg = fresh
        if device is self._call.bridged:
            device.is_wanted = True
            await self._call.play_music()
        else:
            await leg.pairing.delete()

    # telephones

    def hearing(self, offer: OfferId, target: port.Target) -> Callable[[DialogEvent], None]:
        """Who listens to a telephone's dialog."""
        key = (offer, target.device)
        return lambda event: self._call.do(partial(self._phone, key, event))

    async def _phone(self, key: Key, event: DialogEvent) -> None:
        device = self.held.get(key)
        if device is None or not isinstance(device.leg, PhoneLeg):
            return
        match event:
            case Rang():
                self._rang(device)
            case PickedUp(sdp):
                await self._picked_up(device, device.leg, sdp)
            case Asked():
                await device.leg.changed()
            case Pressed(digit):
                await self.digit(device, digit)
            case Refused(code):
                await self.fail(device, fault_of(code, rang=device.rang), code)
            case Over(cause):
                await self._gone(device, cause)
            case _:
                pass

    async def _picked_up(self, device: Device, leg: PhoneLeg, sdp: str) -> None:
        self.cancel(device)
        try:
            await leg.answered(sdp)
            if device.target.confirms:
                await leg.ask(self._house.options.prompt)
        except AcdError:
            await self.fail(device, port.LegFault.UNREACHABLE)
            return
        self._rang(device)
        if device.target.confirms:
            self._fails_in(device, self._house.options.confirm_s, port.LegFault.UNCONFIRMED)
        answered = port.LegAnswered(
            call=self._call.id, offer=device.offer, device=device.target.device
        )
        self._house.emit(answered)
        if device.is_wanted:
            await self._call.connect(device)

    async def digit(self, device: Device, digit: str) -> None:
        """A key was pressed there: it confirms, or is the core's to understand."""
        leg, call = device.leg, self._call.id
        if not isinstance(leg, PhoneLeg) or not leg.asks:
            self._house.emit(port.Digit(call=call, offer=device.offer, digit=digit))
        elif digit == self._house.options.confirm_digit:
            self.cancel(device)
            await leg.confirmed()
            self._house.emit(
                port.LegConfirmed(call=call, offer=device.offer, device=device.target.device)
            )

    # how one ends

    async def fail(self, device: Device, fault: port.LegFault, code: int = 0) -> None:
        """It did not get through."""
        await self.drop(device, fault)
        self._emit_failed(device.offer, device.target.device, fault, code)

    async def _gone(self, device: Device, cause: str) -> None:
        """It hung up."""
        try:
            if device is self._call.bridged:
                await self._call.unbridge()
        finally:  # it is gone whatever the media engine says to that
            await self.drop(device, "")
            self._house.emit(
                port.LegEnded(
                    call=self._call.id, offer=device.offer, device=device.target.device, cause=cause
                )
            )

    async def lose(self, device: Device) -> None:
        """Nothing was heard of it for too long."""
        await self._gone(device, MEDIA_LOST)

    async def drop(self, device: Device, reason: str) -> None:
        """Nothing of it is left, but what the caller still hears from."""
        self.cancel(device)
        self.held.pop(device.key, None)
        device.leg.hang_up(reason)
        if device.leg.pairing is not self._call.caller.at:
            await device.leg.pairing.delete()

    def emit_unknown(self, offer: OfferId, device: str) -> None:
        """Who is to be bridged is gone."""
        self._emit_failed(offer, device, port.LegFault.UNREACHABLE)

    def cancel(self, device: Device) -> None:
        """It came further in time."""
        if device.timer is not None:
            device.timer.cancel()
            device.timer = None

    def _fails_in(self, device: Device, after_s: float, fault: port.LegFault) -> None:
        """Unless it comes further before."""
        self.cancel(device)

        async def fail() -> None:
            if device.timer is timer and self.held.get(device.key) is device:
                await self.fail(device, fault)

        timer = asyncio.get_running_loop().call_later(after_s, self._call.do, fail)
        device.timer = timer

    def _rang(self, device: Device) -> None:
        if not device.rang:
            device.rang = True
            self._house.emit(
                port.LegRinging(call=self._call.id, offer=device.offer, device=device.target.device)
            )

    def _emit_failed(
        self, offer: OfferId, device: str, fault: port.LegFault, code: int = 0
    ) -> None:
        self._house.emit(
            port.LegFailed(call=self._call.id, offer=offer, device=device, fault=fault, code=code)
        )
