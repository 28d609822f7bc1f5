"""How `acd explain` tells of the offers that were made."""

from __future__ import annotations

from typing import Any

import pytest

from acd.cli.past import Unasked, decision, offers_table, reasons_then, unasked_lines
from acd.cli.words import person, reason_told, state_of
from acd.domain.agent import Availability
from acd.domain.capacity import ChannelCapacity
from acd.domain.contact import Address, AddressKind, Contact
from acd.domain.directory import Agent
from acd.domain.events import Event, EventType
from acd.domain.history import PastOffer, PastStanding
from acd.domain.ids import AgentId, ContactId, InteractionId, QueueId, offer_id
from acd.domain.interaction import Channel, InteractionState, Outcome
from acd.domain.offer import OfferOutcome
from acd.routing.explain import Reason, ReasonCode

NOON_MS = 1_795_348_800_000
IX = InteractionId("ix_1")


def offer(
    number: int,
    agent: str,
    outcome: OfferOutcome | None,
    after_s: float,
    rang_s: float = 0,
    **why: Any,
) -> PastOffer:
    made_ms = NOON_MS + int(after_s * 1000)
    return PastOffer(
        id=offer_id(IX, number),
        interaction=IX,
        agent=AgentId(agent),
        queue=QueueId("support/call"),
        why=why,
        outcome=outcome,
        reason="",
        winner=None,
        made_ms=made_ms,
        deadline_ms=made_ms + 20_000,
        ended_ms=made_ms + int(rang_s * 1000) if outcome else None,
    )


def test_times_are_told_as_people_read_them() -> None:
    keys = [{"name": "priority", "value": 1}, {"name": "idle_since_ms", "value": NOON_MS}]
    why = {"strategy": "priority+longest_idle", "keys": keys, "eligible": 2, "next": "claire"}
    assert decision(why, NOON_MS + 3_725_000) == (
        "priority+longest_idle (priority 1, idle for 1:02:05), 2 could be asked, "
        "claire would be next"
    )
    ratio = {"strategy": "max_utilization", "keys": [{"name": "ratio", "value": 333}]}
    assert decision(ratio, NOON_MS).startswith("max_utilization (33.3% of their room taken), ")


def test_an_offer_after_an_accepted_one_says_why_it_was_made() -> None:
    told = offers_table(
        [
            offer(1, "anna", OfferOutcome.ACCEPTED, 0, 4, strategy="ring_all"),
            offer(2, "bruno", OfferOutcome.WITHDRAWN, 0, 4, strategy="ring_all"),
            offer(3, "claire", OfferOutcome.ACCEPTED, 65, 2, strategy="transfer"),
            offer(4, "bruno", None, 90, strategy="ring_all"),
        ]
    )
    heads, *rows = told
    assert heads == ("offer", "at (UTC)", "rang", "agent", "outcome", "why")
    assert [row[:5] for row in rows] == [
        ("1", "12:00:00", "0:04", "anna", "accepted"),
        ("2", "12:00:00", "0:04", "bruno", "withdrawn"),
        ("3", "12:01:05", "0:02", "claire", "accepted"),
        ("4", "12:01:30", "-", "bruno", "rings"),
    ]
    assert [row[5].partition(", ")[0] for row in rows] == [
        "ring_all", "ring_all", "transfer", "no longer with claire; ring_all",
    ]  # fmt: skip


def given(agent: str, after_s: float, cause: str, by: str) -> Event:
    return Event(
        id="1-1", position="1-0", type=EventType.INTERACTION_ASSIGNED, interaction=IX,
        at_ms=NOON_MS + int(after_s * 1000), agent=AgentId(agent),
        data={"cause": cause, "by": by, "state": "active"},
    )  # fmt: skip


