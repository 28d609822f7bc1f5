"""What each command does to a call: in its turn, in the call's own task."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from acd.domain.errors import AcdError
from acd.telephony import port
from acd.telephony.sip import outgoing
from acd.telephony.sip.media import A
from acd.telephony.sip.transfer import Transfer
from acd.telephony.sip.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from acd.telephony.sip.call import SipCall
    from acd.telephony.sip.devices import Device

_UNAVAILABLE: Final = 503


async def do(call: SipCall, command: port.Command) -> None:
    """What came of it is told as an event."""
    await _STEPS[type(command)](call, command)


def come_late(call: SipCall, command: port.Command) -> None:
    """The call is being cleared away: whoever was to be called for it is not reached."""
    match command:
        case port.Ring(offer=offer, target=target):
            fault = port.LegFault.UNREACHABLE
            event = port.LegFailed(call=call.id, offer=offer, device=target.device, fault=fault)
            call.emit(event)
        case port.Dial():
            call.emit(port.Dialled(call=call.id, ok=False, called=False))


async def _answer(call: SipCall, command: port.Answer) -> None:
    try:
        await call.caller.wait(command.how, call.house.options.music)
    except AcdError as error:
        call.caller.refuse(_UNAVAILABLE)
        call.gone(error.code, _UNAVAILABLE)


async def _reject(call: SipCall, command: port.Reject) -> None:
    lasts_s = 0.0
    if command.file:
        with contextlib.suppress(AcdError):  # the code says it too
            lasts_s = await call.caller.hear_early(command.file)
    call.do_in(lasts_s, partial(_refuse, call, command))


async def _refuse(call: SipCall, command: port.Reject) -> None:
    call.caller.refuse(command.code)
    call.end(command.reason)


async def _visitor_said(call: SipCall, command: port.VisitorSaid) -> None:
    if isinstance(call.caller, Visitor):
        music = call.house.options.music
        call.ears.visitor_spoke()
        await call.caller.said_by_page(command.signal, music, held=call.is_held)


async def _announce(call: SipCall, command: port.Announce) -> None:
    lasts_s = 0.0
    try:
        if call.caller.at is not None and call.bridged is None:
            lasts_s = await call.caller.at.play(A, command.file, times=1)
    finally:
        call.announcing = command.file
        call.do_in(lasts_s, partial(_announced, call, command.file))


async def _announced(call: SipCall, file: str) -> None:
    call.emit(port.Announced(call=call.id, file=file))
    if call.announcing != file:  # another one was begun meanwhile
        return
    call.announcing = ""
    if call.bridged is None and call.caller.at is not None:
        await call.caller.at.play(A, call.house.options.music)


async def _bridge(call: SipCall, command: port.Bridge) -> None:
    device = call.devices.get(command.offer, command.device)
    if device is None:
        call.devices.emit_unknown(command.offer, command.device)
    elif device is not call.bridged:
        device.is_wanted = True
        call.devices.cancel(device)  # how long it may take is routing's to say now
        call.keep()
        if device.leg.is_ready:
            await call.connect(device)


async def _withdraw(call: SipCall, command: port.Withdraw) -> None:
    device = call.devices.get(command.offer, command.device)
    if device is None:
        return
    try:
        if device is call.bridged:
            await call.unbridge()
    finally:  # whatever the media engine says to that
        await call.devices.drop(device, command.reason)


async def _hold(call: SipCall, _: port.Hold) -> None:
    if call.bridged is not None and not call.is_held:
        await _set_held(call, call.bridged, on=True)


async def _resume(call: SipCall, _: port.Resume) -> None:
    if call.bridged is not None and call.is_held:
        await _set_held(call, call.bridged, on=False)


async def _set_held(call: SipCall, device: Device, *, on: bool) -> None:
    try:
        await (call.play_music() if on else call.caller.talk())
    except AcdError:
        device.leg.tell_held(on=not on)  # the page believes that it is done
        raise
    call.is_held = on
    call.emit((port.Held if on else port.Resumed)(call=call.id))


async def _give_away(call: SipCall, command: port.Transfer) -> None:
    if call.transfer is not None and not call.transfer.has_failed:
        return
    to = call.house.number(command.number, call.caller.number)
    if call.bridged is None or to is None:
        call.emit(port.TransferResult(call=call.id, ok=False))
        return
    call.transfer = Transfer(call, call.devices.next_name(), to)
    await call.transfer.start()


async def _stop_giving(call: SipCall, _: port.TakeBack) -> None:
    if call.transfer is not None:
        await call.transfer.give_up()


_STEPS: Final[Mapping[type[port.Command], Callable[[SipCall, Any], Awaitable[None]]]] = {
    port.Answer: _answer,
    port.Reject: _reject,
    port.Announce: _announce,
    port.Ring: lambda call, command: call.devices.ring(command),
    port.PageSaid: lambda call, command: call.devices.page_said(command),
    port.VisitorSaid: _visitor_said,
    port.Bridge: _bridge,
    port.Withdraw: _withdraw,
    port.Hold: _hold,
    port.Resume: _resume,
    port.Transfer: _give_away,
    port.TakeBack: _stop_giving,
    port.Dial: outgoing.dial,
}
