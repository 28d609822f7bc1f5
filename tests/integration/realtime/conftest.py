"""As many nodes as a test wants."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from acd.domain.ids import InteractionId
from tests.contract.telephony.rig import eventually
from tests.integration.realtime.nodes import Node, Nodes, running_node
from tests.outcomes import open_calls, outcomes_of_calls


@pytest.fixture
async def nodes(redis_url: str, tenant: str, sqlite_url: str) -> AsyncIterator[Nodes]:
    """`await nodes()` is one more node of the test's tenant."""
    async with contextlib.AsyncExitStack() as stack:

        async def one_more(**rules: Any) -> Node:
            return await stack.enter_async_context(
                running_node(redis_url, tenant, sqlite_url, **rules)
            )

        yield one_more


@pytest.fixture
async def call_nodes(nodes: Nodes, tmp_path: Path) -> AsyncIterator[Nodes]:
    """As `nodes`; whatever a test does to a call, it ends in exactly one outcome."""
    begun: list[Node] = []

    async def one_more(**rules: Any) -> Node:
        begun.append(await nodes(**rules))
        return begun[-1]

    yield one_more
    history = tmp_path / "acd.db"

    async def all_ended() -> bool:
        for call in open_calls(history):
            await begun[0].router.finish(InteractionId(call), by="system")
        with contextlib.suppress(AssertionError):  # as long as it is being written
            return not outcomes_of_calls(history)["open"]
        return False

    await eventually(all_ended)
