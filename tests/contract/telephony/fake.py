"""A telephone system in memory: callers, phones and pages that do what a test says, and no audio.

It keeps the promises of `acd.telephony.port`, so that what is tried with it holds for the others;
whoever tells it something that makes no sense is noted in `faults`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from acd.domain.ids import InteractionId, new_id
from acd.domain.offer import MEDIA_LOST
from acd.telephony import port
from acd.telephony.port import Ability, LegFault, TargetKind
from tests.contract.telephony.fake_call import FakeCall, FakeLeg, LegKey

Sink = Callable[[port.Event], Awaitable[None]]


class FakeTelephony:
    """The adapter, and the hands of everybody behind it."""

    name = "fake"
    abilities = frozenset(Ability)

    def __init__(self) -> None:
        self.calls_there: dict[str, FakeCall] = {}
        self.told: list[port.Command] = []
        self.faults: list[str] = []
        self.broken_pages: set[str] = set()
        """Agents whose page does not get its connection up."""
        self.silent = False
        """Whether bridges take for ever."""
        self.number_takes = True
        self.numbers_think = False
        """Whether those to whom calls are given ring for ever."""
        self.customers_answer = True
        """Whether those answer who are called back."""
        self.customers_think = False
        """Whether their telephone rings for ever."""
        self.done_with: list[str] = []
        """Calls that nobody need know of any more."""
        self._sink: Sink | None = None
        self._pending: set[asyncio.Task[None]] = set()

    # the interface

    async def start(self, sink: Sink) -> None:
        self._sink = sink
        await sink(port.AdapterUp())

    async def calls(self) -> Sequence[port.Standing]:
        return [
            port.Standing(
                call=InteractionId(one.id), caller=one.caller, called=one.called,
                offer=one.bridged[0] if one.bridged else None,  # type: ignore[arg-type]
                device=one.bridged[1] if one.bridged else "",
                agent=one.legs[one.bridged].ring.agent if one.bridged else None, held=one.held,
                away=bool(one.given_to), epoch=one.epoch,
            )
            for one in self.calls_there.values() if not one.over
        ]  # fmt: skip

    async def done(self, call: InteractionId) -> None:
        self.done_with.append(call)

    async def stop(self, *, hands_over: bool) -> int:
        left = [call for call, one in self.calls_there.items() if hands_over and not one.over]
        for call in list(self.calls_there):
            if call in left:
                await self.say(port.CallElsewhere(call=InteractionId(call)))
            else:
                await self.hang_up(call, "stopped")
        for task in self._pending:
            task.cancel()
        await asyncio.gather(*self._pending, return_exceptions=True)
        return len(left)

    async def execute(self, command: port.Command) -> None:
        self.told.append(command)
        call = self.calls_there.get(command.call)
        outgoing = isinstance(command, port.Dial) or getattr(command, "outgoing", False)
        if outgoing and (call is None or call.over):
            call = self.calls_there[command.call] = FakeCall(command.call, out=True)
        ends = isinstance(command, port.HangUp | port.Reject)
        if call is None or call.over or (command.epoch < call.epoch and not ends):
            return
        call.epoch = max(command.epoch, call.epoch)
        await getattr(self, f"_{type(command).__name__.lower()}")(call, command)

    # what it does when told

    async def _answer(self, call: FakeCall, told: port.Answer) -> None:
        if call.hears == "nothing":
            call.hears = "ringing" if told.how is port.AnswerHow.RINGING else "music"

    async def _reject(self, call: FakeCall, told: port.Reject) -> None:
        if call.hears != "nothing":
            self.faults.append("rejected after the answer")
        call.over = f"{told.code} {told.reason}"

    async def _announce(self, call: FakeCall, told: port.Announce) -> None:
        call.hears = told.file
        self._soon(port.Announced(call=told.call, file=told.file))

    async def _ring(self, call: FakeCall, told: port.Ring) -> None:
        key = (told.offer, told.target.device)
        if key in call.legs:
            self.faults.append(f"{key} rings twice")
            return
        call.legs[key] = leg = FakeLeg(told)
        leg.expiry = asyncio.get_running_loop().call_later(
            told.timeout_ms / 1000, lambda: self._soon(self._fault(key, LegFault.NO_ANSWER))
        )
        if told.target.kind is not TargetKind.BROWSER:
            self._soon(port.LegRinging(call=told.call, offer=told.offer, device=key[1]))

    async def _withdraw(self, call: FakeCall, told: port.Withdraw) -> None:
        key = (told.offer, told.device)
        if not self._drop(call, key) and key not in call.gone:
            self.faults.append(f"{key} withdrawn and not there")
        if call.bridged == key:
            call.bridged, call.hears, call.held = None, "music", False

    async def _bridge(self, call: FakeCall, told: port.Bridge) -> None:
        key = (told.offer, told.device)
        leg = call.legs.get(key)
        if leg is None or call.bridged is not None:
            if key not in call.gone:
                self.faults.append(f"{key} cannot be bridged")
            return
        if leg.expiry:
            leg.expiry.cancel()
        if leg.ring.agent in self.broken_pages:
            self._soon(self._fault(key, LegFault.UNREACHABLE))
            return
        if self.silent:
            return
        leg.answered, call.bridged = True, key
        if not call.out or call.dialled:
            call.hears = key
        self._soon(port.Bridged(call=told.call, offer=told.offer))

    async def _hold(self, call: FakeCall, told: port.Hold) -> None:
        call.held, call.hears = True, "music"
        self._soon(port.Held(call=told.call))

    async def _resume(self, call: FakeCall, told: port.Resume) -> None:
        call.held, call.hears = False, call.bridged
        self._soon(port.Resumed(call=told.call))

    async def _takeback(self, call: FakeCall, told: port.TakeBack) -> None:
        if not call.given_to:
            self._soon(port.TransferResult(call=told.call, ok=False, code=487))

    async def _transfer(self, call: FakeCall, told: port.Transfer) -> None:
        if self.numbers_think:
            return
        code = 200 if self.number_takes else 486
        if self.number_takes:
            call.given_to = told.number
            for key in list(call.legs):
                self._drop(call, key)
            call.bridged, call.hears = None, told.number
        self._soon(port.TransferResult(call=told.call, ok=self.number_takes, code=code))

    async def _dial(self, call: FakeCall, told: port.Dial) -> None:
        call.dialled, call.dialled_ms = told.number, told.timeout_ms
        if self.customers_think:
            return
        if self.customers_answer:
            call.hears = call.bridged or "music"
        code = 200 if self.customers_answer else 480
        self._soon(port.Dialled(call=told.call, ok=self.customers_answer, code=code))

    async def _pagesaid(self, call: FakeCall, told: port.PageSaid) -> None:
        if (told.offer, told.device) not in call.legs:
            self.faults.append("a page speaks that does not ring")
        if told.signal["kind"] == "hello":
            answer = {"interaction": told.call, "tab": "server", "to": told.signal["tab"]}
            self._soon(
                port.PageTold(
                    call=told.call, offer=told.offer, device=told.device,
                    signal={**answer, "kind": "description"},
                )
            )  # fmt: skip

    async def _hangup(self, call: FakeCall, told: port.HangUp) -> None:
        self._end(call, told.cause)

    # what people do

    async def arrive(self, called: str = "600", caller: str = "+33199001234", **more: Any) -> str:
        """Somebody calls."""
        call = new_id("ix")
        self.calls_there[call] = FakeCall(call, caller=caller, called=called)
        await self.say(
            port.CallArrived(call=InteractionId(call), caller=caller, called=called, **more)
        )
        return call

    async def hang_up(self, call: str, cause: str = "bye") -> None:
        """The caller goes."""
        if not self.calls_there[call].over:
            self._end(self.calls_there[call], "caller")
            await self.say(port.CallerEnded(call=InteractionId(call), cause=cause))

    async def pick_up(self, offer: str, device: str) -> None:
        self._leg(offer, device).answered = True
        await self.say(self._event(port.LegAnswered, offer, device))

    async def press(self, offer: str, device: str, digit: str) -> None:
        """The digit that is asked for is 1."""
        if digit == "1":
            await self.say(self._event(port.LegConfirmed, offer, device))

    async def refuse(self, offer: str, device: str, fault: LegFault) -> None:
        await self._say_now(self._fault((offer, device), fault))

    async def fall_silent(self, offer: str, device: str) -> None:
        """A device that talks is not heard any more, and given up."""
        await self.put_down(offer, device, cause=MEDIA_LOST)

    async def put_down(self, offer: str, device: str, cause: str = "") -> None:
        """A device that had answered is hung up by its agent."""
        call = self._call_of(offer)
        self._drop(call, (offer, device))
        call.gone.add((offer, device))
        if call.bridged == (offer, device):
            call.bridged, call.hears = None, "music"
        await self.say(self._event(port.LegEnded, offer, device, cause=cause))

    async def say(self, event: port.Event) -> None:
        assert self._sink is not None
        await self._sink(event)

    # inside

    def _soon(self, event: port.Event) -> None:
        """Events come after the command that led to them has returned."""
        task = asyncio.get_running_loop().create_task(self._say_now(event), name="fake-telephony")
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _say_now(self, event: port.Event) -> None:
        call = self.calls_there.get(getattr(event, "call", ""))
        if isinstance(event, port.LegFailed) and (
            call is None or not self._drop(call, (event.offer, event.device))
        ):
            return
        if isinstance(event, port.LegFailed) and call is not None:
            call.gone.add((event.offer, event.device))
        if call is None or not call.over:
            await self.say(event)

    def _drop(self, call: FakeCall, key: LegKey) -> bool:
        leg = call.legs.pop(key, None)
        if leg is not None and leg.expiry:
            leg.expiry.cancel()
        return leg is not None

    def _end(self, call: FakeCall, cause: str) -> None:
        for key in list(call.legs):
            self._drop(call, key)
        call.over, call.bridged, call.hears = cause, None, "nothing"

    def _call_of(self, offer: str) -> FakeCall:
        return self.calls_there[offer.rpartition(".")[0]]

    def _leg(self, offer: str, device: str) -> FakeLeg:
        return self._call_of(offer).legs[offer, device]

    def _event(self, kind: Any, offer: str, device: str, **more: Any) -> Any:
        return kind(call=offer.rpartition(".")[0], offer=offer, device=device, **more)

    def _fault(self, key: LegKey, fault: LegFault) -> Any:
        return self._event(port.LegFailed, *key, fault=fault)
