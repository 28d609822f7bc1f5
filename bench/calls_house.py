"""All that a call passes: Kamailio or not, a real node, rtpengine, and agents in their consoles."""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from acd.domain.ids import AgentId
from bench.calls_desks import Desk, Talks
from bench.node import BenchNode, running
from tests.peers.kamailio import NODE, running_edge
from tests.peers.rtpengine import Rtpengine, udp_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tests.peers.kamailio import Edge

DIRECT, EDGE = "direct", "kamailio"
EMPTY_S = 40.0
"""By then nothing may be left of any call."""
NODE_S = 2.0
MOST_CALLS = 1000
"""More than may wait when the load is more than the machine serves at once: none is refused."""
WORKERS = 4
"""As `deploy/kamailio` has them."""
_CALLS = """
[departments.call]
ring = {rings}
"""
_TELEPHONY = """
[telephony]
region = "FR"
[telephony.sip]
enabled = true
host = "{host}"
port = {sip}
max_calls = {most}
[telephony.sip.numbers]
support = "support"
[telephony.rtpengine]
ng = "{ng[0]}:{ng[1]}"
dtmf_port = {keys}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A node that takes calls, and two ways to it."""

    node: BenchNode
    engine: Rtpengine
    edge: Edge
    ways: Mapping[str, tuple[str, int]]
    """Where a call is sent, by the way it takes."""
    talks: Talks = field(default_factory=Talks)
    desks: list[Desk] = field(default_factory=list)

    async def staff(self, agents: int) -> None:
        """So many are there and free."""
        for number in range(len(self.desks), agents):
            self.desks.append(await Desk.open(self.node, number, self.talks))

    def cpu_s(self) -> dict[str, float]:
        """What each part has spent so far."""
        edge = psutil.Process(self.edge.pid)
        return {
            "node": self.node.cpu_s(),
            "store": self.node.store.cpu_us() / 1e6,
            "rtpengine": _spent(psutil.Process(self.engine.pid)),
            "kamailio": _spent(edge, *edge.children(recursive=True)),
        }

    async def left(self) -> int:
        """What is there of calls when nothing may be: dialogs, pairings, slots that are held."""
        until = time.monotonic() + EMPTY_S
        while True:
            left = await self._dialogs() + len(self.engine.pairings()) + await self._slots()
            if not left or time.monotonic() > until:
                return left
            await asyncio.sleep(0.5)

    async def _dialogs(self) -> int:
        async with self.node.client.get(f"{self.node.url}/metrics") as answer:
            text = await answer.text()
        found = re.findall(r"^acd_sip_(?:calls|dialogs)_active (\S+)", text, re.MULTILINE)
        assert len(found) == 2, "the node does not tell what it holds"
        return round(sum(map(float, found)))

    async def _slots(self) -> int:
        agents = [
            await self.node.router.agent(AgentId(f"a{number:06d}"))
            for number in range(len(self.desks))
        ]
        return sum(bool(agent and agent.used) for agent in agents)


def _spent(*processes: psutil.Process) -> float:
    times = [one.cpu_times() for one in processes]
    return float(sum(one.user + one.system for one in times))


@asynccontextmanager
async def house(programs: Mapping[str, Path], *, agents: int, rings: int) -> AsyncIterator[House]:
    """Starts everything, and ends it. `rings`: so many consoles ring for each call."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="acd-bench-")))
        engine = Rtpengine(programs["rtpengine"], folder, room=6000)
        engine.start()
        stack.callback(engine.kill)
        sip = udp_port()
        place = f"{NODE}:{sip}"
        edge = stack.enter_context(
            running_edge(programs["kamailio"], folder, [place], node_s=NODE_S, workers=WORKERS)
        )
        telephony = _TELEPHONY.format(
            host=NODE, sip=sip, most=MOST_CALLS, ng=engine.ng, keys=udp_port()
        )
        async with running(
            agents=agents, chats=1, calls=_CALLS.format(rings=rings), telephony=telephony
        ) as node:
            ways = {DIRECT: (NODE, sip), EDGE: edge.public}
            yield House(node=node, engine=engine, edge=edge, ways=ways)
