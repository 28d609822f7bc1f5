"""An agent begins a chat with somebody known: SQL first, as for who comes by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.errors import AcdError, StoreUnavailable
from acd.domain.interaction import Opening
from acd.routing.results import Changed

if TYPE_CHECKING:
    from acd.domain.ids import AgentId
    from acd.flow.intake import ChatStart, Intake
    from acd.records.intake_rows import IntakeRow
    from acd.records.intakes import Intakes
    from acd.routing.router import Router


class Openings:
    """Said again with the same client id it is the same chat, also after StoreUnavailable."""

    def __init__(self, router: Router, intake: Intake, intakes: Intakes) -> None:
        self._router = router
        self._intake = intake
        self._intakes = intakes

    async def open_chat(self, start: ChatStart, agent: AgentId) -> tuple[IntakeRow, Changed]:
        """A chat with `start.visitor` that is the agent's and active at once.

        The reason is `opened`, or why it is not: `not_here` or `full` of the agent, or the state of
        a chat that waits already or that somebody else has.

        Raises:
            NotFound: the site or the department takes no chats. AgentUnknown. Overloaded.
        """
        begun, queue = await self._intake.begin(start)
        row = begun.intake
        opening = Opening(
            interaction=row.interaction,
            queue=queue.id,
            contact=row.contact,
            conversation=row.conversation,
            agent=agent,
            level=row.level,
            card=row.card,
        )
        try:
            answer = await self._router.open_interaction(opening)
        except AcdError as error:
            # where no store answered, it may have been opened: its event confirms the row
            if begun.fresh and not isinstance(error, StoreUnavailable):
                await self._intakes.withdraw(row.interaction)
            raise
        if isinstance(answer, Changed):
            if begun.fresh:  # else the sweep would put them in the line
                await self._intakes.withdraw(row.interaction)
            return row, answer
        live = await self._router.interaction(row.interaction) if answer.known else None
        if live is not None and live.agent != agent:
            return row, Changed(changed=False, reason=live.state)
        return row, Changed(changed=True, reason="opened")
