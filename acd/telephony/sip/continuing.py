"""A call goes on in another process, or with another rtpengine.

What is written down of it is enough for either; what only rang is not: it is rung again.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

from acd.domain.errors import AcdError
from acd.telephony import port
from acd.telephony.sip.devices import Device
from acd.telephony.sip.dialog import UpdateRefused
from acd.telephony.sip.legs import PageLeg, PhoneLeg
from acd.telephony.sip.media import is_there
from acd.telephony.sip.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from acd.domain.ids import OfferId
    from acd.telephony.sip.call import SipCall
    from acd.telephony.sip.dialog import Dialog
    from acd.telephony.sip.kept import KeptCall, KeptDevice, KeptPage, KeptPhone

    Dialogs = Callable[[str], Dialog | None]

_REMIND_S: Final = 2.0
_SETTLE_S: Final = 1.0
"""By then what was on its way when the former process died has come."""


def record(call: SipCall) -> KeptCall:
    """All that another process needs."""
    devices, bridged = call.devices, call.bridged
    kept = [one for one in devices.held.values() if one.is_wanted or one is bridged]
    return {
        "epoch": call.epoch, "held": call.is_held, "caller": call.caller.record(),
        "devices": [_device(one) for one in kept], "bridged": bridged.key if bridged else None,
        "away": call.transfer.record() if call.transfer else None,
    }  # fmt: skip


def _device(one: Device) -> KeptDevice:
    return {
        "offer": one.offer, "agent": one.agent, "wanted": one.is_wanted,
        "leg": one.leg.record(), "device": one.target.device, "kind": one.target.kind,
        "address": one.target.address,
    }  # fmt: skip


def take_up(
    call: SipCall,
    kept: KeptCall,
    dialogs: Dialogs,
    there: Container[str],
    *,
    moved: bool,
) -> None:
    """Go on where another process stopped.

    Args:
        call: made anew, with its caller.
        kept: what was written down of it.
        dialogs: finds one that was taken up, by its key.
        there: the pairings that rtpengine still has.
        moved: whether that process spoke from another address.
    """
    call.epoch, call.is_held = kept["epoch"], kept["held"]
    for one in kept["devices"]:
        target = port.Target(
            device=one["device"], kind=port.TargetKind(one["kind"]), address=one["address"]
        )
        leg = _leg(call, one["offer"], target, one["leg"], dialogs)
        if leg is not None:
            device = Device(
                one["offer"], target, leg, rang=True, is_wanted=one["wanted"],
                agent=one.get("agent"),
            )  # fmt: skip
            call.devices.held[device.key] = device
    if kept["bridged"]:
        call.bridged = call.devices.get(*kept["bridged"])
    if kept["away"]:
        call.transfer = Transfer.revived(call, kept["away"], dialogs)
    if moved:
        _say_where(call, there)
    lost = {name for name in call.pairings if name not in there}
    call.do(partial(_go_on, call, lost, alone=bool(kept["bridged"]) and not call.bridged))


def _say_where(call: SipCall, there: Container[str]) -> None:
    """Everybody is told where the call is now; who gets another pairing learns it with that."""
    legs: list[PageLeg | PhoneLeg] = [one.leg for one in call.devices.held.values()]
    if call.transfer is not None:
        legs.append(call.transfer.leg)
    for leg in legs:
        if isinstance(leg, PhoneLeg) and leg.dialog is not None and leg.pairing.name in there:
            leg.dialog.refresh()
    caller = call.caller
    if caller.dialog is not None and caller.at is not None and caller.at.name in there:
        caller.dialog.refresh()


def _leg(
    call: SipCall,
    offer: OfferId,
    target: port.Target,
    kept: KeptPage | KeptPhone,
    dialogs: Dialogs,
) -> PageLeg | PhoneLeg | None:
    house, devices = call.house, call.devices
    if "tab" in kept:
        return PageLeg.revived(house.engine, kept, devices.teller(offer, target))
    dialog = dialogs(kept["dialog"])
    if dialog is None:
        return None
    heard = devices.hearing(offer, target)
    return PhoneLeg.revived(house.engine, house.gateway, kept, dialog, heard)


async def _go_on(call: SipCall, lost: Container[str], *, alone: bool) -> None:
    await _mend(call, lost)
    away = call.transfer is not None and not call.transfer.has_failed
    is_waiting = call.caller.is_answered and call.bridged is None and not away
    if alone or (is_waiting and not call.caller.hears_music):
        await call.play_music()
    wanted = call.devices.wanted
    if wanted is not None and wanted.leg.is_ready and wanted is not call.bridged:
        await asyncio.sleep(_SETTLE_S)
        await call.connect(wanted)


async def mend_missed(call: SipCall, missed: Container[str]) -> None:
    """Mend those that are indeed lost: one that was just made may be missed in a list."""
    names = [name for name in call.pairings if name in missed]
    lost = {name for name in names if not await is_there(call.house.engine, name)}
    if lost:
        await _mend(call, lost)


async def _mend(call: SipCall, lost: Container[str]) -> None:
    """Have everybody hear again what they heard, whose pairing was lost."""
    pairings = call.caller.pairings
    if any(name in lost for name in pairings) if pairings else call.caller.is_answered:
        call.house.emit(port.MediaLost(call=call.id))
        try:
            await call.caller.again(call.house.options.music)
        except UpdateRefused as error:
            call.gone(error.code, 0)  # they would hear nothing for ever
            return
    for device in list(call.devices.held.values()):
        if device.leg.pairing.name not in lost:
            continue
        call.house.emit(port.MediaLost(call=call.id, offer=device.offer))
        try:
            await _renew(call, device)
        except AcdError:
            await call.devices.fail(device, port.LegFault.UNREACHABLE)
    if call.transfer is not None:
        await call.transfer.renew(lost)


async def _remind(call: SipCall, device: Device, leg: PageLeg, tab: str) -> None:
    """Tell a page again that did not hear it: its socket may have been lost with the node."""
    if device.leg is leg and not leg.is_ready and device.key in call.devices.held:
        leg.tell_again(tab or None)
        call.do_in(_REMIND_S, partial(_remind, call, device, leg, tab))


async def _renew(call: SipCall, device: Device) -> None:
    leg, talks = device.leg, device is call.bridged
    if isinstance(leg, PageLeg):
        device.leg = fresh = call.devices.page_leg(device.offer, device.target)
        device.is_wanted = device.is_wanted or talks
        await fresh.ring(call.caller.offered, leg.tab or None)
        call.do_in(_REMIND_S, partial(_remind, call, device, fresh, leg.tab))
    elif not leg.is_ready:
        await call.devices.fail(device, port.LegFault.UNREACHABLE)
    else:
        await leg.renew(call.devices.next_name(), call.caller.offered)
        if talks:
            device.is_wanted = True
            await call.connect(device)
