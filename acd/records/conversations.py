"""Conversations and their messages. SQL alone decides a message's place in its thread."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, func, select, update

from acd.domain.conversation import AuthorKind, Conversation, NewMessage, Side, StoredMessage
from acd.domain.errors import AcdError, BadRequest, Conflict, NotFound
from acd.domain.ids import ContactId, ConversationId, MessageId, SiteId, new_id
from acd.records.message_batch import (
    COLUMNS,
    THREAD_COLUMNS,
    Send,
    Thread,
    read_ends,
    read_newest,
    write_messages,
)
from acd.records.prepared import Prepared
from acd.records.sql import now_ms
from acd.records.tables.people import conversations, messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import RowMapping

    from acd.records.engine import Database

PAGE_MAX = 500

_add = Prepared.insert(conversations)
_add_if_absent = Prepared.insert_if_absent(conversations)
_locked = Prepared(
    select(conversations)
    .where(
        conversations.c.contact == bindparam("contact"), conversations.c.site == bindparam("site")
    )
    .with_for_update()
)
_last_by = Prepared(
    select(messages)
    .where(
        messages.c.conversation == bindparam("conversation"),
        messages.c.author_kind == bindparam("kind"),
    )
    .order_by(messages.c.seq.desc())
    .limit(1)
)


class Conversations:
    """The threads. Every verb raises StoreUnavailable while the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, conversation: ConversationId) -> Conversation | None:
        found = (await self.newest([conversation])).get(conversation)
        return found[0] if found is not None else None

    async def newest(
        self, ids: Iterable[ConversationId]
    ) -> dict[ConversationId, tuple[Conversation, StoredMessage | None]]:
        """Those of the conversations that exist, each with its last message, if it has one."""
        wanted = list(ids)
        if not wanted:
            return {}
        rows = await self._database.read(lambda tx: read_newest(tx, wanted))
        found: dict[ConversationId, tuple[Conversation, StoredMessage | None]] = {}
        for row in rows:
            thread = Conversation(**dict(zip(THREAD_COLUMNS, row, strict=False)))
            said = dict(zip(COLUMNS, row[len(THREAD_COLUMNS) :], strict=True))
            found[thread.id] = (thread, _message(said) if said["id"] is not None else None)
        return found

    async def last_seqs(self, ids: Iterable[ConversationId]) -> dict[ConversationId, int]:
        """The last sequence number of each; what a client compares its own with."""
        return {key: thread.last_seq for key, (thread, _) in (await self.newest(ids)).items()}

    async def add_message(self, message: NewMessage) -> StoredMessage:
        """Store a message and return it once that is committed.

        A resend (same conversation, client id and author) returns the message as first stored.

        Raises:
            NotFound: there is no such conversation.
            Conflict: the client id was used by somebody else in this conversation.
        """
        return await self._database.write_together(add_messages, message)

    async def messages(
        self, conversation: ConversationId, after_seq: int = 0, limit: int = 200
    ) -> list[StoredMessage]:
        """At most `limit` (up to 500) messages after that sequence number, in order."""
        query = (
            select(messages)
            .where(messages.c.conversation == conversation, messages.c.seq > after_seq)
            .order_by(messages.c.seq)
            .limit(min(limit, PAGE_MAX))
        )
        rows = await self._database.read(lambda tx: tx.execute(query).mappings().all())
        return [_message(row) for row in rows]

    async def latest(
        self, conversation: ConversationId, before_seq: int | None = None, limit: int = 200
    ) -> list[StoredMessage]:
        """The last messages, or the last before that sequence number; in order."""
        query = select(messages).where(messages.c.conversation == conversation)
        if before_seq is not None:
            query = query.where(messages.c.seq < before_seq)
        query = query.order_by(messages.c.seq.desc()).limit(min(limit, PAGE_MAX))
        rows = await self._database.read(lambda tx: tx.execute(query).mappings().all())
        return [_message(row) for row in reversed(rows)]

    async def last_of(self, conversation: ConversationId, kind: AuthorKind) -> StoredMessage | None:
        """The last message of such an author, or None."""
        values = {"conversation": conversation, "kind": kind}
        row = await self._database.read(lambda tx: _last_by.first(tx, values))
        return _message(row._asdict()) if row is not None else None

    async def mark_read(self, conversation: ConversationId, side: Side, seq: int) -> Conversation:
        """Move one side's read mark forward, never back nor past the last message.

        Raises:
            NotFound: there is no such conversation.
        """
        return await self._database.write(lambda tx: _mark_read(tx, conversation, side, seq))


