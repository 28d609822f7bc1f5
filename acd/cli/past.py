"""What history says of an interaction: its offers, and why others were not asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from acd.cli.words import lasted, person, reason_told, state_of, utc
from acd.domain.agent import Availability
from acd.domain.capacity import has_room, used
from acd.domain.events import Event
from acd.domain.offer import OfferOutcome
from acd.domain.skills import parse_requirement
from acd.flow.compiler import capacity_of
from acd.records.directory import Directory
from acd.records.standings import standings_at
from acd.routing.explain import Reason, ReasonCode
from acd.telephony.sip.message import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acd.domain.capacity import ChannelCapacity
    from acd.domain.contact import Contact
    from acd.domain.directory import Agent
    from acd.domain.history import PastInteraction, PastOffer, PastStanding
    from acd.domain.ids import AgentId, ContactId
    from acd.domain.interaction import Channel
    from acd.records.engine import Database

TRANSFER: Final = "transfer"
"""What stands for a strategy where a colleague was asked by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """Who was never asked, and what kept them; `first` was asked then, None where nobody was."""

    at_ms: int
    first: AgentId | None
    agents: tuple[tuple[AgentId, tuple[Reason, ...]], ...]


async def read_unasked(
    database: Database, past: PastInteraction, requires: str = ""
) -> Unasked | None:
    """How those of the department stood when it was offered last, or else when it arrived.

    None where nobody was chosen: who was asked by name, or began it. Capacity and skills are those
    of today.

    Args:
        database: where history and directory are.
        past: with its offers.
        requires: the skills it asks for where no offer tells.

    Raises:
        StoreUnavailable: the database is away.
    """
    chosen = [offer for offer in past.offers if offer.why.get("strategy") != TRANSFER]
    if not chosen and (past.offers or past.agent):
        return None
    last = chosen[-1] if chosen else None
    at_ms = last.made_ms if last else past.enqueued_ms
    department = (last.queue if last else past.queue).partition("/")[0]
    directory, asked = Directory(database), {offer.agent for offer in past.offers}
    members = {
        agent.id: agent
        for agent in await directory.agents()
        if agent.id not in asked and any(m.department == department for m in agent.memberships)
    }
    stood = await standings_at(database, members, past.channel, at_ms)
    tenant = await directory.channels()
    needs = parse_requirement(last.why.get("pool", "") if last else requires)
    agents = tuple(
        (
            agent.id,
            (Reason(code=ReasonCode.NOT_MEMBER, facts={}),)
            if not _serves(agent, department, past.channel)
            else reasons_then(agent, stood[agent.id], past.channel, tenant, needs),
        )
        for agent in sorted(members.values(), key=lambda one: one.id)
    )
    return Unasked(at_ms=at_ms, first=last.agent if last else None, agents=agents)


def _serves(agent: Agent, department: str, channel: Channel) -> bool:
    places = [place for place in agent.memberships if place.department == department]
    return any(not place.channels or channel in place.channels for place in places)


def reasons_then(
    agent: Agent,
    stood: PastStanding,
    channel: Channel,
    tenant: Mapping[Channel, ChannelCapacity],
    needs: Mapping[str, int],
) -> tuple[Reason, ...]:
    """What kept an agent who serves the channel from being asked; nothing, where nothing did."""
    found = []
    if stood.availability is not Availability.AVAILABLE:
        facts = {"reason": stood.reason} if stood.availability is Availability.AWAY else {}
        found.append(Reason(code=ReasonCode(stood.availability.value), facts=facts))
    capacity, count = capacity_of(agent, tenant), stood.held.get(channel, 0)
    own = capacity[channel]
    if count >= own.max:
        found.append(Reason(code=ReasonCode.FULL, facts={"count": count, "max": own.max}))
    elif not has_room(capacity, agent.total, stood.held, channel):
        room = {
            "used": used(capacity, stood.held),
            "total": agent.total,
            "weight": own.weight,
        }
        found.append(Reason(code=ReasonCode.CAPACITY, facts=room))
    for skill, level in needs.items():
        has = agent.skills.get(skill, 0)
        if has < level:
            lacks: dict[str, int | str] = {"skill": skill, "level": level, "has": has}
            found.append(Reason(code=ReasonCode.SKILL, facts=lacks))
    return tuple(found)


