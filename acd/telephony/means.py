"""What every call of a node works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.chat.delivery import Delivery
    from acd.domain.ids import AgentId, OfferId
    from acd.flow.calls import CallIntake
    from acd.records.intake_rows import IntakeRow
    from acd.routing.router import Router
    from acd.telephony.announcing import Announcements
    from acd.telephony.devices import RingPlans
    from acd.telephony.dialling import Dialling
    from acd.telephony.port import TelephonyAdapter


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The same for all of them. `confirm_ms` is how long a phone asks for the digit."""

    router: Router
    delivery: Delivery
    adapter: TelephonyAdapter
    intake: CallIntake
    plans: RingPlans
    dialling: Dialling
    joined: Callable[[IntakeRow, OfferId, AgentId], None]
    """Begins to tell the conversation who has the call."""
    announcements: Announcements | None = None
    """None where callers hear nothing of ours while they wait."""
    confirm_ms: int = 15_000
