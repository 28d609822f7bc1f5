"""What the conformance suite does to an adapter and its world, whichever it is.

Page to page (`webrtc`) is no adapter: there the server carries signals only, nobody waits with
music and nothing is bridged here, so it takes no part.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, TypeVar

from acd.domain.ids import AgentId, InteractionId, OfferId
from acd.telephony import port
from acd.telephony.port import LegFault, Target, TargetKind, TelephonyAdapter
from tests.contract.telephony.fake import FakeTelephony
from tests.contract.telephony.sip import sip_world

WAIT_S = 10.0
E = TypeVar("E", bound=port.CallEvent)


async def until(check: Callable[[], bool]) -> None:
    """Wait for what no event tells."""

    async def now() -> bool:
        return check()

    await eventually(now)


async def eventually(check: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what no event tells."""
    async with asyncio.timeout(WAIT_S):
        while not await check():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class World(Protocol):
    """The people and telephones behind an adapter."""

    @property
    def adapter(self) -> TelephonyAdapter: ...

    @property
    def kinds(self) -> tuple[TargetKind, ...]:
        """The devices it can play."""

    def target(self, kind: TargetKind, number: int = 1) -> Target:
        """A device of that kind; another number is another device."""

    async def dial(self, called: str, caller: str) -> None:
        """Somebody calls: `CallArrived` follows."""

    async def caller_hears(self, call: str, what: str) -> None:
        """Returns once the caller hears `nothing`, `ringing`, `music`, or a device by its name."""

    async def caller_got(self, call: str) -> int:
        """The final SIP status the caller's attempt ended with, once it has."""

    async def caller_hangs_up(self, call: str) -> None: ...

    async def pick_up(self, offer: str, device: str) -> None: ...

    async def press(self, offer: str, device: str, digit: str) -> None: ...

    async def refuse(self, offer: str, device: str, fault: LegFault) -> None:
        """Busy, declined or unreachable."""

    async def put_down(self, offer: str, device: str) -> None: ...

    async def silent(self, offer: str, device: str) -> None:
        """Returns once the device neither rings nor talks."""


