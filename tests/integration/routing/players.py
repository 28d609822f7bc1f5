"""What may happen in a contact centre: customers, agents, bad lines, time."""

from __future__ import annotations

from hypothesis import strategies as st

from acd.domain.agent import Availability
from acd.domain.interaction import Arrival, Channel
from tests.integration.routing.machine import AGENTS, Machine, S, command, pick, rarely

REQUIREMENTS: tuple[dict[str, int], ...] = (
    {}, {}, {}, {"french": 1}, {"french": 3}, {"french": 2, "sales": 1}, {"sales": 2},
)  # fmt: skip
MISTAKEN = ("transfer_to_agent", "invite", "consult", "leave", "assign", "pull", "move")
"""What may be sent with the id of another of its kind."""
WORDS = ("available", "available", "available", "away", "offline")
REASONS = ("", "lunch", "vélo", 'a "quoted" reason that is longer than forty characters')


class Customers(Machine):
    """They arrive, fall silent, come back and leave."""

    @command(14)
    def arrive(self, data: st.DataObject) -> None:
        number = len(self.pair.interactions) + 1
        name = f"ix_{number}"
        if number > 1 and data.draw(rarely):
            name = data.draw(pick(sorted(self.pair.interactions)))
        self.pair.interactions.add(name)
        self.contacts.add(name)
        age_ms = data.draw(pick((0, 0, 0, 30_000, -5000)))
        self.do(
            "enqueue",
            Arrival(
                interaction=name, queue=data.draw(pick(sorted(self.pair.queues))),
                contact=f"ct_{number % 7}", level=data.draw(pick((5, 5, 1, 2, 6, 9))),
                conversation=f"cv_{number}", card='{"contact_name":"Zoé"}',
                leased=data.draw(pick((True, True, False))),
                arrived_ms=age_ms and self.pair.now_ms - age_ms,
                requires=data.draw(pick(REQUIREMENTS)),
                last_agent=data.draw(pick((None, *AGENTS))),
            ),
            reject=data.draw(rarely),
        )  # fmt: skip

    @command(4, when=lambda self: self.pair.interactions)
    def contact(self, data: st.DataObject) -> None:
        here = [x.id for x in self.model.interactions.values() if x.state is not S.ENDED]
        name = data.draw(pick(here or sorted(self.pair.interactions)))
        verb = data.draw(pick(("contact_lost", "contact_back", "abandon", "")))
        self.contacts.symmetric_difference_update({name})
        if verb == "contact_lost":
            self.do(verb, name, grace_s=data.draw(pick((None, 5))))
        elif verb:
            self.do(verb, name)

    @command(1, when=lambda self: self.pair.interactions)
    def leave_late(self, data: st.DataObject) -> None:
        verb = data.draw(pick(("contact_lost", "contact_back", "abandon")))
        self.do(verb, data.draw(pick((*sorted(self.pair.interactions), "ix_unknown"))))


