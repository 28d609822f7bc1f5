"""Telephones; and an exchange: the switchboard on real stores, a telephone system in memory.

Every test of an exchange is held to this: no call ends without exactly one outcome in the history,
no slot stays held, and the telephone system was told nothing that makes no sense.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.telephony.exchange import Exchange, Exchanges, running_exchange
from tests.integration.telephony.sip.desk import AGENT_HZ, CALLER_HZ
from tests.peers.phone import Phone


@pytest.fixture
async def exchanges(redis_url: str, tenant: str, tmp_path: Path) -> AsyncIterator[Exchanges]:
    """`await exchanges(**rules)` is an exchange whose queues have these rules."""
    async with contextlib.AsyncExitStack() as stack:

        async def one(**rules: Any) -> Exchange:
            return await stack.enter_async_context(
                running_exchange(redis_url, tenant, tmp_path, **rules)
            )

        yield one


@pytest.fixture
async def caller() -> AsyncIterator[Phone]:
    async with Phone.open(CALLER_HZ) as phone:
        yield phone


@pytest.fixture
async def agent_phone() -> AsyncIterator[Phone]:
    async with Phone.open(AGENT_HZ) as phone:
        yield phone
