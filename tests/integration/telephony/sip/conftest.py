"""A SIP adapter with a real rtpengine; the core's part is played by the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.integration.telephony.sip.desk import Desk
from tests.peers.phone import Phone
from tests.peers.rtpengine import Rtpengine


@pytest.fixture
async def open_desk(
    rtpengine: Rtpengine, caller: Phone, agent_phone: Phone
) -> AsyncIterator[Callable[..., Any]]:
    """`await open_desk(**options)` starts an adapter; nothing of it may be left at the end.

    The phones are there for longer, so that they answer its BYE.
    """
    desks: list[Desk] = []

    async def open_(**more: Any) -> Desk:
        desk = Desk(replace(Desk.options(rtpengine), **more), rtpengine)
        await desk.start()
        desks.append(desk)
        return desk

    yield open_
    for desk in desks:
        await desk.stop()


@pytest.fixture
async def desk(open_desk: Callable[..., Any]) -> Desk:
    return await open_desk()
