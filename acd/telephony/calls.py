"""The state machine of a call: pure. What was heard goes in, what is to be done comes out.

    step(call, heard) -> (call, actions)

Two sides speak to it: an adapter (the events of `port`) and routing (`Offered`, `OfferOver`, `Won`,
`Finished`). It answers with commands for the adapter and requests to routing. The rules:

- only `Won` decides who gets the call; several devices may have answered before it;
- a device that may be a voicemail claims at the digit, any other when it is picked up;
- where an agent's devices ring in turn, the next one rings when the one before did not get through;
- an offer fails when its last device failed; a device that declines, declines the offer;
- the call is active only when `Bridged` says that media flows; before that a fault gives it back to
  routing, which rings again with the call's age kept;
- one that talks may be given to another agent's device, or back to the line: the caller hears music
  in between;
- a callback has nobody on the line: the agent is connected first, then the customer is dialled, and
  the call is active when they answer;
- what comes late or twice changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from acd.domain.offer import MEDIA_LOST
from acd.telephony import port
from acd.telephony.state import Call, CallPhase, Leg, LegKey, LegPhase
from acd.telephony.words import (
    Claim,
    Confirming,
    Connected,
    Decline,
    Delivered,
    Fact,
    Fail,
    Finished,
    GivenBack,
    HoldAsked,
    HungUp,
    Lost,
    NotReached,
    NotTransferred,
    Offered,
    OfferOver,
    Request,
    Side,
    TakeBackAsked,
    TransferAsked,
    Won,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from acd.domain.ids import OfferId


Heard = port.CallEvent | Fact
Action = port.Command | Request
Step = tuple[Call, tuple[Action, ...]]

_DIAL_MS: Final = 30_000
_TALKS: Final = frozenset({CallPhase.TALKING, CallPhase.HELD})


def step(call: Call, heard: Heard) -> Step:
    """What `heard` makes of the call, and what is to be done about it, in order."""
    if call.phase is CallPhase.ENDED or type(heard) not in _STEPS:
        return call, ()
    after, actions = _STEPS[type(heard)](call, heard)
    if call.calls_back and call.legs and not after.legs and after.phase is CallPhase.WAITING:
        # there is neither caller nor agent; the line ends before routing is asked for anything
        commands = [one for one in actions if isinstance(one, port.Command)]
        requests = [one for one in actions if not isinstance(one, port.Command)]
        actions = (*commands, _hang_up(after, "nobody"), *requests)
    return after, actions


def _offered(call: Call, heard: Offered) -> Step:
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
            timeout_ms=min(target.ring_ms or asked.timeout_ms, asked.timeout_ms),
            outgoing=bool(call.calls_back),
        )
        for target in targets
    )
    return replace(call, legs={**call.legs, **fresh}), rings


def _next(call: Call, offer: OfferId) -> Step | None:
    """Ring the offer's next device, if there is one."""
    asked = call.later.get(offer)
    if asked is None or not asked.targets:
        return None
    first, *rest = asked.targets
    later = {**call.later, offer: replace(asked, targets=tuple(rest))}
    return _ring(replace(call, later=later), asked, (first,))


def _over(call: Call, heard: OfferOver) -> Step:
    return _withdrawn(call, heard.offer, heard.reason)


def _withdrawn(call: Call, offer: OfferId, reason: str) -> Step:
    """Stop every device of an offer."""
    gone = [key for key in call.legs if key[0] == offer]
    if call.winner in gone:
        return call, ()  # it was accepted: an end of its offer is said of the others
    return _over_with(_without(call, gone), offer), tuple(
        _withdraw(call, key, reason) for key in gone
    )


def _over_with(call: Call, offer: OfferId) -> Call:
    return replace(call, later={key: one for key, one in call.later.items() if key != offer})


