"""The devices that ring for a call, until one of them has it: pure steps of `calls`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from acd.telephony import port
from acd.telephony.state import Call, Leg, LegKey, LegPhase
from acd.telephony.words import (
    Action,
    Claim,
    Confirming,
    Decline,
    Delivered,
    Fail,
    Offered,
    OfferOver,
    Request,
)

if TYPE_CHECKING:
    from acd.domain.ids import OfferId


Step = tuple[Call, tuple[Action, ...]]


def offered(call: Call, heard: Offered) -> Step:
    """Ring the agent's devices: all, or the first of them."""
    if any(offer == heard.offer for offer, _ in call.legs):
        return call, ()
    if not heard.targets:
        return call, (Fail(offer=heard.offer, agent=heard.agent, cause="no_device"),)
    if not heard.in_turn:
        return _ring(call, heard, heard.targets)
    first, *rest = heard.targets
    later = {**call.later, heard.offer: replace(heard, targets=tuple(rest))}
    return _ring(replace(call, later=later), heard, (first,))


def _ring(call: Call, asked: Offered, targets: tuple[port.Target, ...]) -> Step:
    """Ring these: as long as the offer lasts, unless others follow."""
    later = call.later.get(asked.offer)
    followed = later is not None and bool(later.targets)
    whole_ms = asked.timeout_ms
    fresh = {
        (asked.offer, target.device): Leg(agent=asked.agent, target=target) for target in targets
    }
    rings = tuple(
        port.Ring(
            call=call.id,
            epoch=call.epoch,
            offer=asked.offer,
            agent=asked.agent,
            target=target,
            timeout_ms=min(target.ring_ms or whole_ms, whole_ms) if followed else whole_ms,
            outgoing=call.calls_back,
        )
        for target in targets
    )
    return replace(call, legs={**call.legs, **fresh}), rings


def over(call: Call, heard: OfferOver) -> Step:
    """Routing ended the offer."""
    return withdrawn(call, heard.offer, heard.reason)


def withdrawn(call: Call, offer: OfferId, reason: str) -> Step:
    """Stop every device of an offer."""
    gone = [key for key in call.legs if key[0] == offer]
    if call.winner in gone:
        return call, ()  # it was accepted: an end of its offer is said of the others
    return _over_with(without(call, gone), offer), tuple(
        withdraw(call, key, reason) for key in gone
    )


def advanced(call: Call, heard: port.LegRinging | port.LegAnswered | port.LegConfirmed) -> Step:
    """A device rings, was picked up, or a person pressed the digit there."""
    key = (heard.offer, heard.device)
    leg = call.legs.get(key)
    if leg is None or key == call.winner:
        return call, ()
    offer, agent = heard.offer, leg.agent
    asked: Request
    match heard, leg.phase:
        case port.LegRinging(), LegPhase.CALLED:
            phase, asked = LegPhase.RINGING, Delivered(offer=offer, agent=agent)
        case port.LegAnswered(), (LegPhase.CALLED | LegPhase.RINGING) if leg.target.confirms:
            phase, asked = LegPhase.ANSWERED, Confirming(offer=offer, agent=agent)
        case port.LegAnswered(), (LegPhase.CALLED | LegPhase.RINGING):
            phase, asked = LegPhase.CLAIMED, Claim(offer=offer, agent=agent)
        case port.LegConfirmed(), LegPhase.ANSWERED:
            phase, asked = LegPhase.CLAIMED, Claim(offer=offer, agent=agent)
        case _:
            return call, ()
    return replace(call, legs={**call.legs, key: replace(leg, phase=phase)}), (asked,)


def failed(call: Call, key: LegKey, fault: port.LegFault) -> Step:
    """A device that only rang did not get through."""
    offer, agent = key[0], call.legs[key].agent
    call = without(call, [key])
    if fault is port.LegFault.DECLINED:
        call, stopped = withdrawn(call, offer, "declined")
        return call, (*stopped, Decline(offer=offer, agent=agent))
    if any(other == offer for other, _ in call.legs):
        return call, ()
    if (turn := _next(call, offer)) is not None:
        return turn
    call = _over_with(call, offer)
    if fault is port.LegFault.NO_ANSWER:
        return call, ()  # the offer's own deadline says so
    return call, (Fail(offer=offer, agent=agent, cause=fault),)


def _next(call: Call, offer: OfferId) -> Step | None:
    """Ring the offer's next device, if there is one."""
    asked = call.later.get(offer)
    if asked is None or not asked.targets:
        return None
    first, *rest = asked.targets
    later = {**call.later, offer: replace(asked, targets=tuple(rest))}
    return _ring(replace(call, later=later), asked, (first,))


def _over_with(call: Call, offer: OfferId) -> Call:
    return replace(call, later={key: one for key, one in call.later.items() if key != offer})


def withdraw(call: Call, key: LegKey, reason: str) -> port.Withdraw:
    """The command that stops one device."""
    return port.Withdraw(call=call.id, epoch=call.epoch, offer=key[0], device=key[1], reason=reason)


def without(call: Call, keys: list[LegKey]) -> Call:
    """The call without these devices."""
    return replace(call, legs={key: leg for key, leg in call.legs.items() if key not in keys})
