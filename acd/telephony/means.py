"""What every call of a node works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from acd.chat.delivery import Delivery
    from acd.domain.ids import AgentId, ContactId, OfferId, QueueId
    from acd.domain.phone import E164
    from acd.flow.calls import CallIntake
    from acd.records.intake_rows import IntakeRow
    from acd.routing.router import Router
    from acd.telephony.announcing import Announcements
    from acd.telephony.devices import RingPlans
    from acd.telephony.dialling import Dialling
    from acd.telephony.port import TelephonyAdapter


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The same for all of them. `confirm_ms` is how long a phone asks for the digit.

    `called_back_at` knows where a contact is called back, `dial_s` how long a queue lets that ring.
    """

    router: Router
    delivery: Delivery
    adapter: TelephonyAdapter
    intake: CallIntake
    plans: RingPlans
    dialling: Dialling
    joined: Callable[[IntakeRow, OfferId, AgentId], None]
    """Begins to tell the conversation who has the call."""
    called_back_at: Callable[[ContactId], Awaitable[E164 | None]]
    dial_s: Callable[[QueueId], float]
    announcements: Announcements | None = None
    """None where callers hear nothing of ours while they wait."""
    confirm_ms: int = 15_000
