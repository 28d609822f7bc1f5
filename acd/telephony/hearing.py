"""What routing says of a call, as facts about it: pure.

Events come from the call's address, a snapshot after some were lost. Both may say what is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from acd.domain.ids import AgentId, OfferId
from acd.domain.interaction import InteractionState
from acd.telephony.words import Finished, GivenBack, OfferOver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.routing.snapshots import InteractionSnapshot
    from acd.telephony.state import Call

OVER: Final = frozenset({"offer.declined", "offer.expired", "offer.failed", "offer.withdrawn"})
LOST: Final = "lost"
CONNECT_MS: Final = 10_000
"""How long a page or telephone may take to be heard, where routing does not say it."""
_TAKEN: Final = frozenset(
    {InteractionState.CONNECTING, InteractionState.ACTIVE, InteractionState.IDLE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An offer was made: which devices ring is still to be found out."""

    offer: OfferId
    agent: AgentId
    timeout_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The offer was accepted."""

    offer: OfferId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The agent has it without having been rung; `offer` names what connects it."""

    offer: OfferId
    agent: AgentId
    timeout_ms: int = CONNECT_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """Routing believes that the caller is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedNotStay:
    """The place is kept, and whoever waits is called back; `rule` is why, where a queue said so."""

    rule: str = ""


News = Asked | Taken | Given | Parked | NeedNotStay | OfferOver | GivenBack | Finished


def news(payload: Mapping[str, Any], epoch: int) -> News | None:
    """What an event says that matters to the line; `epoch` is the one to come."""
    kind: str = payload["type"]
    data: Mapping[str, Any] = payload.get("data") or {}
    if kind.startswith("offer."):
        return _of_offer(kind, payload, data)
    agent = AgentId(payload.get("agent") or "")
    found: News | None = None
    match kind:
        case "interaction.assigned":
            named = OfferId(data.get("offer") or f"{payload['interaction']}.{payload['id']}")
            lasts_ms = int(data["until_ms"]) - int(payload["at_ms"]) if "until_ms" in data else 0
            found = Given(offer=named, agent=agent, timeout_ms=lasts_ms or CONNECT_MS)
        case "interaction.requeued" if agent:
            found = GivenBack(agent=agent, epoch=epoch, reason=str(data.get("reason")))
        case "interaction.moved" if data.get("reason") == "transferred":
            found = GivenBack(agent=AgentId(data["by"]), epoch=epoch, reason="transferred")
        case "interaction.parked" if "reason" not in data:
            found = Parked()
        case "interaction.parked" if agent:
            found = GivenBack(agent=agent, epoch=epoch, reason=str(data["reason"]))
        case "interaction.callback":
            found = NeedNotStay(rule=str(data.get("reason", "")))
        case "interaction.ended":
            found = Finished(outcome=str(data["outcome"]), rule=str(data.get("reason", "")))
    return found


def _of_offer(kind: str, payload: Mapping[str, Any], data: Mapping[str, Any]) -> News | None:
    offer, agent = OfferId(payload["offer"]), AgentId(payload["agent"])
    if kind == "offer.made":
        timeout_ms = int(data["deadline_ms"]) - int(payload["at_ms"])
        return Asked(offer=offer, agent=agent, timeout_ms=timeout_ms)
    if kind == "offer.accepted":
        return Taken(offer=offer, agent=agent)
    if kind not in OVER:
        return None
    reason = str(data.get("reason") or data.get("cause") or kind.partition(".")[2])
    return OfferOver(offer=offer, reason=reason)


def compared(call: Call, seen: InteractionSnapshot | None) -> list[News]:
    """What was missed, by how the interaction stands now; None: nothing is known of it."""
    if seen is None:
        return []
    if seen.state is InteractionState.ENDED:
        return [Finished(outcome=seen.outcome.value if seen.outcome else "", rule=seen.rule)]
    if seen.callback is not None and not seen.callback.answered and not call.calls_back:
        return [NeedNotStay(rule=seen.rule)]
    if seen.callback is not None and seen.callback.answered and call.calls_back:
        return [Finished(outcome="answered")]  # elsewhere, or dialled by hand
    found: list[News] = []
    live = {one.offer for one in seen.offers}
    owner = seen.agent if seen.state in _TAKEN else None
    has = call.legs[call.winner].agent if call.winner else None
    if has is not None and has != owner:
        found.append(GivenBack(agent=has, epoch=call.epoch + 1, reason=LOST))
    if owner is not None and has != owner:
        named = seen.connects or OfferId(f"{call.id}.{seen.since_ms}")
        rung = any(offer == named for offer, _ in call.legs)
        found.append((Taken if rung else Given)(offer=named, agent=owner))
    rung_now = {offer for offer, _ in call.legs}
    accepted = {one.offer for one in found if isinstance(one, Taken)}
    kept = call.winner[0] if call.winner and has == owner else None
    found += [
        OfferOver(offer=offer, reason=LOST)
        for offer in sorted(rung_now - live - accepted)
        if offer != kept
    ]
    found += [
        Asked(offer=one.offer, agent=one.agent, timeout_ms=one.deadline_ms - seen.now_ms)
        for one in seen.offers
        if one.offer not in rung_now
    ]
    if seen.contact_lost:
        found.append(Parked())
    return found
