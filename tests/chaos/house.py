"""Chaos: processes and servers die while a hundred thousand interactions pass through the house."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import select

from acd.domain.errors import AcdError
from acd.records.engine import Database, open_database
from acd.records.history import History
from acd.records.tables.happened import interactions
from acd.routing.router import Router
from tests.chaos.arrivals import sweep
from tests.chaos.judge import Judge
from tests.chaos.scene import AGENTS, CLIENTS, TENANT, Stage, agent, furnish, wait_for_a_node
from tests.chaos.troupe import Killer, Troupe
from tests.servers import SentinelHouse

LOOK_EVERY_S = 0.5
FORGOTTEN_S = 0.7
"""So much before a restart is not in its file: a disk may be busy for longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of it. `restarts` from the append-only file, `failovers` to the replica.

    So many `kills` of processes at least, however fast the machine lets everybody come.
    """

    interactions: int
    nodes: int = 3
    restarts: int = 1
    failovers: int = 1
    kills: int = 20
    seed: int = 1
    limit_s: float = 900


@dataclass(slots=True)
class Report:
    """What happened."""

    findings: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0
    kills_per_s: float = 0
    latest_timer_ms: float = 0
    """In time that the machine gave us."""
    share: float = 1.0
    """Of the machine, that was ours to use."""

    def __str__(self) -> str:
        lines = [f"{name:<34}{count:>10}" for name, count in sorted(self.counts.items())]
        lines += [
            f"{'seconds':<34}{self.seconds:>10.1f}",
            f"{'processes killed a second':<34}{self.kills_per_s:>10.2f}",
            f"{'latest timer, ms past its time':<34}{self.latest_timer_ms:>10.0f}",
            f"{'share of the machine':<34}{self.share:>10.0%}",
            *(f"FOUND {text}" for text in self.findings),
        ]
        return "\n".join(lines)


async def play(plan: Plan, folder: Path) -> Report:
    """Let it happen, and judge it."""
    started, dice = time.monotonic(), random.Random(plan.seed)
    servers = SentinelHouse(folder, silence_ms=2500)
    servers.start()
    stage = Stage(folder=folder, redis_url=servers.url, interactions=plan.interactions)
    database = await open_database(stage.database_url)
    router = await Router.open(servers.url, TENANT)
    router.admit_by(partial(wait_for_a_node, router))
    troupe = Troupe(stage, plan.nodes, dice)
    judge = Judge(router, History(database), troupe.node_is_up)
    storm = Storm(plan, servers, troupe, judge, stage)
    try:
        troupe.start()
        await _furnished(router)
        async with asyncio.timeout(plan.limit_s):
            await storm.rage()
            await _ended(stage, database, router, judge)
        troupe.end("client")
        await _at_rest(router, judge)
        await judge.compare()
        judge.judge_ends(meant(stage))
        for text in await router.check():
            judge.find(text)
        if stage.faults.exists():
            for text in stage.faults.read_text().splitlines():
                judge.find(text)
    except TimeoutError:
        judge.find(f"not over after {plan.limit_s} s")
    finally:
        for kind in ("client", "node"):
            troupe.end(kind)
        await router.close()
        await database.close()
        servers.stop()
    judge.counts["processes killed"] = troupe.kills
    return Report(
        findings=judge.findings,
        counts=dict(judge.counts),
        seconds=time.monotonic() - started,
        kills_per_s=troupe.kills / max(1e-9, storm.seconds),
        latest_timer_ms=judge.latest_ms,
        share=judge.machine.own_time.share,
    )


class Storm:
    """What goes on until everybody has come: kills, restarts, failovers, and looks meanwhile."""

    def __init__(
        self, plan: Plan, servers: SentinelHouse, troupe: Troupe, judge: Judge, stage: Stage
    ) -> None:
        self._servers = servers
        self._troupe = troupe
        self._killer = Killer(troupe)
        self._kills = plan.kills
        self.seconds = 0.0
        self._judge = judge
        self._stage = stage
        self._total = plan.interactions // CLIENTS * CLIENTS
        parts = plan.restarts + plan.failovers + 1
        at = [self._total * n // parts for n in range(1, parts)]
        middle = (len(at) - plan.failovers + 1) // 2
        self._failovers = at[middle : middle + plan.failovers]
        self._restarts = [moment for moment in at if moment not in self._failovers]
        self._beyond = self._total // parts // 2
        """So many come after a strike is due, before they are held back until it is done."""
        self._open()

    @property
    def _raged(self) -> bool:
        return self._troupe.kills >= self._kills and not (self._restarts or self._failovers)

    def _open(self) -> None:
        """Let come who may: on a fast machine all would have, before the replica is whole."""
        due = min((*self._restarts, *self._failovers, self._total - 2 * self._beyond))
        self._stage.let_in(self._total if self._raged else due + self._beyond)

    async def rage(self) -> None:
        """Until everybody has come."""
        looked = began = time.monotonic()
        self._killer.start()
        try:
            while (came := came_to(self._stage)) < self._total:
                await self._strike(came)
                self._open()
                if time.monotonic() - looked > LOOK_EVERY_S:
                    looked = time.monotonic()
                    await self._judge.look()
                    await self._judge.read()
                await asyncio.sleep(0.1)
        finally:
            await asyncio.to_thread(self._killer.stop)
            self.seconds = time.monotonic() - began

    async def _strike(self, came: int) -> None:
        """The server, where it is time for that."""
        if self._restarts and came >= self._restarts[0]:
            self._restarts.pop(0)
            await self._restart()
        elif self._failovers and came >= self._failovers[0] and self._servers.replica_is_whole():
            self._failovers.pop(0)
            await self._fail_over()

    async def _restart(self) -> None:
        self._judge.shaken()
        primary = self._servers.primary
        primary.write_no_more()
        await asyncio.sleep(FORGOTTEN_S)
        primary.kill()
        primary.start()
        self._judge.counts["restarts from the file"] += 1

    async def _fail_over(self) -> None:
        self._judge.shaken()
        before = self._servers.primary
        before.kill()
        while True:
            await asyncio.sleep(0.1)
            if self._servers.primary is not before:
                break
        before.start()
        self._judge.counts["failovers"] += 1


def came_to(stage: Stage) -> int:
    """How many came so far."""
    paths = [stage.intents(number) for number in range(CLIENTS)]
    return sum(path.read_bytes().count(b"\n") for path in paths if path.exists())


def meant(stage: Stage) -> list[str]:
    """Everybody who came so far."""
    return [
        line
        for number in range(CLIENTS)
        if stage.intents(number).exists()
        for line in stage.intents(number).read_text().split("\n")[:-1]
    ]


async def _furnished(router: Router) -> None:
    while True:
        try:
            return await furnish(router)
        except AcdError:
            await asyncio.sleep(0.1)


async def _ended(stage: Stage, database: Database, router: Router, judge: Judge) -> None:
    """Until everybody's interaction has ended, by what is recorded."""
    query = select(interactions.c.id)
    names = meant(stage)
    while True:
        await judge.look()
        known = set(await database.read(lambda tx: tx.execute(query).scalars().all()))
        missing = [name.split("_")[1:] for name in names if name not in known]
        await sweep(router, [(int(one), int(number)) for one, number in missing])
        await judge.read()
        if all(judge.ends[name] for name in names):
            return
        await asyncio.sleep(0.3)


async def _at_rest(router: Router, judge: Judge) -> None:
    """Until no slot is held: wrap-ups end by themselves. A slot that leaked would stay."""
    for _ in range(100):
        busy = []
        for number in range(AGENTS):
            seen = await router.agent(agent(number))
            if seen and any(state.count for state in seen.channels.values()):
                busy.append(seen.agent)
        if not busy:
            return
        await asyncio.sleep(0.1)
    judge.find(f"slots are held for ever: {busy}")