def unasked_lines(found: Unasked) -> tuple[str, list[tuple[str, str]]]:
    """What stands above the table, and its rows with their heads."""
    moment = f"{utc(found.at_ms):%F %T} UTC"
    could = "could have been asked"
    if found.first:
        head = f"Never asked, as they stood when it was offered last ({moment}):"
        could += f"; {found.first} went first"
    else:
        head = f"Nobody was asked. As they stood when it arrived ({moment}):"
    rows = [
        (agent, "; ".join(reason_told(reason, found.at_ms) for reason in reasons) or could)
        for agent, reasons in found.agents
    ]
    return head, [("agent", "why not"), *rows]


def latest_table(
    latest: Sequence[PastInteraction], contacts: Mapping[ContactId, Contact]
) -> list[tuple[str, ...]]:
    """The interactions in a table with its heads; times are UTC."""
    rows = [
        (
            x.id,
            f"{utc(x.enqueued_ms):%F %T}",
            x.channel.value,
            x.queue.partition("/")[0],
            person(contacts.get(x.contact), x.contact),
            state_of(x.state, x.outcome),
            x.agent or "-",
        )
        for x in latest
    ]
    heads = ("interaction", "arrived (UTC)", "channel", "department", "contact", "state", "agent")
    return [heads, *rows]


def offers_table(offers: Sequence[PastOffer], given: Sequence[Event] = ()) -> list[tuple[str, ...]]:
    """Who was asked, and who had it by an act, the first first, with heads; times are UTC."""
    rows: list[tuple[str, ...]] = [("offer", "at (UTC)", "rang", "agent", "outcome", "why")]
    happened: list[PastOffer | Event] = [*offers, *given]
    had, since_ms = "", 0
    for one in sorted(happened, key=_moment):
        if isinstance(one, Event):
            rows.append(_given(one))
            had, since_ms = one.agent or "", one.at_ms
            continue
        why = decision(one.why, one.made_ms)
        if had and one.made_ms >= since_ms and one.why.get("strategy") != TRANSFER:
            why = f"no longer with {had}; {why}"  # they gave it back, or were gone
        rows.append(
            (
                one.id.rpartition(".")[2],
                f"{utc(one.made_ms):%T}",
                lasted(one.ended_ms - one.made_ms) if one.ended_ms else "-",
                one.agent,
                one.outcome or "rings",
                why,
            )
        )
        if one.outcome is OfferOutcome.ACCEPTED:
            had, since_ms = one.agent, one.ended_ms or 0
    return rows


def _moment(one: PastOffer | Event) -> int:
    return one.at_ms if isinstance(one, Event) else one.made_ms


def _given(act: Event) -> tuple[str, ...]:
    by = plain(str(act.data["by"]))
    outcome, why = {
        "assigned": ("given", f"assigned by {by}"),
        "pulled": ("taken", "out of the line, by themselves"),
    }.get(act.data["cause"], ("given", f"by {by}, who had asked them for advice"))
    return "-", f"{utc(act.at_ms):%T}", "-", act.agent or "-", outcome, why


def decision(why: Mapping[str, Any], made_ms: int) -> str:
    """An offer's `why` in a line; `made_ms` is when it was decided."""
    if not why:
        return ""
    keys = ", ".join(_key(key["name"], key["value"], made_ms) for key in why.get("keys", ()))
    by = f"{why.get('strategy', '')} ({keys})" if keys else str(why.get("strategy", ""))
    parts = [by, f"{why.get('eligible', 0)} could be asked"]
    if why.get("next"):
        parts.append(f"{why['next']} would be next")
    if why.get("sticky"):
        parts.append("served them last")
    if why.get("pool"):
        parts.append(f"pool {why['pool']}")
    return ", ".join(parts)


def _key(name: str, value: Any, made_ms: int) -> str:
    match name:
        case "idle_since_ms":
            return f"idle for {lasted(made_ms - int(value))}"
        case "running":
            return f"{value} under way"
        case "ratio":
            return f"{value / 10:g}% of their room taken"
        case "last_offered":
            return f"asked last in turn {value}" if value else "not asked yet"
        case _:
            return f"{name} {value}"
