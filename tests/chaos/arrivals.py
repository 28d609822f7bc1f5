"""Who comes into chaos: by client and number always the same, so that anybody may say it again."""

from __future__ import annotations

import contextlib
import random
from typing import Final

from acd.domain.errors import StoreUnavailable
from acd.domain.ids import ContactId, ConversationId, InteractionId
from acd.domain.interaction import Arrival, Opening
from acd.routing.router import Router
from tests.chaos.scene import AGENTS, QUEUES, SKILLS, agent

BEGUN_EVERY: Final = 12
"""Every so manieth is begun by an agent."""


def arrival(client: int, number: int) -> Arrival:
    """The client's arrival of that number, the same whenever it is asked for."""
    dice = random.Random(client * 1_000_000 + number)
    queue = dice.choice(QUEUES)
    contact = dice.randrange(3000)
    return Arrival(
        interaction=InteractionId(f"ix_{client}_{number}"),
        queue=queue,
        contact=ContactId(f"ct_{contact}"),
        conversation=ConversationId(f"cv_{contact}"),
        level=dice.randint(1, 9),
        leased=dice.random() < 0.5 and not queue.endswith("/ticket"),
        last_agent=agent(dice.randrange(AGENTS)) if dice.random() < 0.3 else None,
        requires={dice.choice(SKILLS): dice.randint(1, 3)} if dice.random() < 0.2 else {},
    )


def opening(client: int, number: int) -> Opening | None:
    """That of the same number, where an agent is to begin it."""
    if number % BEGUN_EVERY:
        return None
    one = arrival(client, number)
    return Opening(
        interaction=one.interaction,
        queue=one.queue,
        contact=one.contact,
        conversation=one.conversation,
        agent=agent(number // BEGUN_EVERY % AGENTS),
        level=one.level,
    )


async def sweep(router: Router, missing: list[tuple[int, int]]) -> None:
    """Enqueue again what was meant to be: as intake's sweep does."""
    for client, number in missing:
        with contextlib.suppress(StoreUnavailable):
            await router.enqueue(arrival(client, number))
