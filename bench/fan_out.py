"""Fan-out: all ring, a tenth declines, a fifth does not answer, all others take it at one moment.

A ring asks at most 50 at once, whatever the number of agents; the next wave follows when these
have declined or not answered.
"""

from __future__ import annotations

import asyncio
import statistics
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from acd.domain.events import EventType
from acd.domain.queue import RING_LIMIT_MAX
from bench.play import Manners, Play, checked, playing, spread
from bench.readings import Reading, Values, percentiles, repeat

if TYPE_CHECKING:
    from bench.report import Figure

AGENTS = (10, 100, 1_000)
INTERACTIONS = 16
REACT_S = 0.4
EVERY_S = 0.7


def measure(runs: int, most: int, share: float) -> list[Figure]:
    """By agents, up to `most` of them."""
    found = []
    for agents in (size for size in AGENTS if size <= most):
        play = partial(_fan_out, agents, max(5, round(share * INTERACTIONS)))
        found += repeat(runs, {"agents": agents}, play)
    return found


async def _fan_out(agents: int, interactions: int) -> Values:
    settings: dict[str, object] = {
        "ring_time_s": 1, "ring_limit": min(RING_LIMIT_MAX, agents), "decline_s": 1
    }  # fmt: skip
    manners = Manners(decline=0.1, ignore=0.2, react_s=REACT_S)
    async with playing("ring_all", agents, manners, **settings) as play:
        spent_s = play.spent_s()
        for _ in range(interactions):
            await play.arrive(1)
            await asyncio.sleep(EVERY_S)
        spent_s = play.spent_s() - spent_s
    rings, withdrawn_ms = _rings(play)
    winners = Counter(
        str(event.interaction) for event in play.log if event.type is EventType.OFFER_ACCEPTED
    )
    return checked(
        play,
        {
            Reading("fan_out_winners", "per interaction"): statistics.fmean(winners.values()),
            Reading("fan_out_lost", "interactions"): float(interactions - play.left),
            Reading("fan_out_rung", "agents"): statistics.median(map(len, rings)),
            **percentiles(
                "first_to_last_ring_ms", [1000 * (max(one) - min(one)) for one in rings], 50, 99
            ),
            **percentiles("withdrawal_ms", withdrawn_ms or [0.0], 50, 99),
            Reading("fan_out_cpu_ms", "ms an interaction"): 1000 * spent_s / interactions,
            Reading("fan_out_offers_cv", "ratio"): spread(play),
        },
    )


def _rings(play: Play) -> tuple[list[list[float]], list[float]]:
    """When each was first rung, agent by agent; and how long after the accept losers heard of it.

    What follows the first wave of an interaction belongs to another ring.
    """
    rings: dict[str, list[float]] = {}
    over: set[str] = set()
    withdrawn_ms = []
    for event in play.log:
        name, at = event.interaction, play.heard_s[event.id]
        if not name or event.type is EventType.INTERACTION_QUEUED:
            continue
        if event.type is EventType.OFFER_MADE:
            if name not in over:
                rings.setdefault(name, []).append(at)
            continue
        over.add(name)
        if event.type is EventType.OFFER_WITHDRAWN and event.data["reason"] == "taken":
            withdrawn_ms.append(1000 * (at - play.taken_s[name]))
    return list(rings.values()), withdrawn_ms
