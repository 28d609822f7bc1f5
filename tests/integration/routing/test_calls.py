"""What routing does for calls alone: their own address, and offers that a phone prolongs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from acd.domain.errors import BadRequest
from acd.routing.router import Router
from tests.integration.routing.world import World


class Ear:
    """All that was said at some addresses, in its order."""

    def __init__(self, router: Router) -> None:
        self.said: list[Mapping[str, Any]] = []
        self.addresses = router.addresses()
        self.addresses.on_message(self._hear)
        self._news = asyncio.Event()

    def _hear(self, _address: str, payload: Mapping[str, Any]) -> None:
        self.said.append(payload)
        self._news.set()

    async def types(self, last: str) -> list[str]:
        """The types heard, once the last of them has come."""
        async with asyncio.timeout(5):
            while not self.said or self.said[-1]["type"] != last:
                self._news.clear()
                await self._news.wait()
        assert [one["seq"] for one in self.said] == list(range(1, len(self.said) + 1))
        return [one["type"] for one in self.said]


async def test_all_that_happens_to_a_call_is_heard_at_its_address(world: World) -> None:
    await world.queue("support/call", ring=2)
    for agent in ("anna", "bruno"):
        await world.agent(agent, "support/call")
    ear = Ear(world.router)
    await ear.addresses.subscribe("call:ix_1")
    name = await world.arrive("support/call")
    rung = await world.ring(name)
    await world.router.decline(rung["anna"], "anna", **world.at)
    await world.router.accept(rung["bruno"], "bruno", **world.at)
    await world.router.connected(rung["bruno"], "bruno", **world.at)
    await world.finish(name, wrap_up=False)
    assert await ear.types("interaction.ended") == [
        "interaction.queued", "offer.made", "offer.made", "offer.declined", "offer.accepted",
        "interaction.active", "interaction.ended",
    ]  # fmt: skip
    assert ear.said[2]["agent"] in ("anna", "bruno")
    assert all("card" not in one for one in ear.said), "who calls is not said again"
    await world.settled()


async def test_of_a_chat_nothing_is_said_there(world: World) -> None:
    await world.queue()
    await world.queue("support/call")
    await world.agent("anna", "support/chat", "support/call")
    ear = Ear(world.router)
    for address in ("call:ix_1", "call:ix_2"):
        await ear.addresses.subscribe(address)
    await world.answer(await world.arrive())
    await world.arrive("support/call")
    await ear.types("offer.made")
    assert {one["interaction"] for one in ear.said} == {"ix_2"}


async def test_a_phone_that_asks_for_a_digit_prolongs_its_offer_once(world: World) -> None:
    await world.queue("support/call", ring_time_s=10)
    await world.agent("anna", "support/call")
    name = await world.arrive("support/call")
    offer = (await world.ring(name))["anna"]
    await world.wait(8)
    first = await world.router.extend(offer, "anna", 15_000, **world.at)
    assert (first.changed, first.deadline_ms) == (True, world.now_ms + 15_000)
    again = await world.router.extend(offer, "anna", 60_000, **world.at)
    assert (again.reason, again.deadline_ms) == ("extended_before", first.deadline_ms)
    await world.wait(14)
    assert (await world.look(name)).offers[0].deadline_ms == first.deadline_ms
    await world.settled()
    await world.wait(2)
    assert len(await world.heard("offer.expired")) == 1
    late = await world.router.extend(offer, "anna", 1000, **world.at)
    assert (late.changed, late.reason) == (False, "late")
    await world.settled()


async def test_who_was_not_rung_prolongs_nothing(world: World) -> None:
    await world.queue("support/call")
    await world.agent("anna", "support/call")
    offer = (await world.ring(await world.arrive("support/call")))["anna"]
    for stranger, asked in (("bruno", offer), ("anna", "ix_1.9"), ("anna", "ix_9.1")):
        answer = await world.router.extend(asked, stranger, 1000, **world.at)
        assert (answer.changed, answer.reason) == (False, "unknown")
    for extra_ms in (0, -1, 120_001):
        with pytest.raises(BadRequest):
            await world.router.extend(offer, "anna", extra_ms, **world.at)
    await world.settled()
