"""A recorder in a process of its own, to be killed: its arguments are the two stores."""

from __future__ import annotations

import asyncio
import sys

from acd.flow.recorder import Recorder
from acd.records.engine import open_database
from acd.records.history import History
from acd.routing.router import Router


async def main(database_url: str, redis_url: str, tenant: str) -> None:
    database = await open_database(database_url)
    router = await Router.open(redis_url, tenant)
    recorder = Recorder(router, History(database), batch=20)
    print("recording", flush=True)  # noqa: T201
    await recorder.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
