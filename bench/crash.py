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
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from aiohttp import ClientSession, TCPConnector

from acd.domain.ids import AgentId, QueueId
from acd.flow.intake import Intake
from acd.records.accounts import Accounts
from acd.records.directory import Directory
from acd.records.engine import open_database
from acd.records.history import History
from acd.records.intakes import Intakes
from acd.routing.router import Router
from bench.crash_log import log_of, told
from bench.crash_people import Desk, Street
from bench.node import allow_many_sockets, ready, serve, sign_in, write_config
from bench.readings import Values, repeat
from bench.report import Figure

if TYPE_CHECKING:
    import subprocess

AGENTS = 100
PORT = 8993
RATE = 10.0
"""Customers a second."""
DROPPED = 0.1
DROP_AT_S, KILL_AT_S, LAST_AT_S = 4.0, 6.0, 14.0
LEAK_S = 60.0
"""After the kill; what is held then and belongs to nobody has leaked."""


def measure(runs: int, share: float) -> list[Figure]:
    """About a minute and a half a run. `crash.stuck_s` is the worst of them."""
    found = repeat(runs, {"agents": AGENTS}, partial(_crash, max(15.0, share * LEAK_S)))
    stuck = next(figure for figure in found if figure.id == "scenario.crash_stuck_s")
    worst_s = stuck.value if stuck.high is None else stuck.high
    return [*found, Figure(id="crash.stuck_s", value=worst_s, unit="s")]


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
                Desk(url, await sign_in(directory, accounts, number), group, dice)
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
        events = [e async for e in log_of(History(database))]
        await router.close()
        await database.close()
    return told(events, street.came, killed_ms, leaked)


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
