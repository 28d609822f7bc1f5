"""What a node must know of, and do for, calls that were up before it had them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from acd.telephony.doing import Doing
from acd.telephony.insisting import insist

if TYPE_CHECKING:
    from acd.domain.ids import InteractionId
    from acd.records.intake_rows import IntakeRow
    from acd.telephony.means import Means

log = structlog.get_logger(__name__)


async def free_agent(means: Means, call: InteractionId) -> None:
    """Whoever gave it away has finished, whatever was told before."""
    try:
        row = await arrival(means, call)
        if row is not None:
            await Doing(means, row).let_go()
        await means.adapter.done(call)
    except Exception:
        log.exception("call not let go", call=call)


async def arrival(means: Means, call: InteractionId) -> IntakeRow | None:
    """How it arrived; a database that is away is waited for, as who is on the line waits."""
    return await insist(lambda: means.intake.entered(call), call)
