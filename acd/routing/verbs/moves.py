"""Verbs that change where an interaction stands: another queue, another level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.errors import BadRequest, NotFound, QueueUnknown
from acd.routing.compiled import LEVELS
from acd.routing.results import Changed
from acd.routing.tenant import Tenant, short

if TYPE_CHECKING:
    from acd.domain.ids import InteractionId, QueueId


class Moves(Tenant):
    """What a supervisor does with those in line. `by` says who: an agent, or `key:…` a program."""

    async def move(
        self,
        interaction: InteractionId,
        queue: QueueId,
        by: str,
        *,
        command: str = "",
        now_ms: int = 0,
    ) -> Changed:
        """To another queue of the same channel, its age kept; `late` once somebody has accepted.

        Raises:
            NotFound: there is no such interaction.
            QueueUnknown: there is no such queue, or it is being removed.
            BadRequest: it is a queue of another channel, or the command's id is none.
        """
        reply = await self._command(
            "interaction_move", now_ms, command, interaction, queue, short(by)
        )
        word = reply[0]
        if word == "unknown":
            raise NotFound(field="interaction")
        if word == "unknown_queue":
            raise QueueUnknown(field="queue")
        if word == "wrong_channel":
            raise BadRequest("that queue is on another channel", field="queue")
        return Changed(changed=word == "moved", reason=word)

    async def reprioritise(
        self,
        interaction: InteractionId,
        level: int,
        by: str,
        *,
        command: str = "",
        now_ms: int = 0,
    ) -> Changed:
        """Level 1 (first) to 9 for one that is not accepted yet; `late` afterwards.

        Raises:
            NotFound: there is no such interaction.
            BadRequest: that is no level, or the command's id is none.
        """
        if level not in LEVELS:
            raise BadRequest("level must be 1 to 9", field="level")
        reply = await self._command(
            "interaction_reprioritise", now_ms, command, interaction, level, short(by)
        )
        word = reply[0]
        if word == "unknown":
            raise NotFound(field="interaction")
        return Changed(changed=word == "rescored", reason=word)
