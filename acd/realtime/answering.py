"""Whether a node took up what was asked of whichever has the call."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.chat.delivery import Delivery

ANSWER_S: Final = 3.0
"""How soon it says so. One that is slower does what was asked all the same."""


class Answer:
    """An ear for what says so, while it is entered."""

    def __init__(self, delivery: Delivery, address: str, command: str) -> None:
        """Args: command is the id of what was asked, which the answer names."""
        self._delivery = delivery
        self._address = address
        self._command = command
        self._came = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Hear from now on.

        Raises:
            StoreUnavailable: Redis is away.
        """
        try:
            await self._delivery.listen(self._address, self)
        except BaseException:  # it would be kept until Redis is back, and never forgotten
            await self._delivery.forget(self._address, self)
            raise
        return self

    async def __aexit__(self, *_failed: object) -> None:
        await self._delivery.forget(self._address, self)

    async def comes(self) -> bool:
        """Whether it does, in time."""
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._came.wait()
        except TimeoutError:
            return False

    def heard(self, address: str, payload: Mapping[str, Any]) -> None:
        """Something was said there."""
        del address
        if payload.get("command") == self._command:
            self._came.set()

    def missed(self, address: str) -> None:
        """What was missed is missed: the page asks again."""
