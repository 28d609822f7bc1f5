"""The loop that runs what is due; any number of nodes may run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from acd.routing.router import Router


async def run_timers_forever(router: Router, stop: asyncio.Event) -> None:
    """Run timers when they are due, at least once a second, until `stop` is set."""
    raise NotImplementedError