class Agents(Machine):
    """They answer rings, work, and say what they are; some too late, or in another's name."""

    def an_offer(self, data: st.DataObject) -> tuple[str, str]:
        """A live one and its agent; now and then an old one, or somebody else."""
        offers = self.offers if not self.live or data.draw(rarely) else self.live
        offer, agent = data.draw(pick(offers))
        return offer, data.draw(pick(AGENTS)) if data.draw(rarely) else agent

    @command(14, when=lambda self: self.live)
    def accept(self, data: st.DataObject) -> None:
        self.do("accept", *self.an_offer(data))

    @command(2, when=lambda self: self.offers)
    def accept_late(self, data: st.DataObject) -> None:
        offer, agent = data.draw(pick(self.offers))
        self.do("accept", f"{offer}9" if data.draw(rarely) else offer, agent)

    @command(5, when=lambda self: self.offers)
    def decline(self, data: st.DataObject) -> None:
        self.do("decline", *self.an_offer(data), data.draw(pick(REASONS)))

    @command(4, when=lambda self: self.offers)
    def fail(self, data: st.DataObject) -> None:
        self.do("fail", *self.an_offer(data), data.draw(pick(("busy", "unreachable", "ice: 408"))))

    @command(2, when=lambda self: self.offers)
    def deliver(self, data: st.DataObject) -> None:
        self.do("delivered", *self.an_offer(data))

    @command(3, when=lambda self: self.live)
    def deliver_all(self, _data: st.DataObject) -> None:
        for offer, agent in self.live:
            self.do("delivered", offer, agent)

    @command(1, when=lambda self: self.offers)
    def extend(self, data: st.DataObject) -> None:
        extra_ms = data.draw(pick((1, 8000, 30_000, 120_001)))
        self.do("extend", *self.an_offer(data), extra_ms)

    @command(6, when=lambda self: self.in_state(S.CONNECTING))
    def connect(self, data: st.DataObject) -> None:
        x = self.model.interactions[data.draw(pick(self.in_state(S.CONNECTING)))]
        if data.draw(pick((False, False, True))):
            self.do("fail", f"{x.id}.{x.won}", x.agent, "no media")
        else:
            self.do("connected", f"{x.id}.{x.won}", x.agent)

    @command(1, when=lambda self: self.offers)
    def connect_late(self, data: st.DataObject) -> None:
        self.do("connected", *data.draw(pick((*self.offers, ("ix_unknown.1", "anna")))))

    @command(8, when=lambda self: self.in_state(S.ACTIVE))
    def finish(self, data: st.DataObject) -> None:
        x = self.model.interactions[data.draw(pick(self.in_state(S.ACTIVE)))]
        self.do("finish", x.id, by="agent", agent=x.agent, wrap_up=data.draw(st.booleans()))

    @command(3, when=lambda self: self.pair.interactions)
    def finish_any(self, data: st.DataObject) -> None:
        name = data.draw(pick(sorted(self.pair.interactions)))
        by, agent = data.draw(pick(("agent", "contact", "system", "nobody"))), None
        if data.draw(rarely):
            agent = data.draw(pick(AGENTS))
        self.do("finish", name, by=by, agent=agent, wrap_up=data.draw(st.booleans()))

    @command(3, when=lambda self: self.pair.interactions)
    def wrap_up(self, data: st.DataObject) -> None:
        wrapping = [x.id for x in self.model.interactions.values() if x.wrap_up_until_ms]
        name = data.draw(pick(wrapping or sorted(self.pair.interactions)))
        owner = getattr(self.model.interactions.get(name), "agent", None)
        if owner is None or data.draw(rarely):
            owner = data.draw(pick(AGENTS))
        self.do(data.draw(pick(("wrap_up_end", "wrap_up_extend"))), name, owner)

    @command(6)
    def say(self, data: st.DataObject) -> None:
        """With the next sequence, an older one, or one that skips some."""
        agent = data.draw(pick(AGENTS))
        seq, known = data.draw(pick((0, 0, 0, -1, 0, 3))), self.model.agents.get(agent)
        self.do(
            "set_presence", agent, channel=data.draw(pick((None, None, *Channel))),
            availability=Availability(data.draw(pick(WORDS))), reason=data.draw(pick(REASONS)),
            seq=max(1, known.presence_seq + seq) if seq and known else 0,
        )  # fmt: skip

    @command(5)
    def console(self, data: st.DataObject) -> None:
        """Closed, silent or opened again; or a second one comes and goes."""
        agent = data.draw(pick(AGENTS))
        how = data.draw(pick(("close", "silent", "second")))
        if how == "second":
            known = self.model.agents.get(agent)
            there = known is not None and "ss_phone" in known.sessions
            self.do("close_session" if there else "open_session", agent, "ss_phone")
        elif agent not in self.consoles:
            self.consoles[agent] = f"ss_{agent}"
            self.do("open_session", agent, f"ss_{agent}")
        else:
            session = self.consoles.pop(agent)
            if how == "close":
                self.do("close_session", agent, session)


class Lines(Machine):
    """Those between a person and the house are bad: what was sent is sent again."""

    @command(6, when=lambda self: self.sent)
    def send_again(self, data: st.DataObject) -> None:
        """Most often something of late; now and then long ago, or with other words."""
        again = data.draw(pick(self.sent if data.draw(rarely) else self.sent[-3:]))
        arguments = again.arguments
        if again.verb in MISTAKEN and data.draw(rarely):
            others = [one for one in self.sent if one.verb == again.verb]
            arguments = (arguments[0], *data.draw(pick(others)).arguments[1:])
        self.do(again.verb, *arguments, **again.named)


class Time(Machine):
    """It passes: as in life, unnoticed, backwards, or with the whole house asleep."""

    @command(6)
    def some_seconds(self, data: st.DataObject) -> None:
        self.wait(data.draw(pick((0.5, 1, 2, 4, 6))))

    @command(1)
    def a_minute(self, data: st.DataObject) -> None:
        self.wait(data.draw(pick((16, 25, 65))))

    @command(4)
    def unnoticed(self, data: st.DataObject) -> None:
        """Timers will be late. Or a clock was set back."""
        self.pair.now_ms += data.draw(pick((1, 700, 3000, 4999, -2000)))

    @command(1)
    def outage(self, data: st.DataObject) -> None:
        self.pair.now_ms += data.draw(pick((5001, 8000, 30_000, 200_000, 3_700_000)))

    @command(3)
    def run_timers(self, _data: st.DataObject) -> None:
        self.do("run_timers")

    @command(2)
    def beat(self, data: st.DataObject) -> None:
        consoles, contacts = self.beating
        self.do("heartbeat", consoles[: data.draw(st.integers(0, 5))], contacts)
