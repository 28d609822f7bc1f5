"""Too many commands whose answers are kept: those with an id are refused for a while."""

from __future__ import annotations

from typing import Any

import pytest

from acd.domain.agent import Availability
from acd.domain.errors import Overloaded
from acd.domain.interaction import Channel
from acd.routing import keys
from tests.integration.routing.world import World

MOST = 200_000
PERIOD_MS = 600_000


async def test_commands_with_an_id_are_refused_when_too_many_are_remembered(world: World) -> None:
    await world.queue(pull=True)
    await world.agent("anna")
    name = await world.arrive()
    await world.answer(name)
    client: Any = world.router.link.client
    kept = keys.prefix(world.router.tenant) + f"once:{world.now_ms // PERIOD_MS}"
    for begin in range(0, MOST, 10_000):
        await client.hset(kept, mapping={str(n): "" for n in range(begin, begin + 10_000)})
    router, more = world.router, {"command": "cm_1", **world.at}
    refused = [
        router.wrap_up_extend(name, "anna", **more),
        router.transfer_to_agent(name, "anna", "bruno", **more),
        router.transfer_to_queue(name, "anna", "sales/chat", **more),
        router.invite(name, "anna", "bruno", **more),
        router.consult_complete(name, "anna", **more),
        router.pull(name, "anna", **more),
        router.assign(name, "anna", "sofia", **more),
        router.move(name, "sales/chat", "sofia", **more),
        router.reprioritise(name, 1, "sofia", **more),
        router.request_callback(name, **more),
    ]
    for one in refused:
        with pytest.raises(Overloaded):
            await one
    # what gives something back is done all the same, and so is what agents say of themselves
    away: dict[str, Any] = {"channel": Channel.CHAT, "availability": Availability.AWAY}
    assert (await router.set_presence("anna", **away, **more)).changed
    assert (await world.see("anna")).channels[Channel.CHAT].availability == "away"
    assert (await router.finish(name, by="agent", agent="anna", **more)).changed
    assert (await router.abandon(await world.arrive(), **more)).changed
    await client.unlink(kept)
