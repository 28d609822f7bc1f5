"""Transfers: to a colleague, who is asked, or to another queue at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.domain.errors import AgentUnknown, BadRequest, NotFound, QueueUnknown
from acd.domain.ids import DepartmentId, is_plain_id, is_queue_id
from acd.domain.interaction import InteractionState
from acd.routing.model import times
from acd.routing.model.idling import Idling
from acd.routing.results import Changed

if TYPE_CHECKING:
    from acd.domain.ids import AgentId, InteractionId, QueueId
    from acd.routing.model.interaction import Interaction
    from acd.routing.model.queue import Queue

_S: Final = InteractionState


def refusal(reason: str) -> Changed:
    """Nothing changed, and why.

    Raises:
        AgentUnknown: there is no such agent.
    """
    if reason == "unknown_agent":
        raise AgentUnknown(field="agent")
    return Changed(changed=False, reason=reason)


class Transferring(Idling):
    """Owners hand on what they have."""

    def _known(self, interaction: InteractionId, now_ms: int) -> Interaction:
        self._begin(now_ms)
        if interaction not in self.interactions:
            raise NotFound(field="interaction")
        return self.interactions[interaction]

    def _done(self, reason: str) -> Changed:
        self._commit()
        return Changed(changed=True, reason=reason)

    def transfer_to_agent(
        self,
        interaction: InteractionId,
        agent: AgentId,
        target: AgentId,
        *,
        wait: bool = False,
        now_ms: int = 0,
    ) -> Changed:
        """An offer to one colleague; `agent` has it until they accept."""
        x = self._known(interaction, now_ms)
        refused = self._not_owned(x, agent) or (x.transfer and "transferring")
        if refused:
            return refusal(refused)
        a = self.agents.get(target)
        refused, role = self._refusal(a, self._channel_of(x)), a and self._role(x, target)
        if role == "owner":
            refused = "there"
        elif role in ("guest", "consult"):
            refused = "guest"
        waits = refused == "full" and wait
        if a is None or (refused and not waits):
            return refusal(refused or "")
        self._transfer(x, a, waits=waits)
        return self._done("waits" if waits else "offered")

    def transfer_cancel(
        self, interaction: InteractionId, agent: AgentId, *, now_ms: int = 0
    ) -> Changed:
        """Take back a transfer that nobody answered yet."""
        x = self._known(interaction, now_ms)
        refused = self._not_owned(x, agent) or ("" if x.transfer else "not_transferring")
        if refused:
            return refusal(refused)
        self._give_back(x, "cancelled")
        return self._done("cancelled")

    def transfer_to_queue(
        self, interaction: InteractionId, agent: AgentId, queue: QueueId, *, now_ms: int = 0
    ) -> Changed:
        """The giver is done with it at once, and not asked for it again for a while."""
        if not is_queue_id(queue):
            raise BadRequest("a queue is named <department>/<channel>", field="queue")
        return self._send_on(self._known(interaction, now_ms), agent, queue)

    def transfer_to_department(
        self,
        interaction: InteractionId,
        agent: AgentId,
        department: DepartmentId,
        *,
        now_ms: int = 0,
    ) -> Changed:
        """To the department's queue on its channel."""
        if not is_plain_id(department):
            raise BadRequest("an id is made of a-z, 0-9, _ and -, at most 64", field="department")
        x = self._known(interaction, now_ms)
        return self._send_on(x, agent, f"{department}/{self._channel_of(x)}")

    def _send_on(self, x: Interaction, agent: AgentId, to: str) -> Changed:
        refused, target = self._not_owned(x, agent), self.queues.get(to)
        if refused and x.state is not _S.IDLE:
            return refusal(refused)
        if refused == "not_owner":
            return refusal(refused)
        if target is None or target.closing:
            raise QueueUnknown(field="queue")
        if target.channel is not self._channel_of(x):
            raise BadRequest("that queue is on another channel", field="queue")
        if to == x.queue:
            return refusal("there")
        rule = self._refuses(x, target)
        if rule in ("closed", "full"):
            return refusal(rule)
        self._send(x, agent, target)
        return self._done("moved")

    def _send(self, x: Interaction, giver: AgentId, target: Queue) -> None:
        before = self.queues[x.queue]
        self._alone(x, "moved")
        self._unwatch(x, before)
        if x.state is not _S.IDLE:
            self._hand_off(x, self.agents[giver], before)
        times.wait_anew(x, self.now_ms)
        x.requires, x.agent = "", None
        x.become(_S.WAITING, self.now_ms)
        self._lease(x, before)
        self._move(x, target.id, "transferred", giver)
        not_before_ms = self.now_ms + round(target.settings.decline_s * 1000)
        if giver in x.wraps:
            not_before_ms = max(not_before_ms, x.wraps[giver].until_ms)
        x.exclude(giver, not_before_ms, "gave", self.now_ms)
