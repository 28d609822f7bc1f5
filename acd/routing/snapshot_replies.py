"""Reading what scripts reply of an agent and of an interaction; of lines, `line_replies`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from acd.domain.agent import Availability
from acd.domain.ids import offer_id
from acd.domain.interaction import Channel, InteractionState, Outcome
from acd.domain.queue import Diversion
from acd.routing.compiled import CHANNELS
from acd.routing.snapshots import (
    AgentSnapshot,
    CallbackSnapshot,
    ChannelSnapshot,
    HeldSnapshot,
    InteractionSnapshot,
    OfferSnapshot,
    Role,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acd.domain.ids import AgentId, OfferId

_WORDS: Final = {
    "a": Availability.AVAILABLE,
    "w": Availability.AWAY,
    "o": Availability.OFFLINE,
    "f": Availability.FINISHING,
    "d": Availability.FINISHING,
}
_AFTER: Final = {"f": Availability.AWAY, "d": Availability.OFFLINE}
_REASONED: Final = frozenset({Availability.AWAY, Availability.FINISHING})


def _channel(queue: str) -> Channel:
    return Channel(queue.rpartition("/")[2])


def _offers(fields: Sequence[Any]) -> list[OfferSnapshot]:
    (interaction, state, queue, contact, conversation, level, enqueued, owner, live) = fields[:9]
    more = json.loads(fields[15]) if live else {}
    back = _callback(more["callback"]) if "callback" in more else None
    return [
        OfferSnapshot(
            offer=offer_id(interaction, number),
            interaction=interaction,
            agent=agent,
            channel=_channel(queue),
            queue=queue,
            contact=contact,
            conversation=conversation,
            level=level,
            enqueued_ms=enqueued,
            made_ms=made,
            deadline_ms=deadline,
            ring_ms=deadline - made,
            delivered=bool(delivered),
            why=json.loads(why),
            card=fields[14] or "{}",
            transfer=owner if state == InteractionState.ACTIVE else None,
            callback=back if back is not None and not back.answered else None,
            contact_lost=state == InteractionState.RINGING and fields[9] > 0,
        )
        for number, agent, deadline, made, delivered, why in live
    ]


def _held(fields: Sequence[Any], agent: AgentId) -> HeldSnapshot | None:
    """What the agent has of it; None if it is not theirs."""
    more = json.loads(fields[15])
    guests, given = more.get("guests", {}), more.get("wraps", {}).get(agent)
    if agent in guests:
        role = Role(guests[agent])
    elif given:
        role = Role.GIVER
    elif fields[7] == agent:
        role = Role.OWNER
    else:
        return None
    until_ms, extended = given or (fields[12], fields[13])
    return HeldSnapshot(
        interaction=fields[0],
        channel=_channel(fields[2]),
        queue=fields[2],
        contact=fields[3],
        conversation=fields[4],
        state=InteractionState.ENDED if given else InteractionState(fields[1]),
        role=role,
        transfer_to=more.get("transfer", {}).get("to"),
        transfer_waits=bool(more.get("transfer", {}).get("waits")),
        guests=tuple(sorted(guests)),
        consulted=next((a for a, role in guests.items() if role == Role.CONSULT), None),
        owner=fields[7] or None,
        enqueued_ms=fields[6],
        since_ms=fields[10],
        wrap_up_until_ms=until_ms or None,
        wrap_up_extended=bool(extended),
        card=fields[14] or "{}",
        callback=_callback(more["callback"]) if "callback" in more else None,
        connects=_connects(fields) if role is Role.OWNER else None,
    )


def agent_snapshot(agent: AgentId, reply: Sequence[Any]) -> AgentSnapshot | None:
    """The reply of `agent_snapshot`, or None if the agent is not configured."""
    now_ms, fields, sessions, lease_until_ms, held = reply
    if not fields:
        return None
    version, capacity, presence, *rest = fields
    counts, (idle, address_seq, grace, presence_seq) = rest[:3], rest[3:7]
    missed, reasons, over = rest[7:10], rest[10:13], rest[13]
    total, *packed = capacity.split(";")
    channels = {}
    for at, channel in enumerate(CHANNELS):
        weight, maximum, interrupts = packed[at].split(",")
        availability = _WORDS[presence[at]]
        channels[channel] = ChannelSnapshot(
            availability=availability,
            reason=reasons[at] if availability in _REASONED else "",
            after=_AFTER.get(presence[at]),
            count=counts[at],
            max=int(maximum),
            weight=int(weight),
            interrupts=interrupts == "1",
            missed_in_a_row=missed[at],
        )
    offers: list[OfferSnapshot] = []
    holding: list[HeldSnapshot] = []
    for one in held:
        mine = [offer for offer in _offers(one) if offer.agent == agent]
        offers += mine
        if not mine and (found := _held(one, agent)):
            holding.append(found)
    return AgentSnapshot(
        agent=agent,
        version=int(version),
        channels=channels,
        used=sum(state.weight * state.count for state in channels.values()),
        total=int(total),
        offers=tuple(sorted(offers, key=lambda offer: (offer.made_ms, offer.offer))),
        held=tuple(sorted(holding, key=lambda h: (h.since_ms, h.interaction))),
        over=over,
        address_seq=address_seq,
        presence_seq=int(presence_seq),
        sessions=sessions,
        phone="phone" in packed,
        lease_until_ms=lease_until_ms or None,
        grace_until_ms=int(grace) if grace else None,
        idle_since_ms=idle,
        now_ms=now_ms,
    )


def interaction_snapshot(reply: Sequence[Any]) -> InteractionSnapshot | None:
    """The reply of `interaction_snapshot`, or None if it is unknown, or its tombstone gone."""
    now_ms, fields, position, address_seq = reply
    if not fields:
        return None
    lost, more = fields[9], json.loads(fields[15])
    guests = more.get("guests", {})
    callback = more.get("callback")
    parked_ms = lost or (callback.get("next_ms", 0) if callback else 0)
    return InteractionSnapshot(
        interaction=fields[0],
        state=InteractionState(fields[1]),
        channel=_channel(fields[2]),
        queue=fields[2],
        contact=fields[3],
        conversation=fields[4],
        level=fields[5],
        enqueued_ms=fields[6],
        since_ms=fields[10],
        agent=fields[7] or None,
        outcome=Outcome(fields[11]) if fields[11] else None,
        offers=tuple(_offers(fields)),
        transfer_to=more.get("transfer", {}).get("to"),
        guests=tuple(sorted(guests)),
        consulted=next((a for a, role in guests.items() if role == Role.CONSULT), None),
        connects=_connects(fields),
        position=position or None,
        contact_lost=lost > 0 and fields[1] in ("parked", "ringing"),
        parked_until_ms=parked_ms or None if fields[1] == "parked" else None,
        wrap_up_until_ms=fields[12] or None,
        callback=_callback(callback) if callback else None,
        diverted=_diverted(more),
        rule=more.get("rule", ""),
        hops=tuple(more.get("hops", ())),
        address_seq=address_seq,
        card=fields[14] or "{}",
        now_ms=now_ms,
    )


def _callback(callback: Mapping[str, Any]) -> CallbackSnapshot:
    return CallbackSnapshot(
        tries=callback["tries"],
        number_ref=callback["number"],
        answered=callback.get("called", False),
        next_try_ms=callback.get("next_ms"),
    )


def _connects(fields: Sequence[Any]) -> OfferId | None:
    return offer_id(fields[0], fields[16]) if fields[1] == "connecting" else None


def _diverted(more: Mapping[str, Any]) -> Diversion | None:
    if "diverted" in more:
        return Diversion(more["diverted"])
    if "callback" in more:
        return Diversion.CALLBACK
    return Diversion.OVERFLOW if "hops" in more else None
