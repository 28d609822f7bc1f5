"""Whether an rtpengine answers, asked in its control protocol (NG, bencode over UDP)."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

Address = tuple[str, int]
"""Host and UDP port."""


class _Pong(asyncio.DatagramProtocol):
    def __init__(self, cookie: bytes) -> None:
        self._expected = cookie + b" d6:result4:ponge"
        self.heard = asyncio.Event()

    def datagram_received(self, data: bytes, _: Any) -> None:
        if data == self._expected:
            self.heard.set()

    def error_received(self, _: Exception) -> None:
        """Nobody listens there: the time runs out."""


async def answers(address: Address, *, within_s: float) -> bool:
    """Whether it does, asked once. A name that cannot be resolved does not answer."""
    cookie = secrets.token_hex(6).encode()
    try:
        transport, pong = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Pong(cookie), remote_addr=address
        )
    except OSError:
        return False
    try:
        transport.sendto(cookie + b" d7:command4:pinge")
        await asyncio.wait_for(pong.heard.wait(), within_s)
    except TimeoutError:
        return False
    else:
        return True
    finally:
        transport.close()
