"""Simulated visitors: they ask, wait with patience or without, answer, thank and leave."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any, Final

import structlog

from acd.demo.client import Gone, Line, Refused
from acd.demo.phrases import THANKS, VISITORS, Visitor
from acd.domain.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Iterator

log = structlog.get_logger(__name__)

RUSH_MAX: Final = 60
RUSH_OVER_S: Final = 8.0
PATIENCE_S: Final = (90.0, 240.0)


class Rush:
    """The visitors of all rushes so far. `run` owns them; `start` sends more."""

    def __init__(self, base_url: str, site: str) -> None:
        self._base_url = base_url
        self._site = site
        self._wanted: asyncio.Queue[int] = asyncio.Queue()
        self._dice = random.Random()
        self._turn = self._everybody()
        self.present = 0
        """How many visitors are here."""
        self.arriving = 0
        """How many of them are still on their way."""

    def start(self, visitors: int) -> int:
        """Sends so many visitors over the next seconds; answers how many are sent."""
        sent = max(0, min(visitors, RUSH_MAX - self.present))
        self.present += sent
        self.arriving += sent
        self._wanted.put_nowait(sent)
        return sent

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                for _ in range(await self._wanted.get()):
                    group.create_task(self._visit(next(self._turn)), name="simulated-visitor")

    def _everybody(self) -> Iterator[Visitor]:
        while True:
            yield from self._dice.sample(VISITORS, len(VISITORS))

    async def _visit(self, visitor: Visitor) -> None:
        try:
            try:
                await asyncio.sleep(self._dice.uniform(0, RUSH_OVER_S))
            finally:
                self.arriving -= 1
            async with asyncio.timeout(600):
                await _Visit(visitor, self._base_url, self._site, self._dice).run()
        except (Gone, Refused, TimeoutError) as error:
            log.debug("simulated visitor left", reason=str(error))
        finally:
            self.present -= 1


class _Visit:
    def __init__(self, visitor: Visitor, base_url: str, site: str, dice: random.Random) -> None:
        self._who = visitor
        self._base_url = base_url
        self._site = site
        self._dice = dice
        self._line = Line(base_url, "/visitor")
        self._to_say = [*visitor.replies, THANKS[visitor.locale]]

    async def run(self) -> None:
        async with self._line as line:
            await line.open({"site": self._site, "locale": self._who.locale})
            started = await line.call(
                "chat.start",
                client_id=new_id("demo"),
                department=self._who.department,
                name=self._who.name,
                text=self._who.question,
                page=f"{self._base_url}{self._who.page}",
            )
            if await self._is_served(started["chat"]):
                await self._chat()
            await line.call("chat.leave")

    async def _is_served(self, chat: dict[str, Any]) -> bool:
        """Waits for an agent, but not for ever."""
        try:
            async with asyncio.timeout(self._dice.uniform(*PATIENCE_S)):
                while chat["state"] != "active":
                    if chat["state"] == "ended":
                        return False
                    event, data = await self._line.next_event()
                    if event == "chat":
                        chat = data
        except TimeoutError:
            return False
        return True

    async def _chat(self) -> None:
        """Answers each message of the agent until there is nothing left to say."""
        while self._to_say:
            event, data = await self._line.next_event()
            if event == "chat" and data["state"] == "ended":
                return
            if event == "message" and data["from"] == "agent":
                await self._line.call("messages.read", seq=data["seq"])
                await self._reply(self._to_say.pop(0))
        await asyncio.sleep(self._dice.uniform(4, 10))

    async def _reply(self, text: str) -> None:
        await asyncio.sleep(self._dice.uniform(1, 3))
        await self._line.call("typing", on=True)
        await asyncio.sleep(self._dice.uniform(1.5, 4))
        await self._line.call("typing", on=False)
        await self._line.call("message.send", client_id=new_id("demo"), text=text)
