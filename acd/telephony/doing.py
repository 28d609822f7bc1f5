"""What a call does: it tells the adapter, and asks routing until there is an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from acd.chat.delivery import to_agent
from acd.domain.errors import AcdError, NotFound, StoreUnavailable
from acd.domain.ids import split_offer_id
from acd.domain.offer import MEDIA_LOST, AcceptOutcome
from acd.domain.phone import E164
from acd.telephony import port, words
from acd.telephony.insisting import insist
from acd.telephony.port import Target, TargetKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.domain.ids import AgentId
    from acd.records.intake_rows import IntakeRow
    from acd.telephony.means import Means
    from acd.telephony.state import Call
    from acd.telephony.words import Heard

log = structlog.get_logger(__name__)

T = TypeVar("T")

FORBIDDEN: Final = 403
_PASSING: Final = (words.Delivered, words.Confirming)
"""Asked once: a moment later they mean nothing."""


class Doing:
    """The hands of one call."""

    def __init__(self, means: Means, row: IntakeRow) -> None:
        self._means = means
        self._row = row

    async def tell(self, command: port.Command, call: Call) -> list[Heard]:
        """Tell the adapter; or what is heard in place of it, where a number may not be called."""
        refused = await self._refused(command, call)
        if refused is not None:
            return [refused]
        await self.execute(command)
        return []

    async def execute(self, command: port.Command) -> None:
        """Tell the adapter; a fault of it is noted, and the call goes on."""
        try:
            await self._means.adapter.execute(command)
        except Exception:
            log.exception("telephony failed", call=command.call, command=type(command).__name__)

    async def ask(self, asked: words.Request, epoch: int) -> list[Heard]:
        """Ask routing, again while a store is away; what its answer says at once.

        `epoch` is the one to come.
        """
        if isinstance(asked, words.NotTransferred):
            told = {"type": "call.transferred", "interaction": self._row.interaction, "ok": False}
            self._means.delivery.publish(to_agent(asked.agent), {**told, "code": asked.code})
            return []
        if isinstance(asked, words.CallBack):
            return await self._call_back(asked.epoch)
        once = isinstance(asked, _PASSING)
        return await self.insist(lambda: self._request(asked, epoch), once=once) or []

    async def let_go(self) -> None:
        """The call is the adapter's alone by now: whoever gave it away has finished."""
        call = self._row.interaction
        seen = await self.insist(lambda: self._means.router.interaction(call))
        if seen is not None and seen.agent is not None:
            await self.ask(words.HungUp(side=words.Side.AGENT, agent=seen.agent), 0)

    async def insist(self, ask: Callable[[], Awaitable[T]], *, once: bool = False) -> T | None:
        """As `insisting.insist`, for this call."""
        return await insist(ask, self._row.interaction, once=once)

    async def _refused(self, command: port.Command, call: Call) -> Heard | None:
        """What is said in place of calling a number that may not be called, or not now."""
        agent: AgentId | None
        match command:
            case port.Ring(target=Target(kind=TargetKind.PHONE)):
                number, agent = command.target.address, command.agent
                refused: Heard = port.LegFailed(
                    call=call.id,
                    offer=command.offer,
                    device=command.target.device,
                    fault=port.LegFault.UNREACHABLE,
                )
            case port.Transfer():
                winner = call.winner
                number, agent = command.number, call.legs[winner].agent if winner else None
                refused = port.TransferResult(call=call.id, ok=False, code=FORBIDDEN)
            case _:
                return None
        try:
            await self._means.dialling.allow(E164(number), agent=agent)
        except AcdError as error:
            log.info("number not called", call=call.id, reason=error.code)
            return refused
        return None

    async def _request(self, asked: words.Request, epoch: int) -> list[Heard]:
        router = self._means.router
        match asked:
            case words.Delivered():
                await router.delivered(asked.offer, asked.agent)
            case words.Confirming():
                await router.extend(asked.offer, asked.agent, self._means.confirm_ms)
            case words.Claim():
                return await self._claim(asked, epoch)
            case words.Decline():
                await router.decline(asked.offer, asked.agent)
            case words.Fail():
                await router.fail(asked.offer, asked.agent, asked.cause)
            case words.Lost():
                return await self._lost(asked)
            case words.Connected():
                await self._connected(asked)
            case words.NotReached():
                await router.callback_dialled(
                    asked.offer, asked.agent, answered=False, called=asked.called
                )
            case words.HungUp():
                await self._close(asked)
        return []

    async def _call_back(self, epoch: int) -> list[Heard]:
        """Dial the customer; or what is heard where that may not be, or cannot be now."""
        means, call = self._means, self._row.interaction
        try:
            number = await means.called_back_at(self._row.contact)
            seen = await means.router.interaction(call)
            if number is None or seen is None:
                raise NotFound
            await means.dialling.allow(number, agent=None)
        except AcdError as error:
            log.info("number not called", call=call, reason=error.code)
            return [port.Dialled(call=call, ok=False, called=not error.retryable)]
        rings_ms = int(means.dial_s(seen.queue) * 1000)
        dial = port.Dial(call=call, epoch=epoch, number=number, caller_id="", timeout_ms=rings_ms)
        await self.execute(dial)
        return []

    async def _claim(self, asked: words.Claim, epoch: int) -> list[Heard]:
        answer = await self._means.router.accept(asked.offer, asked.agent)
        if answer.outcome is AcceptOutcome.ACCEPTED:
            return [words.Won(offer=asked.offer, agent=asked.agent, epoch=epoch)]
        return [words.OfferOver(offer=asked.offer, reason=answer.outcome.value)]

    async def _connected(self, asked: words.Connected) -> None:
        if split_offer_id(asked.offer) is None:
            return  # it was given to them by hand, and they have had it since
        flows = await self._means.router.connected(asked.offer, asked.agent)
        if flows.changed and not asked.told:
            self._means.joined(self._row, asked.offer, asked.agent)

    async def _lost(self, asked: words.Lost) -> list[Heard]:
        """Back to the line; what routing will not put there ends.

        Asked again after an unknown outcome, the agent may not have it any more: it is there.
        """
        router, call = self._means.router, self._row.interaction
        if (await router.fail(asked.offer, asked.agent, MEDIA_LOST)).changed:
            return []
        seen = await router.interaction(call)
        if seen is not None and seen.agent != asked.agent:
            return []
        await router.finish(call, by="agent", agent=asked.agent)
        return [words.Finished(outcome=MEDIA_LOST)]

    async def _close(self, asked: words.HungUp) -> None:
        """End the interaction for whoever hung up; one that is in no line yet goes in first."""
        router, call = self._means.router, self._row.interaction
        if asked.side is words.Side.AGENT:
            done = await router.finish(call, by="agent", agent=asked.agent)
            if done.reason != "not_owner":
                return
        if (await router.abandon(call)).reason == "unknown":
            await self._means.intake.enter_late(self._row)
            if (await router.abandon(call)).reason == "unknown":
                raise StoreUnavailable
