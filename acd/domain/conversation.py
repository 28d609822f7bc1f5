"""The message thread with a contact; it outlives interactions and agents."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acd.domain.ids import ContactId, ConversationId, MessageId, SiteId


class AuthorKind(StrEnum):
    """Who wrote a message. The text of a system message is a code, its data is in the name."""

    VISITOR = "visitor"
    AGENT = "agent"
    SYSTEM = "system"


class Side(StrEnum):
    """One of the two who read a conversation."""

    VISITOR = "visitor"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A thread: its last sequence number, and up to which one each side has read."""

    id: ConversationId
    contact: ContactId
    site: SiteId
    last_seq: int = 0
    agent_read_seq: int = 0
    visitor_read_seq: int = 0
    created_ms: int = 0
    last_message_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to be stored, already validated. `client_id` is its sender's, for resends."""

    conversation: ConversationId
    client_id: str
    author_kind: AuthorKind
    author_id: str
    author_name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message as it is kept; `duplicate` says that this one was stored by an earlier send."""

    id: MessageId
    conversation: ConversationId
    seq: int
    client_id: str
    author_kind: AuthorKind
    author_id: str
    author_name: str
    text: str
    at_ms: int
    duplicate: bool = False
