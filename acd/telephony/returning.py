"""Callbacks of the telephone: when their turn comes, an agent's device rings, then the customer's.

What waits to be called back stands in the history; one node at a time has its line. One that nobody
can call, since no number is known, ends `unreached` when its turn comes.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from acd.domain.errors import StoreUnavailable
from acd.domain.interaction import InteractionState

if TYPE_CHECKING:
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

    async def run(self, board: Switchboard) -> None:
        """Look for them until cancelled."""
        while True:
            try:
                await self.look(board)
            except StoreUnavailable:
                log.debug("callbacks not looked for")
            except Exception:
                log.exception("callbacks not looked for")
            await asyncio.sleep(LOOK_S)

    async def look(self, board: Switchboard) -> None:
        """Take what nobody has, and leave what another node has by now."""
        for call in await self._history.callbacks():
            try:
                if not await self._lines.hold(call, LEASE_MS):
                    await board.leave(call)
                elif call not in board:
                    await self._take(board, call)
            except StoreUnavailable:
                raise
            except Exception:  # those behind it are called all the same
                log.exception("callback not looked after", call=call)

    async def _take(self, board: Switchboard, call: InteractionId) -> None:
        row = await self._intakes.get(call)
        if row is not None and await self._contacts.callback_number(row.contact) is not None:
            board.call_back(row)
            return
        seen = await self._router.interaction(call)
        if seen is not None and seen.state in _ITS_TURN:  # until then one may be left
            log.info("nobody to call back", call=call)
            await self._router.finish(call, by="system")
