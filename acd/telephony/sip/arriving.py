"""What an INVITE says of who calls, in the core's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain import phone
from acd.domain.errors import PhoneNumberInvalid
from acd.telephony.port import CallArrived
from acd.telephony.sip.caller import Caller
from acd.telephony.sip.message import name_of, plain, user_of

if TYPE_CHECKING:
    from acd.domain.ids import InteractionId
    from acd.telephony.sip.dialog import Dialog
    from acd.telephony.sip.message import Message
    from acd.telephony.sip.ng import Engine
    from acd.telephony.sip.options import SipOptions

_TEXT: Final = 200
"""The longest header that is kept."""
_ANONYMOUS: Final = "anonymous"


def arrived(call: InteractionId, message: Message, options: SipOptions) -> CallArrived:
    """The event. A P-Asserted-Identity counts for more than the From, which anybody may write."""
    asserted = message.header("p-asserted-identity")
    source = asserted or message.header("from")
    kept = {"diversion": user_of(message.header("diversion"))}
    kept |= {name.lower(): plain(message.header(name.lower())) for name in options.x_headers}
    is_withheld = _is_withheld(message)
    return CallArrived(
        call=call,
        caller="" if is_withheld else _number(user_of(source), options.region),
        called=message.called,
        display="" if is_withheld else name_of(source)[:_TEXT],
        headers={name: value[:_TEXT] for name, value in kept.items() if value},
    )


def caller(engine: Engine, dialog: Dialog, message: Message, event: CallArrived) -> Caller:
    """Whoever calls; an INVITE without audio is offered some."""
    return Caller(
        engine,
        dialog.call,
        dialog=dialog,
        sdp=message.body.strip() and message.body,
        number=event.caller,
        called=event.called,
    )


def _is_withheld(message: Message) -> bool:
    """RFC 3323, and how it was done before."""
    privacy = message.words("privacy")
    return bool({"id", "user", "full"} & set(privacy)) or (
        user_of(message.header("from")).lower() == _ANONYMOUS
    )


def _number(text: str, region: str) -> str:
    try:
        return phone.parse(text, region)
    except PhoneNumberInvalid:
        return ""
