"""Verbs about work that was accepted: its end, and the wrap-up after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.errors import BadRequest
from acd.domain.interaction import InteractionState, Outcome
from acd.routing.results import Changed, Finished, Heard
from acd.routing.tenant import Tenant

if TYPE_CHECKING:
    from acd.domain.ids import AgentId, InteractionId

ENDERS: Final = ("agent", "contact", "system")


class Work(Tenant):
    """What an agent does with what they hold."""

    async def finish(
        self,
        interaction: InteractionId,
        *,
        by: str,
        agent: AgentId | None = None,
        wrap_up: bool = True,
        command: str = "",
        now_ms: int = 0,
    ) -> Finished:
        """End it. `by` is `agent`, `contact` or `system`; `agent`, if given, must own it.

        Raises:
            BadRequest: `by` is none of these, or the command's id is none.
        """
        if by not in ENDERS:
            raise BadRequest(f"by is one of {', '.join(ENDERS)}", field="by")
        word, *reply = await self._command(
            "interaction_finish", now_ms, command, interaction, by, agent or "", int(wrap_up)
        )
        if not reply:
            return Finished(changed=False, reason=word)
        outcome, until_ms = reply
        return Finished(
            changed=word == "ended",
            outcome=Outcome(outcome),
            wrap_up_until_ms=until_ms or None,
            reason="" if word == "ended" else word,
        )

    async def heard(self, interaction: InteractionId, *, now_ms: int = 0) -> Heard:
        """The customer of a chat wrote: it is not silent, or not any more.

        Cheap while the chat is active; the time of silence begins anew at most every 10 s.
        """
        effect, state = await self._change("interaction_heard", now_ms, interaction)
        if effect == "unknown":
            return Heard(effect="nothing", state=None)
        return Heard(effect=effect, state=InteractionState(state))

    async def wrap_up_end(
        self, interaction: InteractionId, agent: AgentId, *, command: str = "", now_ms: int = 0
    ) -> Changed:
        """The work after the end is done: the slot is free.

        Raises:
            BadRequest: the command's id is none.
        """
        reply = await self._command("wrap_up_end", now_ms, command, interaction, agent)
        return Changed(changed=reply[0] == "ended", reason=reply[0])

    async def wrap_up_extend(
        self, interaction: InteractionId, agent: AgentId, *, command: str = "", now_ms: int = 0
    ) -> Changed:
        """More time for it, once, by the queue's `wrap_up_extend_s`.

        Raises:
            BadRequest: the command's id is none.
        """
        reply = await self._command("wrap_up_extend", now_ms, command, interaction, agent)
        return Changed(changed=reply[0] == "extended", reason=reply[0])