def _won(call: Call, heard: Won) -> Step:
    if heard.epoch <= call.epoch or (call.winner is not None and call.winner[0] == heard.offer):
        return call, ()
    call = replace(call, epoch=heard.epoch)
    mine = [key for key in call.legs if key[0] == heard.offer]
    if not mine:  # every device had gone when routing decided
        return call, (Fail(offer=heard.offer, agent=heard.agent, cause="connect_failed"),)
    claimed = [key for key in mine if call.legs[key].phase is LegPhase.CLAIMED]
    pages = [key for key in mine if call.legs[key].target.kind is port.TargetKind.BROWSER]
    winner = (claimed or pages or mine)[0]
    losers = [key for key in call.legs if key != winner]
    withdrawn = tuple(
        _withdraw(call, key, "transferred" if key == call.winner else "taken") for key in losers
    )
    bridge = port.Bridge(call=call.id, epoch=call.epoch, offer=winner[0], device=winner[1])
    call = replace(_without(call, losers), phase=CallPhase.CONNECTING, winner=winner, later={})
    return call, (*withdrawn, bridge)


def _given_back(call: Call, heard: GivenBack) -> Step:
    """The winner has it no longer: the caller waits again."""
    call = replace(call, epoch=max(call.epoch, heard.epoch))
    if call.winner is None or call.legs[call.winner].agent != heard.agent:
        return call, ()  # they lost it before
    stop = _withdraw(call, call.winner, heard.reason)
    return replace(_without(call, [call.winner]), phase=CallPhase.WAITING, winner=None), (stop,)


def _advanced(call: Call, heard: port.LegRinging | port.LegAnswered | port.LegConfirmed) -> Step:
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


def _leg_failed(call: Call, heard: port.LegFailed) -> Step:
    return _failed(call, (heard.offer, heard.device), heard.fault)


def _failed(call: Call, key: LegKey, fault: port.LegFault) -> Step:
    leg = call.legs.get(key)
    if leg is None:
        return call, ()
    offer = key[0]
    if key == call.winner:
        if call.phase not in _TALKS:
            call = replace(_without(call, [key]), phase=CallPhase.WAITING, winner=None)
            return call, (Fail(offer=offer, agent=leg.agent, cause="connect_failed"),)
        return _ended(call, key)
    if fault is port.LegFault.DECLINED:
        call, withdrawn = _withdrawn(_without(call, [key]), offer, "declined")
        return call, (*withdrawn, Decline(offer=offer, agent=leg.agent))
    call = _without(call, [key])
    if any(other == offer for other, _ in call.legs):
        return call, ()
    if (turn := _next(call, offer)) is not None:
        return turn
    call = _over_with(call, offer)
    if fault is port.LegFault.NO_ANSWER:
        return call, ()  # the offer's own deadline says so
    return call, (Fail(offer=offer, agent=leg.agent, cause=fault),)


def _leg_ended(call: Call, heard: port.LegEnded) -> Step:
    key = (heard.offer, heard.device)
    if heard.cause == MEDIA_LOST and key == call.winner and call.phase in _TALKS:
        lost = Lost(offer=heard.offer, agent=call.legs[key].agent)
        return replace(_without(call, [key]), phase=CallPhase.WAITING, winner=None), (lost,)
    return _ended(call, key)


def _ended(call: Call, key: LegKey) -> Step:
    """A device that had answered is gone."""
    leg = call.legs.get(key)
    if leg is None:
        return call, ()
    if key != call.winner:
        fault = port.LegFault.UNCONFIRMED
        return _failed(call, key, fault if leg.target.confirms else port.LegFault.UNREACHABLE)
    if call.phase not in _TALKS:
        return _failed(call, key, port.LegFault.UNREACHABLE)
    return _closed(call), (_hang_up(call, "agent"), HungUp(side=Side.AGENT, agent=leg.agent))


def _bridged(call: Call, heard: port.Bridged) -> Step:
    if call.phase is not CallPhase.CONNECTING or call.winner is None:
        return call, ()
    if call.winner[0] != heard.offer:
        return call, ()
    if call.calls_back:
        dial = port.Dial(
            call=call.id,
            epoch=call.epoch,
            number=call.calls_back,
            caller_id="",
            timeout_ms=_DIAL_MS,
        )
        return replace(call, phase=CallPhase.DIALLING), (dial,)
    agent = call.legs[call.winner].agent
    return replace(call, phase=CallPhase.TALKING), (Connected(offer=heard.offer, agent=agent),)


