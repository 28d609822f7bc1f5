"""Plays the core's part: hears the adapter's events, gives it commands."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, TypeVar

from acd.domain.ids import InteractionId, OfferId, offer_id
from acd.telephony import port
from acd.telephony.sip.adapter import SipAdapter
from acd.telephony.sip.gateway import Place
from acd.telephony.sip.options import SipOptions, Trunk
from tests.peers.phone import Phone
from tests.peers.phone_call import PhoneCall
from tests.peers.rtpengine import LOOPBACK, Rtpengine, udp_port

_E = TypeVar("_E", bound=port.Event)
PATIENCE_S = 8.0
UNHURRIED_S = 5.0
"""What tests that are many at once may make a node wait for, before it refuses calls."""
MUSIC_HZ, PROMPT_HZ, AGENT_HZ, CALLER_HZ = 300, 560, 700, 1000


@dataclass(frozen=True)
class Talk:
    """A caller and an agent, or as far as they have come."""

    call: InteractionId
    calling: PhoneCall
    offer: OfferId
    ringing: PhoneCall


@dataclass(eq=False)
class Desk:
    """An adapter and what it said."""

    settings: SipOptions
    engine: Rtpengine
    events: list[port.Event] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    epoch: int = 0
    """Of the newest call; a bridge begins another one."""
    _seen: int = 0

    @staticmethod
    def options(engine: Rtpengine) -> SipOptions:
        return SipOptions(
            place=Place(host="127.0.0.1", port=udp_port()),
            engine=engine.ng,
            networks=(LOOPBACK,),
            keys=engine.keys,
            music=engine.tone(MUSIC_HZ),
            prompt=engine.tone(PROMPT_HZ),
            region="FR",
            late_s=UNHURRIED_S,
        )

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.settings.place.host, self.settings.place.port
        return (f"[{host}]" if ":" in host else host), port

    async def start(self) -> None:
        self.adapter = SipAdapter(self.settings)
        await self.adapter.start(self._hear)
        await self.told(port.AdapterUp)

    async def stop(self) -> None:
        await self.adapter.stop(hands_over=False)
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
                call=call,
                epoch=self.epoch,
                offer=offer,
                agent="anna",
                target=target,
                timeout_ms=timeout_ms,
            )
        )
        return offer

    async def waiting(
        self, caller: Phone, how: port.AnswerHow = port.AnswerHow.MUSIC, **more: Any
    ) -> tuple[InteractionId, PhoneCall]:
        """A caller who was answered so."""
        calling = await caller.call("support", self.address, wait=False, **more)
        call = (await self.told(port.CallArrived)).call
        self.epoch = 0
        await self.answer(call, how)
        return call, calling

    async def claimed(
        self, caller: Phone, agent: Phone, how: port.AnswerHow = port.AnswerHow.MUSIC, **more: Any
    ) -> Talk:
        """A caller, and an agent who picked up their desk phone."""
        call, calling = await self.waiting(caller, how, **more)
        offer = await self.ring(call, desk_phone(agent))
        ringing = await agent.ringing.get()
        await agent.pick_up(ringing)
        await self.told(port.LegAnswered)
        return Talk(call, calling, offer, ringing)

    async def talking(self, caller: Phone, agent: Phone) -> Talk:
        """The two in conversation."""
        talk = await self.claimed(caller, agent)
        await self.bridge(talk.call, talk.offer, "desk")
        await self.told(port.Bridged)
        return talk

    async def bridge(self, call: InteractionId, offer: OfferId, device: str) -> None:
        self.epoch += 1
        await self.do(port.Bridge(call=call, epoch=self.epoch, offer=offer, device=device))

    async def empty(self) -> None:
        """Until no call and no pairing is left."""
        async with asyncio.timeout(PATIENCE_S):
            while (await self.adapter.calls()) or self.engine.pairings():  # noqa: ASYNC110
                await asyncio.sleep(0.02)


def desk_phone(phone: Phone) -> port.Target:
    address = f"sip:anna@{phone.host}:{phone.port}"
    return port.Target(device="desk", kind=port.TargetKind.SIP, address=address)


MOBILE = port.Target(device="mobile", kind=port.TargetKind.PHONE, address="+33199005678")


def trunk_to(phone: Phone) -> Trunk:
    return Trunk(host="127.0.0.1", port=phone.port, caller_id="+33199000000")
