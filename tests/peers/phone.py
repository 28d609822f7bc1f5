"""A telephone for tests: it speaks SIP over UDP as a tolerant PBX does, in plain sight."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from typing import Any

from acd.telephony.sip.message import Message, read
from tests.peers.line import Line, place_of
from tests.peers.manners import Manners
from tests.peers.phone_call import PhoneCall
from tests.peers.said import answer, request
from tests.peers.tones import Voice

_FIRST_S = 0.5
_GIVE_UP_S = 32.0


class Phone(Manners, Line):
    """Calls, and is called. What it does when it is called is set before."""

    def __init__(self, hertz: int) -> None:
        super().__init__()
        self.hertz = hertz
        self.voice_host = "127.0.0.1"
        self.calls: dict[str, PhoneCall] = {}
        self.ringing: asyncio.Queue[PhoneCall] = asyncio.Queue()
        """Who calls us, once it rings here."""
        self.strays = 0
        """Requests of calls that it does not know."""
        self.byes: list[Message] = []
        self._waiting: dict[tuple[str, str, str], asyncio.Queue[Message]] = {}
        self._begun: set[str] = set()
        self._acks: dict[tuple[str, str, str], str] = {}
        self._finals: dict[tuple[str, str, str], str] = {}
        self._voices: list[Voice] = []

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, hertz: int = 440, host: str = "127.0.0.1") -> AsyncIterator[Phone]:
        loop = asyncio.get_running_loop()
        _, phone = await loop.create_datagram_endpoint(lambda: cls(hertz), local_addr=(host, 0))
        try:
            yield phone
        finally:
            await phone.close()

    async def close(self) -> None:
        await self.end_tasks()
        for voice in self._voices:
            await voice.close()
        self.cut()

    async def voice(self, called: str = "") -> Voice:
        voice = await Voice.open(self.tones.get(called, self.hertz), self.voice_host)
        voice.is_mute = self.is_mute
        self._voices.append(voice)
        return voice

    # calling

    async def call(
        self,
        number: str,
        peer: tuple[str, int],
        *,
        caller: str = "+33199001234",
        headers: tuple[str, ...] = (),
        sdp: str | None = None,
        wait: bool = True,
    ) -> PhoneCall:
        """INVITE, until it is answered with 200; `wait=False` returns once it was sent."""
        voice = await self.voice()
        call = PhoneCall(
            self, peer, secrets.token_hex(8), voice, f"sip:{number}@{peer[0]}:{peer[1]}"
        )
        call.local = f'"Camille" <sip:{caller}@127.0.0.1>;tag={secrets.token_hex(4)}'
        call.remote = f"<{call.remote_uri}>"
        self.calls[call.call_id] = call
        task = self.own(self._call(call, voice.sdp() if sdp is None else sdp, headers))
        if wait:
            await asyncio.wait_for(asyncio.shield(task), _GIVE_UP_S)
            assert call.is_up, call.answers
        return call

    async def _call(self, call: PhoneCall, sdp: str, headers: tuple[str, ...]) -> None:
        answer = await self.request(call, "INVITE", sdp, headers)
        code = int(answer.first.split(" ")[1])
        call.final, call.remote = answer, answer.header("to")
        if 200 <= code < 300:
            call.remote_uri = answer.header("contact").strip("<>").split(">")[0]
            call.routes = tuple(reversed(answer.all("record-route")))
            if not self.withholds_ack:
                self.acknowledge(call, "" if sdp else self.says_late)
            call.voice.talk_to(answer.body)
            call.is_up = True
        else:
            self.send(call, "ACK", number=call.number, branch=call.branch)
            call.end()

    def acknowledge(self, call: PhoneCall, late: str | None = "") -> None:
        self.send(call, "ACK", call.voice.sdp() if late is None else late, number=call.number)

    def cancel(self, call: PhoneCall) -> None:
        self.send(call, "CANCEL", number=call.number, branch=call.branch)

    async def request(
        self, call: PhoneCall, method: str, body: str = "", headers: tuple[str, ...] = ()
    ) -> Message:
        """Sent until the final answer comes."""
        call.number += 1
        call.branch = f"z9hG4bK{secrets.token_hex(6)}"
        key = (call.call_id, str(call.number), method)
        answers = self._waiting[key] = asyncio.Queue()
        wait_s, heard = _FIRST_S, False
        async with asyncio.timeout(_GIVE_UP_S):
            while True:
                if not heard:
                    self.send(call, method, body, headers, number=call.number, branch=call.branch)
                try:
                    answer = await asyncio.wait_for(answers.get(), wait_s)
                except TimeoutError:
                    wait_s *= 2
                    continue
                heard = True
                if not answer.first.startswith("SIP/2.0 1"):
                    return answer

    def send(
        self,
        call: PhoneCall,
        method: str,
        body: str = "",
        headers: tuple[str, ...] = (),
        *,
        number: int,
        branch: str = "",
    ) -> None:
        text = request(
            call, method, body, headers, number=number, branch=branch,
            contact=self.contact or self._here,
        )  # fmt: skip
        if method == "ACK":
            self._acks[call.call_id, str(number), "INVITE"] = text
        self.put(text, call.peer)

    # being called

    @property
    def up(self) -> PhoneCall:
        """The one that talks."""
        return next(call for call in self.calls.values() if call.is_up)

    async def pick_up(self, call: PhoneCall) -> None:
        """200 to who rings here."""
        assert call.invite is not None
        call.is_up = True
        self._final(call.invite, 200, call, call.voice.sdp())
        call.voice.talk_to(call.invite.body)

    def say_that_it_rings(self, call: PhoneCall) -> None:
        """180 to who rings here, once more."""
        assert call.invite is not None
        self._say(call.invite, 180, call.peer, call)

    def decline(self, call: PhoneCall, code: int) -> None:
        assert call.invite is not None
        self._final(call.invite, code, call)

    @property
    def _here(self) -> str:
        return f"<sip:phone@{self.host}:{self.port}>"

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._hear(read(data), place_of(addr))

    def _hear(self, message: Message, addr: tuple[str, int]) -> None:
        call = self.calls.get(message.header("call-id"))
        number = message.header("cseq").split()[0]
        key = (message.header("call-id"), number, message.method)
        if message.is_answer:
            if call is not None and message.method == "INVITE":
                call.answers.append(int(message.first.split(" ")[1]))
            if key in self._acks:  # it comes again: ours was lost
                self.put(self._acks[key], addr)
            elif key in self._waiting:
                self._waiting[key].put_nowait(message)
        elif self.is_silent:
            return
        elif key in self._finals:
            self.put(self._finals[key], addr)
        elif call is not None:
            self._in_dialog(message, call, addr)
        elif message.method == "INVITE":
            self._invited(message, addr)
        elif message.method != "ACK":
            self.strays += 1
            self._say(message, 481, addr)

    def _in_dialog(self, message: Message, call: PhoneCall, addr: tuple[str, int]) -> None:
        if message.method == "ACK":
            call.acknowledged.set()
            return
        if message.method == "INVITE":
            call.peer = addr  # it may have moved
            self._reinvited(message, call)
            return
        if message.method == "BYE" and self.challenge and not message.header("authorization"):
            self.byes.append(message)
            self._say(message, 401, addr, headers=(f"WWW-Authenticate: {self.challenge}",))
            return
        self._say(message, 200, addr)
        if message.method == "BYE":
            self.byes.append(message)
            call.bye, call.is_up = message, False
            call.end()
        elif message.method == "CANCEL" and self.hears_cancel and call.invite is not None:
            call.bye = message
            self._final(call.invite, 487, call)
            call.end()

    def _invited(self, message: Message, addr: tuple[str, int]) -> None:
        if message.header("call-id") not in self._begun:  # it may come again meanwhile
            self._begun.add(message.header("call-id"))
            self.own(self._rung(message, addr))

    async def _rung(self, message: Message, addr: tuple[str, int]) -> None:
        contact = message.header("contact").strip("<>")
        voice = await self.voice(message.called)
        call = PhoneCall(self, addr, message.header("call-id"), voice, contact)
        call.invite, call.remote = message, message.header("from")
        call.local = f"{message.header('to')};tag={secrets.token_hex(4)}"
        call.routes = tuple(message.all("record-route"))
        self.calls[call.call_id] = call
        if self.refuses is not None:
            self._final(message, self.refuses, call)
            call.end()
            return
        if message.called in self.picks_up:
            await self.pick_up(call)
            return
        self._say(message, 180, addr, call)
        self.ringing.put_nowait(call)

    def _reinvited(self, message: Message, call: PhoneCall) -> None:
        call.reinvites += 1
        call.asked.append(message)
        call.remote_uri = message.header("contact").strip("<>").split(">")[0]
        if call.reply is not None:
            code, body = call.reply(message)
        else:
            code, body = 200, call.voice.sdp()
        if code < 200:
            if code:
                self._say(message, code, call.peer, call)
            return
        if code < 300 and message.body:
            call.voice.talk_to(message.body)
        self._final(message, code, call, body, call.adds(message) if call.adds else ())

    def _final(
        self,
        message: Message,
        code: int,
        call: PhoneCall,
        body: str = "",
        headers: tuple[str, ...] = (),
    ) -> None:
        key = (message.header("call-id"), message.header("cseq").split()[0], message.method)
        self._finals[key] = self._say(message, code, call.peer, call, body, headers)
        if message.method == "INVITE":
            self.own(self._until_acknowledged(self._finals[key], call))

    async def _until_acknowledged(self, text: str, call: PhoneCall) -> None:
        call.acknowledged.clear()
        for wait_s in (0.5, 1.0, 2.0, 4.0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await call.acknowledged.wait()
                    return
            self.put(text, call.peer)

    def _say(
        self,
        message: Message,
        code: int,
        addr: tuple[str, int],
        call: PhoneCall | None = None,
        body: str = "",
        headers: tuple[str, ...] = (),
    ) -> str:
        to = call.local if call is not None and not message.in_dialog else message.header("to")
        text = answer(message, code, body, headers, to=to, contact=self._here)
        self.put(text, addr)
        return text
