"""How `acd explain` tells of the offers that were made."""

from __future__ import annotations

from typing import Any

from acd.cli.explain import decision, offers_table
from acd.domain.history import PastOffer
from acd.domain.ids import AgentId, InteractionId, QueueId, offer_id
from acd.domain.offer import OfferOutcome

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
