"""Nodes that make sure of their server, and what is asked of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from acd.domain.events import Event
from acd.domain.ids import AgentId, InteractionId, OfferId
from acd.flow.reconcile import Reconciler
from acd.flow.recorder import Recorder
from acd.records.engine import Database
from acd.routing import keys
from acd.routing.router import Router
from tests.integration.flow.conftest import ANNA, House, make_house, provision
from tests.integration.routing.fold import Fold
from tests.log import events_of
from tests.servers import Server

BRUNO = AgentId("bruno")
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""One of the two is enough where what is tested is what routing is told."""


@asynccontextmanager
async def node(database: Database, server: Server, tenant: str) -> AsyncIterator[House]:
    """What a node has of both stores, with a router that makes sure of its server."""
    router = await Router.open(server.url, tenant)
    house = make_house(database, router)
    router.admit_by(reconciler_of(house).admit)
    try:
        yield house
    finally:
        await router.close()


def reconciler_of(house: House) -> Reconciler:
    return Reconciler(house.router, house.directory, house.history, house.intakes)


async def set_up(house: House, *agents: str) -> None:
    await house.directory.apply(provision(*agents))
    await house.compiler.compile_all()
    for agent in agents:
        await house.available(AgentId(agent))


async def record(house: House) -> None:
    await Recorder(house.router, house.history).catch_up()


async def log_of(router: Router) -> list[Event]:
    return events_of(await router.link.client.xrange(keys.events(router.tenant)))


async def run_timers(router: Router) -> None:
    while (await router.run_timers()).more:
        pass


async def holds(house: House) -> None:
    """No invariant is broken, and the folded log of this generation is what is stored."""
    await run_timers(house.router)
    assert await house.router.check() == []
    await record(house)
    fold, position = Fold(), "0-0"
    while page := await house.history.events_after(position):
        for event in page:
            fold.apply(event)
        position = page[-1].id
    for name, folded in fold.interactions.items():
        live = await house.router.interaction(InteractionId(name))
        assert live
        assert (live.state, live.agent, live.outcome) == (
            folded.state, folded.agent, folded.outcome
        ), name  # fmt: skip
        assert {o.offer: o.agent for o in live.offers} == folded.offers, name
    for name, agent in fold.agents.items():
        seen = await house.router.agent(AgentId(name))
        assert seen
        for channel, state in seen.channels.items():
            assert state.count == fold.slots(name, channel), (name, channel)
            assert state.availability == agent.availability[channel], (name, channel)


async def arrive(house: House) -> InteractionId:
    return (await house.start()).interaction


async def answer(house: House, interaction: InteractionId) -> AgentId:
    live = await house.router.interaction(interaction)
    assert live
    offer = live.offers[0]
    await house.router.accept(offer.offer, offer.agent)
    return offer.agent


async def state_of(house: House, interaction: InteractionId) -> tuple[str, str | None]:
    live = await house.router.interaction(interaction)
    assert live
    return live.state.value, live.agent


async def take(house: House, interaction: InteractionId) -> OfferId:
    """Anna accepts it."""
    live = await house.router.interaction(interaction)
    assert live
    offer = live.offers[0].offer
    await house.router.accept(offer, ANNA)
    return offer
