"""What a way of telephoning must be able to do, and the words it is spoken to with.

An adapter (SIP, or a telephone system's own interface) is told commands and answers with events. It
decides nothing: several devices may answer one call, and only the offer that routing accepted is
bridged. What goes from page to page has none (docs/adr/0020).

Every `Ring` ends in exactly one of `LegFailed`, `LegEnded`, a `Withdraw` or the call's own end. A
command given twice changes nothing; one whose `epoch` is older than the call's is ignored, unless
it ends the call.

The id of a call is that of its interaction; the adapter makes it when a call arrives.
"""

from __future__ import annotations

from acd.telephony.port.adapter import (
    TelephonyAdapter,
)
from acd.telephony.port.commands import (
    Announce,
    Answer,
    Bridge,
    Command,
    Dial,
    HangUp,
    Hold,
    PageSaid,
    Reject,
    Resume,
    Ring,
    TakeBack,
    Transfer,
    VisitorSaid,
    Withdraw,
)
from acd.telephony.port.events import (
    AdapterDown,
    AdapterUp,
    Announced,
    Bridged,
    CallArrived,
    CallElsewhere,
    CallerEnded,
    CallEvent,
    CallStands,
    Dialled,
    Digit,
    Event,
    Held,
    LegAnswered,
    LegConfirmed,
    LegEnded,
    LegFailed,
    LegRinging,
    MediaLost,
    PageTold,
    Resumed,
    TransferResult,
    VisitorTold,
)
from acd.telephony.port.values import (
    Ability,
    AnswerHow,
    LegFault,
    Standing,
    Target,
    TargetKind,
)

__all__ = [
    "Ability",
    "AdapterDown",
    "AdapterUp",
    "Announce",
    "Announced",
    "Answer",
    "AnswerHow",
    "Bridge",
    "Bridged",
    "CallArrived",
    "CallElsewhere",
    "CallEvent",
    "CallStands",
    "CallerEnded",
    "Command",
    "Dial",
    "Dialled",
    "Digit",
    "Event",
    "HangUp",
    "Held",
    "Hold",
    "LegAnswered",
    "LegConfirmed",
    "LegEnded",
    "LegFailed",
    "LegFault",
    "LegRinging",
    "MediaLost",
    "PageSaid",
    "PageTold",
    "Reject",
    "Resume",
    "Resumed",
    "Ring",
    "Standing",
    "TakeBack",
    "Target",
    "TargetKind",
    "TelephonyAdapter",
    "Transfer",
    "TransferResult",
    "VisitorSaid",
    "VisitorTold",
    "Withdraw",
]
