"""Which node has the line of a callback."""

from __future__ import annotations

from typing import Any

import pytest

from acd.domain.ids import InteractionId
from acd.routing import keys
from acd.routing.lines import Lines
from tests.integration.routing.world import World

CALL = InteractionId("ix_1")
LEASE_MS = 60_000


async def test_a_line_that_is_released_is_free_and_only_for_who_has_it(world: World) -> None:
    ours, theirs = (Lines(world.router.link, world.router.tenant, node) for node in ("1", "2"))
    assert await ours.hold([CALL], LEASE_MS) == [CALL]
    await theirs.release(CALL)
    assert await theirs.hold([CALL], LEASE_MS) == []
    await ours.release(CALL)
    assert await theirs.hold([CALL], LEASE_MS) == [CALL]


async def test_a_line_that_lapses_while_it_is_released_stays_with_who_takes_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = (Lines(world.router.link, world.router.tenant, node) for node in ("1", "2"))
    assert await ours.hold([CALL], LEASE_MS) == [CALL]
    client = world.router.link.client
    execute = client.execute_command

    async def then_lapses(*command: Any, **options: Any) -> Any:
        """The lease is over once the first command of the release is."""
        monkeypatch.undo()
        reply = await execute(*command, **options)
        await client.delete(keys.line(world.router.tenant, CALL))
        assert await theirs.hold([CALL], LEASE_MS) == [CALL]
        return reply

    monkeypatch.setattr(client, "execute_command", then_lapses)
    await ours.release(CALL)
    assert await ours.hold([CALL], LEASE_MS) == [], "the other node has it"
