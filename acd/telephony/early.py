"""What is heard of a call that is being let in, before anybody serves it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from acd.chat.delivery import to_call
from acd.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.chat.delivery import Delivery
    from acd.domain.ids import InteractionId
    from acd.telephony import port
    from acd.telephony.live import LiveCall

_SOON_S: Final = 0.5


class Early:
    """Keeps it in its order until `pass_on`.

    Who hears routing before it is told of a call need not ask it how the call stands.
    """

    def __init__(self, delivery: Delivery, call: InteractionId) -> None:
        self._delivery = delivery
        self._address = to_call(call)
        self._said: list[port.CallEvent | Mapping[str, Any] | None] = []
        self._is_passed_on = False
        self._listening: asyncio.Task[None] | None = None

    def hear(self, event: port.CallEvent) -> None:
        """The adapter says something of it."""
        self._take(event)

    def heard(self, address: str, payload: Mapping[str, Any]) -> None:
        """Routing does."""
        del address
        self._take(payload)

    def missed(self, address: str) -> None:
        """Something may have been missed."""
        del address
        self._take(None)

    def listen(self) -> None:
        """Begin to hear routing."""
        self._listening = asyncio.create_task(self._listen(), name=f"hearing-{self._address}")

    async def _listen(self) -> None:
        try:
            await self._delivery.listen(self._address, self)
        except StoreUnavailable:  # it is heard when Redis is back
            self.missed("")

    async def until_heard(self) -> None:
        """Returns when routing is heard, or will not be soon."""
        if self._listening is not None and not self._listening.done():
            _, late = await asyncio.wait({self._listening}, timeout=_SOON_S)
            if late:
                self.missed("")

    def pass_on(self, live: LiveCall) -> None:
        """Tell who serves the call what was heard; from this turn on they hear for themselves."""
        self._is_passed_on = True
        for said in self._said:
            live.hear(said)
        self._said.clear()

    async def forget(self) -> None:
        """Hear routing no more."""
        if self._listening is None:
            return
        if not self._listening.done():
            self._listening.cancel()
            await asyncio.wait({self._listening})
        await self._delivery.forget(self._address, self)

    def _take(self, said: port.CallEvent | Mapping[str, Any] | None) -> None:
        if not self._is_passed_on:
            self._said.append(said)
