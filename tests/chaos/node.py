"""A node of chaos: makes sure of the server, runs timers, records. It dies by SIGKILL."""

from __future__ import annotations

import asyncio
import traceback

from acd.domain.errors import AcdError, StoreUnavailable
from acd.flow.reconcile import Reconciler
from acd.flow.recorder import Recorder
from acd.records.engine import open_database
from acd.records.history import History
from acd.routing.router import Router
from acd.routing.timers import run_timers_forever
from tests.chaos.quiet import be_quiet
from tests.chaos.scene import TENANT, Stage


def run(stage: Stage) -> None:
    """The whole life of the process."""
    be_quiet(stage.folder / "nodes.log")
    try:
        asyncio.run(_live(stage))
    except Exception:  # noqa: BLE001 - whatever it is, it must not be missed
        stage.fault(f"node: {traceback.format_exc()}")


async def _live(stage: Stage) -> None:
    database = await open_database(stage.database_url)
    while True:
        try:
            router = await Router.open(stage.redis_url, TENANT)
            break
        except (StoreUnavailable, AcdError):
            await asyncio.sleep(0.1)
    history = History(database)
    router.admit_by(Reconciler(router, None, history, None).admit)
    async with asyncio.TaskGroup() as group:
        group.create_task(run_timers_forever(router, asyncio.Event()), name="timers")
        group.create_task(Recorder(router, history).run(), name="recorder")
