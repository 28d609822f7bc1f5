"""The router: every verb on live state, typed. One verb is one script and one step in Redis.

Verbs may be sent again after `StoreUnavailable`: the first answer is given once more. Where nothing
else fences a verb it takes a `command`, an id of the caller's (a-z, 0-9, _ and -) under which the
answer is kept for 10 minutes if it changed anything. `now_ms` is for tests with a clock of their
own; 0 is the server's time.
"""

from __future__ import annotations

from acd.routing.reads import Reads
from acd.routing.results import TimerFailed, TimersRun
from acd.routing.scripts import load_library
from acd.routing.verbs.arrivals import Arrivals
from acd.routing.verbs.callbacks import Callbacks
from acd.routing.verbs.configuration import Configuration
from acd.routing.verbs.moves import Moves
from acd.routing.verbs.offers import Offers
from acd.routing.verbs.presence import Presence
from acd.routing.verbs.reconciling import ReconcileVerbs
from acd.routing.verbs.steering import Steering
from acd.routing.verbs.work import Work


class Router(
    Arrivals,
    Callbacks,
    Moves,
    Offers,
    Work,
    Steering,
    Presence,
    Configuration,
    ReconcileVerbs,
    Reads,
):
    """One tenant's live state."""

    async def run_timers(self, *, node: str = "", now_ms: int = 0) -> TimersRun:
        """Run what is due, a bounded number; `more` says that some is left.

        Work that fails is put off for 1 s, doubling to 10 minutes, and the turn ends: what is due
        behind it runs with the next one.

        Args:
            node: who asks; of all that give a name, one holds the lease to tick.
            now_ms: as for every verb.
        """
        ran, next_due_ms, at_ms, left_ms, failed, times, said = await self._change(
            "timers_run", now_ms, node
        )
        return TimersRun(
            ran=ran,
            more=bool(next_due_ms) and next_due_ms <= at_ms,
            next_due_ms=next_due_ms or None,
            now_ms=at_ms,
            ticker_left_ms=left_ms,
            failed=TimerFailed(timer=failed, times=times, error=load_library().locate(said))
            if failed
            else None,
        )
