"""Calls by SIP as the core knows them: commands in, events out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container, Coroutine, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import structlog

from acd.domain.errors import AcdError
from acd.domain.ids import InteractionId, new_id
from acd.telephony import port
from acd.telephony.port import Ability
from acd.telephony.sip import arriving, continuing
from acd.telephony.sip.call import SipCall
from acd.telephony.sip.caller import Caller
from acd.telephony.sip.figures import SipFigures, nobody
from acd.telephony.sip.gateway import Gateway
from acd.telephony.sip.guard import Guard
from acd.telephony.sip.house import House
from acd.telephony.sip.ledger import ARRIVING, CALL, UP
from acd.telephony.sip.media import Keys, pairings, sweep
from acd.telephony.sip.ng import Engine
from acd.telephony.sip.sdp import SINK
from acd.telephony.sip.visitor import Visitor

if TYPE_CHECKING:
    from acd.telephony.sip.dialog import Dialog
    from acd.telephony.sip.figures import Observe
    from acd.telephony.sip.gateway import Kept
    from acd.telephony.sip.ledger import Ledger, Record
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
    abilities = frozenset(
        {
            Ability.MUSIC,
            Ability.RING_ALL,
            Ability.CONFIRM,
            Ability.HOLD,
            Ability.TRANSFER,
            Ability.CALLBACK,
        }
    )

    def __init__(
        self, options: SipOptions, ledger: Ledger | None = None, observe: Observe = nobody
    ) -> None:
        """Args: ledger keeps what is needed to take calls up after a crash; without, they end.

        observe is told the figures every few seconds.
        """
        self._options = options
        self._guard = Guard(options.networks, options.users)
        self._observe = observe
        self._ledger = ledger
        if ledger is not None:
            self.abilities |= {Ability.REATTACH}
        self._calls: dict[InteractionId, SipCall] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._events: asyncio.Queue[port.Event] = asyncio.Queue()
        self._house: House | None = None
        self._keys: Keys | None = None

    async def start(self, sink: Sink) -> None:
        """Begin; every event goes to `sink`, in order.

        Raises:
            OSError: an address is taken.
            EngineSilent: rtpengine is not there.
        """
        options = self._options
        engine = await Engine.open(options.engine)
        gateway = Gateway(
            options.place, guard=self._guard, arrived=self._arrived, ledger=self._ledger
        )
        self._house = House(
            engine=engine,
            gateway=gateway,
            options=options,
            emit=self._events.put_nowait,
            forget=self._forget,
        )
        self._own(self._tell(sink), "sip-events")
        try:
            self._keys = await Keys.open(options.keys, self._pressed)
            there = await pairings(engine)
            kept, records = await gateway.start()
            self._take_up(kept, records, there)
            former = {name.removeprefix(CALL) for name in records}
            held = self._pairings()
            left = await sweep(
                engine,
                [
                    name
                    for name in there - held
                    if options.engine_is_ours or _call_of(name) in former
                ],
            )
        except BaseException:
            await self.stop()
            raise
        _log.info("sip.started", calls_taken_up=len(self._calls), pairings_swept=left)
        self._own(self._watch(), "sip-watch")
        self._events.put_nowait(port.AdapterUp())

    async def execute(self, command: port.Command) -> None:
        """Do it; what came of it is told as an event. An unknown call is over already."""
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

    async def calls(self) -> Sequence[port.Standing]:
        """The calls it holds now."""
        return [call.standing() for call in self._calls.values()]

    async def stop(self) -> None:
        """End: every call is hung up, each with its `CallerEnded`."""
        house = self._house
        if house is None:
            return
        house.gateway.refuse_calls(refuse=True)
        for call in list(self._calls.values()):
            call.stop()
        while ending := [one for one in self._tasks if one.get_name().startswith(_CALL)]:
            await asyncio.wait(ending)
        await house.gateway.stop(_GOODBYE_S)
        await self._events.join()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._keys is not None:
            self._keys.close()
        house.engine.close()
        self._house = None

    async def counts(self) -> dict[str, int]:
        """What is held, by kind: to see that nothing is left behind."""
        assert self._house is not None  # noqa: S101 - it was started
        return {"calls": len(self._calls), **await self._house.gateway.counts()}

    def _pairings(self) -> set[str]:
        return {name for call in self._calls.values() for name in call.pairings}

    def _take_up(
        self, kept: Mapping[str, Kept], records: Mapping[str, Record], there: Container[str]
    ) -> None:
        """Go on with the calls of a former life; what belongs to none of them ends."""
        assert self._house is not None  # noqa: S101 - it is being started
        loose = dict(kept)
        for one in kept.values():
            if one.stage != ARRIVING:
                one.dialog.go_on(up=one.stage == UP)

        def claim(key: str) -> Dialog | None:
            found = loose.get(key)
            if found is None or found.dialog.is_over:
                return None
            del loose[key]
            return found.dialog

        for name, record in records.items():
            identity, caller = InteractionId(name.removeprefix(CALL)), record["caller"]
            was_let_in = caller["how"] or caller["answered"]
            dialog = claim(caller["dialog"]) if was_let_in else None
            if dialog is None:
                self._house.gateway.write(name, None)
                continue
            revived = Caller.revived(self._house.engine, identity, caller, dialog)
            call = self._begin(identity, revived)
            dialog.listen(call.heard_caller)
            continuing.take_up(call, record, claim, there)
        for one in loose.values():
            if one.invite is not None:
                self._arrived(one.dialog, one.invite)
            else:
                one.dialog.hang_up()

    async def _watch(self) -> None:
        """Look whether rtpengine is there and has what it should; it may have been restarted."""
        assert self._house is not None  # noqa: S101 - it was started
        is_up = True
        while True:
            await asyncio.sleep(self._options.look_s)
            try:
                await self._tell_figures(up=is_up)
                is_up = await self._look(self._house, was_up=is_up)
            except Exception:  # noqa: BLE001 - it is looked again in a moment
                _log.exception("sip.look_failed")

    async def _look(self, house: House, *, was_up: bool) -> bool:
        """Whether rtpengine is there."""
        needed = {call: call.pairings for call in self._calls.values()}
        try:
            there = await pairings(house.engine)
        except AcdError as error:
            if was_up:
                house.gateway.refuse_calls(refuse=True)
                self._events.put_nowait(port.AdapterDown(cause=error.code))
            return False
        for call, names in needed.items():
            if lost := names - there:
                call.do(partial(continuing.mend, call, names - lost))
        if not was_up:
            house.gateway.refuse_calls(refuse=False)
            self._events.put_nowait(port.AdapterUp())
        return True

    async def _tell_figures(self, *, up: bool) -> None:
        held = await self.counts()
        self._observe(
            SipFigures(
                up=up,
                calls=held["calls"],
                dialogs=held["dialogs"],
                malformed=held["malformed"],
                refused=dict(self._guard.refused),
            )
        )

    def _arrived(self, dialog: Dialog, message: Message) -> None:
        house = self._house
        if house is None or len(self._calls) >= self._options.max_calls:
            dialog.refuse(503, "Service Unavailable", ("Retry-After: 5",))
            return
        identity = InteractionId(new_id("ix"))
        event = arriving.arrived(identity, message, self._options)
        caller = Caller(
            house.engine,
            identity,
            dialog=dialog,
            sdp=message.body.strip() and message.body,
            number=event.caller,
            called=event.called,
        )
        call = self._begin(identity, caller)
        dialog.listen(call.heard_caller)
        self._events.put_nowait(event)

    def _outgoing(self, identity: InteractionId, sdp: str) -> SipCall | None:
        if self._house is None:
            return None
        return self._begin(identity, Caller(self._house.engine, identity, dialog=None, sdp=sdp))

    def _visited(self, identity: InteractionId) -> SipCall | None:
        house = self._house
        if house is None or len(self._calls) >= self._options.max_calls:
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
        call = self._calls.get(_call_of(pairing))
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

    def _own(self, work: Coroutine[object, object, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _call_of(pairing: str) -> InteractionId:
    """Whose pairing it is."""
    return InteractionId(pairing.rpartition("-")[0])
