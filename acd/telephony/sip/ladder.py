"""The messages of calls in the log, one a line, at debug: who says what to whom, of which call."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import structlog

from acd.telephony.sip.message import Malformed, read

if TYPE_CHECKING:
    from acd.telephony.sip.message import Message

_log = structlog.get_logger(__name__)

IN: Final = "<"
OUT: Final = ">"


def is_written() -> bool:
    """Whether anybody reads it."""
    return bool(_log.is_enabled_for(logging.DEBUG))


def parsed(data: str) -> Message | None:
    """What we are about to say; None where it is no message."""
    try:
        return read(data.encode())
    except Malformed:
        return None


def rung(way: str, message: Message, peer: tuple[str, int], call: str) -> None:
    """Write one. No number and no name is in it: who calls is known by the interaction.

    Args:
        way: `IN` or `OUT`.
        message: what is said.
        peer: the other end.
        call: the interaction; empty for a message of none, such as one that is refused.
    """
    first = message.first.split(" ")
    what = f"{first[1]} {message.method}" if message.is_answer else first[0]
    _log.debug(
        "sip.message",
        way=way,
        what=what,
        call=call,
        sip_call=message.header("call-id"),
        cseq=message.header("cseq").partition(" ")[0],
        peer=f"{peer[0]}:{peer[1]}",
    )
