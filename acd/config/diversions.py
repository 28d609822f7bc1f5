"""What a queue does by itself: the diversions that the file leaves unsaid, by channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.config.rules import OverflowSettings
from acd.domain.ids import QueueId
from acd.domain.interaction import Channel
from acd.domain.queue import Diversion, Divert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.config.rules import QueueRules

WAIT: Final = "wait"

POSSIBLE: Final[Mapping[Channel, frozenset[Diversion]]] = {
    Channel.CHAT: frozenset(Diversion) - {Diversion.VOICEMAIL},
    Channel.CALL: frozenset(Diversion) - {Diversion.FORM},
    Channel.TICKET: frozenset({Diversion.OVERFLOW, Diversion.REJECT}),
}
"""A chat leaves a form, a call a voice message; a ticket is a message already."""

_TURNED_AWAY: Final[Mapping[Channel, Diversion | None]] = {
    Channel.CHAT: Diversion.FORM,
    Channel.CALL: Diversion.REJECT,
    Channel.TICKET: None,
}
_USUAL: Final = ("on_full", "on_max_wait", "on_closed")


def divert(rules: QueueRules, name: str, channel: Channel) -> Divert | None:
    """What that rule does in a queue of that channel; None lets the interaction wait."""
    said = getattr(rules, name)
    if isinstance(said, OverflowSettings):
        return Divert(to=Diversion.OVERFLOW, queue=QueueId(f"{said.department}/{channel.value}"))
    if said is None:
        usual = _TURNED_AWAY[channel] if name in _USUAL else None
        return None if usual is None else Divert(to=usual)
    return None if said == WAIT else Divert(to=Diversion(said))
