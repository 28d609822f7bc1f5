"""Verbs about callbacks: the customer need not stay, and is called when their turn comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.errors import BadRequest, NotFound
from acd.domain.ids import is_plain_id
from acd.routing.results import CallbackTried, Changed
from acd.routing.tenant import Tenant

if TYPE_CHECKING:
    from acd.domain.ids import AgentId, InteractionId, OfferId


class Callbacks(Tenant):
    """A place in the line without anybody on the line."""

    async def request_callback(
        self,
        interaction: InteractionId,
        number_ref: str = "",
        *,
        command: str = "",
        now_ms: int = 0,
    ) -> Changed:
        """The customer need not stay: the place is kept. Asked again, only the number is replaced.

        `number_ref` names where to call, never the number itself. `late` once somebody accepted.

        Raises:
            NotFound: there is no such interaction.
            BadRequest: a reference, or the command's id, is made of a-z, 0-9, _ and -.
        """
        if number_ref and not is_plain_id(number_ref):
            raise BadRequest("a reference is made of a-z, 0-9, _ and -", field="number_ref")
        reply = await self._command(
            "interaction_callback", now_ms, command, interaction, number_ref
        )
        word = reply[0]
        if word == "unknown":
            raise NotFound(field="interaction")
        return Changed(changed=word == "kept", reason=word)

    async def callback_dialled(
        self,
        offer: OfferId,
        agent: AgentId,
        *,
        answered: bool,
        called: bool = True,
        now_ms: int = 0,
    ) -> CallbackTried:
        """The customer was called. Unanswered: the agent is free, and there is another try later.

        `offer` is the one by which the agent got it; of an earlier try it is `late`. Not `called`,
        since no call could be made just now, it is as unanswered, and no try was used up.

        Raises:
            NotFound: there is no such interaction.
            BadRequest: that is not an offer's id.
        """
        interaction, number = self._split(offer)
        outcome = "answered" if answered else "no_answer" if called else "not_called"
        word, *reply = await self._change(
            "callback_dialled", now_ms, interaction, number, agent, outcome
        )
        if word == "unknown":
            raise NotFound(field="interaction")
        return CallbackTried(
            changed=word != "late", reason=word, next_try_ms=reply[0] if word == "parked" else None
        )
