"""One interaction, wherever it is: live state first, then history, so no moment shows neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acd.domain.history import PastInteraction
    from acd.domain.ids import InteractionId
    from acd.records.history import History
    from acd.routing.results import InteractionSnapshot
    from acd.routing.router import Router


async def find_interaction(
    router: Router, history: History, interaction: InteractionId
) -> InteractionSnapshot | PastInteraction | None:
    """The interaction as live, else as recorded; None where it was never heard of.

    Raises:
        StoreUnavailable: the store that would know does not answer.
    """
    return await router.interaction(interaction) or await history.interaction(interaction)