def new_conversation(tx: Connection, contact: ContactId, site: SiteId) -> Conversation:
    """The conversation of a contact who was just made."""
    at_ms = now_ms()
    made = Conversation(
        id=ConversationId(new_id("cv")),
        contact=contact,
        site=site,
        created_ms=at_ms,
        last_message_ms=at_ms,
    )
    row = {"contact": contact, "site": site, "created_ms": at_ms, "last_message_ms": at_ms}
    _add.write(tx, {"id": made.id, **row})
    return made


def open_conversation(tx: Connection, contact: ContactId, site: SiteId) -> Conversation:
    """The contact's conversation on that site, made if there is none, locked until the commit."""
    at_ms = now_ms()
    row = {"contact": contact, "site": site, "created_ms": at_ms, "last_message_ms": at_ms}
    _add_if_absent.write(tx, {"id": new_id("cv"), **row})
    return Conversation(**_locked.first(tx, {"contact": contact, "site": site})._asdict())


def add_messages(tx: Connection, batch: Sequence[NewMessage]) -> list[StoredMessage | AcdError]:
    """Store the messages of one moment in one go: an answer for each, in their order."""
    sends = (Send(message.conversation, message.client_id) for message in batch)
    ends, sent = read_ends(tx, sends)
    stored = {send: _sent(tx, send) for send in sent}
    at_ms = now_ms()
    answers: list[StoredMessage | AcdError] = []
    fresh: list[StoredMessage] = []
    for message in batch:
        send = Send(message.conversation, message.client_id)
        end = ends.get(message.conversation)
        if end is None:
            answers.append(NotFound("There is no such conversation.", field="conversation"))
        elif (first := stored.get(send)) is not None:
            answers.append(_resent(first, message))
        elif "\x00" in message.text or "\x00" in message.client_id:
            answers.append(BadRequest("A message cannot hold NUL.", field="text"))
        else:
            end = Thread(end.id, end.last_seq + 1, max(at_ms, end.last_message_ms))
            ends[message.conversation] = end
            stored[send] = placed = _placed(message, end)
            fresh.append(placed)
            answers.append(placed)
    if fresh:
        moved = sorted({message.conversation for message in fresh})
        write_messages(tx, [_row(message) for message in fresh], [ends[key] for key in moved])
    return answers


def _placed(message: NewMessage, end: Thread) -> StoredMessage:
    return StoredMessage(
        id=MessageId(new_id("ms")),
        conversation=message.conversation,
        seq=end.last_seq,
        client_id=message.client_id,
        author_kind=message.author_kind,
        author_id=message.author_id,
        author_name=message.author_name,
        text=message.text,
        at_ms=end.last_message_ms,
    )


def _sent(tx: Connection, send: Send) -> StoredMessage:
    query = select(messages).where(
        messages.c.conversation == send.conversation, messages.c.client_id == send.client_id
    )
    return _message(tx.execute(query).mappings().one())


def _resent(first: StoredMessage, again: NewMessage) -> StoredMessage | AcdError:
    if (first.author_kind, first.author_id) != (again.author_kind, again.author_id):
        return Conflict("This client id was used by somebody else.", field="client_id")
    return replace(first, duplicate=True)


def _mark_read(tx: Connection, conversation: ConversationId, side: Side, seq: int) -> Conversation:
    mark = {
        Side.AGENT: conversations.c.agent_read_seq,
        Side.VISITOR: conversations.c.visitor_read_seq,
    }[side]
    tx.execute(
        update(conversations)
        .where(conversations.c.id == conversation, mark < seq, mark < conversations.c.last_seq)
        .values({mark: _least(tx)(conversations.c.last_seq, seq)})
    )
    query = select(conversations).where(conversations.c.id == conversation)
    row = tx.execute(query).mappings().first()
    if row is None:
        raise NotFound("There is no such conversation.", field="conversation")
    return Conversation(**row)


def _least(tx: Connection) -> Any:
    return func.least if tx.dialect.name == "postgresql" else func.min


def _row(message: StoredMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "conversation": message.conversation,
        "seq": message.seq,
        "client_id": message.client_id,
        "author_kind": message.author_kind.value,
        "author_id": message.author_id,
        "author_name": message.author_name,
        "text": message.text,
        "at_ms": message.at_ms,
    }


def _message(row: Mapping[str, Any] | RowMapping) -> StoredMessage:
    return StoredMessage(**{**row, "author_kind": AuthorKind(row["author_kind"])})
