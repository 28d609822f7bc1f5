"""Addresses: what happens to one agent or one contact, heard by the nodes that hold their sockets.

An address is `agent:<id>` or `contact:<id>`. A publish may be lost with a connection: every payload
carries the address's own `seq`, and a gap or a reconnect means: take a snapshot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Handler = "Callable[[str, Mapping[str, Any]], None]"


class Addresses:
    """Subscriptions to addresses, one reader task behind them."""

    def on_message(self, handler: Callable[[str, Mapping[str, Any]], None]) -> None:
        """Call `handler(address, payload)` for everything heard; it must not block."""
        raise NotImplementedError

    def on_reconnect(self, handler: Callable[[list[str]], None]) -> None:
        """Call `handler(addresses)` when subscriptions are back after a break: take snapshots."""
        raise NotImplementedError

    async def subscribe(self, address: str) -> None:
        """Hear the address; confirmed by the server when this returns. Counted per caller."""
        raise NotImplementedError

    async def unsubscribe(self, address: str) -> None:
        """Undo one `subscribe`."""
        raise NotImplementedError

    async def publish(self, address: str, payload: Mapping[str, Any]) -> None:
        """Tell every node that listens to the address; lost if nobody does."""
        raise NotImplementedError

    async def close(self) -> None:
        """Stop the reader."""
        raise NotImplementedError
