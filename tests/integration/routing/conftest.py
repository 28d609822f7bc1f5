"""A router of a fresh tenant, a small world around it, and what the scripts were seen to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from acd.routing.router import Router
from tests.integration.routing.seen import Seen
from tests.integration.routing.story import Story
from tests.integration.routing.world import World


@pytest.fixture
async def router(redis_url: str, tenant: str) -> AsyncIterator[Router]:
    opened = await Router.open(redis_url, tenant)
    yield opened
    await opened.close()


@pytest.fixture
def world(router: Router) -> World:
    return World(router)


@pytest.fixture
async def skilled(world: World) -> World:
    """One in which skills are declared."""
    await world.skills("french", "sales")
    await world.queue(ring_time_s=20)
    return world


@pytest.fixture
async def story(router: Router) -> AsyncIterator[Story]:
    story = Story(router)
    yield story
    await story.compare()


@pytest.fixture(scope="package", autouse=True)
def seen() -> Iterator[Seen]:
    watcher = Seen()
    with watcher.watching():
        yield watcher


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What sums up the others comes last of all that is here."""
    last = [item for item in items if item.path.name == "test_seen.py"]
    rest = [item for item in items if item.path.name != "test_seen.py"]
    here = [at for at, item in enumerate(rest) if "integration/routing/" in item.path.as_posix()]
    if here:
        rest[here[-1] + 1 : here[-1] + 1] = last
        items[:] = rest
