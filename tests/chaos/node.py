"""A node of chaos: makes sure of the server, runs timers, records. It dies by SIGKILL."""

from __future__ import annotations

import asyncio
import traceback
from multiprocessing.connection import Connection

from acd.flow.reconcile import Reconciler
from acd.flow.recorder import Recorder
from acd.records.engine import open_database
from acd.records.history import History
from acd.routing.timers import run_timers_forever
from tests.chaos.quiet import be_quiet
from tests.chaos.scene import Stage, opened


def run(stage: Stage, cue: Connection) -> None:
    """The whole life of the process: it gets ready, waits for its cue, and serves until killed."""
    be_quiet(stage.folder / "nodes.log")
    try:
        asyncio.run(_live(stage, cue))
    except Exception:  # noqa: BLE001 - whatever it is, it must not be missed
        stage.fault(f"node: {traceback.format_exc()}")


async def _live(stage: Stage, cue: Connection) -> None:
    database = await open_database(stage.database_url)
    router = await opened(stage)
    history = History(database)
    await asyncio.to_thread(cue.recv)
    router.admit_by(Reconciler(router, None, history, None).admit)
    async with asyncio.TaskGroup() as group:
        group.create_task(run_timers_forever(router, asyncio.Event()), name="timers")
        group.create_task(Recorder(router, history).run(), name="recorder")
