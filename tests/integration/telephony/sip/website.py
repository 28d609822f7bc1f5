"""A caller on a website, as the adapter hears them."""

from __future__ import annotations

from acd.domain.ids import InteractionId
from acd.telephony import port
from tests.integration.telephony.sip.desk import Desk
from tests.peers.webpage import WebPage


class Website:
    """A visitor's call, in a page that offers its audio."""

    def __init__(self, desk: Desk, page: WebPage) -> None:
        self._desk = desk
        self.page = page
        self.call = InteractionId("ix_visitor")

    async def offers(self) -> None:
        """At first, and again when the page hears nothing any more."""
        await self.says_its_offer()
        while (told := (await self._desk.told(port.VisitorTold)).signal)["kind"] != "description":
            pass
        await self.page.accept(told["description"]["sdp"])

    async def says_its_offer(self) -> None:
        description = {"type": "offer", "sdp": await self.page.offer()}
        signal = {"tab": "tab", "kind": "description", "description": description}
        await self._desk.do(port.VisitorSaid(call=self.call, epoch=self._desk.epoch, signal=signal))
