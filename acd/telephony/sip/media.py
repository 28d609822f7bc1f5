"""Two sides that hear each other through rtpengine: `A` is the caller's, `B` the other.

One pairing is one call of rtpengine's and never holds a third side: in one with more, audio leaks.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import structlog

from acd.domain.errors import AcdError
from acd.domain.ids import InteractionId
from acd.telephony.sip.ng import EngineRefused, MediaGone
from acd.telephony.sip.sdp import SINK, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from acd.telephony.sip.kept import KeptPairing
    from acd.telephony.sip.ng import Engine

_log = structlog.get_logger(__name__)

A: Final = "A"
B: Final = "B"
_FOREVER: Final = 1_000_000
_REPLACE: Final = ["origin", "session-connection"]


class Wire(StrEnum):
    """What a side speaks."""

    PLAIN = "plain"
    """RTP, as PBXs and trunks do."""
    WEB = "web"
    """WebRTC, as pages do."""


_OFFERED: Final[dict[Wire, dict[str, Any]]] = {
    Wire.PLAIN: {
        "flags": ["trust-address"],
        "replace": _REPLACE,
        "ICE": "remove",
        "transport-protocol": "RTP/AVP",
        "rtcp-mux": ["demux"],
    },
    Wire.WEB: {
        "flags": ["trust-address", "generate-mid", "SDES-off"],
        "replace": _REPLACE,
        "ICE": "force",
        "transport-protocol": "RTP/SAVPF",
        "rtcp-mux": ["offer", "require"],
    },
}
_ANSWERED: Final[dict[Wire, dict[str, Any]]] = {
    Wire.PLAIN: _OFFERED[Wire.PLAIN],
    Wire.WEB: {**_OFFERED[Wire.WEB], "rtcp-mux": ["accept"]},
}


def call_of(pairing: str) -> InteractionId:
    """Whose pairing has that name: what follows the last dash tells those of one call apart."""
    return InteractionId(pairing.rpartition("-")[0])


class Pairing:
    """Side A and side B. Every method may raise `EngineSilent`, `EngineRefused`, `MediaGone`."""

    def __init__(self, engine: Engine, name: str, *, a: Wire = Wire.PLAIN, b: Wire) -> None:
        self._engine = engine
        self.name = name
        self._wires = {A: a, B: b}
        self._said = {A: "", B: ""}
        self.a_sdp = ""
        """What A is to be told, once B answered."""
        self.deleted = False
        self._heard = {A, B}
        """Which are known not to be muted by name."""

    def record(self) -> KeptPairing:
        """What another process needs to go on with it."""
        return {
            "name": self.name, "wires": self._wires, "said": dict(self._said), "a_sdp": self.a_sdp,
        }  # fmt: skip

    @classmethod
    def revived(cls, engine: Engine, kept: KeptPairing) -> Pairing:
        """The one that was written down; it was not looked whether rtpengine still has it."""
        wires = {side: Wire(wire) for side, wire in kept["wires"].items()}
        pairing = cls(engine, kept["name"], a=wires[A], b=wires[B])
        pairing._said, pairing.a_sdp = dict(kept["said"]), kept["a_sdp"]
        pairing._heard.clear()
        return pairing

    def said(self, side: str) -> str:
        """What a side last said of its audio."""
        return self._said[side]

    async def offer(self, sdp: str) -> str:
        """What B is to be told, when A says `sdp`."""
        self._said[A] = sdp
        asked = await self._do("offer", from_tag=A, sdp=sdp, **_OFFERED[self._wires[B]])
        return str(asked["sdp"])

    async def answer(self, sdp: str) -> str:
        """What A is to be told, when B answers `sdp`."""
        self._said[B] = sdp
        self.a_sdp = await self._answer(A, sdp)
        return self.a_sdp

    async def again(self, side: str, sdp: str) -> str:
        """What a side is to be told, when it changed to `sdp`; the other one is told nothing."""
        other = B if side == A else A
        self._said[side] = sdp
        wire = _OFFERED[self._wires[other]]
        await self._do("offer", from_tag=side, to_tag=other, sdp=sdp, **wire)
        told = await self._answer(side, answering(self._said[other], sdp))
        if side == A:
            self.a_sdp = told
        return told

    async def _answer(self, side: str, sdp: str) -> str:
        other, wire = B if side == A else A, _ANSWERED[self._wires[side]]
        asked = await self._do("answer", from_tag=side, to_tag=other, sdp=sdp, **wire)
        return str(asked["sdp"])

    async def sink(self, sdp: str) -> str:
        """What A is to be told, when nobody is there yet; A is not heard."""
        await self.offer(sdp)
        told = await self.answer(SINK)
        await self.mute(A)  # without a sink at all rtpengine would hear no keys
        return told

    async def ask(self) -> str:
        """What A is to be told, when A leaves it to us to speak first; nobody is there yet."""
        self._said[B] = SINK
        asked = await self._do("offer", from_tag=B, sdp=SINK, **_OFFERED[self._wires[A]])
        self.a_sdp = str(asked["sdp"])
        return self.a_sdp

    async def told(self, sdp: str) -> None:
        """What A answered to that."""
        self._said[A] = sdp
        await self._answer(B, sdp)

    async def mute(self, *sides: str) -> None:
        """Nobody hears these sides; without any named, none is heard.

        What is muted by name is unmuted by name: rtpengine keeps the two apart.
        """
        for side in sides:
            self._heard.discard(side)
            await self._do("block media", from_tag=side)
        if not sides:
            await self._do("block media")

    async def unmute(self, *sides: str) -> None:
        """They are heard again."""
        for side in sides:
            if side not in self._heard:
                await self._do("unblock media", from_tag=side)
                self._heard.add(side)
        if not sides:
            await self._do("unblock media")

    async def mute_keys(self, side: str) -> None:
        """The other side does not hear which keys this one presses."""
        await self._do("block DTMF", from_tag=side)

    async def unmute_keys(self, side: str) -> None:
        await self._do("unblock DTMF", from_tag=side)

    async def play(self, side: str, file: str, *, times: int = _FOREVER) -> float:
        """Let a side hear a file, in place of any other. Answers how long it lasts, in seconds."""
        asked = await self._do("play media", from_tag=side, file=file, repeat_times=times)
        return int(asked.get("duration", 0)) / 1000

    async def stop(self, side: str) -> None:
        """The side hears no file any more."""
        try:
            await self._do("stop media", from_tag=side)
        except MediaGone:
            raise
        except EngineRefused:
            return  # it heard none

    async def packets(self) -> dict[str, int]:
        """How many rtpengine has received from each side."""
        tags = (await self._do("query")).get("tags", {})
        return {
            side: sum(
                stream["stats"]["packets"] for media in tag["medias"] for stream in media["streams"]
            )
            for side, tag in tags.items()
        }

    async def delete(self) -> None:
        """End it; never raises, since there is nothing more that one could do."""
        if self.deleted:
            return
        self.deleted = True
        try:
            await self._do("delete", delete_delay=0)
        except AcdError as error:
            _log.warning("media.not_deleted", pairing=self.name, error=error.code)

    async def _do(self, command: str, **given: Any) -> dict[str, Any]:
        return await self._engine.ask(command, call_id=self.name, **given)


class Keys(asyncio.DatagramProtocol):
    """Hears from rtpengine which keys are pressed (its `dtmf-log-dest`)."""

    def __init__(self, engine: str, heard: Callable[[str, str, str], None]) -> None:
        self._engine = engine
        self._heard = heard
        self._transport: asyncio.BaseTransport | None = None

    @classmethod
    async def open(
        cls, address: tuple[str, int], engine: str, heard: Callable[[str, str, str], None]
    ) -> Keys:
        """`heard(pairing, side, digit)` is called for each key that the host `engine` tells of.

        Anybody else could press them in another's name. Close it.
        """
        loop = asyncio.get_running_loop()
        _, keys = await loop.create_datagram_endpoint(
            lambda: cls(engine, heard), local_addr=address
        )
        return keys

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Of asyncio: the socket is there."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Of asyncio: a key, or what pretends to be one."""
        if addr[0] != self._engine:
            _log.warning("media.key_of_a_stranger", source=addr[0])
            return
        try:
            said = json.loads(data)
            pairing, side, event = said["callid"], said["source_tag"], int(said["event"])
        except (ValueError, TypeError, KeyError):
            return
        if 0 <= event < len(_KEYS):
            self._heard(str(pairing), str(side), _KEYS[event])


_KEYS: Final = "0123456789*#ABCD"
_LISTED: Final = 1000
"""Names of 60 characters fit so often into the largest datagram; rtpengine says nothing at all when
its answer does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What rtpengine has. Where it is not the `whole`, there may be others, too."""

    names: frozenset[str]
    whole: bool

    def __contains__(self, name: object) -> bool:
        """Whether it is there, as far as is known."""
        return not self.whole or name in self.names


async def pairings(engine: Engine) -> Listed:
    """All that rtpengine has, or as many as one datagram holds."""
    told = (await engine.ask("list", limit=str(_LISTED))).get("calls", ())
    return Listed(names=frozenset(map(str, told)), whole=len(told) < _LISTED)


async def is_there(engine: Engine, name: str) -> bool:
    """Whether rtpengine has that one now."""
    try:
        await engine.ask("query", call_id=name)
    except MediaGone:
        return False
    return True


async def sweep(engine: Engine, names: Collection[str]) -> int:
    """Delete what a former life left behind. Answers how many there were."""
    for name in names:
        await Pairing(engine, name, b=Wire.PLAIN).delete()
    return len(names)
