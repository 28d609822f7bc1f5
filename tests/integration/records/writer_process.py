"""Sends messages as fast as it can and tells the number of each that was acknowledged."""

from __future__ import annotations

import asyncio
from multiprocessing.connection import Connection

from acd.domain.conversation import AuthorKind, NewMessage
from acd.domain.ids import ConversationId
from acd.records.conversations import Conversations
from acd.records.engine import open_database


def run(database_url: str, conversation: str, told: Connection) -> None:
    """The whole life of the process."""
    asyncio.run(_write(database_url, conversation, told))


async def _write(database_url: str, conversation: str, told: Connection) -> None:
    conversations = Conversations(await open_database(database_url))

    async def sender(first: int) -> None:
        for number in range(first, 1_000_000, 8):
            stored = await conversations.add_message(
                NewMessage(
                    conversation=ConversationId(conversation),
                    client_id=f"c{number}",
                    author_kind=AuthorKind.VISITOR,
                    author_id="ct_1",
                    author_name="Camille",
                    text=f"nr {number}",
                )
            )
            told.send((stored.seq, number))

    await asyncio.gather(*(sender(first) for first in range(8)))
