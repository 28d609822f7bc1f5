"""As many nodes as a test wants."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.realtime.nodes import Node, Nodes, running_node


@pytest.fixture
async def nodes(redis_url: str, tenant: str, sqlite_url: str) -> AsyncIterator[Nodes]:
    """`await nodes()` is one more node of the test's tenant."""
    async with contextlib.AsyncExitStack() as stack:

        async def one_more(**rules: Any) -> Node:
            return await stack.enter_async_context(
                running_node(redis_url, tenant, sqlite_url, **rules)
            )

        yield one_more
