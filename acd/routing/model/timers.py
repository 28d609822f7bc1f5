"""Running what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.interaction import InteractionState
from acd.routing.model.steering import Steering
from acd.routing.model.values import ms
from acd.routing.results import TimersRun

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMERS: Final = 48
LEASES: Final = 16
TOMBSTONES: Final = 64
TOMBSTONE_MS: Final = 86_400_000
LONGEST_LEASE_MS: Final = 120_000
"""Until then a lease from before an outage may be to be prolonged."""
_S: Final = InteractionState


class Timers(Steering):
    """Time passes."""

    def run_timers(self, *, node: str = "", now_ms: int = 0) -> TimersRun:
        """A bounded number of timers and leases, each a step; `more` says that some is left."""
        self._begin(now_ms)
        ran = 0
        for at_ms, name in self._what_is_due(self.timers)[:TIMERS]:
            if self._at_bound():
                break
            if self.timers.get(name) != at_ms:
                continue  # an earlier one of this turn removed or moved it
            self._untimer(name)
            letter, thing, rest = [*name.split("|", 2), ""][:3]
            self._due[letter](at_ms, thing, rest)
            self._commit()
            ran += 1
        for _, name in self._what_is_due(self.leases)[:LEASES]:
            self._lease_ran_out(name)
            self._commit()
            ran += 1
        self._forget_tombstones()
        if not ran:
            self._commit()
        next_due_ms = min([*self.timers.values(), *self.leases.values()], default=None)
        if (
            self.gap
            and (next_due_ms is None or next_due_ms > self.now_ms)
            and self.now_ms > self.gap[1] + LONGEST_LEASE_MS
        ):
            self.gap = None
        return TimersRun(
            ran=ran,
            more=next_due_ms is not None and next_due_ms <= self.now_ms,
            next_due_ms=next_due_ms,
            now_ms=self.now_ms,
        )

    def _what_is_due(self, times: Mapping[str, int]) -> list[tuple[int, str]]:
        return sorted((at_ms, name) for name, at_ms in times.items() if at_ms <= self.now_ms)

    def _lease_ran_out(self, name: str) -> None:
        """After an outage every lease lives as if it had been renewed at its end."""
        kind, thing = name.split("|")
        if kind == "a":
            agent = self.agents[thing]
            again_ms = self._prolonged(self._lease_ms(agent))
            if again_ms is None:
                again_ms = max((until for until in agent.sessions.values()), default=0)
            if again_ms > self.now_ms:
                self.leases[name] = again_ms
            else:
                self._forget_consoles(agent)
                self._lapse(agent)
            return
        x = self.interactions[thing]
        lease_ms = ms(self.queues[x.queue].settings.lease_s)
        again_ms = self._prolonged(lease_ms)
        if again_ms is not None:
            self.leases[name] = again_ms
        else:
            self._set_aside(x)

    def _prolonged(self, lease_ms: int) -> int | None:
        if self.gap and self.now_ms < self.gap[1] + lease_ms:
            return self.gap[1] + lease_ms
        return None

    def trim_events(self, recorded: int) -> None:
        """Forget the log up to that number; what follows it is never trimmed."""
        self.trimmed = max(self.trimmed, recorded)

    def _forget_tombstones(self) -> None:
        """After a day, once everything up to their end is recorded and trimmed."""
        kept = self.events[self.trimmed :]
        recorded_ms = kept[0].at_ms if kept else self.now_ms
        ended = sorted(
            (x.since_ms, x.id)
            for x in self.interactions.values()
            if x.state is _S.ENDED and x.since_ms <= self.now_ms - TOMBSTONE_MS
        )
        for ended_ms, name in ended[:TOMBSTONES]:
            if ended_ms < recorded_ms:
                del self.interactions[name]
