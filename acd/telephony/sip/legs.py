"""The other side of a call: an agent's page, their desk phone, their own phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from acd.domain.errors import AcdError
from acd.telephony import port
from acd.telephony.sip.media import A, B, Pairing, Wire, call_of
from acd.telephony.sip.sdp import is_web

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from acd.telephony.sip.dialog import Dialog
    from acd.telephony.sip.events import DialogEvent
    from acd.telephony.sip.gateway import Destination, Gateway
    from acd.telephony.sip.kept import KeptPage, KeptPhone
    from acd.telephony.sip.ng import Engine

SERVER: Final = "server"
"""How the server names itself to a page; the pairing's name follows."""

_FAULTS: Final = {
    408: port.LegFault.NO_ANSWER,
    480: port.LegFault.NO_ANSWER,
    486: port.LegFault.BUSY,
    487: port.LegFault.NO_ANSWER,
    600: port.LegFault.BUSY,
    603: port.LegFault.DECLINED,
}


class PageLeg:
    """A page of the agent's: it speaks WebRTC, and is told and asked by signals."""

    def __init__(self, engine: Engine, name: str, tell: Callable[[dict[str, Any]], None]) -> None:
        """Args: tell takes what the page is to hear, as `call.signal` has it."""
        self.pairing = Pairing(engine, name, b=Wire.WEB)
        self._tell = tell
        self._me = f"{SERVER}-{name}"
        self._offer = ""
        self.tab = ""
        """The page that answered."""
        self.is_ready = False
        self._is_open = False

    async def ring(self, sdp: str, to: str | None = None) -> None:
        """Have it prepare its connection; nothing is heard through it yet."""
        self._offer = await self.pairing.offer(sdp)
        await self.pairing.mute()  # or rtpengine would let a ringing page be heard
        self.tell_again(to)

    def tell_again(self, to: str | None) -> None:
        """The same, for a page that came later."""
        self._tell({
            "tab": self._me, "to": to, "kind": "description",
            "description": {"type": "offer", "sdp": self._offer}, "candidate": None,
        })  # fmt: skip

    def tell_held(self, *, on: bool) -> None:
        """Whether the caller is on hold, other than the page believes."""
        self._tell({
            "tab": self._me, "to": self.tab or None, "kind": "held" if on else "resumed",
            "description": None, "candidate": None,
        })  # fmt: skip

    async def said(self, signal: Mapping[str, Any]) -> bool:
        """Whether it became ready by what a page said."""
        described = signal.get("description") or {}
        if self.is_ready or signal.get("to") != self._me or described.get("type") != "answer":
            return False
        sdp = str(described.get("sdp", ""))
        if not is_web(sdp):
            return False
        await self.pairing.answer(sdp)
        self.tab = str(signal.get("tab", ""))
        self.is_ready = True
        return True

    async def open(self) -> None:
        """From now on it is heard, and hears."""
        if not self._is_open:
            self._is_open = True
            await self.pairing.unmute()

    def record(self) -> KeptPage:
        """What another process needs to go on with it."""
        return {
            "pairing": self.pairing.record(), "offer": self._offer, "tab": self.tab,
            "ready": self.is_ready, "open": self._is_open,
        }  # fmt: skip

    @classmethod
    def revived(
        cls, engine: Engine, kept: KeptPage, tell: Callable[[dict[str, Any]], None]
    ) -> PageLeg:
        """The one that was written down."""
        leg = cls(engine, kept["pairing"]["name"], tell)
        leg.pairing = Pairing.revived(engine, kept["pairing"])
        leg._offer, leg.tab = kept["offer"], kept["tab"]
        leg.is_ready, leg._is_open = kept["ready"], kept["open"]
        return leg

    def hang_up(self, reason: str) -> None:
        """It learns from routing that the offer ended: nothing is to be said here."""

    def leave(self) -> None:
        """Another node has it; the page is told by that one."""


