"""What whoever calls are sent to answers when asked whether they are there (SIP OPTIONS, UDP)."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Final

from acd.telephony.sip.message import Malformed, read

if TYPE_CHECKING:
    from typing import Any

Address = tuple[str, int]
"""Host and UDP port."""
_FIRST_S: Final = 0.5
"""How long before it is asked again, each time twice as long (RFC 3261, timer E)."""
_PROVISIONAL: Final = "1"


class _Asked(asyncio.DatagramProtocol):
    def __init__(self, call_id: str) -> None:
        self._call_id = call_id
        self.said: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, _: Any) -> None:
        try:
            message = read(data)
        except Malformed:
            return
        status = message.first.partition(" ")[2]
        is_ours = message.is_answer and message.header("call-id") == self._call_id
        if is_ours and not status.startswith(_PROVISIONAL) and not self.said.done():
            self.said.set_result(status)

    def error_received(self, error: Exception) -> None:
        if not self.said.done():
            self.said.set_exception(error)


async def options(target: Address, *, via: Address, here: Address, within_s: float) -> str:
    """What it answers, such as `200 OK`; empty where nothing came.

    Args:
        target: whom is asked.
        via: where that is sent.
        here: the address it is sent from; port 0 for a free one.
        within_s: how long an answer is waited for.

    Raises:
        OSError: that address is not free or not this machine's, the name is not known, or nobody
            listens there.
    """
    call_id = secrets.token_hex(12)
    transport, asked = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Asked(call_id), local_addr=here, remote_addr=(via[0].strip("[]"), via[1])
    )
    try:
        text = _request(target, transport.get_extra_info("sockname"), call_id)
        async with asyncio.timeout(within_s):
            await _insist(transport, asked, text.encode())
            return await asked.said
    except TimeoutError:
        return ""
    finally:
        transport.close()


async def _insist(transport: asyncio.DatagramTransport, asked: _Asked, text: bytes) -> None:
    """Ask until there is an answer: UDP loses some."""
    wait_s = _FIRST_S
    while not asked.said.done():
        transport.sendto(text)
        await asyncio.wait([asked.said], timeout=wait_s)
        wait_s *= 2


def _request(target: Address, sender: tuple[Any, ...], call_id: str) -> str:
    uri = f"sip:{target[0]}:{target[1]}"
    host = f"[{sender[0]}]" if ":" in sender[0] else sender[0]
    place = f"{host}:{sender[1]}"
    return "\r\n".join(
        (
            f"OPTIONS {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {place};branch=z9hG4bK{secrets.token_hex(8)};rport",
            "Max-Forwards: 70",
            f"From: <sip:acd@{place}>;tag={secrets.token_hex(6)}",
            f"To: <{uri}>",
            f"Call-ID: {call_id}",
            "CSeq: 1 OPTIONS",
            f"Contact: <sip:acd@{place}>",
            "Accept: application/sdp",
            "User-Agent: acd",
            "Content-Length: 0",
            "",
            "",
        )
    )
