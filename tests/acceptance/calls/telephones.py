"""Telephones of a story, beside its browsers: they speak SIP in a thread of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, Self, TypeVar

from tests.peers.phone import Phone as SipPhone
from tests.peers.phone_call import PhoneCall

PATIENCE_S = 20.0
_T = TypeVar("_T")


class Call:
    """One end of a call."""

    def __init__(self, line: Telephones, call: PhoneCall) -> None:
        self._line = line
        self._call = call

    def hears(self, hertz: int) -> None:
        """Until that note is heard; 0 is silence."""
        self._line.wait(self._call.voice.hears(hertz, PATIENCE_S))

    def picks_up(self) -> None:
        self._call.voice.keep_all()
        self._line.wait(self._call.phone.pick_up(self._call))

    def presses(self, digit: str) -> None:
        self._call.voice.press(digit)

    def hears_keys(self, keys: str) -> None:
        """Until these were pressed at the other end, and no others."""
        self._line.wait(self._call.voice.hears_keys(keys, PATIENCE_S))

    @property
    def notes(self) -> list[int]:
        """All that was heard since it was picked up, note by note."""
        return self._call.voice.notes()

    def hangs_up(self) -> None:
        self._line.wait(self._call.bye_now())

    def starts_to_hang_up(self) -> Future[int]:
        """Says so until somebody answers; the status of that."""
        return self._line.begin(self._call.bye_now())

    def is_over(self) -> None:
        """Until the other end has hung up."""
        self._line.wait(self._call.is_over(PATIENCE_S))


class Telephones:
    """Made in a story and closed with it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="telephones")
        self._phones: list[SipPhone] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for phone in self._phones:
            self.wait(phone.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def begin(self, work: Coroutine[Any, Any, _T]) -> Future[_T]:
        """What is done in the thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        """The result of what is done in the thread."""
        return self.begin(work).result(PATIENCE_S + 10)

    def telephone(self, hertz: int) -> Telephone:
        """One that says this note."""
        return Telephone(self, self.wait(self._open(hertz)))

    async def _open(self, hertz: int) -> SipPhone:
        _, phone = await self._loop.create_datagram_endpoint(
            lambda: SipPhone(hertz), local_addr=("127.0.0.1", 0)
        )
        self._phones.append(phone)
        return phone


class Telephone:
    """It calls, and is called."""

    def __init__(self, line: Telephones, phone: SipPhone) -> None:
        self._line = line
        self._phone = phone

    @property
    def port(self) -> int:
        return self._phone.port

    def calls(self, number: str, peer: tuple[str, int], *, caller: str) -> Call:
        """Until the call was answered: by an agent, or the music of the line."""
        return Call(self._line, self._line.wait(self._phone.call(number, peer, caller=caller)))

    def rings(self) -> Call:
        """Until somebody calls it."""
        return Call(self._line, self._line.wait(self._rings()))

    async def _rings(self) -> PhoneCall:
        return await asyncio.wait_for(self._phone.ringing.get(), PATIENCE_S)

    def refuses(self, code: int | None) -> None:
        """Whoever calls it, with this SIP status; nobody any more with None."""
        self._phone.refuses = code
