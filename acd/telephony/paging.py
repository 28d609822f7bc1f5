"""What the pages of a call ask and say of their audio, and are told: a contact's, an agent's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from acd.chat.delivery import to_agent, to_contact
from acd.telephony import port, words
from acd.telephony.port import TargetKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.chat.delivery import Delivery
    from acd.domain.ids import ContactId
    from acd.telephony.state import Call, LegKey


@dataclass(frozen=True, slots=True)
class WhereAsked:
    """Consoles of whoever has the call want to know by what."""


Said = (
    port.PageSaid
    | port.VisitorSaid
    | words.HoldAsked
    | words.TransferAsked
    | words.TakeBackAsked
    | WhereAsked
)


def said(call: Call, payload: Mapping[str, Any]) -> Said | None:
    """What a page says means to the call as it is, if anything."""
    match payload.get("type"):
        case "call.signal":
            return _signalled(call, payload)
        case "call.transfer":
            return words.TransferAsked(
                agent=payload["agent"], number=payload["number"], command=payload["command"]
            )
        case "call.take_back":
            return words.TakeBackAsked(agent=payload["agent"], command=payload["command"])
        case "call.where.ask":
            return WhereAsked()
    return None


def _signalled(call: Call, payload: Mapping[str, Any]) -> Said | None:
    if payload.get("visitor"):
        return port.VisitorSaid(call=call.id, epoch=call.epoch, signal=payload["signal"])
    agent, signal = payload.get("agent"), payload["signal"]
    if agent is None:  # what visitors are told
        return None
    leg = _leg(call, agent, payload.get("offer"))
    if leg is None:
        return None
    if signal.get("kind") in ("held", "resumed"):
        return words.HoldAsked(on=signal["kind"] == "held") if leg == call.winner else None
    if signal.get("kind") in ("together", "apart"):  # said to people
        return None
    return port.PageSaid(
        call=call.id, epoch=call.epoch, offer=leg[0], device=leg[1], agent=agent, signal=signal
    )


def _leg(call: Call, agent: str, offer: str | None) -> LegKey | None:
    """The agent's page among the legs; without an offer, that of who has the call."""
    winner = call.winner
    if offer is None and winner is not None and call.legs[winner].agent == agent:
        offer = winner[0]
    for key, leg in call.legs.items():
        if key[0] == offer and leg.agent == agent and leg.target.kind is TargetKind.BROWSER:
            return key
    return None


def tell_visitor(delivery: Delivery, contact: ContactId, told: port.VisitorTold) -> None:
    """Say it to the page of a website's caller."""
    delivery.publish(
        to_contact(contact),
        {
            "type": "call.signal",
            "interaction": told.call,
            "agent": None,
            "offer": None,
            "signal": {**told.signal, "interaction": told.call},
        },
    )


def tell_page(delivery: Delivery, call: Call, told: port.PageTold) -> None:
    """Say it to the agent's page, while it is part of the call."""
    leg = call.legs.get((told.offer, told.device))
    if leg is not None:
        delivery.publish(
            to_agent(leg.agent),
            {"type": "call.signal", "interaction": call.id, "signal": dict(told.signal)},
        )


def tell_asked(
    delivery: Delivery, call: Call, asked: words.TransferAsked | words.TakeBackAsked
) -> None:
    """Say to whoever asked that the call is here: what comes of it is told later."""
    told = {"type": "call.asked", "interaction": call.id, "command": asked.command}
    delivery.publish(to_agent(asked.agent), told)


def tell_where(delivery: Delivery, call: Call) -> None:
    """Say to the consoles of whoever has the call by what: a page, or a telephone of theirs."""
    if call.winner is not None:
        leg = call.legs[call.winner]
        phone = leg.target.kind is not TargetKind.BROWSER
        told = {"type": "call.where", "interaction": call.id, "phone": phone}
        delivery.publish(to_agent(leg.agent), told)
