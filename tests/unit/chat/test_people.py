"""The copy of the directory: what was read first is not what stands last."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from acd.chat.people import People
from acd.domain.directory import Agent
from acd.domain.ids import AgentId
from acd.records.directory import Directory


class Slow:
    """A directory that answers the first reader last."""

    def __init__(self) -> None:
        self.now = 1
        self.first_may_go_on = asyncio.Event()

    async def version(self) -> int:
        return self.now

    async def departments(self, *, inactive: bool) -> list[Any]:
        del inactive
        return []

    async def agents(self) -> list[Agent]:
        version = self.now
        if version == 1:
            await self.first_may_go_on.wait()
        return [Agent(id=AgentId("anna"), name=f"Anna {version}", email="anna@shop.example")]

    async def sites(self) -> list[Any]:
        return []

    queues = skills = sites


async def test_an_older_copy_does_not_replace_a_newer_one() -> None:
    directory = Slow()
    people = People(cast("Directory", directory))
    first = asyncio.create_task(people.refresh())
    await asyncio.sleep(0)
    directory.now = 2
    await people.refresh()
    directory.first_may_go_on.set()
    await first
    assert (people.version, people.agent_name("anna")) == (2, "Anna 2")
