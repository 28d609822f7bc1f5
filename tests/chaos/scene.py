"""The contact centre that chaos plays in: every strategy, all channels, and times short enough."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from acd.domain.agent import AgentProfile, Membership
from acd.domain.capacity import DEFAULT_CHANNELS
from acd.domain.errors import AcdError
from acd.domain.ids import AgentId, QueueId
from acd.domain.interaction import Channel
from acd.domain.queue import (
    Diversion,
    Divert,
    LastAgent,
    LineOrder,
    Measure,
    QueueSettings,
    RelaxStep,
)
from acd.routing.router import Router
from acd.routing.scripts import load_library

TENANT: Final = "chaos"
CLIENTS: Final = 8
AGENTS: Final = 48
SKILLS: Final = ("french", "sales")


def _on(queue: str) -> Divert:
    return Divert(to=Diversion.OVERFLOW, queue=QueueId(queue))


_QUEUES: Final[tuple[tuple[str, Channel, dict[str, Any]], ...]] = (
    ("a-ring-all", Channel.CHAT, {"strategy": ("ring_all",), "ring_limit": 4, "max_length": 20,
                                  "on_full": Divert(to=Diversion.FORM)}),
    ("b-priority", Channel.CHAT, {"strategy": ("priority",), "order": LineOrder.STRICT,
                                  "max_wait_s": 1.5, "on_max_wait": _on("d-average/chat")}),
    ("c-max", Channel.CHAT, {"strategy": ("max_utilization",), "max_length": 15,
                             "on_full": _on("e-random/chat")}),
    ("d-average", Channel.CHAT, {"strategy": ("average_utilization",), "measure": Measure.RATIO,
                                 "max_wait_s": 2.0, "on_max_wait": Divert(to=Diversion.FORM)}),
    ("e-random", Channel.CHAT, {"strategy": ("random",), "ring": 2, "max_length": 15,
                                "on_full": _on("c-max/chat")}),
    ("f-robin", Channel.CHAT, {"strategy": ("round_robin",), "last_agent": LastAgent.PREFER,
                               "max_wait_s": 1.0, "on_max_wait": Divert(to=Diversion.CALLBACK),
                               "callback_tries": 2}),
    ("g-idle", Channel.CHAT, {"strategy": ("longest_idle",), "last_agent": LastAgent.WAIT,
                              "last_agent_wait_s": 1.0, "idle_s": 1.5,
                              "on_closed": Divert(to=Diversion.REJECT),
                              "at_close": _on("h-both/chat")}),
    ("h-both", Channel.CHAT, {"strategy": ("priority", "average_utilization"),
                              "relax": (RelaxStep(after_s=1, level=1), RelaxStep(after_s=2))}),
    ("v-call", Channel.CALL, {"strategy": ("longest_idle",), "max_wait_s": 1.5,
                              "on_max_wait": Divert(to=Diversion.VOICEMAIL)}),
    ("w-call", Channel.CALL, {"strategy": ("ring_all",), "ring_limit": 3,
                              "on_closed": Divert(to=Diversion.CALLBACK),
                              "at_close": _on("v-call/call")}),
    ("t-ticket", Channel.TICKET, {"strategy": ("average_utilization",), "pull": True}),
)  # fmt: skip
_FEW: Final = ("x-few", Channel.CHAT, {"strategy": ("longest_idle",), "max_length": 5,
                                       "max_wait_s": 2.0, "relax": (RelaxStep(after_s=1),),
                                       "on_full": _on("h-both/chat"),
                                       "on_nobody": Divert(to=Diversion.FORM)})  # fmt: skip
"""Whose few members come and go."""
_TIMES: Final[dict[str, float]] = {
    "ring_time_s": 1.5, "delivery_s": 1.0, "decline_s": 1.0, "wrap_up_s": 0.4,
    "wrap_up_extend_s": 0.5, "chat_grace_s": 3.0, "contact_grace_s": 1.5, "lease_s": 3.0,
    "grace_s": 1.5, "connect_s": 1.0, "credit_s": 5.0,
    "callback_retry_s": 0.5, "dial_s": 1.0,
}  # fmt: skip

load_library()  # once for all processes, which are forks of one that has read this

QUEUES: Final = tuple(QueueId(f"{name}/{channel}") for name, channel, _ in (*_QUEUES, _FEW))
CLOSING: Final = (QueueId("g-idle/chat"), QueueId("w-call/call"))
_DAY_MS: Final = 5000
_OPEN_MS: Final = 4200
_DAYS: Final = 24


def agent(number: int) -> AgentId:
    """One of the AGENTS."""
    return AgentId(f"agent-{number:02d}")


RESTLESS: Final = frozenset(agent(number) for number in range(AGENTS - 4, AGENTS))


def opening_hours(now_ms: int) -> list[tuple[int, int]]:
    """When those CLOSING are open from the day before now on: two minutes of days of five seconds.

    The same instants whoever computes them.
    """
    first = now_ms // _DAY_MS - 1
    return [(day * _DAY_MS, day * _DAY_MS + _OPEN_MS) for day in range(first, first + _DAYS)]


async def furnish(router: Router) -> None:
    """Configure every queue and every agent; each agent serves six queues, few a seventh."""
    await router.configure_skills(SKILLS, 1)
    for name, channel, more in (*_QUEUES, _FEW):
        await router.configure_queue(
            QueueSettings(
                queue=QueueId(f"{name}/{channel}"), version=1, channel=channel, department=name,
                **{**_TIMES, **more},
            )
        )  # fmt: skip
    for number in range(AGENTS):
        served = [QUEUES[(number + 2 * step) % len(_QUEUES)] for step in range(6)]
        if agent(number) in RESTLESS:
            served.append(QUEUES[-1])
        await router.configure_agent(
            AgentProfile(
                agent=agent(number),
                version=1,
                total=100,
                channels=DEFAULT_CHANNELS,
                memberships=tuple(
                    Membership(queue=queue, priority=1 + number % 5) for queue in served
                ),
                skills={skill: 1 + number % 3 for skill in SKILLS if number % 2},
            )
        )


async def wait_for_a_node(router: Router) -> None:
    """For `admit_by` of what makes sure of nothing by itself."""
    await router.reconciler("").reconcile_begin(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the processes find everything."""

    folder: Path
    redis_url: str
    interactions: int

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.folder}/history.db"

    def intents(self, client: int) -> Path:
        """What a client meant to enqueue, a line each, written before it does."""
        return self.folder / f"intents.{client}"

    @property
    def _gate(self) -> Path:
        return self.folder / "gate"

    def let_in(self, most: int) -> None:
        """Nobody comes beyond so many in all, until more are let in."""
        new = self._gate.with_suffix(".new")
        new.write_text(str(most))
        new.replace(self._gate)

    def let_in_of_a_client(self) -> int:
        """How many may come by one client so far."""
        return int(self._gate.read_text()) // CLIENTS

    @property
    def faults(self) -> Path:
        """What no process ever should see."""
        return self.folder / "faults"

    def fault(self, text: str) -> None:
        """Note one."""
        with self.faults.open("a") as out:
            out.write(text.replace("\n", " ") + "\n")


async def opened(stage: Stage) -> Router:
    """A router, as soon as the server answers."""
    while True:
        try:
            return await Router.open(stage.redis_url, TENANT)
        except AcdError:
            await asyncio.sleep(0.1)
