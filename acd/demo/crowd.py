"""All simulated people of one run of the demonstration."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from acd.demo.agents import SimulatedAgent
from acd.demo.desk_phone import DeskPhones
from acd.demo.seed import SITE, simulated
from acd.demo.telephone import Telephone
from acd.demo.visitors import Rush

if TYPE_CHECKING:
    from acd.app import Node


class Crowd:
    """The colleagues, and the visitors of any rush. `run` owns them all."""

    def __init__(self, node: Node) -> None:
        self.run_id = secrets.token_hex(4)
        """Another one after every start and clearing."""
        self._agents = [
            SimulatedAgent(settings, node.url, node.services.accounts)
            for settings in simulated(node.config)
        ]
        self.rush = Rush(node.url, SITE)
        self.telephone = Telephone(node.config, node.exchange)
        self._desk_phones = DeskPhones(node.config)

    @property
    def agents_here(self) -> int:
        """How many colleagues are at work."""
        return sum(agent.here for agent in self._agents)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.rush.run(), name="simulated-rush")
            group.create_task(self.telephone.run(), name="telephone")
            group.create_task(self._desk_phones.run(), name="desk-phones")
            for agent in self._agents:
                group.create_task(agent.run(), name=f"simulated-{agent.settings.id}")
