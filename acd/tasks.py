"""What every task that runs for long asks of itself, wherever in the house it runs."""

from __future__ import annotations

import asyncio


def stay_cancelled() -> None:
    """Raise CancelledError in a task that was told to end.

    On Python 3.11 `asyncio.wait_for`, through which redis-py sends, swallows a cancellation that
    comes in the very moment its work is done: a loop over Redis asks here, or would never end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
