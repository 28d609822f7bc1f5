"""A recorder in a process of its own, to be killed."""

from __future__ import annotations

import asyncio
from multiprocessing.connection import Connection

from acd.flow.recorder import Recorder
from acd.records.engine import open_database
from acd.records.history import History
from acd.routing.router import Router


def run(database_url: str, redis_url: str, tenant: str, told: Connection) -> None:
    """The whole life of the process; it says when it records."""
    asyncio.run(_record(database_url, redis_url, tenant, told))


async def _record(database_url: str, redis_url: str, tenant: str, told: Connection) -> None:
    database = await open_database(database_url)
    router = await Router.open(redis_url, tenant)
    recorder = Recorder(router, History(database), batch=20)
    told.send("recording")
    await recorder.run()
