"""What a process that was killed leaves to the next one on its address, or to another node.

Written from the SIP thread before the messages that depend on it go out, so that it is never behind
what the other end knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

DIALOG: Final = "d:"
"""How the names of dialogs begin."""
CALL: Final = "c:"
"""How the names of calls do."""
GONE: Final = "g:"
"""Of calls that another node took over: their pairings are to be deleted."""

# How far a dialog has come.
ARRIVING: Final = "arriving"
"""Their INVITE is not surely answered."""
CALLING: Final = "calling"
"""Ours is not."""
UP: Final = "up"
LEAVING: Final = "leaving"
"""One side said BYE."""

Record = Mapping[str, Any]
"""What a call leaves has the form of `kept`, a dialog that of `stack.keeping`."""


class Ledger(Protocol):
    """Records by name, of one node. Used in the SIP thread alone.

    Another node takes them over when this one says nothing for a while; then nothing is written any
    more, until it begins anew.
    """

    def begin(self, engine: str, lost: Callable[[], None]) -> dict[str, Record]:
        """A new life on this address; answers all that the former left.

        Args:
            engine: rtpengine's address: nodes with the same one hear the same audio.
            lost: called once, when it turns out that another node has taken the records.
        """

    def end(self) -> None:
        """Nobody is to take over what is left."""

    def leave(self) -> None:
        """Another node is to take over at once what is left; nothing is written any more."""

    def write(self, records: Mapping[str, Record | None]) -> None:
        """Write records by their names, and drop those of None, in one exchange.

        Returns once they are there, or could not be written; the same again costs nothing.
        """

    def beat(self) -> dict[str, str]:
        """Say that this node lives. Answers who has fallen silent, and what they said last."""

    def take(self, node: str, said: str, room: int) -> dict[str, Record]:
        """Have the records of a node that has said nothing since; none if another was first.

        Args:
            node: who fell silent.
            said: what it said last.
            room: of so many calls. The rest is for others, until nobody has taken it for a while.
        """

    def is_elsewhere(self, name: str) -> bool:
        """Whether another node has a record of that name."""
