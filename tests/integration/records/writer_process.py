"""Sends messages as fast as it can and prints the number of each that was acknowledged."""

from __future__ import annotations

import asyncio
import os
import sys

from acd.domain.conversation import AuthorKind, NewMessage
from acd.domain.ids import ConversationId
from acd.records.conversations import Conversations
from acd.records.engine import open_database


async def main(database_url: str, conversation: str) -> None:
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
            os.write(1, f"{stored.seq} {number}\n".encode())

    await asyncio.gather(*(sender(first) for first in range(8)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
