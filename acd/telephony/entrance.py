"""Where callers come in: into the line of what they dialled, or they hear why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from acd.domain.errors import AcdError, NotFound
from acd.domain.interaction import InteractionState
from acd.domain.queue import Diversion
from acd.telephony import port
from acd.telephony.live import LiveCall
from acd.telephony.sip.prompts import turned_away

if TYPE_CHECKING:
    from acd.domain.ids import InteractionId
    from acd.flow.calls import EnteredCall
    from acd.routing.results import Enqueued
    from acd.telephony.early import Early
    from acd.telephony.means import Means

log = structlog.get_logger(__name__)

NOT_FOUND: Final = 404
TEMPORARILY_UNAVAILABLE: Final = 480
BUSY: Final = 486
SERVER_ERROR: Final = 500
SERVICE_UNAVAILABLE: Final = 503
FULL: Final = "full"
"""The rule of a queue that is too long for one more."""


class Entrance:
    """Of one node."""

    def __init__(self, means: Means, how: port.AnswerHow) -> None:
        """`how` is what who waits hears."""
        self._means = means
        self._how = how

    async def let_in(self, arrived: port.CallArrived, early: Early) -> LiveCall | None:
        """Let the caller in, or turn them away: then there is nothing to run.

        `early` hears routing from before it is told of the call.
        """
        transfers = port.Ability.TRANSFER in self._means.adapter.abilities
        intake = self._means.intake
        try:
            door = await intake.door(arrived.called, arrived.headers)
            early.listen()
            entered = await intake.enter(
                arrived.call, door, caller=arrived.caller, display=arrived.display,
                transfers=transfers, heard=early.until_heard, headers=arrived.headers,
            )  # fmt: skip
        except NotFound as error:
            log.info("call refused", call=arrived.call, reason=error.code, field=error.field)
            await self._reject(arrived.call, NOT_FOUND, error.code)
            return None
        except AcdError as error:
            await self.refuse(arrived.call, error.code)
            return None
        return await self._take_in(arrived.call, entered)

    async def refuse(self, call: InteractionId, reason: str) -> None:
        """They may come again in a moment, or be taken by another node."""
        log.warning("call refused", call=call, reason=reason)
        await self._reject(call, SERVICE_UNAVAILABLE, reason)

    async def fail(self, call: InteractionId) -> None:
        """A defect of ours: they cannot be let in."""
        await self._reject(call, SERVER_ERROR, "failed")

    async def _take_in(self, call: InteractionId, entered: EnteredCall) -> LiveCall | None:
        said = entered.entered
        if said is not None and not await self._is_kept(said, reachable=entered.reachable):
            await self._turn_away(call)
            return None
        await self._means.adapter.execute(port.Answer(call=call, epoch=0, how=self._how))
        live = LiveCall(self._means, entered.row, reachable=entered.reachable)
        if said is None or said.known:  # nobody heard what became of it before
            live.missed("")
        return live

    async def _is_kept(self, said: Enqueued, *, reachable: bool) -> bool:
        """Whether they are in the line; whom nobody can call back is not, instead of being that."""
        if said.diverted is Diversion.CALLBACK and not reachable:
            return not (await self._means.router.finish(said.interaction, by="system")).changed
        return said.state is not InteractionState.ENDED

    async def _turn_away(self, call: InteractionId) -> None:
        """They hear which rule of the queue does not keep them, and their network its code."""
        seen = await self._means.router.interaction(call)
        rule = seen.rule if seen is not None else ""
        sayings, file = self._means.announcements, ""
        if sayings is not None:
            file = await sayings.said(turned_away(rule))
        code = BUSY if rule == FULL else TEMPORARILY_UNAVAILABLE
        await self._reject(call, code, rule or "rejected", file)

    async def _reject(self, call: InteractionId, code: int, reason: str, file: str = "") -> None:
        await self._means.adapter.execute(
            port.Reject(call=call, epoch=0, code=code, reason=reason, file=file)
        )
