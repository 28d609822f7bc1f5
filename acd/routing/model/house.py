"""The state of one tenant, its clock, its timers and its log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from acd.domain.errors import BadRequest
from acd.domain.events import Event, EventType
from acd.domain.ids import offer_id, split_offer_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from acd.domain.ids import AgentId, InteractionId, OfferId, QueueId
    from acd.routing.model.agent import Agent
    from acd.routing.model.interaction import Interaction
    from acd.routing.model.queue import Queue

OUTAGE_MS: Final = 5000
LOOKS: Final = 64
OFFERS: Final = 16
_PARK_MILLER: Final = 2_147_483_647


class House:
    """What every verb stands on.

    A verb is `_begin`, decisions, `_commit`. One that is refused returns before it changes anything
    and leaves no trace, not even in the clock, which tells an outage from the last verb that did.
    """

    def __init__(self, seeds: Callable[[], int], *, events_max: int = 1_000_000) -> None:
        """Args: seeds gives each command its number, from which all its lots are drawn."""
        self._seeds = seeds
        self._events_max = events_max
        self.agents: dict[str, Agent] = {}
        self.queues: dict[str, Queue] = {}
        self.interactions: dict[str, Interaction] = {}
        self.events: list[Event] = []
        """The whole log, oldest first."""
        self.trimmed = 0
        """How many of its entries are recorded and forgotten."""
        self.contact_seqs: dict[str, int] = {}
        self.timers: dict[str, int] = {}
        """`letter|id|rest` and when it is due. At one instant they run in order of these names."""
        self.leases: dict[str, int] = {}
        """`a|agent` and `c|interaction`: until when somebody vouches for them."""
        self._due: dict[str, Callable[[int, str, str], None]] = {}
        """What each letter's timers do: (when it was due, id, rest). Every part adds its own."""
        self.now_ms = 0
        self.seen_ms: int | None = None
        self.gap: tuple[int, int] | None = None
        """The last outage, from and to, until every lease from before it is judged."""
        self.turn = 0
        """How many offers were made in this house: what `last offered` counts."""
        self._clear()

    def _clear(self) -> None:
        self._committed = False
        self._lot = self._draws = self._times = self._below = 0
        self._lots: dict[str, dict[str, int]] = {}
        """By which draw each agent was found who is to be asked."""
        self._looks_left, self._offers_left = LOOKS, OFFERS
        self._orphans: list[Interaction] = []
        self._freed: list[Agent] = []
        self._leaving: list[Agent] = []

    def _owner(self, x: Interaction) -> Agent:
        """Who accepted it."""
        return self.agents[x.agent or ""]

    # time

    def _find(self, offer: OfferId) -> tuple[InteractionId, int, Interaction | None]:
        parts = split_offer_id(offer)
        if parts is None:
            raise BadRequest("that is not an offer's id", field="offer")
        return *parts, self.interactions.get(parts[0])

    def _begin(self, now_ms: int) -> None:
        """Time never runs back; a gap between two scripts longer than `OUTAGE_MS` is an outage."""
        self._clear()
        self._lot = self._seeds()
        last = self.seen_ms
        self.now_ms = now_ms if last is None else max(now_ms, last)
        if last is not None and self.now_ms - last > OUTAGE_MS:
            self.gap = (self.gap[0] if self.gap else last, self.now_ms)
            self.seen_ms = self.now_ms

    def _in_gap(self, at_ms: int) -> bool:
        """Whether that fell due in an outage."""
        return self.gap is not None and self.gap[0] < at_ms <= self.gap[1]

    def _clock(self, now_ms: int) -> int:
        """The time a question is answered at."""
        return max(now_ms, self.seen_ms or 0)

    def _timer(self, name: str, at_ms: int) -> None:
        self.timers[name] = at_ms

    def _untimer(self, name: str) -> None:
        self.timers.pop(name, None)

    # chance

    def _draw(self, below: int) -> int:
        """The command's k-th draw: a fixed function of its seed and k (Park and Miller's)."""
        if not self._draws:
            self._draws = self._lot % (_PARK_MILLER - 1) + 1
        self._draws = self._draws * 16807 % _PARK_MILLER
        self._times, self._below = self._times + 1, below
        return self._draws % below

    # the log

    def _emit(
        self,
        kind: EventType,
        data: Mapping[str, Any],
        *,
        x: Interaction | None = None,
        offer: int | None = None,
        agent: Agent | None = None,
        by_name: AgentId | None = None,
        queue: QueueId | None = None,
        contact: bool = False,
    ) -> None:
        """Log it, and tell the agent it names, and the interaction's contact if asked to.

        by_name: the agent, who may be nobody any more.
        """
        self.events.append(
            Event(
                id=f"1-{len(self.events) + 1}",
                position="",
                type=kind,
                at_ms=self.now_ms,
                interaction=x.id if x else None,
                offer=None if x is None or offer is None else offer_id(x.id, offer),
                agent=agent.id if agent else by_name,
                queue=x.queue if x else queue,
                contact=x.arrival.contact if x else None,
                conversation=x.arrival.conversation if x else None,
                data=data,
            )
        )
        if agent:
            agent.address_seq += 1
        if x and contact:
            known = self.contact_seqs.get(x.id, 0)
            self.contact_seqs[x.id] = known + 1
