"""The caller's side of a call: where they are heard from, and what they hear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.errors import AcdError
from acd.telephony.port import AnswerHow
from acd.telephony.sip import finals
from acd.telephony.sip import sdp as descriptions
from acd.telephony.sip.media import A, B, Pairing, Wire, call_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.telephony.sip.dialog import Dialog
    from acd.telephony.sip.events import DialogEvent
    from acd.telephony.sip.gateway import Destination, Gateway
    from acd.telephony.sip.kept import KeptCaller
    from acd.telephony.sip.ng import Engine

_NOT_ACCEPTABLE: Final = 488
_FAILED: Final = 500


class Caller:
    """Who calls, or is called back. Methods raise what `Dialog` and `Pairing` raise."""

    def __init__(
        self,
        engine: Engine,
        name: str,
        *,
        dialog: Dialog | None,
        sdp: str,
        number: str = "",
        called: str = "",
    ) -> None:
        """Args: sdp is what they said of their audio; empty when they left it to us."""
        self._engine = engine
        self._name = name
        self.dialog = dialog
        self.sdp = sdp
        self.number = number
        self.called = called
        self.at: Pairing | None = None
        """The pairing whose side A they are."""
        self.is_ringing = False
        """They are being called."""
        self.has_rung = False
        """Whether their telephone does, or did in vain: what is said of it came from there."""
        self.keep: Callable[[], None] = _nothing
        """Writes down how they stand; before they are told anything that lasts."""
        self.how: AnswerHow | None = None
        """What they were told to hear while they wait, once they were."""
        self.is_answered = False
        """Whether they have, or are about to have, our 200."""
        self.hears_music = False
        """And nobody else."""
        self._is_refused = False
        self._waits_for_sdp = False

    def record(self) -> KeptCaller:
        """What another process needs to go on with them."""
        return {
            "dialog": self.dialog.key if self.dialog else "", "sdp": self.sdp,
            "number": self.number, "called": self.called, "how": self.how,
            "answered": self.is_answered, "waits": self._waits_for_sdp,
            "music": self.hears_music, "at": self.at.record() if self.at else None,
        }  # fmt: skip

    @classmethod
    def revived(cls, engine: Engine, name: str, kept: KeptCaller, dialog: Dialog) -> Caller:
        """Who was written down; whether rtpengine still has them was not looked."""
        caller = cls(
            engine, name, dialog=dialog, sdp=kept["sdp"], number=kept["number"],
            called=kept["called"],
        )  # fmt: skip
        caller.how = AnswerHow(kept["how"]) if kept["how"] else None
        caller.is_answered, caller._waits_for_sdp = kept["answered"], kept["waits"]
        caller.hears_music = kept["music"]
        caller.at = Pairing.revived(engine, kept["at"]) if kept["at"] else None
        return caller

    @property
    def was_let_in(self) -> bool:
        """Whether the core has somebody on the line: whom we only call is not there yet."""
        waits = self.how is not None or self.is_answered
        return self.dialog is not None and waits and not self.is_ringing

    @property
    def pairings(self) -> set[str]:
        """What rtpengine must have for them."""
        return {self.at.name} if self.at is not None else set()

    async def again(self, music: str) -> None:
        """Have them hear what they heard: the media engine, or we, forgot."""
        if self.dialog is None:
            return
        if not self.is_answered:
            self.dialog.ring()
            return
        self.at = line = Pairing(self._engine, f"{self._name}-q", b=Wire.PLAIN)
        told = await line.sink(self.offered)
        await self.dialog.update(told)
        await self.music(music)

    @property
    def offered(self) -> str:
        """What devices that ring are told of them, even before they said it."""
        return self.sdp or descriptions.SINK

    async def wait(self, how: AnswerHow, music: str) -> None:
        """Take them into the line."""
        assert self.dialog is not None  # noqa: S101 - somebody called
        if self.how is not None:
            return
        self.how = how
        if how is AnswerHow.RINGING and self.sdp:
            self.dialog.ring()
            return
        if how is AnswerHow.MUSIC:
            self.dialog.ring()  # a fast sign of life: the rest takes some milliseconds more
        line = Pairing(self._engine, f"{self._name}-q", b=Wire.PLAIN)
        self.at = line
        if not self.sdp:
            self._waits_for_sdp = self.is_answered = True
            told = await line.ask()
            self.keep()
            self.dialog.accept(told)
            return
        told = await line.sink(self.sdp)
        await line.play(A, music)
        self.hears_music = True
        if how is AnswerHow.PROGRESS:
            self.dialog.progress(told)
        else:
            self.is_answered = True
            self.keep()
            self.dialog.accept(told)

    async def hear_early(self, file: str) -> float:
        """Let them hear it before they are answered; for how long, in seconds.

        Who leaves it to us to speak first hears nothing.
        """
        if self.dialog is None or not self.sdp:
            return 0.0
        self.at = line = Pairing(self._engine, f"{self._name}-q", b=Wire.PLAIN)
        self.dialog.progress(await line.sink(self.sdp))
        return await line.play(A, file, times=1)

    def refuse(self, code: int) -> None:
        """Turn their call away, which was not answered, with this SIP status."""
        self._is_refused = True
        if self.dialog is not None:
            self.dialog.refuse(code, *finals.said(code))

    def dismiss(self, cause: str) -> None:
        """Hang up on them; who was not answered yet is told whether to come again at once."""
        if not (self.is_answered or self._is_refused):
            self.refuse(finals.code_of(cause))
        elif self.dialog is not None:
            self.dialog.hang_up()

    async def said(self, sdp: str, music: str) -> None:
        """They say it only with their ACK."""
        if not sdp or self.at is None:
            return
        if self._waits_for_sdp:
            self._waits_for_sdp, self.sdp = False, sdp
            await self.at.told(sdp)
            await self.at.mute(A)
            await self.at.play(A, music)
        elif descriptions.where(sdp) != descriptions.where(self.sdp):
            self.sdp = sdp
            await self.at.again(A, sdp)

    async def dial(
        self, gateway: Gateway, to: Destination, listener: Callable[[DialogEvent], None]
    ) -> None:
        """Call them. They will stand where an agent waits for them, or in the line."""
        if self.at is None:
            line = Pairing(self._engine, f"{self._name}-q", b=Wire.PLAIN)
            await line.ask()
            self.at, self._waits_for_sdp = line, True
        self.is_ringing, self.is_answered, self.has_rung = True, True, False
        self.dialog = gateway.invite(call_of(self.at.name), to, self.at.a_sdp, listener)

    async def picked_up(self, sdp: str, music: str) -> None:
        """They answered that."""
        self.is_ringing = False
        if self._waits_for_sdp:
            await self.said(sdp, music)
        elif self.at is not None:
            self.sdp = sdp
            await self.at.again(A, sdp)

    def given_up(self) -> None:
        """They did not answer: who waits for them still may."""
        self.is_ringing, self.dialog = False, None

    async def hear(self, pairing: Pairing) -> None:
        """Move them to a pairing that is answered. The former one is deleted."""
        former = self.at
        if self.sdp and pairing.said(A) != self.sdp:  # they changed while it rang
            await pairing.again(A, self.sdp)
        if self.dialog is not None:
            await self._follow(pairing)
        self.at, self.hears_music = pairing, False
        try:
            await self._let_be_heard()
        finally:  # nobody else knows of it any more
            if former is not None and former is not pairing:
                await former.delete()

    async def _follow(self, pairing: Pairing) -> None:
        assert self.dialog is not None  # noqa: S101 - as was asked
        if not self.is_answered:
            self.is_answered = True
            self.keep()
            # what a 183 said, the 200 repeats (RFC 3261, 13.2.1); the change comes after it
            self.dialog.accept(self.at.a_sdp if self.at is not None else pairing.a_sdp)
            if self.at is None:
                return
        answer = await self.dialog.update(pairing.a_sdp)
        if answer and descriptions.where(answer) != descriptions.where(self.sdp):
            self.sdp = answer
            await pairing.again(A, answer)

    async def changed(self) -> None:
        """They want other audio: hold, another address. Their partner is told nothing."""
        assert self.dialog is not None  # noqa: S101 - it asked
        sdp = self.dialog.take_asked()
        if sdp is None:
            return
        if self.at is None or not descriptions.share_a_codec(sdp, self.at.said(B)):
            self.dialog.refuse(_NOT_ACCEPTABLE, "Not Acceptable Here")
            return
        try:
            told = await self.at.again(A, sdp)
        except AcdError:  # whoever asks is answered
            self.dialog.refuse(_FAILED, "Server Internal Error")
            raise
        self.sdp = sdp
        self.dialog.accept(descriptions.answering(told, sdp))
        if not self.hears_music:
            await self._let_be_heard()

    async def music(self, file: str) -> None:
        """They hear music and nobody else, and nobody hears them."""
        self.hears_music = True
        if self.at is not None:
            await self.at.mute(A, B)
            await self.at.play(A, file)

    async def talk(self) -> None:
        """They hear their partner again."""
        self.hears_music = False
        if self.at is not None:
            await self.at.stop(A)
            await self.at.unmute(A)
            await self._let_be_heard()

    async def _let_be_heard(self) -> None:
        """Their partner is, but where they said that they do not listen: rtpengine sends on."""
        if self.at is None:
            return
        if descriptions.direction(self.offered).hears:
            await self.at.unmute(B)
        else:
            await self.at.mute(B)

    def leave(self) -> None:
        """Another node has them."""
        if self.dialog is not None:
            self.dialog.leave()

    async def end(self) -> None:
        """Nothing of them is left."""
        if self.dialog is not None:
            self.dialog.hang_up()
        if self.at is not None:
            await self.at.delete()


def _nothing() -> None:
    """Nobody writes anything down."""
