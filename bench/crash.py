"""The engine is killed in the middle of its work, and a tenth of the agents' sockets drop.

A node with a Valkey of its own, as installed by default; both get SIGKILL, and the node is started
again at once. Agents are consoles on real sockets that come back as browsers do, but for those who
were dropped. Customers come through the door of the database, also while nothing else is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from aiohttp import ClientError, ClientSession, TCPConnector

from acd.domain.errors import AcdError
from acd.domain.events import EventType
from acd.domain.ids import AgentId, DepartmentId, InteractionId, QueueId, SiteId
from acd.flow.intake import ChatStart, Intake
from acd.records.accounts import Accounts
from acd.records.directory import Directory
from acd.records.engine import open_database
from acd.records.history import History
from acd.records.intakes import Intakes
from acd.routing.router import Router
from bench.client import Gone, Refused, Socket
from bench.node import allow_many_sockets, console, ready, serve, sign_in, write_config
from bench.readings import Reading, Values, repeat

if TYPE_CHECKING:
    import subprocess

    from acd.domain.events import Event
    from acd.records.accounts import SignedIn
    from bench.report import Figure

AGENTS = 100
PORT = 8993
RATE = 10.0
"""Customers a second."""
WORK_S = 0.3
DROPPED = 0.1
DROP_AT_S, KILL_AT_S, LAST_AT_S = 4.0, 6.0, 14.0
LEAK_S = 60.0
"""After the kill; what is held then and belongs to nobody has leaked."""


def measure(runs: int, share: float) -> list[Figure]:
    """About a minute and a half a run."""
    return repeat(runs, {"agents": AGENTS}, partial(_crash, max(15.0, share * LEAK_S)))


@dataclass(slots=True)
class Engine:
    """The node, and the store that is its child."""

    config: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        self.process = serve(self.config)
        return self.process

    def kill(self) -> None:
        """Neither has time for anything."""
        if self.process is None or self.process.poll() is not None:
            return
        everybody = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        for child in everybody:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        self.process.wait()
        psutil.wait_procs(everybody, timeout=10)


@dataclass(slots=True)
class Desk:
    """An agent's browser: comes back whenever the connection is lost, and goes on where it was."""

    client: ClientSession
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
                self.socket = await console(self.client, self.url, self.pass_, self.group)
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
            except (ClientError, Refused, Gone, TimeoutError):
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


async def _crash(leak_s: float) -> Values:
    allow_many_sockets()
    with tempfile.TemporaryDirectory(prefix="acd-crash-") as folder:
        graces = f"[routing]\ngrace_s = {leak_s / 6:.0f}\nchat_grace_s = {leak_s / 2:.0f}"
        engine = Engine(
            write_config(
                Path(folder), PORT, agents=AGENTS, chats=1, more=graces, strategy="ring_all",
                ring_time_s=5,
            )
        )  # fmt: skip
        try:
            return await _killed(engine, folder, leak_s)
        finally:
            engine.kill()


async def _killed(engine: Engine, folder: str, leak_s: float) -> Values:
    url, dice = f"http://127.0.0.1:{PORT}", random.Random(5)
    async with ClientSession(connector=TCPConnector(limit=0)) as client:
        await ready(client, url, engine.start())
        database = await open_database(f"sqlite:///{folder}/data/acd.db")
        directory, accounts = Directory(database), Accounts(database)
        router = await Router.open(f"unix://{folder}/data/redis/redis.sock", "bench")
        router.admit_by(partial(_leave_it_to_the_node, router))
        street = Street(Intake(router, directory, Intakes(database)), router)
        async with asyncio.TaskGroup() as group:
            desks = [
                Desk(client, url, await sign_in(directory, accounts, number), group, dice)
                for number in range(AGENTS)
            ]
            lives = [group.create_task(desk.live()) for desk in desks]
            lives.append(group.create_task(street.stay()))
            await asyncio.sleep(3)
            killed_ms = await _the_storm(engine, street, desks)
            await ready(client, url, engine.start())
            await _arrivals(street, LAST_AT_S - KILL_AT_S)
            await asyncio.sleep(max(0.0, killed_ms / 1000 + leak_s - time.time()))
            leaked = await _held(router)
            await _over(router)
            for life in lives:
                life.cancel()
            for desk in desks:
                desk.drop()
        events = [e async for e in _log(History(database))]
        await router.close()
        await database.close()
    return _told(events, street.came, killed_ms, leaked)


