"""Asks rtpengine for what is to be done with audio: its NG protocol, in JSON, over UDP.

A datagram may be lost, so that a question is asked again with the same cookie; rtpengine answers a
cookie it knows with what it answered before, and does nothing twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from typing import Any, Final, cast

from acd.domain.errors import AcdError

_WAITS_S: Final = (0.25, 0.5, 1.0, 1.5)
"""How long each attempt waits for its answer."""
_FOUND_NONE: Final = "Unknown call-id"


class EngineSilent(AcdError):
    """The media engine does not answer; see whether rtpengine runs at `telephony.rtpengine.ng`."""

    code = "media_engine_silent"
    retryable = True


class EngineRefused(AcdError):
    """The media engine refused a command; its own log says more."""

    code = "media_engine_refused"


class MediaGone(EngineRefused):
    """The media engine does not know this call: it was restarted meanwhile."""

    code = "media_gone"


class Engine(asyncio.DatagramProtocol):
    """A client of one rtpengine."""

    def __init__(self) -> None:
        self._asked: dict[bytes, asyncio.Future[dict[str, Any]]] = {}
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def open(cls, address: tuple[str, int]) -> Engine:
        """A client of the rtpengine at `address`, which need not run yet. Close it."""
        loop = asyncio.get_running_loop()
        _, engine = await loop.create_datagram_endpoint(cls, remote_addr=address)
        return engine

    @property
    def host(self) -> str:
        """The address of the machine that it runs on."""
        assert self._transport is not None  # noqa: S101 - it was opened
        return str(self._transport.get_extra_info("peername")[0])

    def close(self) -> None:
        """What was asked and not answered raises `EngineSilent`."""
        if self._transport is not None:
            self._transport.close()
        for waiting in self._asked.values():
            if not waiting.done():
                waiting.set_exception(EngineSilent())

    async def ask(self, command: str, **given: Any) -> dict[str, Any]:
        """The answer to one command; `call_id=` is sent as `call-id`.

        Raises:
            EngineSilent: no answer after about three seconds.
            MediaGone: rtpengine has no such call.
            EngineRefused: it answered with an error, or not in its own form.
        """
        question = {"command": command} | {
            name.replace("_", "-"): value for name, value in given.items()
        }
        cookie = secrets.token_hex(8).encode()
        answered = asyncio.get_running_loop().create_future()
        self._asked[cookie] = answered
        try:
            answer = await self._answer(cookie + b" " + json.dumps(question).encode(), answered)
        finally:
            del self._asked[cookie]
        if answer.get("result") in ("ok", "pong"):
            return answer
        reason = str(answer.get("error-reason", answer.get("result")))
        raise (MediaGone if _FOUND_NONE in reason else EngineRefused)(f"{command}: {reason}")

    async def _answer(
        self, datagram: bytes, answered: asyncio.Future[dict[str, Any]]
    ) -> dict[str, Any]:
        for wait_s in _WAITS_S:
            if self._transport is None or self._transport.is_closing():
                break
            self._transport.sendto(datagram)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    return await asyncio.shield(answered)
        raise EngineSilent

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Of asyncio: the socket is there."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Of asyncio: an answer, or what pretends to be one."""
        cookie, _, body = data.partition(b" ")
        waiting = self._asked.get(cookie)
        if waiting is None or waiting.done():
            return
        try:
            answer = json.loads(body)
        except ValueError:
            answer = None
        waiting.set_result(answer if isinstance(answer, dict) else {"result": "unreadable"})

    def error_received(self, exc: Exception) -> None:
        """Of asyncio: nobody listens there now; the next attempt may find somebody."""
