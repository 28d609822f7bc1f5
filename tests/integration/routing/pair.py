"""The scripts and the reference model side by side, given the same commands at the same times."""

from __future__ import annotations

import asyncio
import inspect
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from acd.domain.errors import AcdError
from acd.domain.events import Event
from acd.domain.interaction import InteractionState
from acd.routing import keys
from acd.routing.model import Model
from acd.routing.router import Router
from tests.integration.routing.fold import Fold
from tests.integration.routing.world import START_MS
from tests.log import events_of

S = InteractionState


class Seeds:
    """One number a command, the same for both."""

    def __init__(self) -> None:
        self.begin(0)

    def begin(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self.value = 0

    def next(self) -> None:
        self.value = self._dice.getrandbits(31)

    def getrandbits(self, _bits: int) -> int:
        return self.value

    def __call__(self) -> int:
        return self.value


class Pair:
    """Every verb through `do`; whatever differs afterwards is a finding."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.seeds = Seeds()
        self.model = Model(self.seeds)
        router._seeds = self.seeds  # type: ignore[assignment]
        self.now_ms = START_MS
        self.fold = Fold()
        self.agents: set[str] = set()
        self.queues: set[str] = set()
        self.interactions: set[str] = set()
        self.sound = True
        """Nothing has differed so far."""
        self._hurried = False
        self._position = "-"
        self._seen = 0

    @property
    def clock(self) -> str:
        """How long it has been, in a story of what happened."""
        return f"{(self.now_ms - START_MS) / 1000:.3f}"

    async def do(self, verb: str, *arguments: Any, **named: Any) -> Any:
        """Both answer the same, log the same, and hold the same afterwards.

        command: the id under which it may be sent again.
        """
        answer = await self._do(verb, *arguments, **named)
        if not self._hurried:
            await self.compare()
        return answer

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Answers and events are compared one by one as ever, what is held only by what follows."""
        self._hurried = True
        yield
        self._hurried = False

    async def _do(self, verb: str, *arguments: Any, **named: Any) -> Any:
        self.seeds.next()
        self.sound = False
        named["now_ms"] = self.now_ms
        scripts = await _answer(self.router, verb, arguments, named)
        if command := named.pop("command", ""):
            model = await _answer(self.model, "once", (command, verb, *arguments), named)
        else:
            model = await _answer(self.model, verb, arguments, named)
        assert scripts == model, (verb, scripts, model)
        await self._same_events(verb)
        self.sound = True
        return scripts

    async def _same_events(self, verb: str) -> None:
        client = self.router.link.client
        reply = await client.xrange(keys.events(self.router.tenant), self._position, "+")
        logged = events_of(reply)
        if logged:
            self._position = f"({logged[-1].position}"
        expected = self.model.events[self._seen :]
        self._seen += len(expected)
        for event, wanted in zip(logged, expected, strict=False):
            assert _plain(event) == _plain(wanted), (verb, event, wanted)
        assert len(logged) == len(expected), (
            verb,
            logged[len(expected) :],
            expected[len(logged) :],
        )
        for event in logged:
            self.fold.apply(event)

    async def compare(self) -> None:
        """All that can be seen is equal, and no invariant is broken."""
        at = {"now_ms": self.now_ms}
        self.sound = False
        questions = [
            *(("agent", name) for name in sorted(self.agents)),
            *(("interaction", name) for name in sorted(self.interactions)),
            *(("position", name) for name in sorted(self.interactions)),
            *(("queue", name) for name in sorted(self.queues)),
        ]
        answers = await asyncio.gather(
            *(getattr(self.router, what)(name, **at) for what, name in questions),
            self.router.check(**at),
            self._times("timers"),
            self._times("leases"),
        )
        timers, leases, found = answers.pop(-2), answers.pop(), answers.pop()
        await self._explained()
        for (what, name), answer in zip(questions, answers, strict=True):
            expected = getattr(self.model, what)(name, **at)
            assert answer == expected, (what, name, answer, expected)
        assert not found, found
        assert not (wrong := _differences(timers, self.model.timers)), wrong
        assert not (wrong := _differences(leases, self.model.leases)), wrong
        self.sound = True

    async def _explained(self) -> None:
        """The first and the last of those who look for agents, where agents are found."""
        looking = [
            x.id for x in self.model.interactions.values()
            if x.state in (S.WAITING, S.RINGING) and self.model.queues[x.queue].serves(x.pool)
        ]  # fmt: skip
        for name in {*looking[:1], *looking[-1:]}:
            told = await self.router.explain(name, now_ms=self.now_ms)
            assert told is not None
            expected = self.model.verdicts(name, now_ms=self.now_ms)
            for one, wanted in zip(told.agents, expected, strict=True):
                assert one == wanted, (name, one, wanted)

    async def _times(self, kind: str) -> dict[str, int]:
        name = keys.prefix(self.router.tenant) + kind
        client: Any = self.router.link.client
        found = await client.zrange(name, 0, -1, withscores=True)
        return {member: int(at_ms) for member, at_ms in found}

    async def beat(self, sessions: list[tuple[str, str]], contacts: list[str]) -> None:
        await self._do("heartbeat", sessions, contacts)

    async def run_timers(self) -> None:
        for _ in range(200):
            if not (await self._do("run_timers")).more:
                return
        raise AssertionError("the timers do not come to an end")

    async def wait(
        self,
        seconds: float,
        step_ms: int,
        sessions: list[tuple[str, str]],
        contacts: list[str],
    ) -> None:
        """Time passes: with every step the timers, and heartbeats of these."""
        end_ms = self.now_ms + round(seconds * 1000)
        while self.now_ms < end_ms:
            self.now_ms = min(end_ms, self.now_ms + step_ms)
            await self.beat(sessions, contacts)
            await self.run_timers()
        await self.compare()

    async def forget(self) -> None:
        """Leave nothing in the database."""
        client = self.router.link.client
        found = [name async for name in client.scan_iter(keys.prefix(self.router.tenant) + "*")]
        if found:
            await client.unlink(*found)


async def _answer(of: Any, verb: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
    try:
        answer = getattr(of, verb)(*arguments, **named)
        return await answer if inspect.isawaitable(answer) else answer
    except AcdError as error:
        return type(error), error.code


def _differences(
    scripts: Mapping[str, int], model: Mapping[str, int]
) -> dict[str, tuple[int | None, int | None]]:
    """Apart from those that only continue what a bound or a chunk cut short."""
    return {
        name: (scripts.get(name), model.get(name))
        for name in {*scripts, *model}
        if scripts.get(name) != model.get(name) and name[:2] not in ("d|", "b|", "u|")
    }


def _plain(event: Event) -> Event:
    return replace(event, position="", data=dict(event.data))