def test_whoever_has_it_by_an_act_is_told_among_the_offers() -> None:
    _, *rows = offers_table(
        [
            offer(1, "anna", OfferOutcome.DECLINED, 0, 4, strategy="ring_all"),
            offer(3, "bruno", None, 90, strategy="ring_all"),
        ],
        [
            given("claire", 30, "assigned", "sam"),
            given("anna", 60, "consulted", "claire"),
            given("dora", 70, "pulled", "dora"),
        ],
    )
    assert [(row[0], *row[1:5]) for row in rows] == [
        ("1", "12:00:00", "0:04", "anna", "declined"),
        ("-", "12:00:30", "-", "claire", "given"),
        ("-", "12:01:00", "-", "anna", "given"),
        ("-", "12:01:10", "-", "dora", "taken"),
        ("3", "12:01:30", "-", "bruno", "rings"),
    ]
    assert [row[5].partition(", ")[0] for row in rows] == [
        "ring_all", "assigned by sam", "by claire", "out of the line",
        "no longer with dora; ring_all",
    ]  # fmt: skip
    assert not offers_table([])[1:]


CHANNELS = {
    Channel.CHAT: ChannelCapacity(weight=40, max=2),
    Channel.CALL: ChannelCapacity(weight=80, max=0),
}


def agent(**more: Any) -> Agent:
    return Agent(id=AgentId("anna"), name="Anna", email="anna@example.com", **more)


@pytest.mark.parametrize(
    ("availability", "reason", "held", "channel", "needs", "said"),
    [
        ("available", "", {}, Channel.CHAT, {}, []),
        ("offline", "", {}, Channel.CHAT, {}, ["offline"]),
        ("away", "lunch", {}, Channel.CHAT, {}, ["away: lunch"]),
        ("finishing", "", {}, Channel.CHAT, {}, ["finishes their work and takes nothing new"]),
        ("available", "", {Channel.CHAT: 2}, Channel.CHAT, {}, ["full: 2 of 2"]),
        ("available", "", {}, Channel.CALL, {}, ["may have none on this channel"]),
        (
            "available", "", {Channel.CALL: 1}, Channel.CHAT, {},
            ["no room: 80 of 100 used, needs 40"],
        ),
        (
            "away", "", {}, Channel.CHAT, {"french": 5, "sales": 1},
            ["away", "french: needs 5, has 3"],
        ),
    ],
)  # fmt: skip
def test_what_kept_an_agent_then(
    availability: str,
    reason: str,
    held: dict[Channel, int],
    channel: Channel,
    needs: dict[str, int],
    said: list[str],
) -> None:
    stood = PastStanding(availability=Availability(availability), reason=reason, held=held)
    found = reasons_then(agent(skills={"french": 3, "sales": 2}), stood, channel, CHANNELS, needs)
    assert [reason_told(one, NOON_MS) for one in found] == said


def test_who_was_never_asked_is_told_with_the_moment_and_who_went_first() -> None:
    away = (Reason(code=ReasonCode.AWAY, facts={"reason": "lunch"}),)
    agents = ((AgentId("bruno"), away), (AgentId("claire"), ()))
    head, rows = unasked_lines(Unasked(at_ms=NOON_MS, first=AgentId("anna"), agents=agents))
    assert "2026-11-22 12:00:00 UTC" in head
    assert rows == [
        ("agent", "why not"),
        ("bruno", "away: lunch"),
        ("claire", "could have been asked; anna went first"),
    ]
    head, rows = unasked_lines(Unasked(at_ms=NOON_MS, first=None, agents=agents))
    assert head.startswith("Nobody was asked.")
    assert rows[-1] == ("claire", "could have been asked")


def test_a_contact_is_told_by_the_best_there_is() -> None:
    mail = Address(kind=AddressKind.EMAIL, value="jean@example.com")
    phone = Address(kind=AddressKind.PHONE, value="+33199001234")

    def said(name: str, *addresses: Address) -> str:
        return person(Contact(id=ContactId("ct_1"), name=name, addresses=addresses), "ct_1")

    assert said("Jean Martin", mail) == "Jean Martin"
    assert said("", mail, phone) == "+33199001234"
    assert said("", mail) == "jean@example.com"
    assert said("") == person(None, "ct_1") == "ct_1"
    assert said("Jean\x9b2J \u202eMartin") == "Jean2J Martin", "a terminal would obey"


def test_every_state_and_every_end_has_words() -> None:
    ends = {state_of(InteractionState.ENDED, outcome) for outcome in Outcome}
    assert len(ends) == len(Outcome)
    assert len({state_of(state, None) for state in InteractionState} - ends) == len(
        InteractionState
    )
