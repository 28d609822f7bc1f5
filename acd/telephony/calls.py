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
from acd.telephony import port, ringing
from acd.telephony.ringing import Step, withdraw, without
from acd.telephony.state import Call, CallPhase, LegKey, LegPhase
from acd.telephony.words import (
    CallBack,
    Connected,
    Fail,
    Finished,
    GivenBack,
    Heard,
    HoldAsked,
    HungUp,
    LineLost,
    Lost,
    NotReached,
    NotTransferred,
    Offered,
    OfferOver,
    Side,
    TakeBackAsked,
    TransferAsked,
    Won,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


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
        withdraw(call, key, "transferred" if key == call.winner else "taken") for key in losers
    )
    bridge = port.Bridge(call=call.id, epoch=call.epoch, offer=winner[0], device=winner[1])
    call = replace(without(call, losers), phase=CallPhase.CONNECTING, winner=winner, later={})
    return call, (*withdrawn, bridge)


def _given_back(call: Call, heard: GivenBack) -> Step:
    """The winner has it no longer: the caller waits again."""
    call = replace(call, epoch=max(call.epoch, heard.epoch))
    if call.winner is None or call.legs[call.winner].agent != heard.agent:
        return call, ()  # they lost it before
    stop = withdraw(call, call.winner, heard.reason)
    return replace(without(call, [call.winner]), phase=CallPhase.WAITING, winner=None), (stop,)


def _leg_failed(call: Call, heard: port.LegFailed) -> Step:
    return _failed(call, (heard.offer, heard.device), heard.fault)


def _failed(call: Call, key: LegKey, fault: port.LegFault) -> Step:
    leg = call.legs.get(key)
    if leg is None:
        return call, ()
    offer = key[0]
    if key == call.winner:
        if call.phase not in _TALKS:
            call = replace(without(call, [key]), phase=CallPhase.WAITING, winner=None)
            return call, (Fail(offer=offer, agent=leg.agent, cause="connect_failed"),)
        return _ended(call, key)
    return ringing.failed(call, key, fault)


def _leg_ended(call: Call, heard: port.LegEnded) -> Step:
    key = (heard.offer, heard.device)
    if heard.cause == MEDIA_LOST and key == call.winner and call.phase in _TALKS:
        lost = Lost(offer=heard.offer, agent=call.legs[key].agent)
        return replace(without(call, [key]), phase=CallPhase.WAITING, winner=None), (lost,)
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
    if call.winner is None or call.winner[0] != heard.offer:
        return call, ()
    if call.phase in _TALKS:  # by a connection made anew, with which no hold goes on
        return replace(call, phase=CallPhase.TALKING), ()
    if call.phase is not CallPhase.CONNECTING:
        return call, ()
    if call.calls_back:
        return replace(call, phase=CallPhase.DIALLING), (CallBack(epoch=call.epoch),)
    leg = call.legs[call.winner]
    told = leg.target.kind is port.TargetKind.BROWSER
    talks = Connected(offer=heard.offer, agent=leg.agent, told=told)
    return replace(call, phase=CallPhase.TALKING), (talks,)


def _dialled(call: Call, heard: port.Dialled) -> Step:
    if call.phase is not CallPhase.DIALLING or call.winner is None:
        return call, ()
    agent = call.legs[call.winner].agent
    if heard.ok:
        talks = replace(call, phase=CallPhase.TALKING, calls_back=False)
        return talks, (Connected(offer=call.winner[0], agent=agent, told=False),)
    over = NotReached(offer=call.winner[0], agent=agent, called=heard.called)
    return replace(call, phase=CallPhase.WAITING, legs={}, winner=None), (over,)


def _caller_ended(call: Call, _: port.CallerEnded) -> Step:
    if call.calls_back:  # the attempt is over, not the callback
        if call.winner is not None:
            return _failed(call, call.winner, port.LegFault.UNREACHABLE)
        return replace(call, legs={}, later={}), ()
    return _closed(call), (_hang_up(call, "caller"), HungUp(side=Side.CALLER))


def _line_lost(call: Call, _: LineLost) -> Step:
    """Whoever is rung or dialled for it here is let go; the attempt is the other node's now."""
    if not call.calls_back:  # they talk
        return call, ()
    return replace(call, phase=CallPhase.WAITING, legs={}, later={}, winner=None), ()


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
    if heard.command == call.given:  # they did not hear what came of it
        return call, (call.refused,) if call.refused is not None else ()
    call = replace(call, given=heard.command, refused=None)
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
        refused = NotTransferred(agent=agent, code=heard.code)
        return replace(call, refused=refused), (refused,)
    others = tuple(withdraw(call, key, "transferred") for key in call.legs if key != call.winner)
    return _closed(call), (*others, HungUp(side=Side.AGENT, agent=agent))


def _closed(call: Call) -> Call:
    return replace(call, phase=CallPhase.ENDED, legs={}, later={}, winner=None)


def _hang_up(call: Call, cause: str) -> port.HangUp:
    return port.HangUp(call=call.id, epoch=call.epoch, cause=cause)


_STEPS: Final[Mapping[type, Callable[[Call, Any], Step]]] = {
    Offered: ringing.offered,
    OfferOver: ringing.over,
    Won: _won,
    GivenBack: _given_back,
    Finished: _finished,
    LineLost: _line_lost,
    HoldAsked: _hold,
    TransferAsked: _transfer,
    TakeBackAsked: _take_back,
    port.LegRinging: ringing.advanced,
    port.LegAnswered: ringing.advanced,
    port.LegConfirmed: ringing.advanced,
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
