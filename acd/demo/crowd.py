"""All simulated people of one run of the demonstration."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from acd.demo.agents import SimulatedAgent
from acd.demo.seed import SITE, simulated
from acd.demo.visitors import Rush
from acd.domain.ids import AgentId
from acd.records.secrets import Passwords

if TYPE_CHECKING:
    from acd.config import Config
    from acd.records.directory import Directory


class Crowd:
    """The colleagues, and the visitors of any rush. `run` owns them all."""

    def __init__(self, config: Config, base_url: str) -> None:
        self.run_id = secrets.token_hex(4)
        """Another one after every start and clearing."""
        # Made anew at every start and told to nobody: only this process signs them in.
        self._password = secrets.token_urlsafe(24)
        self._agents = [
            SimulatedAgent(settings, base_url, self._password) for settings in simulated(config)
        ]
        self.rush = Rush(base_url, SITE)

    @property
    def agents_here(self) -> int:
        """How many colleagues are at work."""
        return sum(agent.here for agent in self._agents)

    async def run(self, directory: Directory) -> None:
        """Until cancelled."""
        password_hash = await Passwords().hash(self._password)
        for agent in self._agents:
            await directory.set_password_hash(AgentId(agent.settings.id), password_hash)
        async with asyncio.TaskGroup() as group:
            group.create_task(self.rush.run(), name="simulated-rush")
            for agent in self._agents:
                group.create_task(agent.run(), name=f"simulated-{agent.settings.id}")
