"""Calls by SIP as the core knows them: commands in, events out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Final

import structlog

from acd.domain.errors import AcdError
from acd.telephony import port
from acd.telephony.port import Ability
from acd.telephony.sip import arriving
from acd.telephony.sip.call import SipCall
from acd.telephony.sip.caller import Caller
from acd.telephony.sip.figures import SipFigures, nobody
from acd.telephony.sip.gateway import Gateway
from acd.telephony.sip.guard import UNAVAILABLE, Closed, Guard
from acd.telephony.sip.house import House
from acd.telephony.sip.lag import Lag
from acd.telephony.sip.lease import Lease
from acd.telephony.sip.ledger import CALL
from acd.telephony.sip.media import Keys, call_of
from acd.telephony.sip.ng import Engine
from acd.telephony.sip.sdp import SINK
from acd.telephony.sip.succession import Succession
from acd.telephony.sip.visitor import Visitor
from acd.telephony.sip.watching import Watch

if TYPE_CHECKING:
    from acd.domain.ids import InteractionId
    from acd.telephony.sip.dialog import Dialog
    from acd.telephony.sip.figures import Observe
    from acd.telephony.sip.ledger import Ledger
    from acd.telephony.sip.message import Message
    from acd.telephony.sip.options import SipOptions

_log = structlog.get_logger(__name__)

Sink = Callable[[port.Event], Awaitable[None]]
_CALL: Final = "sip-call"
_GOODBYE_S: Final = 0.5
"""How long the last messages may take, and be answered, before the socket closes."""


class SipAdapter:
    """`port.TelephonyAdapter` over SIP and rtpengine."""

    name = "sip"

    def __init__(
        self, options: SipOptions, ledger: Ledger | None = None, observe: Observe = nobody
    ) -> None:
        """Args: ledger keeps what is needed to take calls up after a crash; without, they end.

        observe is told the figures every few seconds.
        """
        self._options = options
        self._guard = Guard(options.networks, options.users, timers=bool(options.place.session_s))
        self.lag = Lag(options.late_s)
        self._observe = observe
        self._ledger = ledger
        able = {Ability.TRANSFER: options.trunk, Ability.REATTACH: ledger}
        self.abilities = frozenset(one for one, by in able.items() if by is not None)
        self._calls: dict[InteractionId, SipCall] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._events: asyncio.Queue[port.Event] = asyncio.Queue()
        self._house: House | None = None
        self._gateway: Gateway | None = None
        """Writes after the end, too."""
        self._keys: Keys | None = None
        self._watch: Watch | None = None
        self._lease: asyncio.Task[None] | None = None
        self._stops = False

    async def start(self, sink: Sink) -> None:
        """Begin; every event goes to `sink`, in order.

        Raises:
            OSError: an address is taken.
            EngineSilent: rtpengine is not there.
        """
        options, self._stops = self._options, False
        engine = await Engine.open(options.engine)
        self._gateway = gateway = Gateway(
            options.place,
            guard=self._guard,
            lag=self.lag,
            arrived=self._arrived,
            ledger=self._ledger,
            lost=self._lost,
        )
        self._house = House(
            engine=engine,
            gateway=gateway,
            options=options,
            emit=self._events.put_nowait,
            forget=self._forget,
        )
        self._succession = Succession(
            self._house, self._calls, begin=self._begin, arrived=self._arrived
        )
        self._own(self._tell(sink), "sip-events")
        try:
            self._keys = await Keys.open(options.keys, engine.host, self._pressed)
            await self._succession.open()
        except BaseException:
            await self.stop(hands_over=True)
            raise
        self._watch = Watch(self._house, self._calls, self._tell_figures)
        self._own(self._watch.run(), "sip-watch")
        self._own(gateway.measure(), "sip-lag")
        lease = Lease(gateway, beat_s=options.beat_s, take_over=self._take_over)
        self._lease = self._own(lease.run(), "sip-lease")
        self._events.put_nowait(port.AdapterUp())

    async def execute(self, command: port.Command) -> None:
        """Do it; what came of it is told as an event. An unknown call is over already."""
        if isinstance(command, port.Ring) and command.outgoing:
            await self._until_cleared(command.call)
        call = self._calls.get(command.call)
        match command:
            case port.Dial() if call is None:
                call = self._outgoing(command.call, "")
            case port.Ring(outgoing=True) if call is None:
                call = self._outgoing(command.call, SINK)
            case port.VisitorSaid() if call is None:
                call = self._visited(command.call)
        if call is not None:
            call.execute(command)

    async def done(self, call: InteractionId) -> None:
        """What is written of it is dropped, as soon as it is over."""
        if (held := self._calls.get(call)) is not None:
            held.is_done = True
        elif self._gateway is not None:
            self._gateway.write(f"{CALL}{call}", None)

    async def calls(self) -> Sequence[port.Standing]:
        """The calls it holds now."""
        return [call.standing() for call in self._calls.values() if not call.is_over]

    async def stop(self, *, hands_over: bool) -> int:
        """End: every call is hung up, each with its `CallerEnded`; or left, with `CallElsewhere`.

        Answers how many were left.
        """
        house, left = self._house, 0
        if house is None:
            return left
        house.gateway.refuse_calls(refuse=True)
        self._stops = True
        if self._lease is not None:  # nobody's calls are taken any more
            self._lease.cancel()
            await asyncio.gather(self._lease, return_exceptions=True)
        if hands_over and self._ledger is not None:
            left = await self._leave_calls()
            await house.gateway.leave()
        else:
            for call in list(self._calls.values()):
                call.stop()
            await self._until_none()
            await house.gateway.stop(_GOODBYE_S)
        await self._events.join()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._keys is not None:
            self._keys.close()
        house.engine.close()
        self._house = None
        return left

    async def _leave_calls(self) -> int:
        """What was asked of each is done, unless that lasts: whoever is next goes on with it."""
        calls = set(self._calls.values())
        for call in calls:
            call.leave_soon()
        if ending := self._ending:
            await asyncio.wait(ending, timeout=_GOODBYE_S)
        calls.update(self._calls.values())
        for call in calls:
            call.leave()
        await self._until_none()
        return sum(call.is_elsewhere for call in calls)

    async def counts(self) -> dict[str, int]:
        """What is held, by kind: to see that nothing is left behind."""
        assert self._house is not None  # noqa: S101 - it was started
        return {"calls": len(self._calls), **await self._house.gateway.counts()}

    async def _take_over(self, node: str, said: str) -> None:
        if self._watch is not None and self._watch.is_up:  # else it is left to another
            await self._succession.take_over(node, said)

    def _lost(self) -> None:
        if self._house is not None:
            self._own(self._begin_anew(self._house), "sip-lost")

    async def _begin_anew(self, house: House) -> None:
        """Another node has taken calls, since this one was silent for too long.

        Those it had no room for are this one's again.
        """
        _log.error("sip.calls_are_elsewhere", calls=len(self._calls))
        for call in list(self._calls.values()):
            call.leave()
        await self._until_none()
        await house.gateway.stop()
        while True:
            try:
                self._succession.tell_standing(await self._succession.open())
                return
            except (AcdError, OSError) as error:
                _log.warning("sip.not_begun_anew", error=type(error).__name__)
                await asyncio.sleep(self._options.look_s)

    async def _until_none(self) -> None:
        while ending := self._ending:
            await asyncio.wait(ending)

    async def _until_cleared(self, identity: InteractionId) -> None:
        """An attempt that is over is in no way of the next, which may begin at once."""
        call = self._calls.get(identity)
        ending = [one for one in self._ending if one.get_name() == f"{_CALL}-{identity}"]
        if call is not None and call.is_over and ending:
            await asyncio.wait(ending)

    @property
    def _ending(self) -> list[asyncio.Task[None]]:
        """The tasks of calls."""
        return [one for one in self._tasks if one.get_name().startswith(_CALL)]

    async def _tell_figures(self, up: bool) -> None:
        held = await self.counts()
        figures = SipFigures(
            up=up, calls=held["calls"], dialogs=held["dialogs"], malformed=held["malformed"],
            refused=dict(self._guard.refused),
            lag_s=self.lag.worst_s(),
        )  # fmt: skip
        self._observe(figures)

    def _arrived(self, dialog: Dialog, message: Message) -> None:
        house = self._house
        if house is None or len(self._calls) >= self._options.max_calls:
            self._guard.count(UNAVAILABLE.code, Closed.FULL)
            dialog.refuse(UNAVAILABLE.code, UNAVAILABLE.reason, UNAVAILABLE.headers)
            return
        identity = dialog.call
        event = arriving.arrived(identity, message, self._options)
        call = self._begin(identity, arriving.caller(house.engine, dialog, message, event))
        dialog.listen(call.heard_caller)
        self._events.put_nowait(event)

    def _outgoing(self, identity: InteractionId, sdp: str) -> SipCall | None:
        if self._house is None or self._stops:
            return None
        return self._begin(identity, Caller(self._house.engine, identity, dialog=None, sdp=sdp))

    def _visited(self, identity: InteractionId) -> SipCall | None:
        house = self._house
        if house is None or len(self._calls) >= self._options.max_calls:
            self._events.put_nowait(port.CallerEnded(call=identity, cause="full", code=503))
            return None

        def tell(signal: dict[str, Any]) -> None:
            house.emit(port.VisitorTold(call=identity, signal=signal))

        return self._begin(identity, Visitor(house.engine, identity, tell))

    def _begin(self, identity: InteractionId, caller: Caller) -> SipCall:
        assert self._house is not None  # noqa: S101 - it was started
        call = self._calls[identity] = SipCall(self._house, identity, caller)
        self._own(call.run(), f"{_CALL}-{identity}")
        return call

    def _pressed(self, pairing: str, side: str, digit: str) -> None:
        call = self._calls.get(call_of(pairing))
        if call is not None:
            call.pressed(pairing, side, digit)

    def _forget(self, call: InteractionId) -> None:
        self._calls.pop(call, None)

    async def _tell(self, sink: Sink) -> None:
        while True:
            event = await self._events.get()
            try:
                await sink(event)
            except Exception:  # noqa: BLE001 - the next event is told all the same
                _log.exception("sip.event_lost", event_type=type(event).__name__)
            finally:
                self._events.task_done()

    def _own(self, work: Coroutine[object, object, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
