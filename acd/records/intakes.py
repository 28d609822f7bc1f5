"""Arrivals: what is written before an interaction enters its line.

An intake row is the promise that somebody was let in. It is written with the contact, the
conversation and the first message in one transaction; only then is the interaction enqueued, and
the recorder confirms the row when it sees that happen. A row that nobody confirms is enqueued
again by the same id, so a kill between the two stores loses nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, exc, select

from acd.domain.conversation import AuthorKind, Conversation, NewMessage, StoredMessage
from acd.domain.errors import Conflict
from acd.domain.ids import InteractionId, new_id
from acd.domain.interaction import Channel
from acd.records.accounts import issue_visitor_token
from acd.records.contacts import claim, new_contact
from acd.records.conversations import add_messages, new_conversation, open_conversation
from acd.records.intake_rows import IntakeRow, Whose, insert_intake, intake_of, read_intake
from acd.records.prepared import Prepared
from acd.records.secrets import token_hash
from acd.records.sql import now_ms
from acd.records.tables.happened import interactions
from acd.records.tables.people import intakes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.contact import Visitor
    from acd.domain.ids import AgentId, ContactId, DepartmentId, QueueId, SiteId
    from acd.records.engine import Database

_same_start = Prepared(
    select(intakes).where(
        intakes.c.site == bindparam("site"), intakes.c.start_hash == bindparam("start_hash")
    )
)
_last_of = Prepared(
    select(intakes)
    .where(intakes.c.conversation == bindparam("conversation"))
    .order_by(intakes.c.created_ms.desc(), intakes.c.interaction.desc())
    .limit(1)
)

START_AGAIN_MS = 15 * 60_000
SWEEP_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIntake:
    """Somebody asks to be let in; validated by the caller.

    `visitor` is who the token stands for, None for a stranger. `known_ended` is the last
    interaction of this visitor that the caller saw ended. `requires` is skills and least levels.
    """

    site: SiteId
    client_id: str = field(repr=False)
    visitor: Visitor | None
    name: str
    email: str
    locale: str
    queue: QueueId
    level: int
    text: str
    card: str
    requires: Mapping[str, int] = field(default_factory=dict)
    known_ended: InteractionId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The arrival that holds now. `fresh` is False when it was there before this call."""

    intake: IntakeRow
    conversation: Conversation
    message: StoredMessage | None
    token: str = field(repr=False)
    """A new token where the caller had none, else empty."""
    fresh: bool


class Intakes:
    """The arrivals. Every verb raises StoreUnavailable while the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, new: NewIntake) -> Begun:
        """Write an arrival, or find the one that is there.

        The same `client_id` on the same site gives the first arrival again. It stands for the
        visitor until they have a token, so it must be random, and within 15 minutes it is worth
        a new token. A visitor whose last interaction is not `known_ended` gets that one; the text
        is stored in either case.

        Raises:
            Conflict: the client id is somebody else's or too old to prove anything.
        """
        try:
            return await self._database.write(lambda tx: _begin(tx, new))
        except exc.IntegrityError:  # the same start on two nodes at once: now the first is there
            return await self._database.write(lambda tx: _begin(tx, new))

    async def withdraw(self, interaction: InteractionId) -> None:
        """Forget an arrival that came to nothing; what an event has confirmed stays."""
        statement = intakes.delete().where(
            intakes.c.interaction == interaction, intakes.c.confirmed_ms.is_(None)
        )
        await self._database.write(lambda tx: tx.execute(statement))

    async def latest(self, visitor: Visitor) -> IntakeRow | None:
        """The visitor's last arrival on their site."""
        query = (
            select(intakes)
            .where(intakes.c.contact == visitor.contact, intakes.c.site == visitor.site)
            .order_by(intakes.c.created_ms.desc(), intakes.c.interaction.desc())
            .limit(1)
        )
        row = await self._database.read(lambda tx: tx.execute(query).first())
        return intake_of(row) if row else None

    async def last_agent(self, contact: ContactId, department: DepartmentId) -> AgentId | None:
        """Whoever served the contact last in that department, on any channel."""
        query = (
            select(interactions.c.agent)
            .where(interactions.c.contact == contact, interactions.c.accepted_ms.is_not(None))
            .where(interactions.c.queue.in_([f"{department}/{channel}" for channel in Channel]))
            .where(interactions.c.agent != "")
            .order_by(interactions.c.enqueued_ms.desc(), interactions.c.id.desc())
            .limit(1)
        )
        return await self._database.read(lambda tx: tx.execute(query).scalar())

    async def get(self, interaction: InteractionId) -> IntakeRow | None:
        return await self._database.read(lambda tx: read_intake(tx, interaction))

    async def unconfirmed(self, older_than_ms: int, limit: int = SWEEP_MAX) -> list[IntakeRow]:
        """Arrivals at least that old that no event has confirmed, oldest first."""
        query = (
            select(intakes)
            .where(intakes.c.confirmed_ms.is_(None))
            .where(intakes.c.created_ms <= now_ms() - older_than_ms)
            .order_by(intakes.c.created_ms)
            .limit(limit)
        )
        rows = await self._database.read(lambda tx: tx.execute(query).all())
        return [intake_of(row) for row in rows]


