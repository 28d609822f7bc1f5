"""Callbacks: who waits leaves a number and keeps the place; in their turn an agent calls them.

The number is the contact's, in SQL; routing knows only that there is one. Without telephony the
agent dials by hand, sees the number here and says what came of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from acd.chat.rung import look_again, read_number_again
from acd.chat.sessions import IN_LINE, ChatPhase
from acd.domain import phone
from acd.domain.errors import BadRequest, CallbackNotOffered, NotYours
from acd.domain.ids import split_offer_id
from acd.domain.interaction import Outcome
from acd.routing.results import Changed

if TYPE_CHECKING:
    from acd.chat.actors import Actor
    from acd.chat.delivery import Delivery
    from acd.chat.notes import Notes
    from acd.chat.numbers import Numbers
    from acd.chat.people import People
    from acd.chat.sessions import Chat, Live
    from acd.chat.steering import Steering
    from acd.domain.ids import ContactId, InteractionId, OfferId
    from acd.records.contacts import Contacts
    from acd.routing.router import Router

LEFT: Final = "callback"
"""What routing is told of a number that was left: it names the contact's address of that kind."""


class Callbacks:
    """Asking for one, and what came of it."""

    def __init__(
        self,
        *,
        router: Router,
        delivery: Delivery,
        contacts: Contacts,
        people: People,
        steering: Steering,
        notes: Notes,
        numbers: Numbers,
    ) -> None:
        self._router = router
        self._delivery = delivery
        self._contacts = contacts
        self._people = people
        self._steering = steering
        self._notes = notes
        self._numbers = numbers

    async def ask(self, chat: Chat, typed: str) -> Changed:
        """A visitor leaves a number, or another one; `late` once an agent has accepted.

        Raises:
            CallbackNotOffered: their queue calls nobody back.
            PhoneNumberInvalid: it is no number. NumberRefused: it may not be called.
        """
        queue = chat.live.queue or chat.queue
        if chat.live.callback is None and not self._people.calls_back(queue):
            raise CallbackNotOffered
        number = self._numbers.read(typed)
        await self._contacts.call_back_at(chat.contact, number)
        return await self._request(chat.interaction, LEFT)

    async def keep_place(
        self, actor: Actor, interaction: InteractionId, typed: str = "", *, command: str = ""
    ) -> Changed:
        """Who steers says that the contact need not stay, with the number to call or without.

        Raises:
            Forbidden: the actor does not steer. What `ask` raises for a number.
        """
        actor.check_steers()
        found = await self._steering.found(actor, interaction)
        if typed:
            await self._contacts.call_back_at(found.contact, self._numbers.read(typed))
        ref = LEFT if typed else ""
        return await self._request(interaction, ref, command)

    async def _request(self, interaction: InteractionId, ref: str, command: str = "") -> Changed:
        """A ring goes on, and says from then on whom it calls back, and where."""
        answer = await self._router.request_callback(interaction, ref, command=command)
        if answer.changed:
            await look_again(self._router, self._delivery, interaction)
        elif ref:
            await read_number_again(self._router, self._delivery, interaction)
        return answer

    async def number(self, actor: Actor, interaction: InteractionId) -> str | None:
        """Where to call the contact of a callback, for people to read; None where nobody knows.

        Raises:
            NotYours: it is not the actor's to call.
        """
        found = await self._steering.found(actor, interaction)
        mine = actor.agent is not None and found.agent == actor.agent.id
        if not (mine or actor.steers) or found.callback is None:
            raise NotYours(field="interaction")
        return await self.called_at(found.contact)

    async def called_at(self, contact: ContactId) -> str | None:
        """The number that a contact left, for people to read; None where there is none."""
        number = await self._contacts.callback_number(contact)
        return phone.shown(number) if number is not None else None

    async def dialled(
        self, actor: Actor, interaction: InteractionId, offer: OfferId, *, answered: bool
    ) -> Changed:
        """The owner called: they talk with one another, or nobody answered.

        The reason is `active`, `parked` (tried again later), `unreached` (given up) or `late`, as
        also for an earlier try than that of the offer.

        Raises:
            NotYours: somebody else has it.
            BadRequest: the offer is none of this interaction.
        """
        found, owner = await self._steering.owned(actor, interaction)
        if found.agent != owner:
            raise NotYours(field="interaction")
        parts = split_offer_id(offer)
        if parts is None or parts[0] != interaction:
            raise BadRequest("that is no offer of it", field="offer")
        came = await self._router.callback_dialled(offer, owner, answered=answered)
        if came.changed and answered:
            await self._notes.joined(
                found.contact, found.conversation, interaction, str(parts[1]), owner
            )
        return Changed(changed=came.changed, reason=came.reason)


def told(live: Live, *, offered: bool) -> dict[str, Any] | None:
    """What a visitor is told of it, as the wire says it; None where there is nothing to tell."""
    back = live.callback
    if back is None:
        waits = offered and live.phase in IN_LINE and live.phase is not ChatPhase.STARTING
        return {"state": "offered", "number": False, "next_try_ms": None} if waits else None
    if live.outcome is Outcome.UNREACHED:
        state = "unreached"
    elif live.phase is ChatPhase.ENDED:
        if not back.answered:
            return None  # they left, or nobody is there to call any more
        state = "done"
    elif back.answered:
        state = "talking"
    elif live.phase is ChatPhase.CONNECTING:
        state = "calling"
    else:
        state = "again" if back.next_try_ms is not None else "kept"
    return {
        "state": state,
        "number": bool(back.number_ref),
        "next_try_ms": back.next_try_ms if state == "again" else None,
    }
