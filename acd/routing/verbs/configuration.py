"""Verbs that apply the directory: agents and queues come, change and go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from acd.routing.compiled import compile_agent, compile_hours, compile_queue
from acd.routing.results import Changed
from acd.routing.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from acd.domain.agent import AgentProfile
    from acd.domain.ids import AgentId, QueueId
    from acd.domain.queue import QueueSettings


class Configuration(Tenant):
    """The directory's word; an older version than the one applied is refused."""

    async def configure_agent(self, profile: AgentProfile, *, now_ms: int = 0) -> Changed:
        """Apply the directory's word on an agent; an older version is refused (`stale`).

        Raises:
            ConfigInvalid: a value is out of its range.
        """
        compiled = compile_agent(profile)
        word = (
            await self._change(
                "agent_configure", now_ms, profile.agent, profile.version, compiled.capacity,
                compiled.memberships, compiled.skills,
            )
        )[0]  # fmt: skip
        return Changed(changed=word == "configured", reason=word)

    async def configure_skills(
        self, skills: Collection[str], version: int, *, now_ms: int = 0
    ) -> Changed:
        """What requirements may name. Pools that are there stay until nothing requires them."""
        names = json.dumps(sorted(skills))
        word = (await self._change("skills_configure", now_ms, version, names))[0]
        return Changed(changed=word == "configured", reason=word)

    async def configure_queue(self, settings: QueueSettings, *, now_ms: int = 0) -> Changed:
        """Apply the directory's word on a queue; an older version is refused (`stale`).

        Raises:
            ConfigInvalid: a value is out of its range, or the strategy unknown.
        """
        compiled = compile_queue(settings)
        word = (
            await self._change(
                "queue_configure", now_ms, settings.queue, settings.version, compiled.settings,
                compiled.rules, compiled.index, compiled.line,
            )
        )[0]  # fmt: skip
        return Changed(changed=word == "configured", reason=word)

    async def set_hours(
        self, queue: QueueId, opening: Sequence[tuple[int, int]] | None, *, now_ms: int = 0
    ) -> Changed:
        """When the queue is open: `(opens_ms, closes_ms)` in their order; None is always.

        Instants, computed from its calendar; call it again long before they run out, for after
        the last of them the queue is closed.

        Raises:
            ConfigInvalid: a period does not end after it begins, or begins before the last ended.
        """
        hours = compile_hours(opening)
        word = (await self._change("queue_hours", now_ms, queue, hours))[0]
        return Changed(changed=word == "set", reason=word)

    async def remove_agent(self, agent: AgentId, version: int, *, now_ms: int = 0) -> Changed:
        """The agent left the directory: their chats return to the line, calls talk on."""
        word = (await self._change("agent_remove", now_ms, agent, version))[0]
        return Changed(changed=word == "removed", reason=word)

    async def remove_queue(self, queue: QueueId, version: int, *, now_ms: int = 0) -> Changed:
        """The queue left the directory: the waiting overflow or are rejected, open ones go on."""
        word = (await self._change("queue_remove", now_ms, queue, version))[0]
        return Changed(changed=word == "removed", reason=word)
