"""Whom an interaction rings: they look again where it changes without an event of theirs."""

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
    """Let their consoles read it. While Redis is away they do not, and read when it is back."""
    with contextlib.suppress(StoreUnavailable):
        seen = await router.interaction(interaction)
        for offer in seen.offers if seen is not None else ():
            delivery.publish(to_agent(offer.agent), {"type": "contact"})
