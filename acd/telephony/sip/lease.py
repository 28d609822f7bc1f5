"""A node says that it lives, and takes over the calls of those that do not say so any more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.telephony.sip.gateway import Gateway

_log = structlog.get_logger(__name__)


class Lease:
    """Of one node on its calls."""

    def __init__(
        self, gateway: Gateway, *, beat_s: float, take_over: Callable[[str, str], Awaitable[None]]
    ) -> None:
        """Args: take_over is given a node that fell silent, and what it said last."""
        self._gateway = gateway
        self._beat_s = beat_s
        self._take_over = take_over
        self._taking: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Until cancelled. Taking over may last; meanwhile this node says that it lives."""
        try:
            while True:
                await asyncio.sleep(self._beat_s)
                try:
                    await self._beat()
                except Exception:  # noqa: BLE001 - it is said again in a moment
                    _log.exception("sip.beat_failed")
        finally:
            if self._taking is not None:
                self._taking.cancel()
                await asyncio.gather(self._taking, return_exceptions=True)

    async def _beat(self) -> None:
        silent = await self._gateway.beat()
        if silent and (self._taking is None or self._taking.done()):
            self._taking = asyncio.create_task(self._take(silent), name="sip-taking-over")

    async def _take(self, silent: dict[str, str]) -> None:
        for node, said in silent.items():
            try:
                await self._take_over(node, said)
            except Exception:  # noqa: BLE001 - the next beat finds it silent again
                _log.exception("sip.not_taken_over", node=node)
