"""A contact centre in which anything may happen: the machinery. What happens is in players.py."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from acd.domain.agent import Availability
from acd.domain.interaction import InteractionState
from acd.routing.redis_link import RedisLink
from acd.routing.router import Router
from tests.integration.routing.pair import Pair

S = InteractionState
TAKE_A_COMMAND = {
    name for name, verb in inspect.getmembers(Router, inspect.isfunction)
    if "command" in inspect.signature(verb).parameters
}  # fmt: skip
AGENTS = ("anna", "bruno", "chloe", "dina", "emil")
pick = st.sampled_from
rarely = pick((False, False, False, False, True))
F = TypeVar("F", bound=Callable[..., None])


class Command(NamedTuple):
    """How often it comes compared with the others, and when it makes sense."""

    weight: int
    when: Callable[[Any], object]


def command(weight: int, when: Callable[[Any], object] = lambda _: True) -> Callable[[F], F]:
    """Mark a method of a player as something that may happen; it is given `data` to draw from."""

    def mark(method: F) -> F:
        method.command = Command(weight, when)  # type: ignore[attr-defined]
        return method

    return mark


class Sent(NamedTuple):
    """A command with an id, as it was sent first."""

    verb: str
    arguments: tuple[Any, ...]
    named: dict[str, Any]


class Machine(RuleBasedStateMachine):
    """Draws commands by their weights and gives each to the scripts and to the model."""

    runner: asyncio.Runner
    link: RedisLink

    def __init__(self) -> None:
        super().__init__()
        tenant = f"t{uuid.uuid4().hex[:12]}"
        self.pair = Pair(Router(self.link, tenant))
        self.model = self.pair.model
        self.consoles: dict[str, str] = {}
        self.contacts: set[str] = set()
        self.offers: list[tuple[str, str]] = []
        """Every offer there ever was."""
        self.sent: list[Sent] = []
        self.numbers = itertools.count()
        found = {name: getattr(type(self), name) for name in dir(type(self))}
        known = {name: one.command for name, one in found.items() if hasattr(one, "command")}
        by_weight = sorted(known.items(), key=lambda item: -item[1].weight)
        # what is first and what is last is drawn more often than the rest
        self.commands: dict[str, Command] = dict([*by_weight[::2], *by_weight[1::2][::-1]])

    @initialize(data=st.data(), seed=st.integers(0, 2**31))
    def begin(self, data: st.DataObject, seed: int) -> None:
        self.pair.seeds.begin(seed)
        self.open_house(data)

    def open_house(self, data: st.DataObject) -> None:
        """The players say what there is at first."""

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        possible = [
            name for name, one in self.commands.items() if one.when(self) for _ in range(one.weight)
        ]
        getattr(self, data.draw(pick(possible)))(data)

    def do(self, verb: str, *arguments: Any, **named: Any) -> Any:
        """Two of three of those that may be sent again carry an id."""
        if verb in TAKE_A_COMMAND and "command" not in named and next(self.numbers) % 3:
            named["command"] = f"c{len(self.sent)}"
            self.sent.append(Sent(verb, arguments, dict(named)))
        note(f"{self.pair.clock} {verb} {arguments} {named}")
        answer = self.runner.run(self.pair.do(verb, *arguments, **named))
        self.note_offers()
        return answer

    def note_offers(self) -> None:
        for x in self.model.interactions.values():
            for ring in x.live:
                if (one := (f"{x.id}.{ring.number}", ring.agent)) not in self.offers:
                    self.offers.append(one)

    def wait(self, seconds: float) -> None:
        """As in life, though in longer steps if it is long."""
        note(f"{self.pair.clock} wait {seconds} {self.beating}")
        step_ms = 1000 if seconds < 10 else 4000
        self.runner.run(self.pair.wait(seconds, step_ms, *self.beating))
        self.note_offers()

    def teardown(self) -> None:
        """In the end everybody leaves, and nothing is left."""
        if self.pair.sound:
            for name in self.in_state(*set(S) - {S.ENDED}):
                self.do("finish", name, by="system", wrap_up=False)
            self.pair.now_ms += 120_000
            self.runner.run(self.pair.run_timers())
            assert not any(agent.held for agent in self.model.agents.values())
        self.runner.run(self.pair.forget())

    # what there is

    @property
    def beating(self) -> tuple[list[tuple[str, str]], list[str]]:
        """The consoles and the contacts whose nodes send heartbeats."""
        return sorted(self.consoles.items()), sorted(self.contacts)

    @property
    def live(self) -> list[tuple[str, str]]:
        return [
            (f"{x.id}.{ring.number}", ring.agent)
            for x in self.model.interactions.values() for ring in x.live
        ]  # fmt: skip

    def in_state(self, *states: InteractionState) -> list[str]:
        return [x.id for x in self.model.interactions.values() if x.state in states]

    def sign_in(self, agent: str) -> None:
        self.consoles[agent] = f"ss_{agent}"
        self.do("open_session", agent, f"ss_{agent}")
        self.do("set_presence", agent, channel=None, availability=Availability.AVAILABLE)
