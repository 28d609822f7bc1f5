"""What browsers see: how fast a freed slot rings, how fast a message arrives, what waiting costs.

Everything goes through a real node, a durable Valkey and SQLite; times are taken at the client,
from sending the command to hearing of its effect, network included.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from itertools import count
from typing import TYPE_CHECKING, Any

import uvloop

from acd.domain.ids import ContactId, ConversationId, InteractionId, QueueId
from acd.domain.interaction import Arrival
from acd.records.sql import now_ms
from acd.records.tables.people import contacts, conversations
from bench.floor import CARD, in_parallel
from bench.node import BenchNode, running
from bench.report import Figure, percentile

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bench.client import Socket

RATE = 200
"""Interactions a second."""
WORK_S = 1.0
RING_SECONDS = 30.0
CONTACTS = 5_000
"""More than are ever in the house at once."""
PAIRS = 100
MESSAGE_RATE = 1_000
MESSAGE_SECONDS = 15.0
IDLE = 10_000


def measure() -> list[Figure]:
    """All figures of this module; about three minutes."""
    return [
        *uvloop.run(_free_to_ring()),
        *uvloop.run(_messages()),
        uvloop.run(_idle()),
    ]


class Desk:
    """An agent under a full line: accepts at once, works, finishes, is rung again."""

    def __init__(self, socket: Socket, waits_ms: list[float]) -> None:
        self._socket = socket
        self._waits_ms = waits_ms
        self._freed_at: float | None = None
        self._offers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        socket.on("offer", self._rang)

    def _rang(self, offer: dict[str, Any]) -> None:
        if self._freed_at is not None:
            self._waits_ms.append((time.perf_counter() - self._freed_at) * 1000)
            self._freed_at = None
        self._offers.put_nowait(offer)

    async def open(self) -> None:
        """Comes in and is available."""
        await self._socket.ask("console.open", {})
        await self._socket.ask("presence.set", {"channel": "chat", "availability": "available"})

    async def work(self, until: float) -> None:
        """Goes on until the clock says so."""
        while time.perf_counter() < until:
            offer = await self._offers.get()
            await self._socket.ask("offer.delivered", {"offer": offer["offer"]})
            await self._socket.ask("offer.accept", {"offer": offer["offer"]})
            await asyncio.sleep(WORK_S)
            self._freed_at = time.perf_counter()
            await self._socket.ask("interaction.finish", {"interaction": offer["interaction"]})


def _know_contacts(tx: Connection) -> None:
    """Everybody has a conversation, which is told who joined and who left."""
    at = {"created_ms": now_ms()}
    people = [
        {"id": f"ct_r{number}", "name": "Jean Martin", "locale": "fr", "updated_ms": now_ms(), **at}
        for number in range(CONTACTS)
    ]
    threads = [
        {
            "id": f"cv_r{number}",
            "contact": f"ct_r{number}",
            "site": "shop",
            "last_message_ms": now_ms(),
            **at,
        }
        for number in range(CONTACTS)
    ]
    tx.execute(contacts.insert(), people)
    tx.execute(conversations.insert(), threads)


async def _free_to_ring() -> list[Figure]:
    waits_ms: list[float] = []
    agents = round(RATE * WORK_S)
    async with running(agents=agents, chats=1) as node:
        await node.database.write(_know_contacts)
        desks = [Desk(await node.agent(number), waits_ms) for number in range(agents)]
        numbers = count(1)

        async def arrive(_: int) -> None:
            number = next(numbers)
            await node.router.enqueue(
                Arrival(
                    interaction=InteractionId(f"ix_r{number:08d}"),
                    queue=QueueId("support/chat"),
                    contact=ContactId(f"ct_r{number % CONTACTS}"),
                    conversation=ConversationId(f"cv_r{number % CONTACTS}"),
                    card=CARD,
                    leased=False,
                )
            )

        await in_parallel(arrive, range(agents), 50)
        until = time.perf_counter() + RING_SECONDS
        for number, desk in enumerate(desks):
            await desk.open()
            node.group.create_task(desk.work(until))
            await asyncio.sleep(WORK_S / agents if number else 0)
        while time.perf_counter() < until - 1.5 * WORK_S:
            waiting = (await node.router.queue(QueueId("support/chat"))).waiting
            await in_parallel(arrive, range(max(0, 2 * agents - waiting)), 50)
            await asyncio.sleep(0.2)
        spent_s = RING_SECONDS
        await in_parallel(arrive, range(2 * agents), 50)  # so that nobody waits for ever
        await asyncio.sleep(3 * WORK_S)
    steady = waits_ms[len(waits_ms) // 5 :]
    rate = len(waits_ms) / spent_s
    print(f"  {rate:.0f} finished/s, {len(steady)} rings counted", flush=True)
    return [
        Figure(
            id="routing.free_to_ring_ms",
            params={"percentile": percent, "rate": RATE},
            value=percentile(steady, percent),
            unit="ms",
        )
        for percent in (50, 99)
    ]


class Pair:
    """A visitor and the agent who serves them; knows when what the visitor says arrives."""

    def __init__(self, visitor: Socket) -> None:
        self.visitor = visitor
        self.said_at: deque[float] = deque()
        self.numbers = count(1)

    async def say(self) -> None:
        """Sends one message; done when the server has it stored."""
        self.said_at.append(time.perf_counter())
        number = next(self.numbers)
        text = f"Message {number}: my parcel came without the two bowls. Shall I order them again?"
        await self.visitor.ask(
            "message.send", {"client_id": f"bench-message-{number:09d}", "text": text}
        )


async def _messages() -> list[Figure]:
    agents = PAIRS // 10
    async with running(agents=agents, chats=20) as node:
        pairs: dict[str, Pair] = {}
        delays_ms: list[float] = []

        def heard(message: dict[str, Any]) -> None:
            pair = pairs.get(message["conversation"])
            if pair is not None and message["from"] == "visitor" and pair.said_at:
                delays_ms.append((time.perf_counter() - pair.said_at.popleft()) * 1000)

        await _staff(node, agents, heard)
        for number in range(PAIRS):
            visitor = await node.visitor()
            start = {
                "client_id": f"bench-start-{number:09d}",
                "department": "support",
                "name": f"Visitor {number}",
            }
            started = await visitor.ask("chat.start", start)
            pairs[started["chat"]["conversation"]] = Pair(visitor)
        await asyncio.sleep(2)
        everybody = list(pairs.values())
        figures = await _at_a_rate(everybody, delays_ms)
        figures.append(await _flat_out(node, everybody))
    return figures


async def _staff(node: BenchNode, agents: int, heard: Any) -> None:
    """Agents who take whatever rings."""
    for number in range(agents):
        socket = await node.agent(number)
        socket.on("message", heard)

        def take(offer: dict[str, Any], socket: Socket = socket) -> None:
            node.group.create_task(socket.ask("offer.accept", {"offer": offer["offer"]}))

        socket.on("offer", take)
        await socket.ask("console.open", {})
        await socket.ask("presence.set", {"channel": "chat", "availability": "available"})


async def _at_a_rate(pairs: list[Pair], delays_ms: list[float]) -> list[Figure]:
    """An open loop: each message at its time, however long the last one took."""
    delays_ms.clear()
    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(round(MESSAGE_RATE * MESSAGE_SECONDS)):
            due = start + number / MESSAGE_RATE
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            group.create_task(pairs[number % len(pairs)].say())
    await asyncio.sleep(0.5)
    print(f"  {len(delays_ms):,} messages at {MESSAGE_RATE}/s", flush=True)
    steady = delays_ms[len(delays_ms) // 10 :]
    return [
        Figure(
            id="chat.message_ms",
            params={"percentile": percent, "rate": MESSAGE_RATE},
            value=percentile(steady, percent),
            unit="ms",
        )
        for percent in (50, 99)
    ]


async def _flat_out(node: BenchNode, pairs: list[Pair], seconds: float = 10.0) -> Figure:
    """A closed loop, counted against the time the node's core was busy."""
    until = time.perf_counter() + seconds
    spent, sent = node.cpu_s(), 0

    async def talk(pair: Pair) -> None:
        nonlocal sent
        while time.perf_counter() < until:
            await pair.say()
            sent += 1

    async with asyncio.TaskGroup() as group:
        for pair in pairs:
            group.create_task(talk(pair))
    core_s = node.cpu_s() - spent
    print(f"  {sent / seconds:,.0f} messages/s; node busy {core_s / seconds:.0%}", flush=True)
    return Figure(id="chat.messages_per_s", value=sent / core_s, unit="1/s of a node's core")


async def _idle() -> Figure:
    async with running(agents=1, chats=1) as node:
        warm = [await node.visitor() for _ in range(100)]
        before = node.resident_kib()

        async def come(_: int) -> None:
            await node.visitor()

        await in_parallel(come, range(IDLE), 50)
        await asyncio.sleep(3)
        each = (node.resident_kib() - before) / IDLE
        print(f"  {IDLE + len(warm):,} visitors connected, {each:.1f} KiB each", flush=True)
    return Figure(id="sockets.idle_kib", params={"agents": 0}, value=each, unit="KiB")
