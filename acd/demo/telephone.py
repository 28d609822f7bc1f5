"""A telephone call to the demonstration, placed by sipp: it says back what it hears."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from acd.demo.sipp import LONGEST_S, find_sipp, play
from acd.domain.errors import Conflict, TelephonyOff
from acd.telephony.sip.rtpengine import free_port, sip_served, sip_wanted

if TYPE_CHECKING:
    from acd.config import Config
    from acd.telephony.exchange import Exchange

NUMBER: Final = "600"
"""The support's number in demo.toml."""
MOST: Final = 3
"""So many calls at a time."""
_HANG_UP: Final = (
    "MESSAGE sip:test@{host}:{port} SIP/2.0\r\n"
    "Via: SIP/2.0/UDP {host};branch=z9hG4bK{call}\r\n"
    "From: <sip:demo@{host}>;tag=demo\r\n"
    "To: <sip:test@{host}:{port}>\r\n"
    "Call-ID: {call}\r\n"
    "CSeq: 1 MESSAGE\r\n"
    "Content-Length: 0\r\n\r\n"
)
"""What call.xml takes as the word to say goodbye: sipp itself, asked to end, leaves without one."""
_UP_S: Final = 5.0
_LOOK_S: Final = 0.05
_TOLD_MOST: Final = 5
_TOLD_EVERY_S: Final = 0.5


def calls_told(config: Config, *, up: bool) -> str:
    """In a line: whether telephones can call, whether one here plays the caller, and what lacks.

    Args:
        config: the demonstration's.
        up: whether calls are taken.
    """
    if not sip_wanted(config.telephony):
        return "Calls over SIP are off, as configured."
    sip, served, sipp = config.telephony.sip, sip_served(config.telephony), find_sipp() is not None
    lacks = " and ".join(
        package
        for package, is_here in (("rtpengine-daemon", served), ("sip-tester", sipp))
        if not is_here
    )
    if not served:
        return f"Calls over SIP are off, and so are test calls: install {lacks}, and start anew."
    if not up:
        return "Calls over SIP are off: they do not start, as is said above, and are tried again."
    audio = config.telephony.rtpengine
    told = (
        f"Calls over SIP are on: a telephone here dials sip:{NUMBER}@{sip.host}:{sip.port}, with "
        f"its audio on UDP {audio.first_port}-{audio.last_port}"
    )
    if sipp:
        return f'{told}; "Place a test call" plays one.'
    return f"{told}; for test calls install {lacks}, and start anew."


@dataclass(frozen=True, slots=True, kw_only=True)
class CallState:
    """Whether a call can be placed, and what a telephone of this machine dials."""

    possible: bool
    running: int
    address: str


class Telephone:
    """Places calls, and ends them with the demonstration."""

    def __init__(self, config: Config, exchange: Exchange | None) -> None:
        sip = config.telephony.sip
        self._place = (sip.host, sip.port)
        self._exchange = exchange
        self._program = find_sipp()
        self._asked: asyncio.Queue[None] = asyncio.Queue()
        self._running = 0
        self._ended = asyncio.Event()
        self._talking: dict[str, int] = {}
        """The port of each call's telephone, by its Call-ID."""

    @property
    def state(self) -> CallState:
        """As of now; no address where no calls are taken."""
        host, port = self._place
        up = self._exchange is not None and self._exchange.up
        return CallState(
            possible=up and self._program is not None,
            running=self._running,
            address=f"sip:{NUMBER}@{host}:{port}" if up else "",
        )

    async def up(self, stop: asyncio.Event) -> bool:
        """Whether calls are taken, as soon as they are: they may begin after everything else."""
        exchange = self._exchange
        if exchange is None:
            return False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_UP_S):
                while not (exchange.up or stop.is_set()):  # noqa: ASYNC110 - one of two things
                    await asyncio.sleep(_LOOK_S)
        return exchange.up

    def place(self) -> None:
        """One call more.

        Raises:
            TelephonyOff: no calls are taken now, or sipp is not installed.
            Conflict: there are enough of them.
        """
        if self._exchange is None or self._program is None:
            raise TelephonyOff("Install rtpengine-daemon and sip-tester, and start anew.")
        if not self._exchange.up:
            raise TelephonyOff("Calls over SIP do not start; the log says why.")
        if self._running >= MOST:
            raise Conflict("Enough test calls are under way; take one first.")
        self._running += 1
        self._asked.put_nowait(None)

    def hang_up(self) -> None:
        """Ends all of them, as their callers would."""
        self._ended.set()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as calls:
            calls.create_task(self._end(), name="test-calls-end")
            while True:
                await self._asked.get()
                calls.create_task(self._call(), name="test-call")

    async def _end(self) -> None:
        """Says it again to whoever goes on: a datagram may be lost, or come before sipp listens."""
        while True:
            await self._ended.wait()
            self._ended.clear()
            calls = dict(self._talking)
            for _ in range(_TOLD_MOST):
                calls = {call: port for call, port in calls.items() if call in self._talking}
                for call, port in calls.items():
                    self._say_hang_up(call, port)
                await asyncio.sleep(_TOLD_EVERY_S)

    def _say_hang_up(self, call: str, port: int) -> None:
        host, _ = self._place
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as said:
            said.sendto(_HANG_UP.format(host=host, port=port, call=call).encode(), (host, port))

    async def _call(self) -> None:
        host, port = self._place
        call, own_port = secrets.token_hex(8), free_port()
        self._talking[call] = own_port
        try:
            await play(
                str(self._program), "call.xml", f"{host}:{port}", "-s", NUMBER,
                "-i", host, "-p", str(own_port), "-mi", host, "-mp", str(free_port()),
                "-cid_str", call, "-m", "1", "-timeout", f"{LONGEST_S}s",
            )  # fmt: skip
        finally:
            del self._talking[call]
            self._running -= 1
