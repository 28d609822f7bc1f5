"""How work changes hands: transfers, guests, supervisors' and agents' own picks, silence."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.integration.routing.machine import AGENTS, Machine, S, command, pick, rarely


class Hands(Machine):
    """Owners hand on what they have; some in another's name, to nobody, or too late."""

    def owned(self, data: st.DataObject) -> tuple[str, str]:
        """What is active and its owner; now and then anything, or somebody else."""
        active = self.in_state(S.ACTIVE)
        everything = (*sorted(self.pair.interactions), "ix_unknown")
        name = data.draw(pick(everything if not active or data.draw(rarely) else active))
        owner = getattr(self.model.interactions.get(name), "agent", None)
        return name, data.draw(pick(AGENTS)) if owner is None or data.draw(rarely) else owner

    @command(7, when=lambda self: self.in_state(S.ACTIVE))
    def transfer(self, data: st.DataObject) -> None:
        name, agent = self.owned(data)
        wait = data.draw(st.booleans())
        self.do("transfer_to_agent", name, agent, data.draw(pick(AGENTS)), wait=wait)

    @command(3, when=lambda self: self.in_state(S.ACTIVE, S.IDLE))
    def send(self, data: st.DataObject) -> None:
        name, agent = self.owned(data)
        if data.draw(rarely):
            department = data.draw(pick(("sales", "support", "it", "No")))
            self.do("transfer_to_department", name, agent, department)
        else:
            queues = (*sorted(self.pair.queues), "it/chat", "sales")
            self.do("transfer_to_queue", name, agent, data.draw(pick(queues)))

    @command(2, when=lambda self: self.transferred)
    def cancel(self, data: st.DataObject) -> None:
        name = data.draw(pick(self.transferred))
        owner = self.model.interactions[name].agent
        self.do("transfer_cancel", name, data.draw(pick((owner, owner, owner, *AGENTS))))

    @property
    def transferred(self) -> list[str]:
        return [x.id for x in self.model.interactions.values() if x.transfer]

    @command(3, when=lambda self: self.pair.interactions)
    def assign(self, data: st.DataObject) -> None:
        open_ones = self.in_state(*set(S) - {S.ENDED})
        everything = (*sorted(self.pair.interactions), "ix_unknown")
        name = data.draw(pick(everything if not open_ones or data.draw(rarely) else open_ones))
        self.do("assign", name, data.draw(pick(AGENTS)), data.draw(pick(("sofia", 'so"fia'))))

    @command(4, when=lambda self: self.pair.interactions)
    def pull(self, data: st.DataObject) -> None:
        waiting = self.in_state(S.WAITING)
        everything = (*sorted(self.pair.interactions), "ix_unknown")
        name = data.draw(pick(everything if not waiting or data.draw(rarely) else waiting))
        self.do("pull", name, data.draw(pick(AGENTS)))
