"""Plays the core's part: hears the adapter's events, gives it commands."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TypeVar

from acd.domain.ids import InteractionId, OfferId, offer_id
from acd.telephony import port
from acd.telephony.sip.adapter import SipAdapter
from acd.telephony.sip.gateway import Place
from acd.telephony.sip.options import SipOptions, Trunk
from tests.peers.phone import Phone
from tests.peers.rtpengine import Rtpengine, udp_port

_E = TypeVar("_E", bound=port.Event)
PATIENCE_S = 8.0


@dataclass(eq=False)
class Desk:
    """An adapter and what it said."""

    settings: SipOptions
    engine: Rtpengine
    events: list[port.Event] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _seen: int = 0

    @staticmethod
    def options(engine: Rtpengine, sounds: dict[str, str]) -> SipOptions:
        return SipOptions(
            place=Place(host="127.0.0.1", port=udp_port()),
            engine=engine.ng,
            keys=engine.keys,
            music=sounds["music"],
            prompt=sounds["prompt"],
            region="FR",
        )

    @property
    def address(self) -> tuple[str, int]:
        return self.settings.place.host, self.settings.place.port

    async def start(self) -> None:
        self.adapter = SipAdapter(self.settings)
        await self.adapter.start(self._hear)
        await self.told(port.AdapterUp)

    async def stop(self) -> None:
        await self.adapter.stop()
        assert self.engine.pairings() == []

    async def _hear(self, event: port.Event) -> None:
        self.events.append(event)
        self._changed.set()

    async def told(self, kind: type[_E], within_s: float = PATIENCE_S) -> _E:
        """The next event of that kind; what came before it is passed over."""
        async with asyncio.timeout(within_s):
            while True:
                while self._seen < len(self.events):
                    event = self.events[self._seen]
                    self._seen += 1
                    if isinstance(event, kind):
                        return event
                self._changed.clear()
                await self._changed.wait()

    def heard(self, kind: type[_E]) -> list[_E]:
        """All of that kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    async def do(self, command: port.Command) -> None:
        await self.adapter.execute(command)

    async def answer(self, call: InteractionId, how: port.AnswerHow = port.AnswerHow.MUSIC) -> None:
        await self.do(port.Answer(call=call, epoch=0, how=how))

    async def ring(
        self, call: InteractionId, target: port.Target, *, number: int = 1, timeout_ms: int = 20_000
    ) -> OfferId:
        offer = offer_id(call, number)
        await self.do(
            port.Ring(
                call=call, epoch=0, offer=offer, agent="anna", target=target, timeout_ms=timeout_ms
            )
        )
        return offer

    async def bridge(
        self, call: InteractionId, offer: OfferId, device: str, epoch: int = 1
    ) -> None:
        await self.do(port.Bridge(call=call, epoch=epoch, offer=offer, device=device))

    async def empty(self) -> None:
        """Until no call and no pairing is left."""
        async with asyncio.timeout(PATIENCE_S):
            while (await self.adapter.calls()) or self.engine.pairings():  # noqa: ASYNC110
                await asyncio.sleep(0.02)


def desk_phone(phone: Phone) -> port.Target:
    address = f"sip:anna@127.0.0.1:{phone.port}"
    return port.Target(device="desk", kind=port.TargetKind.SIP, address=address)


MOBILE = port.Target(device="mobile", kind=port.TargetKind.PHONE, address="+33199005678")


def trunk_to(phone: Phone) -> Trunk:
    return Trunk(host="127.0.0.1", port=phone.port, caller_id="+33199000000")
