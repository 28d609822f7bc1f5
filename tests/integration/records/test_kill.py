"""What was acknowledged is there after a SIGKILL."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from acd.records.contacts import Contacts
from acd.records.conversations import Conversations
from acd.records.directory import Directory
from acd.records.engine import Database, open_database
from tests.integration.records import writer_process
from tests.integration.records.conftest import opened
from tests.processes import forked


async def test_acknowledged_messages_survive_a_kill(
    database: Database, database_url: str, directory: Directory
) -> None:
    contact = await Contacts(database).create(name="Camille")
    conversation = await opened(database, contact.id)
    acknowledged: dict[int, str] = {}
    context = forked()
    for _ in range(3):
        hears, tells = context.Pipe(duplex=False)
        process = context.Process(
            target=writer_process.run, args=(database_url, conversation.id, tells), daemon=True
        )
        process.start()
        tells.close()
        await asyncio.to_thread(hears.poll, None)
        await asyncio.sleep(0.3)
        process.kill()
        await asyncio.to_thread(process.join)
        with hears, suppress(EOFError):  # the last one may be cut
            while True:
                seq, number = hears.recv()
                acknowledged[seq] = f"nr {number}"
    assert len(acknowledged) > 50
    again = await open_database(database_url)
    kept: dict[int, str] = {}
    while page := await Conversations(again).messages(conversation.id, max(kept, default=0), 500):
        kept.update({message.seq: message.text for message in page})
    await again.close()
    assert acknowledged.items() <= kept.items()
    assert sorted(kept) == list(range(1, len(kept) + 1))
    assert len(set(kept.values())) == len(kept)
