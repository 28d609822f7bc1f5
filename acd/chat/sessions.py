"""Chats as their visitors see them: start, take up again, leave.

Where a chat stands is read from live state first and from the history where that is silent, so no
moment shows neither.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from acd.chat.delivery import to_agent
from acd.domain.errors import NotFound, StoreUnavailable
from acd.domain.interaction import InteractionState, Outcome
from acd.domain.queue import Diversion

if TYPE_CHECKING:
    from acd.chat.messages import Messages
    from acd.chat.notes import Notes
    from acd.domain.contact import Visitor
    from acd.domain.conversation import Conversation
    from acd.domain.ids import AgentId, ContactId, InteractionId, QueueId
    from acd.flow.intake import ChatStart, Intake, StartedChat
    from acd.records.conversations import Conversations
    from acd.records.history import History
    from acd.records.intake_rows import IntakeRow
    from acd.records.intakes import Intakes
    from acd.routing.router import Router
    from acd.routing.snapshots import CallbackSnapshot, InteractionSnapshot


class ChatPhase(StrEnum):
    """Where a chat is, as its visitor is told."""

    STARTING = "starting"
    """Stored, and not yet confirmed to be in a line."""
    WAITING = "waiting"
    RINGING = "ringing"
    PARKED = "parked"
    CONNECTING = "connecting"
    """A call that was accepted: nobody hears anything yet."""
    ACTIVE = "active"
    IDLE = "idle"
    ENDED = "ended"


_PHASES = {
    InteractionState.WAITING: ChatPhase.WAITING,
    InteractionState.PARKED: ChatPhase.PARKED,
    InteractionState.RINGING: ChatPhase.RINGING,
    InteractionState.CONNECTING: ChatPhase.CONNECTING,
    InteractionState.ACTIVE: ChatPhase.ACTIVE,
    InteractionState.IDLE: ChatPhase.IDLE,
    InteractionState.ENDED: ChatPhase.ENDED,
}
_DIVERTED = {
    Outcome.FORM: Diversion.FORM,
    Outcome.VOICEMAIL: Diversion.VOICEMAIL,
    Outcome.REJECTED: Diversion.REJECT,
    Outcome.UNREACHED: Diversion.CALLBACK,
}
TAKEN = frozenset({ChatPhase.CONNECTING, ChatPhase.ACTIVE, ChatPhase.IDLE})
IN_LINE = frozenset({ChatPhase.STARTING, ChatPhase.WAITING, ChatPhase.RINGING, ChatPhase.PARKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What intake wrote on an interaction for those it rings."""

    contact_name: str = ""
    preview: str = ""
    page: str = ""
    locale: str = ""
    department: str = ""
    number: str = ""
    """From which they call, as people write it, where it is not their name."""
    call: str = ""
    """Of a call from a telephone: `number` where it can be given to one, else `telephone`."""

    @classmethod
    def parse(cls, card: object) -> Self:
        """The card as text or as the object an event carries.

        Anything unreadable is an empty card: a ring without a name is better than none.
        """
        fields = card
        if isinstance(card, str):
            try:
                fields = json.loads(card)
            except ValueError:
                return cls()
        if not isinstance(fields, dict):
            return cls()
        return cls(
            **{name: str(fields[name]) for name in cls.__slots__ if fields.get(name) is not None}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """Where a chat stands in routing now."""

    phase: ChatPhase
    queue: QueueId | None = None
    """Where it stands or stood last; None while nobody knows."""
    agent: AgentId | None = None
    """Who has it, or had it at its end."""
    since_ms: int = 0
    outcome: Outcome | None = None
    position: int | None = None
    p50_s: float | None = None
    p90_s: float | None = None
    callback: CallbackSnapshot | None = None
    """The place is kept, and whoever waits need not stay; or they are called, or were."""
    now_ms: int = 0

    @property
    def diverted(self) -> Diversion | None:
        """What the queue made of it where it did not keep it, or None."""
        if self.callback is not None and self.phase in IN_LINE:
            return Diversion.CALLBACK
        return _DIVERTED.get(self.outcome) if self.outcome is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A visitor's latest interaction on its conversation."""

    contact: ContactId
    conversation: Conversation
    interaction: InteractionId
    queue: QueueId
    contact_name: str
    live: Live

    @property
    def channel(self) -> str:
        """Whether it is a chat or a call."""
        return self.queue.rpartition("/")[2]

    @property
    def department(self) -> str:
        """Whose it is now: it may have been moved."""
        return (self.live.queue or self.queue).partition("/")[0]


class ChatService:
    """What visitors do with their chats, on both stores. Callers have identified the visitor."""

    def __init__(
        self,
        *,
        router: Router,
        conversations: Conversations,
        history: History,
        intakes: Intakes,
        intake: Intake,
        messages: Messages,
        notes: Notes,
    ) -> None:
        self._router = router
        self._conversations = conversations
        self._history = history
        self._intakes = intakes
        self._intake = intake
        self.messages = messages
        self.notes = notes

    async def start(self, start: ChatStart) -> StartedChat:
        """Start a chat, or give the one this client_id started.

        Raises:
            NotFound: no such department for chats on this site. What a message may raise, for the
            first one. StoreUnavailable: nothing was started, or it will be found by a repeat.
        """
        if start.text is not None:
            text = self.messages.check(start.text) if start.text.strip() else None
            start = replace(start, text=text)
        started = await self._intake.start_chat(start)
        if started.message is not None and not started.fresh:
            self.messages.tell(started.contact, started.message)  # somebody may be there already
        return started

    async def current(self, visitor: Visitor) -> Chat | None:
        """The visitor's latest chat on that site, or None if there was never one.

        Raises:
            StoreUnavailable: one of the stores is away.
        """
        intake = await self._intakes.latest(visitor)
        if intake is None:
            return None
        conversation = await self._conversations.get(intake.conversation)
        if conversation is None:
            raise NotFound
        return Chat(
            contact=visitor.contact,
            conversation=conversation,
            interaction=intake.interaction,
            queue=intake.queue,
            contact_name=Card.parse(intake.card).contact_name,
            live=await self._live_or_starting(intake),
        )

    async def _live_or_starting(self, intake: IntakeRow) -> Live:
        try:
            return await self.live(intake.interaction, since_ms=intake.created_ms)
        except StoreUnavailable:
            if intake.confirmed_ms is not None:
                raise
            return Live(phase=ChatPhase.STARTING, since_ms=intake.created_ms)

    async def live(self, interaction: InteractionId, *, since_ms: int = 0) -> Live:
        """Where an interaction stands: live state, else history, else it is still starting."""
        snapshot = await self._router.interaction(interaction)
        if snapshot is not None:
            return await self._placed(snapshot)
        past = await self._history.interaction(interaction)
        if past is not None and past.state is InteractionState.ENDED:
            return Live(
                phase=ChatPhase.ENDED,
                queue=past.queue,
                agent=past.agent or None,
                since_ms=past.ended_ms or past.enqueued_ms,
                outcome=past.outcome,
            )
        return Live(phase=ChatPhase.STARTING, since_ms=since_ms)

    async def leave(self, chat: Chat) -> None:
        """Leave the line, or end the chat; what has ended stays as it is.

        Raises:
            StoreUnavailable: Redis is away, nothing changed.
        """
        if chat.live.phase in IN_LINE:
            await self._router.abandon(chat.interaction)
        elif chat.live.phase is not ChatPhase.ENDED:
            finished = await self._router.finish(chat.interaction, by="contact")
            if finished.changed:
                await self.notes.ended(chat.contact, chat.conversation.id, chat.interaction)

    def signed_out(self, agent: AgentId, token_hash: str = "") -> None:
        """End an agent's consoles on every node: those of one sign-in, or all of them."""
        self.messages.delivery.publish(
            to_agent(agent), {"type": "signed_out", "session": token_hash}
        )

    async def _placed(self, snapshot: InteractionSnapshot) -> Live:
        phase = _PHASES[InteractionState(snapshot.state)]
        place: Any = None
        if phase in IN_LINE:
            place = await self._router.position(snapshot.interaction)
        return Live(
            phase=phase,
            queue=snapshot.queue,
            agent=snapshot.agent if phase in TAKEN or phase is ChatPhase.ENDED else None,
            since_ms=snapshot.enqueued_ms if phase in IN_LINE else snapshot.since_ms,
            outcome=snapshot.outcome,
            position=place.position if place is not None else snapshot.position,
            p50_s=place.estimate_p50_s if place is not None else None,
            p90_s=place.estimate_p90_s if place is not None else None,
            callback=snapshot.callback,
            now_ms=snapshot.now_ms,
        )
