"""What an agent begins: stored first, and forgotten only where it surely was not opened."""

from __future__ import annotations

import asyncio

import pytest

from acd.domain.errors import AgentUnknown, StoreUnavailable
from acd.domain.ids import AgentId
from acd.flow.openings import Openings
from tests.integration.flow.conftest import ANNA, House, ask


async def kept(house: House) -> int:
    """Arrivals that no event has confirmed."""
    return len(await house.intakes.unconfirmed(0))


async def test_what_was_refused_is_forgotten(house: House) -> None:
    openings = Openings(house.router, house.intake, house.intakes)
    with pytest.raises(AgentUnknown):
        await openings.open_chat(ask(), AgentId("nobody"))
    assert await kept(house) == 0
    _, answer = await openings.open_chat(ask(), ANNA)
    assert (answer.changed, answer.reason) == (False, "not_here")
    assert await kept(house) == 0


@pytest.mark.parametrize("end", ["away", "cancelled"])
async def test_what_may_have_been_opened_is_kept(
    house: House, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    openings = Openings(house.router, house.intake, house.intakes)
    asked = asyncio.Event()

    async def unanswered(_: object) -> object:
        asked.set()
        if end == "cancelled":
            await asyncio.Event().wait()
        raise StoreUnavailable

    monkeypatch.setattr(house.router, "open_interaction", unanswered)
    opening = asyncio.create_task(openings.open_chat(ask(), ANNA))
    await asked.wait()
    if end == "cancelled":
        opening.cancel()
    with pytest.raises((StoreUnavailable, asyncio.CancelledError)):
        await opening
    assert await kept(house) == 1