class PhoneLeg:
    """A telephone, reached by SIP. `heard` is told of each event of its dialog."""

    def __init__(
        self,
        engine: Engine,
        name: str,
        gateway: Gateway,
        to: Destination | None,
        heard: Callable[[DialogEvent], None],
    ) -> None:
        self._engine = engine
        self.pairing = Pairing(engine, name, b=Wire.PLAIN)
        self._gateway = gateway
        self._to = to
        self._heard = heard
        self.dialog: Dialog | None = None
        self.is_ready = False
        self._is_open = False
        self.asks = False
        """Whether a person there is asked for a digit."""

    async def ring(self, sdp: str) -> None:
        """Call it."""
        assert self._to is not None  # noqa: S101 - one that was taken up rings no more
        offer = await self.pairing.offer(sdp)
        call = call_of(self.pairing.name)
        self.dialog = self._gateway.invite(call, self._to, offer, self._heard)

    async def answered(self, sdp: str) -> None:
        """It was picked up: nobody is heard through it yet."""
        await self.pairing.answer(sdp)
        await self.pairing.mute(A, B)
        self.is_ready = True

    async def changed(self) -> None:
        """Its audio goes elsewhere, of which the caller is told nothing."""
        assert self.dialog is not None  # noqa: S101 - it asked
        sdp = self.dialog.take_asked()
        if sdp is None:
            return
        try:
            self.dialog.accept(await self.pairing.again(B, sdp))
        except AcdError:  # whoever asks is answered
            self.dialog.refuse(500, "Server Internal Error")
            raise

    def tell_held(self, *, on: bool) -> None:
        """It knows nothing of that."""

    async def ask(self, prompt: str) -> None:
        """Have a person press a digit, which the caller does not hear."""
        self.asks = True
        await self.pairing.mute_keys(B)
        if prompt:
            await self.pairing.play(B, prompt)

    async def confirmed(self) -> None:
        """A person is there: the prompt ends."""
        if self.asks:
            self.asks = False
            await self.pairing.stop(B)
            await self.pairing.unmute_keys(B)

    async def open(self) -> None:
        """From now on it is heard, and hears."""
        if not self._is_open:
            self._is_open = True
            await self.pairing.unmute(A, B)

    async def renew(self, name: str, sdp: str) -> None:
        """The media engine forgot it: by another pairing. It raises what `Dialog` raises."""
        assert self.dialog is not None  # noqa: S101 - it was answered
        self.pairing = Pairing(self._engine, name, b=Wire.PLAIN)
        self._is_open = False
        await self.answered(await self.dialog.update(await self.pairing.offer(sdp)))

    def record(self) -> KeptPhone:
        """What another process needs to go on with it."""
        return {
            "pairing": self.pairing.record(), "dialog": self.dialog.key if self.dialog else "",
            "ready": self.is_ready, "open": self._is_open,
        }  # fmt: skip

    @classmethod
    def revived(
        cls,
        engine: Engine,
        gateway: Gateway,
        kept: KeptPhone,
        dialog: Dialog,
        heard: Callable[[DialogEvent], None],
    ) -> PhoneLeg:
        """The one that was written down."""
        leg = cls(engine, kept["pairing"]["name"], gateway, None, heard)
        leg.pairing = Pairing.revived(engine, kept["pairing"])
        leg.dialog, leg.is_ready, leg._is_open = dialog, kept["ready"], kept["open"]
        dialog.listen(heard)
        return leg

    def hang_up(self, reason: str) -> None:
        if self.dialog is not None:
            self.dialog.hang_up(reason)

    def leave(self) -> None:
        """Another node has it."""
        if self.dialog is not None:
            self.dialog.leave()


def fault_of(code: int, *, rang: bool) -> port.LegFault:
    """What a SIP status says of a device that did not get through.

    One that never rang was not there to be answered. 403 is the network's word, not a person's.
    """
    fault = _FAULTS.get(code, port.LegFault.UNREACHABLE)
    missed = fault is port.LegFault.NO_ANSWER and not rang
    return port.LegFault.UNREACHABLE if missed else fault
