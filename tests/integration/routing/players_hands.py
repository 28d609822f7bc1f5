"""How work changes hands: transfers, guests, supervisors' and agents' own picks, silence."""

from __future__ import annotations

from hypothesis import strategies as st

from acd.domain.agent import Availability, When
from acd.domain.interaction import Channel, Opening
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

    @command(9, when=lambda self: self.live)
    def answer_all(self, _data: st.DataObject) -> None:
        """So that there is something to hand on."""
        for offer, agent in self.live:
            self.do("accept", offer, agent)
        for name in self.in_state(S.CONNECTING):
            x = self.model.interactions[name]
            self.do("connected", f"{name}.{x.won}", x.agent)

    @command(9, when=lambda self: self.in_state(S.ACTIVE))
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

    @command(9, when=lambda self: self.in_state(S.ACTIVE))
    def bring_in(self, data: st.DataObject) -> None:
        verb = data.draw(pick(("invite", "consult", "consult")))
        self.do(verb, *self.owned(data), data.draw(pick(AGENTS)))

    @property
    def guests(self) -> list[tuple[str, str]]:
        return [(x.id, guest) for x in self.model.interactions.values() for guest in x.guests]

    @command(8, when=lambda self: self.guests)
    def part(self, data: st.DataObject) -> None:
        name, guest = data.draw(pick(self.guests))
        owner = str(self.model.interactions[name].agent)
        if data.draw(rarely):
            owner = guest = data.draw(pick(AGENTS))
        verb = data.draw(pick(("consult_complete", "consult_complete", "consult_cancel", "leave")))
        if verb == "consult_complete":
            self.do(verb, name, owner, stay=data.draw(st.booleans()))
        else:
            self.do(verb, name, guest if verb == "leave" else owner)

    @command(3)
    def begin_one(self, data: st.DataObject) -> None:
        number = len(self.pair.interactions) + 1
        name = f"ix_{number}"
        if number > 1 and data.draw(rarely):
            name = data.draw(pick(sorted(self.pair.interactions)))
        self.pair.interactions.add(name)
        self.do(
            "open_interaction",
            Opening(
                interaction=name, queue=data.draw(pick((*sorted(self.pair.queues), "it/chat"))),
                contact=f"ct_{number % 7}", conversation=f"cv_{number}",
                agent=data.draw(pick(AGENTS)), level=data.draw(pick((5, 2))),
            ),
        )  # fmt: skip

    @command(3, when=lambda self: self.pair.interactions)
    def say_last_words(self, data: st.DataObject) -> None:
        """A break or the end of the day, when finished."""
        word = data.draw(pick(("away", "offline", "offline", "available", "finishing")))
        self.do(
            "set_presence", data.draw(pick(AGENTS)), channel=data.draw(pick((None, *Channel))),
            availability=Availability(word), reason="lunch", when=When.FINISHED,
        )  # fmt: skip


class Silence(Machine):
    """Customers of chats write, or say nothing for long."""

    @command(4, when=lambda self: self.pair.interactions)
    def write(self, data: st.DataObject) -> None:
        of_interest = self.in_state(S.ACTIVE, S.IDLE) + [
            x.id for x in self.model.interactions.values() if x.wrap_up_until_ms
        ]
        everything = (*sorted(self.pair.interactions), "ix_unknown")
        rather = of_interest and not data.draw(rarely)
        self.do("heard", data.draw(pick(of_interest if rather else everything)))

    @command(3, when=lambda self: self.in_state(S.IDLE))
    def come_back(self, data: st.DataObject) -> None:
        self.do("heard", data.draw(pick(self.in_state(S.IDLE))))

    @command(4, when=lambda self: any(name.startswith("i|") for name in self.model.timers))
    def fall_silent(self, data: st.DataObject) -> None:
        self.wait(data.draw(pick((3, 6))))

    @command(1, when=lambda self: self.in_state(S.IDLE))
    def a_day(self, _data: st.DataObject) -> None:
        self.pair.now_ms += 86_400_000
        self.runner.run(self.pair.run_timers())
        self.note_offers()
