"""What rings at an agent: from the event that made the offer, until the event that ended it.

The event carries all that the card needs at once. What may change while it rings, and whom it would
call back, is in the picture, which follows.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from acd.chat.sessions import Card
from acd.realtime.held import is_dialled_by_hand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.ids import OfferId
    from acd.realtime.desk import Desk
    from acd.routing.snapshots import AgentSnapshot, OfferSnapshot

ENDED_KEPT: Final = 100
UNTOLD: Final = frozenset({"contact_id", "enqueued_ms"})

_OFFER_ENDS: Final = {
    "offer.accepted": "accepted",
    "offer.declined": "declined",
    "offer.expired": "expired",
    "offer.failed": "failed",
    "offer.withdrawn": "withdrawn",
}


class Rings:
    """The offers of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.offers: dict[OfferId, dict[str, Any]] = {}
        self._made: dict[OfferId, int] = {}
        """At which sequence of the address an offer rang: an older picture does not know it."""
        self._ended: OrderedDict[OfferId, None] = OrderedDict()
        """Offers that ended lately: an older picture still has them, and none rings again."""

    def compare(self, snapshot: AgentSnapshot) -> None:
        """Ring what was not heard of, tell what changed, and end what is gone."""
        ringing = {offer.offer: offer for offer in snapshot.offers}
        for gone in [offer for offer in self.offers if offer not in ringing]:
            if self._made.get(gone, 0) <= snapshot.address_seq:
                self._end(gone, "withdrawn", "", None)
        for offer in ringing.values():
            if self._is_new(offer.offer):
                self._ring_as(offer)
            self._lasts(offer.offer, offer.deadline_ms)
            self._calls_back(offer)
            self._is_waited_for(offer)

    def _ring_as(self, offer: OfferSnapshot) -> None:
        self._ring(
            {
                "offer": offer.offer,
                "interaction": offer.interaction,
                "conversation": offer.conversation,
                "channel": offer.channel.value,
                "queue": offer.queue,
                "enqueued_ms": offer.enqueued_ms,
                "deadline_ms": offer.deadline_ms,
                "ring_ms": offer.ring_ms,
                "why": dict(offer.why),
                "transfer": offer.transfer,
            },
            Card.parse(offer.card),
            offer.contact,
        )

    def hear(self, kind: str, payload: Mapping[str, Any]) -> None:
        """An event at the agent's address, which may be about an offer."""
        offer = payload.get("offer")
        if not offer or payload.get("agent") not in (None, self._desk.agent.id):
            return
        data: Mapping[str, Any] = payload.get("data") or {}
        if kind == "offer.made" and self._is_new(offer):
            seq = payload.get("seq")
            self._made[offer] = seq if isinstance(seq, int) else 0
            self._hear_made(offer, payload, data)
        elif kind == "offer.extended":
            self._lasts(offer, int(data["deadline_ms"]))
        elif kind in _OFFER_ENDS:
            reason = str(data.get("reason") or data.get("cause") or "")
            self._end(offer, _OFFER_ENDS[kind], reason, data.get("by"))

    def _hear_made(
        self, offer: OfferId, payload: Mapping[str, Any], data: Mapping[str, Any]
    ) -> None:
        at_ms = int(payload.get("at_ms") or 0)
        self._desk.relay.clock.set(at_ms)
        queue = str(payload.get("queue"))
        enqueued_ms = int(data.get("enqueued_ms") or payload.get("enqueued_ms") or at_ms)
        self._ring(
            {
                "offer": offer,
                "interaction": payload.get("interaction"),
                "conversation": str(payload.get("conversation")),
                "channel": queue.rpartition("/")[2],
                "queue": queue,
                "enqueued_ms": enqueued_ms,
                "deadline_ms": data["deadline_ms"],
                "ring_ms": data["ring_ms"],
                "why": data.get("why") or {},
                "transfer": data.get("transfer"),
            },
            Card.parse(payload.get("card")),
            str(payload.get("contact")),
        )

    def of(self, interaction: str) -> dict[str, Any] | None:
        """The offer of this interaction, with what the wire does not show: `UNTOLD`."""
        return next((o for o in self.offers.values() if o["interaction"] == interaction), None)

    def _is_new(self, offer: OfferId) -> bool:
        return offer not in self.offers and offer not in self._ended

    def _ring(self, offer: dict[str, Any], card: Card, contact: str) -> None:
        desk, people, why = self._desk, self._desk.relay.people, offer["why"]
        shown = {
            **offer,
            "why": {**why, "skills": people.skills_of(why["pool"])} if "pool" in why else why,
            "transfer": desk.named(offer["transfer"]),
            "department": people.department(
                str(offer["queue"]).partition("/")[0], desk.agent.locale
            ),
            "contact": {"name": card.contact_name},
            "preview": card.preview,
            "number": card.number or None,
            "page": card.page,
            "callback": None,
            "contact_here": True,
        }
        self.offers[offer["offer"]] = {**shown, "contact_id": contact}
        self._tell(offer["offer"])

    def _lasts(self, offer: OfferId, deadline_ms: int) -> None:
        """A telephone that was picked up takes more time; an older picture gives none back."""
        ring = self.offers.get(offer)
        if ring is not None and deadline_ms > ring["deadline_ms"]:
            ring["ring_ms"] += deadline_ms - ring["deadline_ms"]
            ring["deadline_ms"] = deadline_ms
            self._tell(offer)

    def _calls_back(self, offer: OfferSnapshot) -> None:
        """Whoever accepts it is put through to the contact, or calls them by hand."""
        ring, back = self.offers.get(offer.offer), offer.callback
        if ring is None or (back is None) == (ring["callback"] is None):
            return
        if back is None:
            ring["callback"] = None
        else:
            by_hand = is_dialled_by_hand(offer.channel, dials=self._desk.relay.dials)
            ring["callback"] = {"by_hand": by_hand, "number": None}
            if back.number_ref:
                self._find_number_soon(offer.offer)
        self._tell(offer.offer)

    def _is_waited_for(self, offer: OfferSnapshot) -> None:
        """Whether its contact left the page; who is on a telephone has none."""
        ring, here = self.offers.get(offer.offer), not offer.contact_lost
        if ring is None or ring["contact_here"] == here:
            return
        if here or not Card.parse(offer.card).call:
            ring["contact_here"] = here
            self._tell(offer.offer)

    def hear_number(self, interaction: str) -> None:
        """The contact is to be called at another number than was known."""
        ring = self.of(interaction)
        if ring is not None and ring["callback"] is not None:
            self._find_number_soon(ring["offer"])

    def _find_number_soon(self, offer: OfferId) -> None:
        self._desk.relay.chores.start(self._find_number(offer), "ring-number")

    async def _find_number(self, offer: OfferId) -> None:
        if (ring := self.offers.get(offer)) is None:
            return
        number = await self._desk.relay.called_at(ring["contact_id"])
        if number is not None and offer in self.offers and ring["callback"] is not None:
            ring["callback"]["number"] = number
            self._tell(offer)

    def shown(self, offer: OfferId) -> dict[str, Any]:
        """The card of what rings, as the wire says it."""
        ring, now_ms = self.offers[offer], self._desk.relay.clock.now_ms()
        card = {key: value for key, value in ring.items() if key not in UNTOLD}
        return {**card, "waited_ms": max(0, now_ms - ring["enqueued_ms"]), "now": now_ms}

    def _tell(self, offer: OfferId) -> None:
        self._desk.emit("offer", self.shown(offer))

    def _end(self, offer: OfferId, outcome: str, reason: str, by: object) -> None:
        self._ended[offer] = None
        if len(self._ended) > ENDED_KEPT:
            self._ended.popitem(last=False)
        self._made.pop(offer, None)
        if self.offers.pop(offer, None) is None:
            return
        ended: dict[str, Any] = {"offer": offer, "outcome": outcome, "reason": reason}
        if by and by != self._desk.agent.id:
            ended["by"] = {"id": by, "name": self._desk.relay.people.agent_name(str(by))}
        self._desk.show("offer.ended", ended)
