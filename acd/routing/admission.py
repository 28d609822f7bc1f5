"""Verbs that meet a server which has not served their tenant: held back until somebody made sure.

Such a server answers `RECONCILING`: a replica that was promoted, a restart, an empty store, a
slot's new home. One admission a tenant is under way at a time; what is held is sent again, in its
order, once it is done.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from typing import TYPE_CHECKING, Any, Final

import structlog

from acd.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.routing.redis_link import RedisLink

UNSURE: Final = "RECONCILING"
PATIENCE_S: Final = 10.0
"""So long a call is held back."""
AGAIN_S: Final = 0.1
WAITED: Final = "Redis was replaced and is being made sure of; try again in a few seconds."
TRUST_LEASE_MS: Final = 5000

log = structlog.get_logger(__name__)


class LeftToANode(Exception):
    """Nothing in this process makes sure of a server: calls to it fail at once."""


class Admissions:
    """The calls held back, by tenant."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._admit: dict[str, Callable[[], Awaitable[None]]] = {}
        self._held: dict[str, list[tuple[float, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def admit_by(self, prefix: str, admit: Callable[[], Awaitable[None]]) -> None:
        """Say who makes sure of a server for that tenant."""
        self._admit[prefix] = admit

    def holds(self, call: Any) -> bool:
        """Hold the call back if its tenant is waiting; says so."""
        held = self._held.get(call[1][0])
        if held is None:
            return False
        held.append((asyncio.get_running_loop().time(), call))
        return True

    def hold(self, call: Any) -> None:
        """The server refused the call: hold it back, and have the server made sure of."""
        _, names, _, future = call
        if len(names) > 1:  # the reconciler's own
            future.set_exception(StoreUnavailable("another node reconciles"))
        elif not self.holds(call):
            self._held[names[0]] = []
            self.holds(call)
            task = asyncio.create_task(self._make_sure(names[0]), name="redis-link-admission")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop; what is held back fails."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for prefix in list(self._held):
            self._give_up(self._held.pop(prefix), StoreUnavailable())

    async def _make_sure(self, prefix: str) -> None:
        now_s = asyncio.get_running_loop().time
        while True:
            try:
                await self._admit.get(prefix, lambda: trust(self._link, prefix))()
                break
            except LeftToANode as error:
                self._give_up(self._held.pop(prefix), StoreUnavailable(str(error)))
                return
            except StoreUnavailable:
                pass
            except Exception:
                log.exception("reconciling failed and begins anew")
            late = now_s() - PATIENCE_S
            held = self._held[prefix]
            self._held[prefix] = [entry for entry in held if entry[0] > late]
            self._give_up([entry for entry in held if entry[0] <= late], StoreUnavailable(WAITED))
            await asyncio.sleep(AGAIN_S)
        self._link.send([call for _, call in self._held.pop(prefix)])

    @staticmethod
    def _give_up(held: list[tuple[float, Any]], error: StoreUnavailable) -> None:
        for _, (*_, future) in held:
            if not future.done():
                future.set_exception(error)
                future.exception()


async def trust(link: RedisLink, prefix: str) -> None:
    """Take the state as it is, where there is no history to compare it with.

    Raises:
        StoreUnavailable: somebody else is at it, or the server is away.
    """
    token = f"{prefix}trust_{secrets.token_hex(8)}"
    word, *_ = await link.call("reconcile_begin", prefix, token, TRUST_LEASE_MS, token=token)
    if word == "busy":
        raise StoreUnavailable
    if word == "begun":
        with contextlib.suppress(StoreUnavailable):
            await link.call("reconcile_end", prefix, token, token=token)


async def refuse() -> None:
    """Leave it to a node: for what only looks.

    Raises:
        LeftToANode: always.
    """
    raise LeftToANode("No node has made sure of this Redis since it started; start one.")
