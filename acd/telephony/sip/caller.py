"""The caller's side of a call: where they are heard from, and what they hear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.telephony.port import AnswerHow
from acd.telephony.sip import sdp as descriptions
from acd.telephony.sip.media import A, B, Pairing, Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.telephony.sip.dialog import Dialog
    from acd.telephony.sip.events import DialogEvent
    from acd.telephony.sip.gateway import Destination, Gateway
    from acd.telephony.sip.ng import Engine

_NOT_ACCEPTABLE: Final = 488


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
        self._how: AnswerHow | None = None
        self._is_answered = False
        self._hears_music = False
        self._waits_for_sdp = False

    @property
    def offered(self) -> str:
        """What devices that ring are told of them, even before they said it."""
        return self.sdp or descriptions.SINK

    async def wait(self, how: AnswerHow, music: str) -> None:
        """Take them into the line."""
        assert self.dialog is not None  # noqa: S101 - somebody called
        if self._how is not None:
            return
        self._how = how
        if how is AnswerHow.RINGING and self.sdp:
            self.dialog.ring()
            return
        if how is AnswerHow.MUSIC:
            self.dialog.ring()  # a fast sign of life: the rest takes some milliseconds more
        line = Pairing(self._engine, f"{self._name}-q", b=Wire.PLAIN)
        self.at = line
        if not self.sdp:
            self._waits_for_sdp = self._is_answered = True
            self.dialog.accept(await line.ask())
            return
        told = await line.sink(self.sdp)
        if how is AnswerHow.PROGRESS:
            self.dialog.progress(told)
        else:
            self._is_answered = True
            self.dialog.accept(told)
        await line.play(A, music)

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
        self.is_ringing = self._is_answered = True
        if self.at is None:
            self.at = Pairing(self._engine, f"{self._name}-q", b=Wire.PLAIN)
            self._waits_for_sdp = True
            await self.at.ask()
        self.dialog = gateway.invite(to, self.at.a_sdp, listener)

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
        self.at, self._hears_music = pairing, False
        await self._let_be_heard()
        if former is not None and former is not pairing:
            await former.delete()

    async def _follow(self, pairing: Pairing) -> None:
        assert self.dialog is not None  # noqa: S101 - as was asked
        if not self._is_answered:
            self._is_answered = True
            # what a 183 said, the 200 repeats (RFC 3261, 13.2.1); the change comes after it
            self.dialog.accept(self.at.a_sdp if self.at is not None else pairing.a_sdp)
            if self.at is None:
                return
        answer = await self.dialog.update(pairing.a_sdp)
        if answer and descriptions.where(answer) != descriptions.where(self.sdp):
            self.sdp = answer
            await pairing.again(A, answer)

    async def changed(self, sdp: str) -> None:
        """They want other audio: hold, another address. Their partner is told nothing."""
        assert self.dialog is not None  # noqa: S101 - it asked
        if self.at is None or not descriptions.is_usable(sdp):
            self.dialog.refuse(_NOT_ACCEPTABLE, "Not Acceptable Here")
            return
        self.sdp = sdp
        told = await self.at.again(A, sdp)
        self.dialog.accept(descriptions.answering(told, sdp))
        if not self._hears_music:
            await self._let_be_heard()

    async def music(self, file: str) -> None:
        """They hear music and nobody else, and nobody hears them."""
        self._hears_music = True
        if self.at is not None:
            await self.at.mute(A, B)
            await self.at.play(A, file)

    async def talk(self) -> None:
        """They hear their partner again."""
        self._hears_music = False
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

    async def end(self) -> None:
        """Nothing of them is left."""
        if self.dialog is not None:
            self.dialog.hang_up()
        if self.at is not None:
            await self.at.delete()
