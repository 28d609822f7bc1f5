"""Make the two stores agree when a node starts.

Live state that is there is kept as it is: it is the truth. What this adds is what a kill may have
left undone between the stores, and what a live store that comes back empty has forgotten.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from acd.domain.errors import AcdError, StoreUnavailable
from acd.flow.intake import arrival_of

if TYPE_CHECKING:
    from acd.domain.history import PastInteraction
    from acd.flow.compiler import Compiler
    from acd.flow.intake import Intake
    from acd.records.history import History
    from acd.records.intakes import Intakes
    from acd.routing.router import Router

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What had to be put right: arrivals enqueued late, live interactions the store had lost."""

    empty_store: bool
    swept: int
    restored: int


async def reconcile(
    *, router: Router, compiler: Compiler, intake: Intake, intakes: Intakes, history: History
) -> Reconciled:
    """Put the directory into force, and nobody who was let in out of the line.

    Call it once before the node serves, and before anything else changes live state. Idempotent.

    Raises:
        StoreUnavailable: a store is away; call it again.
    """
    empty = await router.begin_after(await history.generation())
    if empty:  # its log begins anew, wherever the old one ended
        await history.start_over(await history.position())
    await compiler.compile_all()
    swept = await intake.sweep(older_than_ms=0)
    restored = 0
    if empty:
        lost = await history.open_interactions()
        restored = sum(
            await asyncio.gather(*(_restore(router, intakes, interaction) for interaction in lost))
        )
    done = Reconciled(empty_store=empty, swept=swept, restored=restored)
    log.info("stores reconciled", empty_store=empty, swept=swept, restored=restored)
    return done


async def _restore(router: Router, intakes: Intakes, lost: PastInteraction) -> bool:
    row = await intakes.get(lost.id)
    if row is None:
        return False
    try:
        arrival = arrival_of(row, arrived_ms=lost.enqueued_ms)
        return not (await router.enqueue(arrival)).known
    except StoreUnavailable:
        raise
    except AcdError as error:
        log.warning("interaction not restored", interaction=lost.id, code=error.code)
        return False
