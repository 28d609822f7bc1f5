"""Whom an interaction rings, or who has it, where it changes without an event of theirs."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from acd.chat.delivery import to_agent
from acd.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from acd.chat.delivery import Delivery
    from acd.domain.ids import InteractionId
    from acd.routing.router import Router


async def look_again(router: Router, delivery: Delivery, interaction: InteractionId) -> None:
    """Let those who ring read it. While Redis is away they do not, and read when it is back."""
    with contextlib.suppress(StoreUnavailable):
        seen = await router.interaction(interaction)
        for offer in seen.offers if seen is not None else ():
            delivery.publish(to_agent(offer.agent), {"type": "contact"})


async def read_number_again(router: Router, delivery: Delivery, interaction: InteractionId) -> None:
    """Who rings for a callback, or calls by hand, saw another number."""
    told = {"type": "callback.number", "interaction": interaction}
    with contextlib.suppress(StoreUnavailable):
        if (seen := await router.interaction(interaction)) is None:
            return
        for agent in (*(offer.agent for offer in seen.offers), seen.agent):
            if agent is not None:
                delivery.publish(to_agent(agent), told)
