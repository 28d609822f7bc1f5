"""One call: its caller, the devices that ring for it, and the one that is bridged.

What is asked of a call and what happens to it is done one after the other, in its own task. Only
its end cuts in: what is being done then finds everybody gone.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Container, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import structlog

from acd.domain.errors import AcdError
from acd.telephony import port
from acd.telephony.sip import continuing, outgoing
from acd.telephony.sip.devices import Device, Devices
from acd.telephony.sip.dialog import DialogOver
from acd.telephony.sip.ears import Ears
from acd.telephony.sip.events import (
    Acknowledged,
    Asked,
    DialogEvent,
    Over,
    PickedUp,
    Pressed,
    Rang,
    Refused,
)
from acd.telephony.sip.ledger import CALL
from acd.telephony.sip.media import A
from acd.telephony.sip.transfer import Transfer
from acd.telephony.sip.visitor import Visitor

if TYPE_CHECKING:
    from acd.domain.ids import InteractionId
    from acd.telephony.sip.caller import Caller
    from acd.telephony.sip.house import House

_log = structlog.get_logger(__name__)

Job = Callable[[], Awaitable[None]]
_UNAVAILABLE: Final = 503


class SipCall:
    """Made by the adapter; `run` ends when everybody is gone."""

    def __init__(self, house: House, call: InteractionId, caller: Caller) -> None:
        self.house = house
        self.id = call
        self.caller = caller
        caller.keep = self._keep
        self.bridged: Device | None = None
        self.is_over = False
        self.is_elsewhere = False
        self.epoch = 0
        self._jobs: asyncio.Queue[Job] = asyncio.Queue()
        self.devices = Devices(self)
        self.ears = Ears(self)
        self.is_held = False
        self._announcing = ""
        self.transfer: Transfer | None = None
        self._mends = False
        self._timers: set[asyncio.TimerHandle] = set()

    # what others say

    def execute(self, command: port.Command) -> None:
        """Do it in its turn; one of an earlier epoch changes nothing, unless it ends the call."""
        ends = isinstance(command, port.HangUp | port.Reject)
        if self.is_over or (command.epoch < self.epoch and not ends):
            return
        self.epoch = max(command.epoch, self.epoch)
        match command:
            case port.HangUp():
                self.end(command.cause)
            case port.Reject():
                self.do(partial(self._reject, command))
            case _:
                self.do(partial(_COMMANDS[type(command)], self, command))

    def heard_caller(self, event: DialogEvent) -> None:
        """The caller's dialog tells something."""
        match event:
            case Acknowledged(sdp):
                self.do(partial(self.caller.said, sdp, self.house.options.music))
            case Asked(sdp):
                self.do(partial(self._changed, sdp))
            case Pressed(digit):
                self._emit(port.Digit(call=self.id, digit=digit))
            case PickedUp(sdp):
                self.do(partial(outgoing.picked_up, self, sdp))
            case Refused(code, reason):
                outgoing.refused(self, code, reason)
            case Over(cause, code):
                self.gone(cause, code)
            case Rang():
                pass

    def pressed(self, pairing: str, side: str, digit: str) -> None:
        """A key was heard in the audio."""
        if side == A:
            self._emit(port.Digit(call=self.id, digit=digit))
        elif device := self.devices.behind(pairing):
            self.do(partial(self.devices.digit, device, digit))

    def standing(self) -> port.Standing:
        """As the core asks for it."""
        bridged = self.bridged
        return port.Standing(
            call=self.id,
            caller=self.caller.number,
            called=self.caller.called,
            offer=bridged.offer if bridged else None,
            device=bridged.target.device if bridged else "",
            held=self.is_held,
            away=bridged is None and self.transfer is not None and self.transfer.has_it,
            epoch=self.epoch,
        )

    def stop(self) -> None:
        """This server ends."""
        self.gone("stopped", 0)

    def leave(self) -> None:
        """Another node has the call: nothing is said to anybody, and nothing of it deleted."""
        self.is_elsewhere = True
        self.is_over = True
        self.caller.leave()
        self.devices.leave()
        if self.transfer is not None:
            self.transfer.leg.leave()
        self._emit(port.CallElsewhere(call=self.id))
        self.do(_nothing)  # wakes the task

    def end(self, cause: str) -> None:
        """Hang up on everybody, now."""
        if self.is_over:
            return
        self.is_over = True
        self.caller.dismiss(cause)
        self.devices.hang_up(cause)
        if self.transfer is not None:
            self.transfer.hang_up()
        self.do(_nothing)  # wakes the task

    # the task

    async def run(self) -> None:
        """The call's life; nothing of it is left afterwards."""
        try:
            while not self.is_over:
                await self._next(await self._jobs.get())
        finally:
            for timer in self._timers:
                timer.cancel()
            if not self.is_elsewhere:
                await self._clear()
            self.house.forget(self.id)

    async def _clear(self) -> None:
        await self.devices.clear()
        if self.transfer is not None:
            await self.transfer.clear()
        await self.caller.end()
        self.house.gateway.write(f"{CALL}{self.id}", None)

    async def _next(self, job: Job) -> None:
        if self.is_over:
            return
        try:
            await job()
        except DialogOver:
            return  # who hung up is told by their own dialog
        except AcdError as error:
            _log.warning("call.step_failed", call=self.id, error=error.code, why=error.detail)
        except Exception:  # noqa: BLE001 - a call that failed ends, and the others go on
            _log.exception("call.failed", call=self.id)
            self.gone("internal", 0)
        self._keep()

    def mend_soon(self, lost: Container[str]) -> None:
        """These pairings are not there any more; once at a time, since names come again."""
        if not self._mends:
            self._mends = True
            self.do(partial(self._mend, lost))

    async def _mend(self, lost: Container[str]) -> None:
        try:
            await continuing.mend(self, lost)
        finally:
            self._mends = False

    def do(self, job: Job) -> None:
        """In its turn."""
        self._jobs.put_nowait(job)

    def _keep(self) -> None:
        """Write down how it stands."""
        if not self.is_over and self.house.gateway.keeps:
            self.house.gateway.write(f"{CALL}{self.id}", continuing.record(self))

    @property
    def pairings(self) -> set[str]:
        """What rtpengine must have for it."""
        return self.devices.pairings | self.caller.pairings

    # the line

    async def _answer(self, command: port.Answer) -> None:
        try:
            await self.caller.wait(command.how, self.house.options.music)
        except AcdError as error:
            self.caller.refuse(_UNAVAILABLE)
            self.gone(error.code, _UNAVAILABLE)

    async def _reject(self, command: port.Reject) -> None:
        lasts_s = 0.0
        if command.file:
            with contextlib.suppress(AcdError):  # the code says it too
                lasts_s = await self.caller.hear_early(command.file)
        self.do_in(lasts_s, partial(self._refuse, command))

    async def _refuse(self, command: port.Reject) -> None:
        self.caller.refuse(command.code)
        self.end(command.reason)

    async def _visitor_said(self, command: port.VisitorSaid) -> None:
        if isinstance(self.caller, Visitor):
            music = self.house.options.music
            await self.caller.said_by_page(command.signal, music, held=self.is_held)

    async def _announce(self, command: port.Announce) -> None:
        lasts_s = 0.0
        try:
            if self.caller.at is not None and self.bridged is None:
                lasts_s = await self.caller.at.play(A, command.file, times=1)
        finally:
            self._announcing = command.file
            self.do_in(lasts_s, partial(self._announced, command.file))

    async def _announced(self, file: str) -> None:
        self._emit(port.Announced(call=self.id, file=file))
        if self._announcing != file:  # another one was begun meanwhile
            return
        self._announcing = ""
        if self.bridged is None and self.caller.at is not None:
            await self.caller.at.play(A, self.house.options.music)

    async def play_music(self) -> None:
        """The caller hears music and nobody, and nobody hears them."""
        await self.caller.music(self.house.options.music)

    async def _changed(self, sdp: str) -> None:
        await self.caller.changed(sdp)

    # talking

    async def _bridge(self, command: port.Bridge) -> None:
        device = self.devices.get(command.offer, command.device)
        if device is None:
            self.devices.emit_unknown(command.offer, command.device)
        elif device is not self.bridged:
            device.is_wanted = True
            self.devices.cancel(device)  # how long it may take is routing's to say now
            self._keep()
            if device.leg.is_ready:
                await self.connect(device)

    async def connect(self, device: Device) -> None:
        """Caller and device hear each other, in place of any other."""
        self.devices.cancel(device)
        try:
            await device.leg.open()
            await self.caller.hear(device.leg.pairing)
        except DialogOver:
            raise
        except AcdError as error:
            _log.warning("call.not_bridged", call=self.id, error=error.code, why=error.detail)
            await self.devices.fail(device, port.LegFault.UNREACHABLE)
            return
        former, self.bridged, self.is_held = self.bridged, device, False
        device.is_wanted = False
        if former is not None and former is not device:
            await self.devices.drop(former, "transferred")
        self._emit(port.Bridged(call=self.id, offer=device.offer))

    async def unbridge(self) -> None:
        """The caller is alone again."""
        self.bridged, self.is_held = None, False
        await self.play_music()

    async def _withdraw(self, command: port.Withdraw) -> None:
        device = self.devices.get(command.offer, command.device)
        if device is None:
            return
        if device is self.bridged:
            await self.unbridge()
        await self.devices.drop(device, command.reason)

    async def _hold(self, _: port.Hold) -> None:
        if self.bridged is not None and not self.is_held:
            await self._set_held(self.bridged, on=True)

    async def _resume(self, _: port.Resume) -> None:
        if self.bridged is not None and self.is_held:
            await self._set_held(self.bridged, on=False)

    async def _set_held(self, device: Device, *, on: bool) -> None:
        try:
            await (self.play_music() if on else self.caller.talk())
        except AcdError:
            device.leg.tell_held(on=not on)  # the page believes that it is done
            raise
        self.is_held = on
        self._emit((port.Held if on else port.Resumed)(call=self.id))

    # telephone numbers

    async def _give_away(self, command: port.Transfer) -> None:
        if self.transfer is not None and not self.transfer.is_over:
            return
        to = self.house.number(command.number, self.caller.number)
        if self.bridged is None or to is None:
            self._emit(port.TransferResult(call=self.id, ok=False))
            return
        self.transfer = Transfer(self, self.devices.next_name(), to)
        await self.transfer.start()

    async def _stop_giving(self, _: port.TakeBack) -> None:
        if self.transfer is not None:
            await self.transfer.give_up()

    async def release(self) -> None:
        """The number has the caller: the agent is free."""
        former, self.bridged = self.bridged, None
        if former is not None:
            await self.devices.drop(former, "transferred")

    async def take_back(self) -> None:
        """It has not: the agent has them as before."""
        if self.bridged is None:
            await self.play_music()
        elif not self.is_held:
            await self.caller.talk()

    # helpers

    def do_in(self, after_s: float, job: Job) -> None:
        """In its turn, later."""

        def now() -> None:
            self._timers.discard(timer)
            self.do(job)

        timer = asyncio.get_running_loop().call_later(after_s, now)
        self._timers.add(timer)

    def gone(self, cause: str, code: int) -> None:
        """The caller hung up, or nothing can be done for them."""
        if self.is_over:
            return
        self.end(cause)
        self._emit(port.CallerEnded(call=self.id, cause=cause, code=code))

    def _emit(self, event: port.CallEvent) -> None:
        self.house.emit(event)


async def _nothing() -> None:
    """Wakes a task that waits for something to do."""


_COMMANDS: Final[Mapping[type[port.Command], Callable[[SipCall, Any], Awaitable[None]]]] = {
    port.Answer: SipCall._answer,
    port.Announce: SipCall._announce,
    port.Ring: lambda call, command: call.devices.ring(command),
    port.PageSaid: lambda call, command: call.devices.page_said(command),
    port.VisitorSaid: SipCall._visitor_said,
    port.Bridge: SipCall._bridge,
    port.Withdraw: SipCall._withdraw,
    port.Hold: SipCall._hold,
    port.Resume: SipCall._resume,
    port.Transfer: SipCall._give_away,
    port.TakeBack: SipCall._stop_giving,
    port.Dial: outgoing.dial,
}
