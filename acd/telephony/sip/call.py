"""One call: its caller, the devices that ring for it, and the one that is bridged.

What is asked of a call and what happens to it is done one after the other, in its own task. Only
its end cuts in: what is being done then finds everybody gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container
from functools import partial
from typing import TYPE_CHECKING

import structlog

from acd.domain.errors import AcdError
from acd.telephony import port
from acd.telephony.sip import commands, continuing, outgoing
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

if TYPE_CHECKING:
    from acd.domain.ids import InteractionId
    from acd.telephony.sip.caller import Caller
    from acd.telephony.sip.house import House
    from acd.telephony.sip.kept import KeptCall
    from acd.telephony.sip.transfer import Transfer

_log = structlog.get_logger(__name__)

Job = Callable[[], Awaitable[None]]


class SipCall:
    """Made by the adapter; `run` ends when everybody is gone."""

    def __init__(self, house: House, call: InteractionId, caller: Caller) -> None:
        self.house = house
        self.id = call
        self.caller = caller
        caller.keep = self.keep
        self.bridged: Device | None = None
        self.is_over = False
        self.is_elsewhere = False
        self.is_done = False
        """Whether the core has ended it, so that nobody is to be told of its end any more."""
        self.epoch = 0
        self._jobs: asyncio.Queue[Job] = asyncio.Queue()
        self.devices: Devices = Devices(self)
        self.ears = Ears(self)
        self.is_held = False
        self.announcing = ""
        """The file that the caller hears in place of the music."""
        self.transfer: Transfer | None = None
        self._mends = False
        self._kept: KeptCall | None = None
        """What was last written of it."""
        self._timers: set[asyncio.TimerHandle] = set()

    # what others say

    def execute(self, command: port.Command) -> None:
        """Do it in its turn; one of an earlier epoch changes nothing, unless it ends the call."""
        if self.is_over:
            commands.come_late(self, command)
            return
        ends = isinstance(command, port.HangUp | port.Reject)
        if command.epoch < self.epoch and not ends:
            return
        self.epoch = max(command.epoch, self.epoch)
        match command:
            case port.HangUp():
                self.end(command.cause)
            case _:
                self.do(partial(commands.do, self, command))

    def heard_caller(self, event: DialogEvent) -> None:
        """The caller's dialog tells something."""
        match event:
            case Acknowledged(sdp):
                self.do(partial(self.caller.said, sdp, self.house.options.music))
            case Asked():
                self.do(self.caller.changed)
            case Pressed(digit):
                self.emit(port.Digit(call=self.id, digit=digit))
            case PickedUp(sdp):
                self.do(partial(outgoing.picked_up, self, sdp))
            case Refused(code, reason):
                outgoing.refused(self, code, reason)
            case Over(cause, code):
                self.gone(cause, code)
            case Rang():
                self.caller.has_rung = True

    def pressed(self, pairing: str, side: str, digit: str) -> None:
        """A key was heard in the audio."""
        if side == A:
            self.emit(port.Digit(call=self.id, digit=digit))
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
            agent=bridged.agent if bridged else None,
            held=self.is_held,
            away=bridged is None and self.transfer is not None and self.transfer.has_it,
            epoch=self.epoch,
        )

    def stop(self) -> None:
        """This server ends."""
        self.gone("stopped", 0)

    def leave_soon(self) -> None:
        """As `leave`, once what was asked of it is done."""

        async def leave() -> None:
            self.leave()

        self.do(leave)

    def leave(self) -> None:
        """Another node has the call: nothing is said to anybody, and nothing of it deleted."""
        if self.is_over:
            return
        self.is_elsewhere = True
        self.is_over = True
        self.caller.leave()
        self.devices.leave()
        if self.transfer is not None:
            self.transfer.leg.leave()
        self.emit(port.CallElsewhere(call=self.id))
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
        """The call's life; nothing of it is left afterwards but what the core has not ended."""
        try:
            while not self.is_over:
                await self._next(await self._jobs.get())
        finally:
            for timer in self._timers:
                timer.cancel()
            await (self.devices.clear_unwritten() if self.is_elsewhere else self._clear())
            self.house.forget(self.id)

    async def _clear(self) -> None:
        await self.devices.clear()
        if self.transfer is not None:
            await self.transfer.clear()
        await self.caller.end()
        if self.is_done or not self.caller.was_let_in:
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
        self.keep()

    def mend_soon(self, missed: Container[str]) -> None:
        """These pairings seem not to be there; once at a time, since names come again."""
        if not self._mends:
            self._mends = True
            self.do(partial(self._mend, missed))

    async def _mend(self, missed: Container[str]) -> None:
        try:
            await continuing.mend_missed(self, missed)
        finally:
            self._mends = False

    def do(self, job: Job) -> None:
        """In its turn."""
        self._jobs.put_nowait(job)

    def keep(self) -> None:
        """Write down how it stands, where that is not written yet."""
        if self.is_over or not self.house.gateway.keeps:
            return
        stands = continuing.record(self)
        if stands != self._kept:
            self._kept = stands
            self.house.gateway.write(f"{CALL}{self.id}", stands)

    def keep_again(self) -> None:
        """Write it whether it was written or not: Redis may have been away, or have forgotten."""
        self._kept = None
        self.keep()

    @property
    def pairings(self) -> set[str]:
        """What rtpengine must have for it."""
        return self.devices.pairings | self.caller.pairings

    # who hears whom

    async def play_music(self) -> None:
        """The caller hears music and nobody, and nobody hears them."""
        await self.caller.music(self.house.options.music)

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
        self.emit(port.Bridged(call=self.id, offer=device.offer))

    async def unbridge(self) -> None:
        """The caller is alone again."""
        self.bridged, self.is_held = None, False
        await self.play_music()

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
        self.emit(port.CallerEnded(call=self.id, cause=cause, code=code))

    def emit(self, event: port.CallEvent) -> None:
        self.house.emit(event)


async def _nothing() -> None:
    """Wakes a task that waits for something to do."""