def _dialled(call: Call, heard: port.Dialled) -> Step:
    if call.phase is not CallPhase.DIALLING or call.winner is None:
        return call, ()
    agent = call.legs[call.winner].agent
    if heard.ok:
        talks = replace(call, phase=CallPhase.TALKING, calls_back="")
        return talks, (Connected(offer=call.winner[0], agent=agent),)
    over = NotReached(offer=call.winner[0], agent=agent)
    return replace(call, phase=CallPhase.WAITING, legs={}, winner=None), (over,)


def _caller_ended(call: Call, _: port.CallerEnded) -> Step:
    if call.calls_back:  # the attempt is over, not the callback
        if call.winner is not None:
            return _failed(call, call.winner, port.LegFault.UNREACHABLE)
        return replace(call, legs={}, later={}), ()
    return _closed(call), (_hang_up(call, "caller"), HungUp(side=Side.CALLER))


def _finished(call: Call, heard: Finished) -> Step:
    return _closed(call), (_hang_up(call, heard.outcome),)


def _hold(call: Call, heard: HoldAsked) -> Step:
    on = heard.on
    if call.phase is not (CallPhase.TALKING if on else CallPhase.HELD):
        return call, ()
    return call, ((port.Hold if on else port.Resume)(call=call.id, epoch=call.epoch),)


def _held(call: Call, heard: port.Held | port.Resumed) -> Step:
    on = isinstance(heard, port.Held)
    if call.phase not in _TALKS:
        return call, ()
    return replace(call, phase=CallPhase.HELD if on else CallPhase.TALKING), ()


def _transfer(call: Call, heard: TransferAsked) -> Step:
    if call.phase not in _TALKS or call.winner is None:
        return call, ()
    if call.legs[call.winner].agent != heard.agent:
        return call, ()
    return call, (port.Transfer(call=call.id, epoch=call.epoch, number=heard.number),)


def _take_back(call: Call, heard: TakeBackAsked) -> Step:
    if call.winner is None or call.legs[call.winner].agent != heard.agent:
        return call, ()
    return call, (port.TakeBack(call=call.id, epoch=call.epoch),)


def _transferred(call: Call, heard: port.TransferResult) -> Step:
    """Away with the number, and the adapter's alone; or the agent's as before."""
    if call.winner is None:
        return call, ()
    agent = call.legs[call.winner].agent
    if not heard.ok:
        return call, (NotTransferred(agent=agent, code=heard.code),)
    others = tuple(_withdraw(call, key, "transferred") for key in call.legs if key != call.winner)
    return _closed(call), (*others, HungUp(side=Side.AGENT, agent=agent))


def _closed(call: Call) -> Call:
    return replace(call, phase=CallPhase.ENDED, legs={}, later={}, winner=None)


def _withdraw(call: Call, key: LegKey, reason: str) -> port.Withdraw:
    return port.Withdraw(call=call.id, epoch=call.epoch, offer=key[0], device=key[1], reason=reason)


def _hang_up(call: Call, cause: str) -> port.HangUp:
    return port.HangUp(call=call.id, epoch=call.epoch, cause=cause)


def _without(call: Call, keys: list[LegKey]) -> Call:
    return replace(call, legs={key: leg for key, leg in call.legs.items() if key not in keys})


_STEPS: Final[Mapping[type, Callable[[Call, Any], Step]]] = {
    Offered: _offered,
    OfferOver: _over,
    Won: _won,
    GivenBack: _given_back,
    Finished: _finished,
    HoldAsked: _hold,
    TransferAsked: _transfer,
    TakeBackAsked: _take_back,
    port.LegRinging: _advanced,
    port.LegAnswered: _advanced,
    port.LegConfirmed: _advanced,
    port.LegFailed: _leg_failed,
    port.LegEnded: _leg_ended,
    port.Bridged: _bridged,
    port.Dialled: _dialled,
    port.Held: _held,
    port.Resumed: _held,
    port.TransferResult: _transferred,
    port.CallerEnded: _caller_ended,
}
"""What moves a call; signals of pages, digits and announcements are for others."""
