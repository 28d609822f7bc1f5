"""State that another release laid out is neither read nor touched."""

from __future__ import annotations

import pytest

from acd.routing import keys
from acd.routing.layout import LayoutUnknown
from acd.routing.router import Router


@pytest.mark.parametrize("left", [{"clock": "x", "generation": "1"}, {"layout": "1"}])
async def test_what_another_release_left_is_refused(
    router: Router, redis_url: str, left: dict[str, str]
) -> None:
    meta = keys.meta(f"{router.tenant}-old")
    await router.link.client.hset(meta, mapping=left)
    with pytest.raises(LayoutUnknown, match="every node and remove it"):
        await Router.open(redis_url, f"{router.tenant}-old")
    assert await router.link.client.hgetall(meta) == left


async def test_a_new_state_is_marked_and_opened_again(router: Router, redis_url: str) -> None:
    again = await Router.open(redis_url, router.tenant)
    await again.close()
    assert await router.link.client.hget(keys.meta(router.tenant), "layout") == "3"
