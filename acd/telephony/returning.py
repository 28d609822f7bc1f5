"""Callbacks of the telephone: when their turn comes, an agent's device rings, then the customer's.

What waits to be called back stands in the history; one node at a time has its line. One that nobody
can call, since no number is known, ends `unreached` when its turn comes.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from acd.domain.errors import StoreUnavailable
from acd.domain.interaction import InteractionState
from acd.tasks import stay_cancelled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from collections.abc import Set as AbstractSet

    from acd.domain.ids import InteractionId
    from acd.records.contacts import Contacts
    from acd.records.history import History
    from acd.records.intakes import Intakes
    from acd.routing.lines import Lines
    from acd.routing.router import Router
    from acd.telephony.switchboard import Switchboard

log = structlog.get_logger(__name__)

LOOK_S: Final = 2.0
LEASE_MS: Final = 15_000
_ITS_TURN: Final = frozenset({InteractionState.RINGING, InteractionState.CONNECTING})


class Returning:
    """Gives a switchboard the callbacks that no other node has."""

    def __init__(
        self,
        *,
        history: History,
        intakes: Intakes,
        contacts: Contacts,
        lines: Lines,
        router: Router,
    ) -> None:
        self._history = history
        self._intakes = intakes
        self._contacts = contacts
        self._lines = lines
        self._router = router
        self._nobodys: set[InteractionId] = set()
        """What an agent had at the last look, and no node."""
        self._seen_to: set[InteractionId] = set()
        """Whom one of the tasks is about to take, or to leave: the other passes them over."""
        self._lineless: asyncio.Queue[InteractionId] = asyncio.Queue()

    async def run(self, board: Switchboard) -> None:
        """Look for them, and keep what there is, until cancelled."""
        board.tell_lineless = self._lineless.put_nowait
        async with asyncio.TaskGroup() as group:
            for name, work in {"callbacks-look": self.look, "callbacks-keep": self.keep}.items():
                group.create_task(_again_and_again(partial(work, board)), name=name)
            group.create_task(self._go_on(board), name="callbacks-go-on")

    async def keep(self, board: Switchboard) -> None:
        """Keep the lines of its callbacks, and leave those that another node has by now.

        It needs no database, and is done for those that talk, too: nobody else takes them then.
        """
        had = board.called_back
        kept = await self._lines.hold(had, LEASE_MS)
        for call in {*had}.difference(kept):
            board.leave(call)

    async def look(self, board: Switchboard) -> None:
        """Take what nobody has."""
        before, self._nobodys = self._nobodys, set()
        async for calls in self._history.callbacks():
            await self._take_all(board, calls, before)

    async def _go_on(self, board: Switchboard) -> None:
        """Take at once whom this node let go: their turn may come before anybody looks."""
        while True:
            stay_cancelled()
            call = await self._lineless.get()
            with contextlib.suppress(StoreUnavailable):  # then they are found by a look
                await self._take_all(board, [call], {call})

    async def _take_all(
        self,
        board: Switchboard,
        calls: Sequence[InteractionId],
        nobodys: AbstractSet[InteractionId],
    ) -> None:
        new = [call for call in calls if call not in board and call not in self._seen_to]
        self._seen_to.update(new)
        try:
            for call in await self._lines.hold(new, LEASE_MS):
                try:
                    await self._take(board, call, nobodys)
                except StoreUnavailable:
                    raise
                except Exception:  # those behind it are called all the same
                    log.exception("callback not looked after", call=call)
        finally:
            self._seen_to.difference_update(new)

    async def _take(
        self, board: Switchboard, call: InteractionId, nobodys: AbstractSet[InteractionId]
    ) -> None:
        seen = await self._router.interaction(call)
        if seen is None or seen.callback is None or seen.callback.answered:
            await self._lines.release(call)  # somebody talks with them, or did
            return
        row = await self._intakes.get(call)
        if row is None or await self._contacts.callback_number(row.contact) is None:
            if seen.state in _ITS_TURN:  # until then one may be left
                log.info("nobody to call back", call=call)
                await self._router.finish(call, by="system")
        elif seen.state is InteractionState.CONNECTING and call not in nobodys:
            self._nobodys.add(call)  # an agent has it: a node that was away says so within a look
            await self._lines.release(call)
        else:
            board.call_back(row)


async def _again_and_again(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        stay_cancelled()
        try:
            await work()
        except StoreUnavailable:
            log.debug("callbacks not looked after")
        except Exception:
            log.exception("callbacks not looked after")
        await asyncio.sleep(LOOK_S)
