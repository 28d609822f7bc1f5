"""One call of this node: it hears, `calls.step` decides, it does; one thing after another.

What the adapter, routing and the agent's page say comes into one queue. Requests to routing are
repeated until Redis has answered, so that a call ends in exactly one outcome whatever is away.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from acd.chat.delivery import to_call, to_contact
from acd.domain.device import BROWSER
from acd.domain.errors import StoreUnavailable
from acd.domain.interaction import InteractionState
from acd.tasks import stay_cancelled
from acd.telephony import hearing, paging, port, reading, words
from acd.telephony.calls import step
from acd.telephony.devices import Plan
from acd.telephony.doing import Doing
from acd.telephony.port import Target, TargetKind
from acd.telephony.sip.prompts import Prompt, turned_away
from acd.telephony.state import Call, CallPhase, Leg, LegPhase
from acd.telephony.waiting import Waiting

if TYPE_CHECKING:
    from acd.domain.ids import AgentId, OfferId
    from acd.records.intake_rows import IntakeRow
    from acd.telephony.early import Early
    from acd.telephony.means import Means

_Said = port.CallEvent | words.LineLost | Mapping[str, Any] | None
RING_LEAST_MS: Final = 1000


class LiveCall:
    """Runs until the call is over and its outcome is certain."""

    def __init__(
        self,
        means: Means,
        row: IntakeRow,
        *,
        calls_back: bool = False,
        reachable: bool = False,
        visited: bool = False,
    ) -> None:
        """`calls_back`: nobody is on the line, and the customer is dialled once an agent is.

        `reachable`: there is a number to call them back at. `visited`: it comes from a website,
        whose page is vouched for by its socket.
        """
        self._means = means
        self._row = row
        self._doing = Doing(means, row)
        self._line = Waiting(means, self._doing, row, reachable=reachable)
        self.visited = visited
        """Whether a website's page is its caller's."""
        self.has_line = calls_back
        """Whether it is called back from here."""
        self.keeps_place = False
        """Whether it ended since its caller need not stay: whoever has the line goes on with it."""
        self._leaves = False
        self.call = Call(id=row.interaction, calls_back=calls_back)
        self._heard: asyncio.Queue[_Said] = asyncio.Queue()
        self._decided: set[OfferId] = set()
        """Offers that won: what routing says of them again is old."""

    @property
    def waiting(self) -> bool:
        """Whether nobody talks with the caller yet: this node vouches for them."""
        return self.waits_in_line and not self.visited

    @property
    def waits_in_line(self) -> bool:
        """Whether somebody waits for an agent, by telephone or on a page."""
        return self.call.phase is CallPhase.WAITING and not self.unanswered

    @property
    def unanswered(self) -> bool:
        """Whether it is a callback whose customer is not on the line."""
        return self.call.calls_back

    def hear(self, said: port.CallEvent | Mapping[str, Any] | None) -> None:
        """The adapter says something of it, or what was heard early is passed on."""
        self._heard.put_nowait(said)

    def heard(self, address: str, payload: Mapping[str, Any]) -> None:
        """Routing says something of it, or the page of an agent does."""
        del address
        if payload.get("interaction") == self.call.id:
            self._heard.put_nowait(payload)

    def missed(self, address: str) -> None:
        """Something may have been missed: see how it stands."""
        del address
        self._heard.put_nowait(None)

    def leave(self) -> None:
        """Another node calls the customer back: whoever is rung or connected here is let go."""
        self._leaves = True
        self._heard.put_nowait(words.LineLost())

    async def take_up(self, standing: port.Standing) -> None:
        """Go on with a call that the adapter held when this process began, as routing has it.

        Whom it is bridged with may have lost it meanwhile: what is heard next withdraws them.
        """
        call, seen = self.call, None
        self.call = replace(call, epoch=standing.epoch)
        if standing.offer is None:
            return
        seen = await self._doing.insist(lambda: self._means.router.interaction(call.id))
        if seen is None or (agent := standing.agent or seen.agent) is None:
            return
        kind = TargetKind.BROWSER if standing.device == BROWSER else TargetKind.SIP
        key = standing.offer, standing.device
        talks = CallPhase.HELD if standing.held else CallPhase.TALKING
        connects = seen.state is InteractionState.CONNECTING and agent == seen.agent
        self._decided.add(standing.offer)
        self.call = replace(
            self.call,
            phase=CallPhase.CONNECTING if connects else talks,
            legs={key: Leg(agent=agent, target=Target(device=standing.device, kind=kind))},
            winner=key,
        )

    async def listen(self) -> None:
        """Hear its addresses from now on; with Redis away, from when it is back."""
        await asyncio.gather(*(self._listen(address) for address in self._addresses()))
        self.missed("")  # what was said before

    async def listen_after(self, early: Early) -> None:
        """The same, where that one has heard all that was said before."""
        early.pass_on(self)
        try:
            for address in self._addresses():
                await self._listen(address)
        finally:
            await early.forget()

    async def _listen(self, address: str) -> None:
        with contextlib.suppress(StoreUnavailable):
            await self._means.delivery.listen(address, self)

    async def run(self) -> None:
        """Take what is heard until the call has ended."""
        try:
            while not self._is_over:
                stay_cancelled()
                said = await self._next()
                if said is None:
                    await self._compare()
                elif isinstance(said, port.PageTold):
                    paging.tell_page(self._means.delivery, self.call, said)
                elif isinstance(said, port.Digit):
                    if said.offer is None and self.waiting and await self._line.press(said.digit):
                        await self._learn(hearing.NeedNotStay())
                elif isinstance(said, port.VisitorTold):
                    paging.tell_visitor(self._means.delivery, self._row.contact, said)
                elif isinstance(said, port.CallEvent | words.LineLost):
                    await self._take(said)
                else:
                    await self._hear_payload(said)
        finally:
            for address in self._addresses():
                await self._means.delivery.forget(address, self)

    @property
    def _is_over(self) -> bool:
        return self.call.phase is CallPhase.ENDED or (self._leaves and self.call.rests)

    async def _next(self) -> _Said:
        """What is heard next; meanwhile a waiting caller is told the place."""
        while self.waiting and (left_s := self._line.plan_telling()) is not None:
            try:
                async with asyncio.timeout(left_s):
                    return await self._heard.get()
            except TimeoutError:
                if not any(leg.phase is LegPhase.CLAIMED for leg in self.call.legs.values()):
                    await self._line.tell_place(self.call.epoch)
        return await self._heard.get()

    async def _goodbye(self, prompt: Prompt) -> None:
        await self._line.say_goodbye(prompt, self.call.epoch, self._heard)

    def _addresses(self) -> tuple[str, str]:
        return to_call(self.call.id), to_contact(self._row.contact)

    # hearing

    async def _hear_payload(self, payload: Mapping[str, Any]) -> None:
        match reading.read(self.call, payload):
            case None:
                pass
            case port.VisitorSaid() if not self.visited:
                pass  # they are called on a telephone
            case paging.WhereAsked():
                paging.tell_where(self._means.delivery, self.call)
            case port.Command() as said:
                await self._doing.execute(said)
            case words.TransferAsked() | words.TakeBackAsked() as asked:
                paging.tell_asked(self._means.delivery, self.call, asked)
                await self._take(asked)
            case words.HoldAsked() as asked:
                await self._take(asked)
            case news:
                await self._learn(news)

    async def _compare(self) -> None:
        """Read how routing has it, and catch up."""
        seen = await self._doing.insist(lambda: self._means.router.interaction(self.call.id))
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
                    timeout_ms=heard.timeout_ms,
                )
                await self._take(offered)
                await self._take_won(heard.offer, heard.agent)
            case hearing.Parked() if self.visited:
                pass  # their page is not there, as routing says
            case hearing.Parked():
                await self._doing.insist(lambda: self._means.router.contact_back(self.call.id))
            case hearing.NeedNotStay() if self.visited:
                await self._need_not_stay()  # their page has let go of the call
            case hearing.NeedNotStay():
                if self.waiting:
                    await self._call_back_later(heard.rule)
            case words.Finished() if self.waiting:  # by a rule of the queue
                await self._goodbye(turned_away(heard.rule))
                await self._take(heard)
            case _:
                await self._take(heard)

    async def _plan(self, agent: AgentId) -> Plan:
        """What rings for them; their console alone where that cannot be read."""
        return await self._doing.insist(lambda: self._means.plans.of(agent), once=True) or Plan()

    async def _call_back_later(self, rule: str) -> None:
        """They are called back; whom nobody can call hears that now, and no agent is asked."""
        if await self._line.can_be_called():
            await self._goodbye(Prompt.CALLBACK_PROMISED)
            await self._need_not_stay()
            return
        router, call = self._means.router, self.call.id
        await self._doing.insist(lambda: router.finish(call, by="system"))
        await self._goodbye(turned_away(rule))
        await self._take(words.Finished(outcome="unreached"))

    async def _need_not_stay(self) -> None:
        # who took it on a telephone in that moment has not talked: the page is gone
        if self.call.nobody_talks and not self.unanswered:
            self.keeps_place = True
            await self._take(words.Finished(outcome="callback"))

    async def _take_won(self, offer: OfferId, agent: AgentId) -> None:
        if offer not in self._decided:
            self._decided.add(offer)
            await self._take(words.Won(offer=offer, agent=agent, epoch=self.call.epoch + 1))

    # doing

    async def _take(self, heard: words.Heard) -> None:
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
