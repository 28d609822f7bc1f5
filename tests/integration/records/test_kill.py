"""What was acknowledged is there after a SIGKILL."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from acd.domain.ids import SiteId
from acd.records.contacts import Contacts
from acd.records.conversations import Conversations
from acd.records.directory import Directory
from acd.records.engine import Database, open_database


async def test_acknowledged_messages_survive_a_kill(
    database: Database, database_url: str, directory: Directory
) -> None:
    contact = await Contacts(database).create(name="Camille")
    conversation = await Conversations(database).open_for(contact.id, SiteId("shop"))
    acknowledged: dict[int, str] = {}
    for _ in range(3):
        process = await asyncio.create_subprocess_exec(
            sys.executable, Path(__file__).with_name("writer_process.py"),
            database_url, conversation.id, stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        )  # fmt: skip
        assert process.stdout
        await process.stdout.readuntil(b"\n")
        await asyncio.sleep(0.3)
        process.send_signal(signal.SIGKILL)
        lines = (await process.stdout.read()).decode().split("\n")
        await process.wait()
        for line in lines[:-1]:  # the last one may be cut
            seq, _, number = line.partition(" ")
            acknowledged[int(seq)] = f"nr {number}"
    assert len(acknowledged) > 50
    again = await open_database(database_url)
    kept: dict[int, str] = {}
    while page := await Conversations(again).messages(conversation.id, max(kept, default=0), 500):
        kept.update({message.seq: message.text for message in page})
    await again.close()
    assert acknowledged.items() <= kept.items()
    assert sorted(kept) == list(range(1, len(kept) + 1))
    assert len(set(kept.values())) == len(kept)