class Stage:
    """A world, the events heard of it, and short words for commands."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.events: list[port.Event] = []
        self._news = asyncio.Event()
        self.epoch = 0

    async def hear(self, event: port.Event) -> None:
        self.events.append(event)
        self._news.set()

    async def expect(self, kind: type[E], *, many: int = 1, **fields: Any) -> E:
        """The last of so many such events, heard already or still to come."""
        async with asyncio.timeout(WAIT_S):
            while len(found := self.all(kind, **fields)) < many:
                self._news.clear()
                await self._news.wait()
        return found[-1]

    def all(self, kind: type[E], **fields: Any) -> list[E]:
        return [
            event for event in self.events
            if isinstance(event, kind)
            and all(getattr(event, name) == value for name, value in fields.items())
        ]  # fmt: skip

    async def tell(self, kind: Callable[..., port.Command], call: str, **fields: Any) -> None:
        fields = {"epoch": self.epoch, **fields}
        await self.world.adapter.execute(kind(call=InteractionId(call), **fields))

    async def arrive(self, called: str = "600", caller: str = "+33199001234") -> str:
        """A call that waits for its answer."""
        many = len(self.all(port.CallArrived)) + 1
        await self.world.dial(called, caller)
        return (await self.expect(port.CallArrived, many=many)).call

    async def queued(self) -> str:
        """A call that hears music."""
        call = await self.arrive()
        await self.tell(port.Answer, call)
        await self.world.caller_hears(call, "music")
        return call

    async def ring(
        self, call: str, kind: TargetKind, *, offer: int = 1, timeout_ms: int = 20_000
    ) -> tuple[str, str]:
        """A device that rings."""
        target = self.world.target(kind, offer)
        named = OfferId(f"{call}.{offer}")
        await self.tell(
            port.Ring, call, offer=named, agent=AgentId(f"agent{offer}"), target=target,
            timeout_ms=timeout_ms,
        )  # fmt: skip
        if kind is not TargetKind.BROWSER:
            await self.expect(port.LegRinging, offer=named, device=target.device)
        return named, target.device

    async def claimed(self, call: str, kind: TargetKind, *, offer: int = 1) -> tuple[str, str]:
        """A device whose agent wants the call."""
        leg = await self.ring(call, kind, offer=offer)
        named = {"offer": leg[0], "device": leg[1]}
        if kind is not TargetKind.BROWSER:
            await self.world.pick_up(*leg)
            await self.expect(port.LegAnswered, **named)
        if kind is TargetKind.PHONE:
            await self.world.press(*leg, "1")
            await self.expect(port.LegConfirmed, **named)
        return leg

    async def bridge(self, call: str, leg: tuple[str, str]) -> None:
        self.epoch += 1
        await self.tell(port.Bridge, call, offer=leg[0], device=leg[1])
        await self.expect(port.Bridged, offer=leg[0])
        await self.world.caller_hears(call, leg[1])

    async def talking(self, kind: TargetKind) -> tuple[str, tuple[str, str]]:
        call = await self.queued()
        leg = await self.claimed(call, kind)
        await self.bridge(call, leg)
        return call, leg

    async def over(self, call: str) -> None:
        """The adapter holds it no longer."""

        async def gone() -> bool:
            return call not in {one.call for one in await self.world.adapter.calls()}

        await eventually(gone)


class FakeWorld:
    """The telephone system in memory."""

    kinds = (TargetKind.BROWSER, TargetKind.SIP, TargetKind.PHONE)

    def __init__(self) -> None:
        self.adapter = FakeTelephony()

    def target(self, kind: TargetKind, number: int = 1) -> Target:
        addresses = {
            TargetKind.BROWSER: "",
            TargetKind.SIP: f"sip:desk{number}@pbx.example",
            TargetKind.PHONE: f"+3319900567{number}",
        }
        return Target(device=f"{kind}{number}", kind=kind, address=addresses[kind])

    async def dial(self, called: str, caller: str) -> None:
        await self.adapter.arrive(called, caller)

    async def caller_hears(self, call: str, what: str) -> None:
        await until(lambda: self._heard(call) == what)

    def _heard(self, call: str) -> object:
        hears = self.adapter.calls_there[call].hears
        return hears[1] if isinstance(hears, tuple) else hears

    async def caller_got(self, call: str) -> int:
        return int(self.adapter.calls_there[call].over.split()[0])

    async def caller_hangs_up(self, call: str) -> None:
        await self.adapter.hang_up(call)

    async def pick_up(self, offer: str, device: str) -> None:
        await self.adapter.pick_up(offer, device)

    async def press(self, offer: str, device: str, digit: str) -> None:
        await self.adapter.press(offer, device, digit)

    async def refuse(self, offer: str, device: str, fault: LegFault) -> None:
        await self.adapter.refuse(offer, device, fault)

    async def put_down(self, offer: str, device: str) -> None:
        await self.adapter.put_down(offer, device)

    async def silent(self, offer: str, device: str) -> None:
        call = self.adapter.calls_there[offer.rpartition(".")[0]]
        await until(lambda: (offer, device) not in call.legs)


@asynccontextmanager
async def fake_world() -> AsyncIterator[World]:
    world = FakeWorld()
    yield world
    assert world.adapter.faults == []


Fixture = Callable[[str], Any]
WORLDS: dict[str, Callable[[Fixture], AbstractAsyncContextManager[World]]] = {
    "fake": lambda _: fake_world(),
    "sip": lambda fixture: sip_world(fixture("rtpengine")),
}


@asynccontextmanager
async def stage(name: str, fixture: Fixture) -> AsyncIterator[Stage]:
    """An adapter that runs; `fixture("rtpengine")` is what pytest calls so."""
    async with WORLDS[name](fixture) as world:
        stage = Stage(world)
        await world.adapter.start(stage.hear)
        try:
            yield stage
        finally:
            await world.adapter.stop(hands_over=False)
