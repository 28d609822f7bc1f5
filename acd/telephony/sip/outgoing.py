"""A customer is called: a callback, or a number that is told something."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from acd.domain.errors import AcdError
from acd.telephony import port

if TYPE_CHECKING:
    from acd.telephony.sip.call import SipCall

_log = structlog.get_logger(__name__)

_NO_ANSWER: Final = 408
_UNAVAILABLE: Final = 503
_WAY_OUT: Final = frozenset({_NO_ANSWER, _UNAVAILABLE})


async def dial(call: SipCall, command: port.Dial) -> None:
    """Call them, unless they are there: ends in `Dialled`."""
    if call.caller.dialog is not None:
        return
    to = call.house.number(command.number, command.caller_id)
    if to is None:
        call.house.emit(port.Dialled(call=call.id, ok=False, called=False))
        return
    try:
        await call.caller.dial(call.house.gateway, to, call.heard_caller)
    except AcdError as error:
        _give_up(call, error, rang=False)
        return
    call.do_in(command.timeout_ms / 1000, partial(_late, call))


async def picked_up(call: SipCall, sdp: str) -> None:
    """They answered."""
    try:
        await call.caller.picked_up(sdp, call.house.options.music)
    except AcdError as error:
        _give_up(call, error, rang=True)
        return
    call.house.emit(port.Dialled(call=call.id, ok=True, rang=True))


def refused(call: SipCall, code: int, reason: str) -> None:
    """They did not; or an answer of ours to a caller found nobody."""
    if not call.caller.is_ringing:
        call.gone(reason, code)
        return
    call.caller.given_up()
    called, rang = _was_called(call, code), call.caller.has_rung
    if not called:
        _log.warning("call.way_out_closed", call=call.id, code=code)
    call.house.emit(port.Dialled(call=call.id, ok=False, code=code, called=called, rang=rang))


def _was_called(call: SipCall, code: int) -> bool:
    """Whether they had a chance to answer; or the way out says 503, or nothing of a telephone.

    A trunk that is silent altogether is a 408 of our own (RFC 3261, 8.1.3.1), and a proxy before it
    says so too.
    """
    return call.caller.has_rung or code not in _WAY_OUT


def _give_up(call: SipCall, error: AcdError, *, rang: bool) -> None:
    """They would hear nothing."""
    _log.warning("call.not_dialled", call=call.id, error=error.code, why=error.detail)
    if call.caller.dialog is not None:
        call.caller.dialog.hang_up()
    call.caller.given_up()
    failed = port.Dialled(call=call.id, ok=False, code=_UNAVAILABLE, called=False, rang=rang)
    call.house.emit(failed)


async def _late(call: SipCall) -> None:
    if call.caller.is_ringing and call.caller.dialog is not None:
        call.caller.dialog.hang_up()
        refused(call, _NO_ANSWER, "")
