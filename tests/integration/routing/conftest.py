"""A router of a fresh tenant, and a small world around it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from acd.routing.router import Router
from tests.integration.routing.world import World


@pytest.fixture
async def router(redis_url: str, tenant: str) -> AsyncIterator[Router]:
    opened = await Router.open(redis_url, tenant)
    yield opened
    await opened.close()


@pytest.fixture
def world(router: Router) -> World:
    return World(router)
