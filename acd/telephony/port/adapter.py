"""The one interface of every way of telephoning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from acd.domain.ids import InteractionId
    from acd.telephony.port.commands import Command
    from acd.telephony.port.events import Event
    from acd.telephony.port.values import Ability, Standing


class TelephonyAdapter(Protocol):
    """One way of telephoning."""

    name: str
    abilities: frozenset[Ability]

    async def start(self, sink: Callable[[Event], Awaitable[None]]) -> None:
        """Begin; every event goes to `sink`, in order for each call. `sink` returns soon."""

    async def execute(self, command: Command) -> None:
        """Do it; what came of it is told as an event."""

    async def calls(self) -> Sequence[Standing]:
        """The calls it holds now, as after a restart."""

    async def done(self, call: InteractionId) -> None:
        """Nothing is left to do for a call but what this adapter does alone.

        With `REATTACH`, one that is over goes on to be told to the next process until this is said,
        after `stop` too: the core may have died before it ended the interaction.
        """

    async def stop(self, *, hands_over: bool) -> int:
        """End: calls are hung up, each with its `CallerEnded`.

        With `hands_over`, where it has `REATTACH`, nothing is said to anybody: each is left to
        another process, with its `CallElsewhere`. Answers how many were.
        """
