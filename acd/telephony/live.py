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
from acd.domain.errors import StoreUnavailable
from acd.domain.interaction import InteractionState
from acd.telephony import hearing, port, words
from acd.telephony.calls import Heard, step
from acd.telephony.devices import Plan
from acd.telephony.doing import Doing
from acd.telephony.port import Target, TargetKind
from acd.telephony.sip.prompts import Prompt
from acd.telephony.state import Call, CallPhase, Leg, LegPhase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.chat.delivery import Delivery
    from acd.domain.ids import AgentId, OfferId
    from acd.flow.calls import CallIntake
    from acd.records.intake_rows import IntakeRow
    from acd.routing.router import Router
    from acd.telephony.announcing import Announcements
    from acd.telephony.devices import RingPlans
    from acd.telephony.dialling import Dialling

log = structlog.get_logger(__name__)

RING_LEAST_MS: Final = 1000
CONNECT_MS: Final = 10_000
LEAVE: Final = "1"
"""What a waiting caller presses to be called back."""
GOODBYE_S: Final = 20.0


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
        self,
        means: Means,
        row: IntakeRow,
        *,
        calls_back: str = "",
        reachable: bool = False,
        visited: bool = False,
    ) -> None:
        """`calls_back` is the number to dial where nobody is on the line.

        `reachable`: there is a number to call them back at. `visited`: it comes from a website,
        whose page is vouched for by its socket.
        """
        self._reachable = reachable
        self._means = means
        self._row = row
        self._doing = Doing(means, row)
        self._visited = visited
        self.call = Call(id=row.interaction, calls_back=calls_back)
        self._heard: asyncio.Queue[port.CallEvent | Mapping[str, Any] | None] = asyncio.Queue()
        self._tell_at_s = 0.0
        self._decided: set[OfferId] = set()
        """Offers that won: what routing says of them again is old."""

    @property
    def waiting(self) -> bool:
        """Whether nobody talks with the caller yet: this node vouches for them."""
        waits = self.call.phase is CallPhase.WAITING
        return waits and not self.unanswered and not self._visited

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
        seen = await self._doing.answered(lambda: self._means.router.interaction(call.id))
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
                elif isinstance(said, port.VisitorTold):
                    self._tell_visitor(said)
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
        file = await self._doing.answered(
            lambda: sayings.place(self.call.id, offers_callback=offers_callback), once=True
        )
        if file:
            await self._doing.execute(
                port.Announce(call=self.call.id, epoch=self.call.epoch, file=file)
            )

    def _may_leave(self, sayings: Announcements | None) -> bool:
        """Whether they may ask to be called back."""
        return sayings is not None and self._reachable and sayings.calls_back(self._row.queue)

    async def _say_goodbye(self, *names: str) -> None:
        """Returns when the caller has heard it; what else is heard then is of no use any more."""
        sayings = self._means.announcements
        if sayings is None:
            return
        file = await sayings.said(*names)
        await self._doing.execute(
            port.Announce(call=self.call.id, epoch=self.call.epoch, file=file)
        )
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                while not isinstance(await self._heard.get(), port.Announced | port.CallerEnded):
                    pass

    def _addresses(self) -> tuple[str, str]:
        return to_call(self.call.id), to_contact(self._row.contact)

    # hearing

    async def _hear_payload(self, payload: Mapping[str, Any]) -> None:
        match str(payload.get("type")):
            case "call.signal" if payload.get("visitor"):
                await self._doing.execute(
                    port.VisitorSaid(
                        call=self.call.id, epoch=self.call.epoch, signal=payload["signal"]
                    )
                )
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
        """What an agent's page says of its leg; what visitors are told has no agent."""
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
        await self._doing.execute(said)

    def _tell_visitor(self, told: port.VisitorTold) -> None:
        self._means.delivery.publish(
            to_contact(self._row.contact),
            {
                "type": "call.signal",
                "interaction": self.call.id,
                "agent": None,
                "offer": None,
                "signal": {**told.signal, "interaction": self.call.id},
            },
        )

    def _tell_page(self, told: port.PageTold) -> None:
        leg = self.call.legs.get((told.offer, told.device))
        if leg is not None:
            self._means.delivery.publish(
                to_agent(leg.agent),
                {"type": "call.signal", "interaction": self.call.id, "signal": dict(told.signal)},
            )

    async def _compare(self) -> None:
        """Read how routing has it, and catch up."""
        seen = await self._doing.answered(lambda: self._means.router.interaction(self.call.id))
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
                await self._doing.answered(lambda: self._means.router.contact_back(self.call.id))
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
        return await self._doing.answered(lambda: self._means.plans.of(agent), once=True) or Plan()

    async def _press(self, pressed: port.Digit) -> None:
        """A waiting caller asks to be called back."""
        if pressed.offer is None and pressed.digit == LEAVE and self.waiting:
            router, call = self._means.router, self.call.id
            if self._may_leave(self._means.announcements):
                await self._doing.answered(lambda: router.request_callback(call))

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
                    answers = await self._doing.tell(action, self.call)
                else:
                    answers = await self._doing.ask(action, self.call.epoch + 1)
                self._decided |= {one.offer for one in answers if isinstance(one, words.Won)}
                pending.extend(answers)
