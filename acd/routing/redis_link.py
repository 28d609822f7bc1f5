"""The one connection to Redis that carries the verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class RedisLink:
    """Batches the script calls of one loop tick into one pipeline."""

    @property
    def available(self) -> bool:
        """Whether the last exchange with the server succeeded."""
        raise NotImplementedError

    def on_change(self, handler: Callable[[bool], None]) -> None:
        """Call `handler(available)` whenever the server goes away or comes back."""
        raise NotImplementedError
