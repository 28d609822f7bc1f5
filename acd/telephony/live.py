"""One call of this node: it hears, `calls.step` decides, it does; one thing after another.

What the adapter, routing and the agent's page say comes into one queue. Requests to routing are
repeated until Redis has answered, so that a call ends in exactly one outcome whatever is away.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import structlog

from acd.chat.delivery import to_agent, to_call, to_contact
from acd.domain.device import BROWSER
from acd.domain.errors import AcdError, StoreUnavailable
from acd.domain.interaction import InteractionState
from acd.domain.offer import AcceptOutcome
from acd.domain.phone import E164
from acd.routing.redis_link import BACK_OFF_S
from acd.tasks import stay_cancelled
from acd.telephony import hearing, port, words
from acd.telephony.calls import Call, CallPhase, Heard, Leg, LegPhase, step
from acd.telephony.devices import Plan
from acd.telephony.port import Target, TargetKind
from acd.telephony.sip.prompts import Prompt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.chat.delivery import Delivery
    from acd.domain.ids import AgentId, OfferId
    from acd.flow.calls import CallIntake
    from acd.records.intakes import IntakeRow
    from acd.routing.router import Router
    from acd.telephony.announcing import Announcements
    from acd.telephony.devices import RingPlans
    from acd.telephony.dialling import Dialling

log = structlog.get_logger(__name__)

RING_LEAST_MS: Final = 1000
CONNECT_MS: Final = 10_000
FORBIDDEN: Final = 403
LEAVE: Final = "1"
"""What a waiting caller presses to be called back."""
GOODBYE_S: Final = 20.0
_PASSING: Final = (words.Delivered, words.Confirming)
"""Asked once: a moment later they mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What every call of a node works with. `confirm_ms` is how long a phone asks for the digit."""

    router: Router
    delivery: Delivery
    adapter: port.TelephonyAdapter
    intake: CallIntake
    plans: RingPlans
    dialling: Dialling
    announcements: Announcements | None = None
    """None where callers hear nothing of ours while they wait."""
    confirm_ms: int = 15_000


class LiveCall:
    """Runs until the call is over and its outcome is certain."""

    def __init__(
        self, means: Means, row: IntakeRow, *, calls_back: str = "", reachable: bool = False
    ) -> None:
        """`calls_back` is the number to dial where nobody is on the line.

        `reachable`: there is a number to call them back at.
        """
        self._reachable = reachable
        self._means = means
        self._row = row
        self.call = Call(id=row.interaction, calls_back=calls_back)
        self._heard: asyncio.Queue[port.CallEvent | Mapping[str, Any] | None] = asyncio.Queue()
        self._tell_at_s = 0.0
        self._decided: set[OfferId] = set()
        """Offers that won: what routing says of them again is old."""

    @property
    def waiting(self) -> bool:
        """Whether nobody talks with the caller yet: this node vouches for them."""
        return self.call.phase is CallPhase.WAITING and not self.unanswered

    @property
    def unanswered(self) -> bool:
        """Whether it is a callback whose customer is not on the line."""
        return bool(self.call.calls_back)

    def hear(self, event: port.CallEvent) -> None:
        """The adapter says something of it."""
        self._heard.put_nowait(event)

    def heard(self, address: str, payload: Mapping[str, Any]) -> None:
        """Routing says something of it, or the page of an agent does."""
        del address
        if payload.get("interaction") == self.call.id:
            self._heard.put_nowait(payload)

    def missed(self, address: str) -> None:
        """Something may have been missed: see how it stands."""
        del address
        self._heard.put_nowait(None)

    async def take_up(self, standing: port.Standing) -> None:
        """Go on with a call that the adapter held when this process began, as routing has it."""
        call, seen = self.call, None
        self.call = replace(call, epoch=standing.epoch)
        if standing.offer is None:
            return
        seen = await self._answered(lambda: self._means.router.interaction(call.id))
        if seen is None or seen.agent is None:
            return
        kind = TargetKind.BROWSER if standing.device == BROWSER else TargetKind.SIP
        key = standing.offer, standing.device
        talks = CallPhase.HELD if standing.held else CallPhase.TALKING
        self._decided.add(standing.offer)
        self.call = replace(
            self.call,
            phase=CallPhase.CONNECTING if seen.state is InteractionState.CONNECTING else talks,
            legs={key: Leg(agent=seen.agent, target=Target(device=standing.device, kind=kind))},
            winner=key,
        )

    async def listen(self) -> None:
        """Hear its addresses from now on; with Redis away, from when it is back."""
        await asyncio.gather(*(self._listen(address) for address in self._addresses()))
        self.missed("")  # what was said before

    async def _listen(self, address: str) -> None:
        with contextlib.suppress(StoreUnavailable):
            await self._means.delivery.listen(address, self)

    async def run(self) -> None:
        """Take what is heard until the call has ended."""
        try:
            while self.call.phase is not CallPhase.ENDED:
                said = await self._next()
                if said is None:
                    await self._compare()
                elif isinstance(said, port.PageTold):
                    self._tell_page(said)
                elif isinstance(said, port.Digit):
                    await self._press(said)
                elif isinstance(said, port.CallEvent):
                    await self._take(said)
                else:
                    await self._hear_payload(said)
        finally:
            for address in self._addresses():
                await self._means.delivery.forget(address, self)

    async def _next(self) -> port.CallEvent | Mapping[str, Any] | None:
        """What is heard next; meanwhile a waiting caller is told the place."""
        sayings = self._means.announcements
        while sayings is not None and sayings.every_s and self.waiting:
            try:
                async with asyncio.timeout(self._told_s(sayings.every_s)):
                    return await self._heard.get()
            except TimeoutError:
                await self._tell_place(sayings)
        return await self._heard.get()

    def _told_s(self, every_s: float) -> float:
        """How long until they are told again."""
        now_s = asyncio.get_running_loop().time()
        if self._tell_at_s < now_s:
            self._tell_at_s = now_s + every_s
        return self._tell_at_s - now_s

    async def _tell_place(self, sayings: Announcements) -> None:
        if any(leg.phase is LegPhase.CLAIMED for leg in self.call.legs.values()):
            return
        offers_callback = self._may_leave(sayings)
        file = await self._answered(
            lambda: sayings.place(self.call.id, offers_callback=offers_callback), once=True
        )
        if file:
            await self._execute(port.Announce(call=self.call.id, epoch=self.call.epoch, file=file))

    def _may_leave(self, sayings: Announcements | None) -> bool:
        """Whether they may ask to be called back."""
        return sayings is not None and self._reachable and sayings.calls_back(self._row.queue)

    async def _say_goodbye(self, *names: str) -> None:
        """Returns when the caller has heard it; what else is heard then is of no use any more."""
        sayings = self._means.announcements
        if sayings is None:
            return
        file = await sayings.said(*names)
        await self._execute(port.Announce(call=self.call.id, epoch=self.call.epoch, file=file))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                while not isinstance(await self._heard.get(), port.Announced | port.CallerEnded):
                    pass

    def _addresses(self) -> tuple[str, str]:
        return to_call(self.call.id), to_contact(self._row.contact)

    # hearing

    async def _hear_payload(self, payload: Mapping[str, Any]) -> None:
        match str(payload.get("type")):
            case "call.signal":
                await self._hear_page(payload)
            case "call.transfer":
                await self._take(
                    words.TransferAsked(agent=payload["agent"], number=payload["number"])
                )
            case _ if "id" in payload:
                if (heard := hearing.news(payload, self.call.epoch + 1)) is not None:
                    await self._learn(heard)

    async def _hear_page(self, payload: Mapping[str, Any]) -> None:
        """What an agent's page says of its leg; a visitor's page has no agent."""
        agent, offer, signal = payload.get("agent"), payload.get("offer"), payload["signal"]
        if agent is None:
            return
        winner = self.call.winner
        if offer is None and winner is not None and self.call.legs[winner].agent == agent:
            offer = winner[0]
        leg = next(
            (
                key
                for key, leg in self.call.legs.items()
                if key[0] == offer and leg.agent == agent and leg.target.kind is TargetKind.BROWSER
            ),
            None,
        )
        if leg is None:
            return
        if signal.get("kind") in ("held", "resumed"):
            if leg == winner:
                await self._take(words.HoldAsked(on=signal["kind"] == "held"))
            return
        said = port.PageSaid(
            call=self.call.id, epoch=self.call.epoch, offer=leg[0], device=leg[1], agent=agent,
            signal=signal,
        )  # fmt: skip
        await self._execute(said)

    def _tell_page(self, told: port.PageTold) -> None:
        leg = self.call.legs.get((told.offer, told.device))
        if leg is not None:
            self._means.delivery.publish(
                to_agent(leg.agent),
                {"type": "call.signal", "interaction": self.call.id, "signal": dict(told.signal)},
            )

    async def _compare(self) -> None:
        """Read how routing has it, and catch up."""
        seen = await self._answered(lambda: self._means.router.interaction(self.call.id))
        for one in hearing.compared(self.call, seen):
            await self._learn(one)

    async def _learn(self, heard: hearing.News) -> None:
        match heard:
            case hearing.Asked():
                plan = await self._plan(heard.agent)
                await self._take(
                    words.Offered(
                        offer=heard.offer,
                        agent=heard.agent,
                        targets=plan.targets,
                        timeout_ms=max(RING_LEAST_MS, heard.timeout_ms),
                        in_turn=plan.in_turn,
                    )
                )
            case hearing.Taken():
                await self._take_won(heard.offer, heard.agent)
            case hearing.Given():
                plan = await self._plan(heard.agent)
                offered = words.Offered(
                    offer=heard.offer,
                    agent=heard.agent,
                    targets=plan.targets[:1],
                    timeout_ms=CONNECT_MS,
                )
                await self._take(offered)
                await self._take_won(heard.offer, heard.agent)
            case hearing.Parked():
                await self._answered(lambda: self._means.router.contact_back(self.call.id))
            case hearing.NeedNotStay():
                if self.waiting:
                    await self._say_goodbye(Prompt.CALLBACK_PROMISED, Prompt.GOODBYE)
                    await self._take(words.Finished(outcome="callback"))
            case words.Finished() if self.waiting:  # by a rule of the queue
                await self._say_goodbye(Prompt.ALL_BUSY, Prompt.GOODBYE)
                await self._take(heard)
            case _:
                await self._take(heard)

    async def _plan(self, agent: AgentId) -> Plan:
        """What rings for them; their console alone where that cannot be read."""
        return await self._answered(lambda: self._means.plans.of(agent), once=True) or Plan()

    async def _press(self, pressed: port.Digit) -> None:
        """A waiting caller asks to be called back."""
        if pressed.offer is None and pressed.digit == LEAVE and self.waiting:
            router, call = self._means.router, self.call.id
            if self._may_leave(self._means.announcements):
                await self._answered(lambda: router.request_callback(call))

    async def _take_won(self, offer: OfferId, agent: AgentId) -> None:
        if offer not in self._decided:
            self._decided.add(offer)
            await self._take(words.Won(offer=offer, agent=agent, epoch=self.call.epoch + 1))

    # doing

    async def _take(self, heard: Heard) -> None:
        """Step, and do what follows; what routing answers is heard in its turn."""
        pending = deque([heard])
        while pending:
            self.call, actions = step(self.call, pending.popleft())
            for action in actions:
                if isinstance(action, port.Command):
                    refused = await self._refused(action)
                    if refused is None:
                        await self._execute(action)
                    else:
                        pending.append(refused)
                else:
                    pending.extend(await self._ask(action))

    async def _refused(self, command: port.Command) -> Heard | None:
        """What is said in place of calling a number that may not be called, or not now."""
        call = self.call.id
        agent: AgentId | None
        match command:
            case port.Ring(target=Target(kind=TargetKind.PHONE)):
                number, agent = command.target.address, command.agent
                refused: Heard = port.LegFailed(
                    call=call,
                    offer=command.offer,
                    device=command.target.device,
                    fault=port.LegFault.UNREACHABLE,
                )
            case port.Dial():
                number, agent = command.number, None
                refused = port.Dialled(call=call, ok=False, code=FORBIDDEN)
            case port.Transfer():
                winner = self.call.winner
                number, agent = command.number, self.call.legs[winner].agent if winner else None
                refused = port.TransferResult(call=call, ok=False, code=FORBIDDEN)
            case _:
                return None
        try:
            await self._means.dialling.allow(E164(number), agent=agent)
        except AcdError as error:
            log.info("number not called", call=call, reason=error.code)
            return refused
        return None

    async def _execute(self, command: port.Command) -> None:
        try:
            await self._means.adapter.execute(command)
        except Exception:
            log.exception("telephony failed", call=self.call.id, command=type(command).__name__)

    async def _ask(self, asked: words.Request) -> list[Heard]:
        """Ask routing; what its answer says at once."""
        if isinstance(asked, words.NotTransferred):
            told = {"type": "call.transferred", "interaction": self.call.id, "ok": False}
            self._means.delivery.publish(to_agent(asked.agent), {**told, "code": asked.code})
            return []
        once = isinstance(asked, _PASSING)
        return await self._answered(lambda: self._request(asked), once=once) or []

    async def _request(self, asked: words.Request) -> list[Heard]:
        router = self._means.router
        match asked:
            case words.Delivered():
                await router.delivered(asked.offer, asked.agent)
            case words.Confirming():
                await router.extend(asked.offer, asked.agent, self._means.confirm_ms)
            case words.Claim():
                return await self._claim(asked)
            case words.Decline():
                await router.decline(asked.offer, asked.agent)
            case words.Fail():
                await router.fail(asked.offer, asked.agent, asked.cause)
            case words.Connected():
                await router.connected(asked.offer, asked.agent)
            case words.NotReached():
                await router.callback_dialled(asked.offer, asked.agent, answered=False)
            case words.HungUp():
                await self._close(asked)
        return []

    async def _claim(self, asked: words.Claim) -> list[Heard]:
        answer = await self._means.router.accept(asked.offer, asked.agent)
        if answer.outcome is AcceptOutcome.ACCEPTED:
            self._decided.add(asked.offer)
            epoch = self.call.epoch + 1
            return [words.Won(offer=asked.offer, agent=asked.agent, epoch=epoch)]
        return [words.OfferOver(offer=asked.offer, reason=answer.outcome.value)]

    async def _close(self, asked: words.HungUp) -> None:
        """End the interaction for whoever hung up; one that is in no line yet goes in first."""
        router, call = self._means.router, self.call.id
        if asked.side is words.Side.AGENT:
            done = await router.finish(call, by="agent", agent=asked.agent)
            if done.reason != "not_owner":
                return
        if (await router.abandon(call)).reason == "unknown":
            await self._means.intake.enter_late(self._row)
            if (await router.abandon(call)).reason == "unknown":
                raise StoreUnavailable

    async def _answered(self, ask: Any, *, once: bool = False) -> Any:
        """The answer, asked again while a store is away; None where it was refused."""
        tries = 0
        while True:
            stay_cancelled()
            try:
                return await ask()
            except AcdError as error:
                if once or not error.retryable:
                    log.warning("routing refused", call=self.call.id, code=error.code)
                    return None
            await asyncio.sleep(BACK_OFF_S[min(tries, len(BACK_OFF_S) - 1)])
            tries += 1
