"""Verbs about offers: every way one ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.agent import short
from acd.domain.errors import BadRequest
from acd.domain.offer import EXTRA_MAX_MS, AcceptOutcome, OfferOutcome
from acd.routing.results import Accepted, Changed, Extended, OfferEnded
from acd.routing.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acd.domain.ids import AgentId, InteractionId, OfferId


class Offers(Tenant):
    """An agent's, or a device's, answer to a ring."""

    async def accept(self, offer: OfferId, agent: AgentId, *, now_ms: int = 0) -> Accepted:
        """The first valid accept wins. Idempotent; a late or foreign one says why not.

        What became of an offer is known of the last 64 of an interaction; of one before that may be
        forgotten it is said that it expired.

        Raises:
            BadRequest: that is not an offer's id.
        """
        interaction, number = self._split(offer)
        outcome, winner = await self._change("offer_accept", now_ms, interaction, number, agent)
        return Accepted(
            outcome=AcceptOutcome(outcome), interaction=interaction, winner=winner or None
        )

    async def decline(
        self, offer: OfferId, agent: AgentId, reason: str = "", *, now_ms: int = 0
    ) -> OfferEnded:
        """Not this one: the next agent rings at once."""
        interaction, number = self._split(offer)
        reply = await self._change(
            "offer_decline", now_ms, interaction, number, agent, short(reason)
        )
        return self._ended(interaction, OfferOutcome.DECLINED, reply)

    async def fail(
        self, offer: OfferId, agent: AgentId, cause: str, *, now_ms: int = 0
    ) -> OfferEnded:
        """The device could not be reached, or the accepted call did not connect; no blame.

        With the cause MEDIA_LOST an active call goes back to its line as well.
        """
        interaction, number = self._split(offer)
        reply = await self._change("offer_fail", now_ms, interaction, number, agent, short(cause))
        return self._ended(interaction, OfferOutcome.FAILED, reply)

    async def delivered(self, offer: OfferId, agent: AgentId, *, now_ms: int = 0) -> Changed:
        """A device of the agent rings: the offer lasts its whole ring time."""
        interaction, number = self._split(offer)
        word = (await self._ask("offer_delivered", now_ms, interaction, number, agent))[0]
        return Changed(changed=word == "delivered", reason=word)

    async def extend(
        self, offer: OfferId, agent: AgentId, extra_ms: int, *, now_ms: int = 0
    ) -> Extended:
        """A phone was picked up and is asked for a digit: the offer lasts that long from now, once.

        Raises:
            BadRequest: that is not an offer's id, or not a time of at most two minutes.
        """
        interaction, number = self._split(offer)
        if not 0 < extra_ms <= EXTRA_MAX_MS:
            raise BadRequest(f"1 to {EXTRA_MAX_MS} ms", field="extra_ms")
        word, *reply = await self._change(
            "offer_extend", now_ms, interaction, number, agent, extra_ms
        )
        return Extended(
            changed=word == "extended", reason=word, deadline_ms=reply[0] if reply else None
        )

    async def connected(self, offer: OfferId, agent: AgentId, *, now_ms: int = 0) -> Changed:
        """Media flows: the accepted call is active."""
        interaction, number = self._split(offer)
        reply = await self._change("offer_connected", now_ms, interaction, number, agent)
        return Changed(changed=reply[0] == "connected", reason=reply[0])

    @staticmethod
    def _ended(
        interaction: InteractionId, outcome: OfferOutcome, reply: Sequence[str]
    ) -> OfferEnded:
        if reply[0] == outcome:
            return OfferEnded(changed=True, outcome=outcome, interaction=interaction)
        past = reply[1] if reply[0] == "late" else None
        if past == "taken":
            past = OfferOutcome.WITHDRAWN
        return OfferEnded(
            changed=False, outcome=OfferOutcome(past) if past else None, interaction=interaction
        )
