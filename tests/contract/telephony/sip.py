"""The world of the SIP adapter: real messages, real audio, told apart by their tones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from acd.telephony.port import LegFault, Target, TargetKind
from acd.telephony.sip.adapter import SipAdapter
from acd.telephony.sip.gateway import Place
from acd.telephony.sip.options import SipOptions, Trunk
from tests.peers.phone import Phone
from tests.peers.phone_call import PhoneCall
from tests.peers.rtpengine import LOOPBACK, Rtpengine, udp_port

_MUSIC_HZ: Final = 300
_TONES: Final = {
    (TargetKind.SIP, 1): 700,
    (TargetKind.SIP, 2): 820,
    (TargetKind.PHONE, 1): 940,
    (TargetKind.PHONE, 2): 1060,
}
_CODES: Final = {LegFault.BUSY: 486, LegFault.DECLINED: 603, LegFault.UNREACHABLE: 404}
WAIT_S: Final = 10.0


def _number(number: int) -> str:
    return f"+3319900567{number}"


@dataclass
class SipWorld:
    """A caller's telephone, one for all desks, and the trunk's."""

    adapter: SipAdapter
    address: tuple[str, int]
    caller: Phone
    desks: Phone
    trunk: Phone
    kinds = (TargetKind.SIP, TargetKind.PHONE)

    def __post_init__(self) -> None:
        self._rung: dict[tuple[str, str], PhoneCall] = {}
        self._last: PhoneCall | None = None
        self.trunk.picks_up = {"+33199005555"}
        self.desks.tones = {f"desk{n}": _TONES[TargetKind.SIP, n] for n in (1, 2)}
        self.trunk.tones = {_number(n): _TONES[TargetKind.PHONE, n] for n in (1, 2)}

    def target(self, kind: TargetKind, number: int = 1) -> Target:
        if kind is TargetKind.SIP:
            address = f"sip:desk{number}@127.0.0.1:{self.desks.port}"
        else:
            address = _number(number)
        return Target(device=f"{kind}{number}", kind=kind, address=address)

    async def dial(self, called: str, caller: str) -> None:
        self._last = await self.caller.call(called, self.address, caller=caller, wait=False)

    def _calling(self) -> PhoneCall:
        assert self._last is not None
        return self._last

    async def caller_hears(self, call: str, what: str) -> None:
        calling = self._calling()
        if what == "ringing":
            async with asyncio.timeout(WAIT_S):
                while 180 not in calling.answers:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            assert not calling.is_up
        elif what == "nothing":
            await calling.is_over()
        elif what == "music":
            await calling.voice.hears(_MUSIC_HZ)
        else:
            await calling.voice.hears(_TONES[TargetKind(what[:-1]), int(what[-1])])

    async def caller_got(self, call: str) -> int:
        calling = self._calling()
        await calling.is_over()
        return calling.answers[-1]

    async def caller_hangs_up(self, call: str) -> None:
        calling = self._calling()
        if calling.is_up:
            await calling.bye_now()
        else:
            self.caller.cancel(calling)

    async def _at(self, offer: str, device: str) -> PhoneCall:
        """The telephone's side of a device that rings."""
        phone = self.desks if device.startswith("sip") else self.trunk
        user = f"desk{device[-1]}" if phone is self.desks else _number(int(device[-1]))
        async with asyncio.timeout(WAIT_S):
            while (offer, device) not in self._rung:
                call = await phone.ringing.get()
                assert call.invite is not None
                assert call.invite.called == user
                self._rung[offer, device] = call
        return self._rung[offer, device]

    async def pick_up(self, offer: str, device: str) -> None:
        call = await self._at(offer, device)
        await call.phone.pick_up(call)

    async def press(self, offer: str, device: str, digit: str) -> None:
        (await self._at(offer, device)).voice.press(digit)

    async def refuse(self, offer: str, device: str, fault: LegFault) -> None:
        call = await self._at(offer, device)
        call.phone.decline(call, _CODES[fault])

    async def put_down(self, offer: str, device: str) -> None:
        await (await self._at(offer, device)).bye_now()

    async def silent(self, offer: str, device: str) -> None:
        await (await self._at(offer, device)).is_over()


@asynccontextmanager
async def sip_world(engine: Rtpengine) -> AsyncIterator[SipWorld]:
    """Nothing of a call may be left in rtpengine when it ends."""
    async with Phone.open() as caller, Phone.open() as desks, Phone.open() as trunk:
        options = SipOptions(
            place=Place(host="127.0.0.1", port=udp_port()),
            engine=engine.ng,
            keys=engine.keys,
            networks=(LOOPBACK,),
            music=engine.tone(_MUSIC_HZ),
            trunk=Trunk(host="127.0.0.1", port=trunk.port),
            late_s=5,
        )
        address = options.place.host, options.place.port
        yield SipWorld(SipAdapter(options), address, caller, desks, trunk)
        assert engine.pairings() == []