async def _leave_it_to_the_node(router: Router) -> None:
    """Nothing here makes sure of a store that was killed."""
    await router.reconciler("").reconcile_begin(0)


async def _the_storm(engine: Engine, street: Street, desks: list[Desk]) -> float:
    """Work, a tenth of the sockets dropped, then the kill; returns when that was, in ms."""
    await _arrivals(street, DROP_AT_S)
    for desk in desks[: round(DROPPED * len(desks))]:
        desk.drop()
    await _arrivals(street, KILL_AT_S - DROP_AT_S)
    killed_ms = time.time() * 1000
    await asyncio.to_thread(engine.kill)
    return killed_ms


async def _arrivals(street: Street, seconds: float) -> None:
    began = time.monotonic()
    for number in range(round(RATE * seconds)):
        await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
        await street.come()


async def _held(router: Router) -> int:
    """Slots that agents hold."""
    held = 0
    for number in range(AGENTS):
        seen = await router.agent(AgentId(f"a{number:06d}"))
        held += sum(state.count for state in seen.channels.values()) if seen else 0
    return held


async def _over(router: Router) -> None:
    """Until nobody waits and nothing is held, half a minute at most."""
    for _ in range(60):
        queue = await router.queue(QueueId("support/chat"))
        if not (queue.waiting or queue.ringing or await _held(router)):
            break
        await asyncio.sleep(0.5)
    await asyncio.sleep(1)  # the last of it is recorded


async def _log(history: History) -> Any:
    position = "0-0"
    while page := await history.events_after(position, 500):
        for event in page:
            yield event
        position = page[-1].id


def _told(events: list[Event], came: list[InteractionId], killed_ms: float, leaked: int) -> Values:
    """By the log: who won what, who never ended, how long an offer outlived its deadline.

    One whose deadline fell into the time without an engine could end when that was up again.
    """
    owners: dict[str, str] = {}
    ended: Counter[str] = Counter()
    due_ms: dict[str, int] = {}
    doubles, stuck_ms, first_ms = 0, 0.0, 0.0
    up_ms = next((e.at_ms for e in events if e.at_ms > killed_ms), 0)
    for event in events:
        name, offer = str(event.interaction), str(event.offer)
        if event.type is EventType.OFFER_MADE:
            due_ms[offer] = event.data["deadline_ms"]
            if event.at_ms <= killed_ms:  # what fell due while nothing was there, ends first
                due_ms[offer] = max(due_ms[offer], up_ms)
            if not first_ms and event.at_ms > killed_ms:
                first_ms = event.at_ms
        elif event.type in (EventType.OFFER_EXPIRED, EventType.OFFER_FAILED):
            stuck_ms = max(stuck_ms, event.at_ms - due_ms.get(offer, event.at_ms))
        elif event.type is EventType.OFFER_ACCEPTED:
            doubles += name in owners
            owners[name] = str(event.agent)
        elif event.type is EventType.INTERACTION_REQUEUED:
            owners.pop(name, None)
        elif event.type is EventType.INTERACTION_ENDED:
            ended[name] += 1
    served = sum(ended[name] == 1 for name in came)
    return {
        Reading("crash_first_offer_s", "s"): (first_ms - killed_ms) / 1000,
        Reading("crash_lost", "interactions"): float(len(came) - served),
        Reading("crash_double_winners", "interactions"): float(doubles),
        Reading("crash_slots_leaked", "slots"): float(leaked),
        Reading("crash_stuck_s", "s"): stuck_ms / 1000,
    }
