"""Agents who take calls in their consoles, and what they know of each call."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from bench.client import Gone, Refused
from tests.peers.webpage import silent_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.client import Socket
    from bench.node import BenchNode

RINGS_S = 0.3
_TAB = "page"


@dataclass(slots=True)
class Talks:
    """Who talked with whom, as the consoles were told."""

    agents: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    """By call: each agent with whom it became active, and when first, by the monotonic clock."""

    def begin(self) -> None:
        """What was before is forgotten."""
        self.agents.clear()

    @property
    def twice(self) -> int:
        """Calls that more than one agent had."""
        return sum(len(had) > 1 for had in self.agents.values())

    def per_s(self) -> float:
        """Calls that became active, from the first to the last."""
        at_s = sorted(min(had.values()) for had in self.agents.values())
        return len(at_s) / (at_s[-1] - at_s[0]) if len(at_s) > 1 else 0.0


class Desk:
    """A console that prepares its connection while it rings, as ours does; it takes every call."""

    def __init__(self, name: str, socket: Socket, talks: Talks, group: asyncio.TaskGroup) -> None:
        self.socket = socket
        self._name = name
        self._talks = talks
        self._group = group
        socket.on("offer", self._rang)
        socket.on("call.signal", self._signalled)
        socket.on("chat", self._changed)

    @classmethod
    async def open(cls, node: BenchNode, number: int, talks: Talks) -> Self:
        """The n-th agent comes in and is available."""
        desk = cls(f"a{number:06d}", await node.agent(number), talks, node.group)
        await desk.socket.ask("console.open", {})
        said = {"channel": "call", "availability": "available"}
        await desk.socket.ask("presence.set", said)
        return desk

    async def take(self, offer: Mapping[str, Any]) -> None:
        """Pick up after a moment; another may have been first."""
        await asyncio.sleep(RINGS_S)
        await self.socket.ask("offer.accept", {"offer": offer["offer"]})

    async def answer(self, offered: str) -> str:
        """What the page answers to the server's description; nobody is behind it."""
        return silent_answer(offered)

    def _rang(self, offer: Mapping[str, Any]) -> None:
        self._group.create_task(self._ring(offer))

    async def _ring(self, offer: Mapping[str, Any]) -> None:
        with suppress(Gone, Refused):  # it rings no more
            await self.socket.ask("offer.delivered", {"offer": offer["offer"]})
            await self.socket.ask("call.servers", {"interaction": offer["interaction"]})
            await self.take(offer)

    def _signalled(self, signal: Mapping[str, Any]) -> None:
        described = signal["description"]
        if described is not None and described["type"] == "offer":
            self._group.create_task(self._prepare(signal, described["sdp"]))

    async def _prepare(self, signal: Mapping[str, Any], offered: str) -> None:
        said = {
            "interaction": signal["interaction"], "tab": _TAB, "to": signal["tab"],
            "kind": "description",
            "description": {"type": "answer", "sdp": await self.answer(offered)},
        }  # fmt: skip
        with suppress(Gone, Refused):
            await self.socket.ask("call.signal", said)

    def _changed(self, chat: Mapping[str, Any]) -> None:
        if chat["state"] == "active":
            had = self._talks.agents[chat["interaction"]]
            had.setdefault(self._name, time.monotonic())
