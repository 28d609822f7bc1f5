"""The switchboard of a node: lets callers in, and owns the calls of its adapter until they end."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

import structlog

from acd.domain.errors import AcdError, NotFound, StoreUnavailable, TelephonyOff
from acd.domain.ids import InteractionId, new_id
from acd.telephony import port
from acd.telephony.early import Early
from acd.telephony.entrance import Entrance
from acd.telephony.insisting import insist
from acd.telephony.live import LiveCall
from acd.telephony.saying import SayingCall
from acd.telephony.standing import arrival, free_agent

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from acd.records.intake_rows import IntakeRow
    from acd.telephony.means import Means

log = structlog.get_logger(__name__)

HEARTBEAT_S: Final = 5.0
_LOOK_S: Final = 0.01


class Switchboard:
    """The calls of this node. When `run` has returned, each has ended or was left to another."""

    def __init__(
        self, means: Means, *, how: port.AnswerHow = port.AnswerHow.MUSIC, stop_s: float = 2.0
    ) -> None:
        """`stop_s`: how long the ends of calls may take when the node stops."""
        self._means = means
        self._how = how
        self._stop_s = stop_s
        self._calls: dict[InteractionId, LiveCall | SayingCall] = {}
        self._early: dict[InteractionId, Early] = {}
        """What was heard of calls that are being let in."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self.left = 0
        """How many were left to another process when it stopped."""
        self.had: frozenset[InteractionId] = frozenset()
        """Which there were when it stopped."""
        self.up = False
        """Whether the adapter can make and take calls."""
        self.tell_lineless: Callable[[InteractionId], None] = _tell_nobody
        """Told of callers who need not stay any more: nobody has the line of their callback."""

    @property
    def calls(self) -> int:
        """How many there are, as the adapter counts: without callbacks that wait for their turn."""
        rest = sum(isinstance(one, LiveCall) and one.call.rests for one in self._calls.values())
        return len(self._calls) - rest + len(self._early)

    def __contains__(self, call: object) -> bool:
        return call in self._calls or call in self._early

    async def run(self, leaving: asyncio.Event, *, hands_over: Callable[[], bool]) -> None:
        """Take calls until told to leave, or cancelled; then no more, and those there are end.

        `hands_over` is asked then: whether they are left to another process, where they can be.
        """
        await self._means.adapter.start(self._hear)
        for standing in await self._means.adapter.calls():
            self._stands(standing)
        try:
            while not leaving.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(leaving.wait(), HEARTBEAT_S)
                await self.beat()
        finally:
            await self._stop(hands_over=hands_over())

    def _stands(self, standing: port.Standing) -> None:
        """A call that is up already is this node's."""
        if standing.away:
            self._start(free_agent(self._means, standing.call), f"away-{standing.call}")
        elif standing.call not in self:
            self._early[standing.call] = Early(self._means.delivery, standing.call)
            self._start(self._take_up(standing), f"call-{standing.call}")

    def _forget(self, call: InteractionId) -> None:
        """Another node has it."""
        names = {f"{kind}-{call}" for kind in ("call", "callback", "saying")}
        for task in self._tasks:
            if task.get_name() in names:
                task.cancel()
        self._calls.pop(call, None)  # it may come back before the task has ended
        self._early.pop(call, None)

    async def say(self, address: str, file: str) -> None:
        """Call a number or SIP address, play a file once it is picked up, hang up, and delete it.

        Raises:
            TelephoneNotReached: it was not.
            TelephonyOff: no call can be made now.
        """
        if self._stopping or not self.up:
            raise TelephonyOff
        call = InteractionId(new_id("sc"))
        saying = self._calls[call] = SayingCall(self._means.adapter, call)
        task = self._start(saying.run(address, file), f"saying-{call}")
        task.add_done_callback(lambda _: self._said(call, saying))
        await saying.answered()

    def _said(self, call: InteractionId, saying: SayingCall) -> None:
        self._calls.pop(call, None)
        saying.tell(None)

    def call_back(self, row: IntakeRow) -> None:
        """This node has the line of a callback from now on; nobody is on it."""
        if self._stopping or row.interaction in self:
            return
        live = self._calls[row.interaction] = LiveCall(self._means, row, calls_back=True)
        self._start(self._serve(row.interaction, live), f"callback-{row.interaction}")

    async def hear_visitor(self, call: InteractionId, payload: Mapping[str, Any]) -> bool:
        """The page of a website's caller speaks; whether the call is, or now will be, served here.

        Raises:
            StoreUnavailable: the database is away.
        """
        if call not in self:
            if self._stopping or not self.up:
                return False
            row = await self._means.intake.entered(call)
            if row is None or self._stopping:
                return False
            if call not in self:
                self._calls[call] = begun = LiveCall(self._means, row, visited=True)
                self._start(self._serve(call, begun), f"call-{call}")
        live = self._calls.get(call)
        if isinstance(live, LiveCall):
            live.heard("", payload)
        return isinstance(live, LiveCall) and live.visited

    @property
    def called_back(self) -> list[InteractionId]:
        """The callbacks whose line this node has, those that talk by now among them."""
        calls = self._calls.items()
        return [call for call, live in calls if isinstance(live, LiveCall) and live.has_line]

    def leave(self, call: InteractionId) -> None:
        """Another node has the line of that callback; a customer who is here already stays."""
        live = self._calls.get(call)
        if isinstance(live, LiveCall) and live.unanswered:
            live.leave()

    async def beat(self) -> None:
        """Vouch for who waits, and for who is being taken up: routing passes over who does not."""
        waiting = {call for call, live in self._calls.items() if live.waiting} | {*self._early}
        if waiting:
            try:
                await self._means.router.heartbeat([], sorted(waiting))
            except StoreUnavailable:
                log.debug("callers not vouched for")
            except Exception:  # in a moment again; calls go on
                log.exception("callers not vouched for")

    async def _stop(self, *, hands_over: bool) -> None:
        self._stopping = True
        if hands_over:
            await self._until_in()
        self.had = frozenset((*self._calls, *self._early))
        self._let_pages_wait()
        self.left = await self._means.adapter.stop(hands_over=hands_over)
        for live in self._calls.values():
            if isinstance(live, LiveCall) and live.unanswered:  # whoever runs next has them
                live.leave()
        running = set(self._tasks)
        if running:
            _, running = await asyncio.wait(running, timeout=self._stop_s)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _let_pages_wait(self) -> None:
        """A page that waits is no telephone to hang up: it offers its audio to whoever is next."""
        for call, live in [*self._calls.items()]:
            if isinstance(live, LiveCall) and live.visited and live.call.nobody_talks:
                self._forget(call)

    async def _until_in(self) -> None:
        """Who is being let in would be let in again, and stand in the line twice."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._stop_s):
                while self._early:  # noqa: ASYNC110 - each has a task, which lasts on
                    await asyncio.sleep(_LOOK_S)

    # hearing

    async def _hear(self, event: port.Event) -> None:
        match event:
            case port.AdapterUp():
                self.up = True
            case port.AdapterDown():
                self.up = False
                log.warning("telephony is down", cause=event.cause)
            case port.MediaLost():
                log.info("nothing is heard", call=event.call, offer=event.offer)
            case port.CallArrived():
                if event.call not in self._early and event.call not in self._calls:
                    self._early[event.call] = Early(self._means.delivery, event.call)
                    self._start(self._let_in(event), f"call-{event.call}")
            case port.CallStands():
                self._stands(event.standing)
            case port.CallElsewhere():
                self._forget(event.call)
            case _ if (live := self._calls.get(event.call)) is not None:
                live.hear(event)
            case _ if (early := self._early.get(event.call)) is not None:
                early.hear(event)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _let_in(self, arrived: port.CallArrived) -> None:
        """A call from its arrival to its end."""
        call, entrance = arrived.call, Entrance(self._means, self._how)
        early, live = self._early[call], None
        try:
            if self._stopping:
                await entrance.refuse(call, StoreUnavailable.code)
                return
            live = await entrance.let_in(arrived, early)
            if live is None:
                return
            self._calls[call] = live
        except Exception:
            log.exception("call failed", call=call)
            await entrance.fail(call)
            await self._means.adapter.done(call)  # whoever stands in a line is not vouched for
            return
        finally:
            self._early.pop(call, None)
            if live is None:
                await early.forget()
        await self._serve(call, live, early)

    async def _take_up(self, standing: port.Standing) -> None:
        """A call that outlived the process that had it; one that nobody knows is hung up."""
        call, early = standing.call, self._early[standing.call]
        try:
            row = await arrival(self._means, call)
            if row is None:
                raise NotFound
            live = LiveCall(self._means, row, reachable=bool(standing.caller))
            await live.take_up(standing)
            self._calls[call] = live
            live.missed("")  # who became a callback keeps the place, though they are gone
            early.pass_on(live)
        except AcdError as error:
            log.warning("call not taken up", call=call, reason=error.code)
            end = port.HangUp(call=call, epoch=standing.epoch, cause="lost")
            await self._means.adapter.execute(end)
            await self._means.adapter.done(call)
            return
        except Exception:
            log.exception("call failed", call=call)
            await self._fail(call)
            return
        finally:
            self._early.pop(call, None)
        await self._serve(call, live)

    async def _serve(self, call: InteractionId, live: LiveCall, early: Early | None = None) -> None:
        try:
            await (live.listen() if early is None else live.listen_after(early))
            await live.run()
            await self._means.adapter.done(call)  # not where another process goes on with it
        except Exception:
            log.exception("call failed", call=call)
            await self._fail(call, keeps_place=live.unanswered)
        finally:
            if self._calls.get(call) is live:
                del self._calls[call]
            if live.keeps_place:
                self.tell_lineless(call)

    async def _fail(self, call: InteractionId, *, keeps_place: bool = False) -> None:
        """A defect of ours: the call ends; a callback keeps its place, and is tried again."""
        await self._means.adapter.execute(port.HangUp(call=call, epoch=0, cause="failed"))
        if not keeps_place:
            await insist(lambda: self._means.router.abandon(call), call)
        await self._means.adapter.done(call)


def _tell_nobody(_call: InteractionId) -> None:
    """Until somebody looks after callbacks."""
