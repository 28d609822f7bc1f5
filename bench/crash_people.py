"""Who is there when the engine is killed: agents at consoles, customers from the street.

A console comes back whenever the connection is lost, as a browser does, and goes on where it was.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from acd.domain.errors import AcdError
from acd.domain.ids import DepartmentId, InteractionId, SiteId
from acd.flow.intake import ChatStart
from bench.client import Gone, Refused, Socket
from bench.node import console

if TYPE_CHECKING:
    import random

    from acd.flow.intake import Intake
    from acd.records.accounts import SignedIn
    from acd.routing.router import Router

WORK_S = 0.3


@dataclass(slots=True)
class Desk:
    """An agent's browser: comes back whenever the connection is lost, and goes on where it was."""

    url: str
    pass_: SignedIn
    group: asyncio.TaskGroup
    dice: random.Random
    dropped: bool = False
    socket: Socket | None = None
    busy: set[str] = field(default_factory=set)

    async def live(self) -> None:
        """Until dropped."""
        first = True
        while not self.dropped:
            try:
                self.socket = await console(self.url, self.pass_)
                self.socket.on("offer", self._rang)
                shown = await self.socket.ask("console.open", {})
                if first:
                    available = {"channel": "chat", "availability": "available"}
                    await self.socket.ask("presence.set", available)
                    first = False
                for chat in shown["chats"]:
                    self.group.create_task(self._finish(chat["interaction"]))
                for offer in shown["offers"]:
                    self._rang(offer)
                await self.socket.gone.wait()
            except (OSError, Refused, Gone, TimeoutError):
                await asyncio.sleep(0.2 + 0.3 * self.dice.random())

    def drop(self) -> None:
        """This browser is never seen again."""
        self.dropped = True
        if self.socket:
            self.socket.drop()

    def _rang(self, offer: dict[str, Any]) -> None:
        if offer["offer"] not in self.busy:
            self.busy.add(offer["offer"])
            self.group.create_task(self._answer(offer))

    async def _answer(self, offer: dict[str, Any]) -> None:
        """A fifth does not answer, a tenth declines, all others take it at once."""
        luck, name = self.dice.random(), {"offer": offer["offer"]}
        with contextlib.suppress(Refused, Gone):
            assert self.socket
            await self.socket.ask("offer.delivered", name)
            if luck < 0.2:
                return
            if luck < 0.3:
                await self.socket.ask("offer.decline", name)
                return
            answer = await self.socket.ask("offer.accept", name)
            if answer["outcome"] == "accepted":
                await asyncio.sleep(WORK_S)
                await self._finish(offer["interaction"])

    async def _finish(self, interaction: str) -> None:
        if self.socket and not self.dropped:
            with contextlib.suppress(Refused, Gone):
                await self.socket.ask("interaction.finish", {"interaction": interaction})


@dataclass(slots=True)
class Street:
    """Where customers come from; it knows who came, whatever the engine remembers."""

    intake: Intake
    router: Router
    came: list[InteractionId] = field(default_factory=list)

    async def come(self) -> None:
        """One more."""
        number = len(self.came)
        start = ChatStart(
            site=SiteId("shop"),
            client_id=f"bench-customer-{number:09d}",
            department=DepartmentId("support"),
            name=f"Visitor {number}",
        )
        self.came.append((await self.intake.start_chat(start)).interaction)

    async def stay(self) -> None:
        """All are still there."""
        while True:
            await asyncio.sleep(2)
            with contextlib.suppress(AcdError):
                await self.router.heartbeat([], self.came)
