"""One call: its caller, the devices that ring for it, and the one that is bridged.

What is asked of a call and what happens to it is done one after the other, in its own task. Only
its end cuts in: what is being done then finds everybody gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import structlog

from acd.domain.errors import AcdError
from acd.telephony import port
from acd.telephony.sip.devices import Device, Devices
from acd.telephony.sip.dialog import DialogOver
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

if TYPE_CHECKING:
    from collections.abc import Container

    from acd.domain.ids import InteractionId
    from acd.telephony.sip.caller import Caller
    from acd.telephony.sip.dialog import Dialog
    from acd.telephony.sip.house import House

_log = structlog.get_logger(__name__)

Job = Callable[[], Awaitable[None]]
_SETTLE_S: Final = 1.0
_UNAVAILABLE: Final = 503
_NO_ANSWER: Final = 408


class SipCall:
    """Made by the adapter; `run` ends when everybody is gone."""

    def __init__(self, house: House, call: InteractionId, caller: Caller) -> None:
        self.house = house
        self.id = call
        self.caller = caller
        caller.keep = self._keep
        self.bridged: Device | None = None
        self.is_over = False
        self._epoch = 0
        self._jobs: asyncio.Queue[Job] = asyncio.Queue()
        self._devices = Devices(self)
        self._is_held = False
        self._transfer: Transfer | None = None
        self._timers: set[asyncio.TimerHandle] = set()

    # what others say

    def execute(self, command: port.Command) -> None:
        """Do it in its turn; one of an earlier epoch changes nothing."""
        if self.is_over or command.epoch < self._epoch:
            return
        self._epoch = command.epoch
        match command:
            case port.HangUp():
                self.end(command.cause)
            case port.Reject() if self.caller.dialog is not None:
                self.caller.dialog.refuse(command.code, command.reason)
                self.end(command.reason)
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
                self.do(partial(self._dialled, sdp))
            case Refused(code, reason):
                self._not_reached(code, reason)
            case Over(cause, code):
                self.gone(cause, code)
            case Rang():
                pass

    def pressed(self, pairing: str, side: str, digit: str) -> None:
        """A key was heard in the audio."""
        if side == A:
            self._emit(port.Digit(call=self.id, digit=digit))
        elif device := self._devices.behind(pairing):
            self.do(partial(self._devices.digit, device, digit))

    def standing(self) -> port.Standing:
        """As the core asks for it."""
        bridged = self.bridged
        return port.Standing(
            call=self.id,
            caller=self.caller.number,
            called=self.caller.called,
            offer=bridged.offer if bridged else None,
            device=bridged.target.device if bridged else "",
        )

    def stop(self) -> None:
        """This server ends."""
        self.gone("stopped", 0)

    def end(self, cause: str) -> None:
        """Hang up on everybody, now."""
        if self.is_over:
            return
        self.is_over = True
        if self.caller.dialog is not None:
            self.caller.dialog.hang_up()
        self._devices.hang_up(cause)
        if self._transfer is not None:
            self._transfer.hang_up()
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
            await self._devices.clear()
            if self._transfer is not None:
                await self._transfer.clear()
            await self.caller.end()
            self.house.gateway.write(f"{CALL}{self.id}", None)
            self.house.forget(self.id)

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

    def do(self, job: Job) -> None:
        """In its turn."""
        self._jobs.put_nowait(job)

    # another life, or another rtpengine

    def _keep(self) -> None:
        """Write down how it stands."""
        if self.is_over or not self.house.gateway.keeps:
            return
        bridged = self.bridged
        record = {
            "epoch": self._epoch, "held": self._is_held, "caller": self.caller.record(),
            "devices": self._devices.record(), "bridged": bridged and list(bridged.key),
            "away": self._transfer.record() if self._transfer else None,
        }  # fmt: skip
        self.house.gateway.write(f"{CALL}{self.id}", record)

    def take_up(
        self,
        kept: Mapping[str, Any],
        dialogs: Callable[[str], Dialog | None],
        there: Container[str],
    ) -> None:
        """Go on where another process stopped; `there` are the pairings rtpengine still has."""
        self._epoch, self._is_held = kept["epoch"], kept["held"]
        self._devices.revive(kept["devices"], dialogs)
        if kept["bridged"]:
            self.bridged = self._devices.get(*kept["bridged"])
        if kept["away"]:
            self._transfer = Transfer.revived(self, kept["away"], dialogs)
        self.do(partial(self._go_on, there, alone=bool(kept["bridged"]) and not self.bridged))

    async def _go_on(self, there: Container[str], *, alone: bool) -> None:
        await self.media_lost(there)
        wanted = self._devices.wanted
        if alone or (self._is_waiting and not self.caller.hears_music):
            await self.play_music()
        if wanted is not None and wanted.leg.is_ready and wanted is not self.bridged:
            await asyncio.sleep(_SETTLE_S)  # what was on its way when we died has come
            await self.connect(wanted)

    @property
    def _is_waiting(self) -> bool:
        away = self._transfer is not None and not self._transfer.is_over
        return self.caller.how is not None and self.bridged is None and not away

    def check_media(self, there: Container[str]) -> None:
        """What rtpengine has now; what is missing is made anew."""
        self.do(partial(self.media_lost, there))

    async def media_lost(self, there: Container[str]) -> None:
        """Have everybody hear again what they heard, where their pairing is not there."""
        at = self.caller.at
        if self.caller.how is not None and (at is None or at.name not in there):
            await self.caller.again(self.house.options.music)
        await self._devices.renew(there)

    @property
    def pairings(self) -> set[str]:
        """What rtpengine must have for it."""
        return self._devices.pairings | ({self.caller.at.name} if self.caller.at else set())

    # the line

    async def _answer(self, command: port.Answer) -> None:
        try:
            await self.caller.wait(command.how, self.house.options.music)
        except AcdError as error:
            if self.caller.dialog is not None:
                again = ("Retry-After: 5",)
                self.caller.dialog.refuse(_UNAVAILABLE, "Service Unavailable", again)
            self.gone(error.code, _UNAVAILABLE)

    async def _announce(self, command: port.Announce) -> None:
        lasts_s = 0.0
        try:
            if self.caller.at is not None and self.bridged is None:
                lasts_s = await self.caller.at.play(A, command.file, times=1)
        finally:
            self.do_in(lasts_s, self._announced)

    async def _announced(self) -> None:
        self._emit(port.Announced(call=self.id))
        if self.bridged is None and self.caller.at is not None:
            await self.caller.at.play(A, self.house.options.music)

    async def play_music(self) -> None:
        """The caller hears music and nobody, and nobody hears them."""
        await self.caller.music(self.house.options.music)

    async def _changed(self, sdp: str) -> None:
        await self.caller.changed(sdp)

    # talking

    async def _bridge(self, command: port.Bridge) -> None:
        device = self._devices.get(command.offer, command.device)
        if device is None:
            self._devices.emit_unknown(command.offer, command.device)
        elif device is not self.bridged:
            device.is_wanted = True
            self._keep()
            if device.leg.is_ready:
                await self.connect(device)

    async def connect(self, device: Device) -> None:
        """Caller and device hear each other, in place of any other."""
        self._devices.cancel(device)
        try:
            await device.leg.open()
            await self.caller.hear(device.leg.pairing)
        except DialogOver:
            raise
        except AcdError as error:
            _log.warning("call.not_bridged", call=self.id, error=error.code, why=error.detail)
            await self._devices.fail(device, port.LegFault.UNREACHABLE)
            return
        former, self.bridged, self._is_held = self.bridged, device, False
        device.is_wanted = False
        if former is not None and former is not device:
            await self._devices.drop(former, "transferred")
        self._emit(port.Bridged(call=self.id, offer=device.offer))

    async def unbridge(self) -> None:
        """The caller is alone again."""
        self.bridged, self._is_held = None, False
        await self.play_music()

    async def _withdraw(self, command: port.Withdraw) -> None:
        device = self._devices.get(command.offer, command.device)
        if device is None:
            return
        if device is self.bridged:
            await self.unbridge()
        await self._devices.drop(device, command.reason)

    async def _hold(self, _: port.Hold) -> None:
        if self.bridged is not None and not self._is_held:
            await self.play_music()
            self._is_held = True
            self._emit(port.Held(call=self.id))

    async def _resume(self, _: port.Resume) -> None:
        if self.bridged is not None and self._is_held:
            await self.caller.talk()
            self._is_held = False
            self._emit(port.Resumed(call=self.id))

    # telephone numbers

    async def _give_away(self, command: port.Transfer) -> None:
        to = self.house.number(command.number, self.caller.number)
        busy = self._transfer is not None and not self._transfer.is_over
        if self.bridged is None or busy or to is None:
            self._emit(port.TransferResult(call=self.id, ok=False))
            return
        self._transfer = Transfer(self, self._devices.next_name(), to)
        await self._transfer.start()

    async def release(self) -> None:
        """The number has the caller: the agent is free."""
        former, self.bridged = self.bridged, None
        if former is not None:
            await self._devices.drop(former, "transferred")

    async def take_back(self) -> None:
        """It has not: the agent has them as before."""
        if self.bridged is None:
            await self.play_music()
        elif not self._is_held:
            await self.caller.talk()

    async def _dial(self, command: port.Dial) -> None:
        to = self.house.number(command.number, command.caller_id)
        if self.caller.dialog is not None:
            return
        if to is None:
            self._emit(port.Dialled(call=self.id, ok=False))
            return
        await self.caller.dial(self.house.gateway, to, self.heard_caller)
        self.do_in(command.timeout_ms / 1000, self._dial_late)

    async def _dialled(self, sdp: str) -> None:
        await self.caller.picked_up(sdp, self.house.options.music)
        self._emit(port.Dialled(call=self.id, ok=True))

    async def _dial_late(self) -> None:
        if self.caller.is_ringing and self.caller.dialog is not None:
            self.caller.dialog.hang_up()
            self._not_reached(_NO_ANSWER, "")

    def _not_reached(self, code: int, reason: str) -> None:
        """An INVITE to the customer was refused; or our answer to theirs found nobody."""
        if not self.caller.is_ringing:
            self.gone(reason, code)
            return
        self.caller.given_up()
        self._emit(port.Dialled(call=self.id, ok=False, code=code))

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
        self.end("caller")
        self._emit(port.CallerEnded(call=self.id, cause=cause, code=code))

    def _emit(self, event: port.CallEvent) -> None:
        self.house.emit(event)


async def _nothing() -> None:
    """Wakes a task that waits for something to do."""


_COMMANDS: Final[Mapping[type[port.Command], Callable[[SipCall, Any], Awaitable[None]]]] = {
    port.Answer: SipCall._answer,
    port.Announce: SipCall._announce,
    port.Ring: lambda call, command: call._devices.ring(command),
    port.PageSaid: lambda call, command: call._devices.page_said(command),
    port.Bridge: SipCall._bridge,
    port.Withdraw: SipCall._withdraw,
    port.Hold: SipCall._hold,
    port.Resume: SipCall._resume,
    port.Transfer: SipCall._give_away,
    port.Dial: SipCall._dial,
}
