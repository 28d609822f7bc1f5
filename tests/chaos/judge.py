"""What must hold, whatever was killed: asked while chaos goes on, and at its end."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from acd.domain.agent import Availability
from acd.domain.errors import AcdError, StoreUnavailable
from acd.domain.events import Event, EventType
from acd.domain.ids import AgentId, InteractionId
from acd.domain.interaction import Outcome
from acd.records.history import History
from acd.routing import keys
from acd.routing.router import Router
from tests.chaos.machine import Machine
from tests.chaos.scene import AGENTS, TENANT, agent
from tests.integration.routing.fold import Fold

LATE_MS = 2000
STEADY_S = 4.0
"""After a pause of the server, what fell due in it is given so long. As LATE_MS, in time that the
machine gave us."""
SHOWN = 20
WAYS = (
    *(f"outcome {outcome}" for outcome in Outcome),
    "overflow, full",
    "overflow, max_wait",
    "overflow, closing",
    "callback, asked",
    "callback, max_wait",
    "callback, closed",
    EventType.OFFER_EXTENDED.value,
    EventType.INTERACTION_OPENED.value,
)
"""What may become of one: every end there is, and the steps before it. The report counts each."""


class Judge:
    """Collects findings; `counts` is for the report."""

    def __init__(self, router: Router, history: History, node_is_up: Callable[[], bool]) -> None:
        self._node_is_up = node_is_up
        self._router = router
        self._history = history
        self.fold = Fold()
        self.position = "0-0"
        self.findings: list[str] = []
        self.counts: Counter[str] = Counter(dict.fromkeys(WAYS, 0))
        self.ends: Counter[str] = Counter()
        self.latest_ms = 0.0
        self.machine = Machine()
        self._steady_since: float | None = None

    def find(self, text: str) -> None:
        """Note what must not be."""
        self.counts["findings"] += 1
        if len(self.findings) < SHOWN:
            self.findings.append(text)

    def shaken(self) -> None:
        """The server is about to be killed."""
        self._steady_since = None

    async def look(self) -> None:
        """No timer is late, nobody is over capacity; while all goes on."""
        self.machine.read()
        link, prefix = self._router.link, keys.prefix(TENANT)
        try:
            async with asyncio.timeout(2):
                await self._router.queue("a-ring-all/chat")  # type: ignore[arg-type]
                now_ms = await self._router.clock()
                ticker = await link.client.hget(keys.meta(TENANT), "ticker")
                due: list[Any] = await link.client.zrange(f"{prefix}timers", 0, 0, withscores=True)
                names = [agent(number) for number in range(AGENTS)]
                found = await link.call("check", prefix, 0, len(names), 0, *names)
        except (AcdError, TimeoutError, OSError):
            self._steady_since = None
            return
        except Exception:  # noqa: BLE001 - a client that is cut in the middle
            self._steady_since = None
            return
        self.counts["looks"] += 1
        for text in found:
            self.find(f"meanwhile: {text}")
        # a node ticks, or one has had more than enough time to begin
        ticks = int((ticker or "|0").rpartition("|")[2]) > now_ms
        if self._steady_since is None or not (ticks or self._node_is_up()):
            self._steady_since = time.monotonic()
        own_time, here_s = self.machine.own_time, time.monotonic()
        if due and own_time.between(self._steady_since, here_s) > STEADY_S:
            late_ms = own_time.between(here_s - (now_ms - due[0][1]) / 1000, here_s) * 1000
            self.latest_ms = max(self.latest_ms, late_ms)
            if late_ms > LATE_MS:
                self.find(f"timer {due[0][0]} is {late_ms:.0f} ms late")

    async def read(self) -> None:
        """Fold what was recorded since."""
        while page := await self._history.events_after(self.position, 500):
            for event in page:
                self._note(event)
            self.position = page[-1].id

    def _note(self, event: Event) -> None:
        self.counts[event.type] += 1
        self._count(event)
        if event.type is EventType.INTERACTION_REGAINED:
            before = self.fold.interactions.get(str(event.interaction))
            if before is not None and before.outcome is not None:  # it goes on from its wrap-up
                self.ends[str(event.interaction)] -= 1
        try:
            self.fold.apply(event)
        except (AssertionError, KeyError, AcdError) as error:
            self.find(f"fold: {event.id} {event.type} of {event.interaction}: {error!r}")

    def _count(self, event: Event) -> None:
        """What became of it: its end, or the step that a rule took with it."""
        data = event.data
        if event.type is EventType.INTERACTION_ENDED:
            if data["by"] == "failover":
                self.counts["ended again after a failover"] += 1
            else:
                self.ends[str(event.interaction)] += 1
                self.counts[f"outcome {data['outcome']}"] += 1
        elif event.type is EventType.INTERACTION_MOVED and "by" not in data:
            self.counts[f"overflow, {data['reason']}"] += 1
        elif event.type is EventType.INTERACTION_CALLBACK:
            self.counts[f"callback, {data['reason']}"] += 1

    async def compare(self, *, patience: int = 40) -> None:
        """The folded log is the state. Looked at again while there is news of what differs."""
        wrong: dict[str, str] = {}
        for turn in range(patience):
            try:
                await self.read()
                wrong = await self._differing(list(wrong) if turn else None)
            except StoreUnavailable:
                wrong = wrong or {"?": "Redis is away"}
            if not wrong:
                self.counts["comparisons of fold and state"] += 1
                return
            await asyncio.sleep(0.1)
        for text in wrong.values():
            self.find(f"fold and state: {text}")

    async def _differing(self, names: Sequence[str] | None) -> dict[str, str]:
        wrong: dict[str, str] = {}
        live = [
            name
            for name, x in self.fold.interactions.items()
            if (names is None or name in names) and (x.outcome is None or x.wrapping)
        ]
        for name in live:
            x = await self._router.interaction(InteractionId(name))
            folded = self.fold.interactions[name]
            if x is None:
                wrong[name] = f"{name} is {folded.state} in the log and unknown"
                continue
            is_now = (str(x.state), x.agent, {o.offer: o.agent for o in x.offers})
            by_log = (str(folded.state), folded.agent, folded.offers)
            if is_now != by_log:
                wrong[name] = f"{name} is {is_now}, and {by_log} by the log"
        heard = await self._history.presence([agent(number) for number in range(AGENTS)])
        for number in range(AGENTS):
            name = agent(number)
            seen = await self._router.agent(AgentId(name))
            for channel, state in seen.channels.items() if seen else ():
                said = self.fold.slots(name, channel)
                if state.count != said:
                    wrong[name] = f"{name} counts {state.count} {channel}, {said} by the log"
                last = heard.get(name, {}).get(channel)
                if state.availability != (last.availability if last else Availability.OFFLINE):
                    wrong[name] = f"{name} is {state.availability} on {channel}, by the log {last}"
        return wrong

    def judge_ends(self, meant: Sequence[str]) -> None:
        """Each arrival has ended once, and nothing else has."""
        for name in meant:
            if self.ends[name] != 1:
                self.find(f"{name} ended {self.ends[name]} times")
        self.counts["interactions"] = len(meant)
        self.counts["ended exactly once"] = sum(self.ends[name] == 1 for name in meant)
        for name in self.ends.keys() - set(meant):
            self.find(f"{name} ended and never came")
