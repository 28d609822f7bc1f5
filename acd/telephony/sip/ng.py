"""Asks rtpengine for what is to be done with audio: its NG protocol, in JSON, over UDP.

A datagram may be lost, so that a question is asked again with the same cookie; rtpengine answers a
cookie it knows with what it answered before, and does nothing twice.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic_core import from_json, to_json

from acd.domain.errors import AcdError

if TYPE_CHECKING:
    from collections.abc import Callable

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


class _Question:
    """Asked again until it is answered, or was asked often enough."""

    def __init__(self, datagram: bytes, send: Callable[[bytes], bool]) -> None:
        """Args: send says whether there is a way to send."""
        self._loop = asyncio.get_running_loop()
        self._datagram = datagram
        self._send = send
        self._waits_s = iter(_WAITS_S)
        self._again: asyncio.TimerHandle | None = None
        self.answered: asyncio.Future[dict[str, Any]] = self._loop.create_future()
        self._ask()

    def _ask(self) -> None:
        if self.answered.done():
            return
        wait_s = next(self._waits_s, None)
        if wait_s is None or not self._send(self._datagram):
            self.answered.set_exception(EngineSilent())
        else:
            self._again = self._loop.call_later(wait_s, self._ask)

    def end(self) -> None:
        """It is asked no more; who still waits for an answer hears that there is none."""
        if self._again is not None:
            self._again.cancel()
        if not self.answered.done():
            self.answered.set_exception(EngineSilent())


class Engine(asyncio.DatagramProtocol):
    """A client of one rtpengine."""

    def __init__(self) -> None:
        self._asked: dict[bytes, _Question] = {}
        self._me = secrets.token_hex(8).encode()
        """Begins every cookie: who cannot guess it cannot answer in rtpengine's place."""
        self._count = itertools.count()
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
        for question in self._asked.values():
            question.end()

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
        cookie = b"%s_%d" % (self._me, next(self._count))
        asked = self._asked[cookie] = _Question(cookie + b" " + to_json(question), self._send)
        try:
            answer = await asked.answered
        finally:
            del self._asked[cookie]
            asked.end()
        if answer.get("result") in ("ok", "pong"):
            return answer
        reason = str(answer.get("error-reason", answer.get("result")))
        raise (MediaGone if _FOUND_NONE in reason else EngineRefused)(f"{command}: {reason}")

    def _send(self, datagram: bytes) -> bool:
        """Whether there is a way to send."""
        if self._transport is None or self._transport.is_closing():
            return False
        self._transport.sendto(datagram)
        return True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Of asyncio: the socket is there."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Of asyncio: an answer, or what pretends to be one."""
        cookie, _, body = data.partition(b" ")
        asked = self._asked.get(cookie)
        if asked is None or asked.answered.done():
            return
        try:
            answer = from_json(body)
        except ValueError:
            answer = None
        asked.answered.set_result(answer if isinstance(answer, dict) else {"result": "unreadable"})

    def error_received(self, exc: Exception) -> None:
        """Of asyncio: nobody listens there now; the next attempt may find somebody."""