def _begin(tx: Connection, new: NewIntake) -> Begun:
    start = {"site": new.site, "start_hash": token_hash(new.client_id)}
    if (row := _same_start.first(tx, start)) is not None:
        return _again(tx, new, intake_of(row))
    if new.visitor is None:
        return _stranger(tx, new, start["start_hash"])
    contact = new.visitor.contact
    claim(tx, contact, name=new.name, email=new.email, locale=new.locale)
    conversation = open_conversation(tx, contact, new.site)
    # From here on the conversation's row is locked: two tabs come one after the other.
    if (row := _same_start.first(tx, start)) is not None:
        return _again(tx, new, intake_of(row))
    last = _last_of.first(tx, {"conversation": conversation.id})
    live = last is not None and last.ended_ms is None and last.interaction != new.known_ended
    message = _first_message(tx, new, conversation, start["start_hash"])
    if last is not None and live:
        intake = intake_of(last)
    else:
        intake = _insert(tx, new, conversation, start["start_hash"])
    return Begun(
        intake=intake,
        conversation=_after(conversation, message),
        message=message,
        token="",
        fresh=not live,
    )


def _stranger(tx: Connection, new: NewIntake, start_hash: str) -> Begun:
    """Everything is new, so nothing is looked up; a twin on another node fails at `start_hash`."""
    contact = new_contact(tx, name=new.name, locale=new.locale, email=new.email)
    conversation = new_conversation(tx, contact, new.site)
    message = _first_message(tx, new, conversation, start_hash)
    return Begun(
        intake=_insert(tx, new, conversation, start_hash),
        conversation=_after(conversation, message),
        message=message,
        token=issue_visitor_token(tx, contact, new.site),
        fresh=True,
    )


def _after(conversation: Conversation, message: StoredMessage | None) -> Conversation:
    if message is None:
        return conversation
    last_seq = max(conversation.last_seq, message.seq)
    return replace(conversation, last_seq=last_seq, last_message_ms=message.at_ms)


def _again(tx: Connection, new: NewIntake, intake: IntakeRow) -> Begun:
    if new.visitor is not None and new.visitor.contact != intake.contact:
        raise Conflict("This client id was used by somebody else.", field="client_id")
    token = ""
    if new.visitor is None:
        if now_ms() - intake.created_ms > START_AGAIN_MS:
            raise Conflict("This client id is too old; begin anew.", field="client_id")
        token = issue_visitor_token(tx, intake.contact, intake.site)
    conversation = open_conversation(tx, intake.contact, intake.site)
    message = _first_message(tx, new, conversation, token_hash(new.client_id))
    return Begun(
        intake=intake, conversation=conversation, message=message, token=token, fresh=False
    )


def _first_message(
    tx: Connection, new: NewIntake, conversation: Conversation, start_hash: str
) -> StoredMessage | None:
    if not new.text:
        return None
    # The agent sees a message's client id, and the start's own is worth a token: not the same.
    message = NewMessage(
        conversation=conversation.id,
        client_id=f"start-{start_hash[:32]}",
        author_kind=AuthorKind.VISITOR,
        author_id=conversation.contact,
        author_name=new.name,
        text=new.text,
    )
    answer = add_messages(tx, [message])[0]
    if not isinstance(answer, StoredMessage):
        raise answer
    return answer


def _insert(
    tx: Connection, new: NewIntake, conversation: Conversation, start_hash: str
) -> IntakeRow:
    return insert_intake(
        tx,
        InteractionId(new_id("ix")),
        Whose(conversation.site, conversation.contact, conversation.id),
        start_hash=start_hash,
        queue=new.queue,
        level=new.level,
        card=new.card,
        requires=new.requires,
    )
