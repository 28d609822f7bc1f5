"""Calls pass from one process to the next: who begins, or takes over, goes on with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from acd.telephony import port
from acd.telephony.sip.ledger import CALL, GONE
from acd.telephony.sip.media import call_of, pairings, sweep
from acd.telephony.sip.reviving import revive

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from acd.domain.ids import InteractionId
    from acd.telephony.sip.call import SipCall
    from acd.telephony.sip.caller import Caller
    from acd.telephony.sip.dialog import Dialog
    from acd.telephony.sip.gateway import Revived
    from acd.telephony.sip.house import House
    from acd.telephony.sip.message import Message

_log = structlog.get_logger(__name__)


class Succession:
    """Of one node."""

    def __init__(
        self,
        house: House,
        calls: Mapping[InteractionId, SipCall],
        *,
        begin: Callable[[InteractionId, Caller], SipCall],
        arrived: Callable[[Dialog, Message], None],
    ) -> None:
        """Args: `begin` and `arrived` as `revive` wants them; calls are all there are here."""
        self._house = house
        self._calls = calls
        self._begin = begin
        self._arrived = arrived

    async def open(self) -> list[SipCall]:
        """Take calls, and go on with those of a former life, which are answered."""
        house, options = self._house, self._house.options
        there = await pairings(house.engine)
        revived = await house.gateway.start("{}:{}".format(*options.engine))
        begun = self._revive(revived, there, moved=False)
        former = {name[2:] for name in revived.records if name.startswith((CALL, GONE))}
        kept = {name for call in self._calls.values() for name in call.pairings}
        left = await sweep(
            house.engine,
            [
                name
                for name in there.names - kept
                if options.engine_is_ours or call_of(name) in former
            ],
        )
        for name in revived.records:
            if name.startswith(GONE):
                house.gateway.write(name, None)
        _log.info("sip.started", calls_taken_up=len(begun), pairings_swept=left)
        return begun

    async def take_over(self, node: str, said: str) -> None:
        """Go on with the calls of a node that died or left, as many as there is room for."""
        house = self._house
        there = await pairings(house.engine)
        room = max(0, house.options.max_calls - len(self._calls))
        revived = await house.gateway.take_over(node, said, room)
        begun = self._revive(revived, there, moved=True)
        if begun:
            _log.warning("sip.taken_over", node=node, calls=len(begun))
        self.tell_standing(begun)

    def tell_standing(self, calls: list[SipCall]) -> None:
        """Tell the core of calls that it did not ask about."""
        for call in calls:
            self._house.emit(port.CallStands(call=call.id, standing=call.standing()))

    def _revive(self, revived: Revived, there: Container[str], *, moved: bool) -> list[SipCall]:
        return revive(
            self._house, revived, there, moved=moved, begin=self._begin, arrived=self._arrived
        )
