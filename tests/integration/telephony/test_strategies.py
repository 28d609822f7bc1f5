"""Every strategy with telephones: a whole node with rtpengine, and each word said is heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from acd.app import Node, running_node
from acd.config.loader import parse_config
from acd.domain.agent import Availability
from acd.domain.ids import AgentId, SessionId
from acd.domain.interaction import Channel
from tests.contract.telephony.rig import eventually
from tests.outcomes import outcomes_of_calls
from tests.peers.phone import Phone
from tests.peers.phone_call import PhoneCall
from tests.telephony import MUSIC_HZ, department, desk_agent, telephony

CALLERS_HZ = (1000, 1100, 1200, 1300)
AGENTS_HZ = {"anna": 700, "bruno": 820, "claire": 940}
SIGNED_IN = ("claire", "anna", "bruno")
"""In this order, so that Claire is without work longest."""
PRIORITY = {"bruno": 1, "claire": 2, "anna": 3}
ALL = tuple(AGENTS_HZ)
RUNG = {
    "ring_all": (ALL, ("bruno", "claire"), ("claire",), ALL),
    "priority": (("bruno",), ("claire",), ("anna",), ("bruno",)),
    "max_utilization": (("claire",), ("claire",), ("anna",), ("bruno",)),
    "average_utilization": (("claire",), ("anna",), ("bruno",), ("anna",)),
    "round_robin": (("anna",), ("bruno",), ("claire",), ("anna",)),
    "longest_idle": (("claire",), ("anna",), ("bruno",), ("anna",)),
}
"""Whom each of four calls rings: the first three go on together, then they end, the second first
and the first last, and the fourth comes. Whoever is named first picks up.
"""
PLACES = {"max_utilization": 2, "average_utilization": 2}
"""How many calls an agent takes at once, where not one: only then some have more than others."""
SHORT = ("ring_all", "round_robin")
"""They stand for all in the quick run."""


@dataclass
class Talk:
    """A caller and the desk phone that has the call."""

    agent: str
    calling: PhoneCall
    ringing: PhoneCall


@dataclass
class House:
    """The node, who calls it, and the desk phones of all agents: one telephone has them."""

    node: Node
    address: tuple[str, int]
    caller: Phone
    desks: Phone
    database: Path

    async def sign_in(self) -> None:
        router = self.node.services.router
        for name in SIGNED_IN:
            await router.open_session(AgentId(name), SessionId(f"ss_{name}"))
            await router.set_presence(
                AgentId(name), channel=None, availability=Availability.AVAILABLE
            )
            await asyncio.sleep(0.002)  # who came first is told by the millisecond

    async def talk(self, hertz: int, many: int) -> tuple[Talk, tuple[str, ...]]:
        """Somebody calls and hears music, and so many desks ring, which are named; the first of
        them is picked up, the others ring no longer, and both hear each other.
        """
        self.caller.hertz = hertz
        calling = await self.caller.call("600", self.address)
        rung: dict[str, PhoneCall] = {}
        async with asyncio.timeout(8):
            while len(rung) < many:
                one = await self.desks.ringing.get()
                assert one.invite is not None
                rung[one.invite.called] = one
        await calling.voice.hears(MUSIC_HZ)
        first, *others = sorted(rung)
        await self.desks.pick_up(rung[first])
        await asyncio.gather(calling.voice.hears(AGENTS_HZ[first]), rung[first].voice.hears(hertz))
        for other in others:
            await rung[other].is_over()
        assert self.desks.ringing.empty(), "nobody else was rung"
        return Talk(first, calling, rung[first]), tuple(sorted(rung))

    async def held(self) -> dict[str, int]:
        """Slots that are taken, by agent."""
        seen = {name: await self.node.services.router.agent(AgentId(name)) for name in ALL}
        return {name: one.channels[Channel.CALL].count for name, one in seen.items() if one}

    async def end(self, talk: Talk, *, by_agent: bool) -> None:
        """One hangs up, the other hears so, and the slot is free."""
        before = (await self.held())[talk.agent]
        gone, left = (talk.ringing, talk.calling) if by_agent else (talk.calling, talk.ringing)
        assert await gone.bye_now() == 200
        await left.is_over()

        async def is_free() -> bool:
            return (await self.held())[talk.agent] == before - 1

        await eventually(is_free)

    async def recorded(self, calls: int) -> None:
        async def all_ended() -> bool:
            return outcomes_of_calls(self.database) == {"handled": calls}

        await eventually(all_ended)


@asynccontextmanager
async def house(strategy: str, folder: Path) -> AsyncIterator[House]:
    tables, sip = telephony(folder)
    async with Phone.open() as caller, Phone.open() as desks:
        desks.tones = AGENTS_HZ
        agents = "".join(
            desk_agent(
                name, desks.port, priority=PRIORITY[name],
                more=f"capacity = {{ call = {{ weight = 50, max = {PLACES.get(strategy, 1)} }} }}",
            )
            for name in ALL
        )  # fmt: skip
        config = parse_config(
            department(f'strategy = "{strategy}"') + agents + tables,
            source=folder / "config.toml",
            env={"ACD_SERVER__PORT": "0", "ACD_SERVER__DATA_DIR": str(folder / "data")},
        )
        async with running_node(config, front_end=False) as node:
            found = House(node, ("127.0.0.1", sip), caller, desks, folder / "data" / "acd.db")
            await found.sign_in()
            yield found
            assert set((await found.held()).values()) == {0}
            assert await node.services.router.check() == []


async def four_calls(found: House, rung: tuple[tuple[str, ...], ...] | None) -> list[Talk]:
    """The calls of `RUNG`, and whom they rang; with None, one desk rings for each."""
    talks: list[Talk] = []
    for number, hertz in enumerate(CALLERS_HZ):
        if number == len(CALLERS_HZ) - 1:
            await found.end(talks[1], by_agent=True)
            await found.end(talks[2], by_agent=False)
            await found.end(talks[0], by_agent=True)
        wanted = rung[number] if rung else ("",)
        talk, rang = await found.talk(hertz, len(wanted))
        assert rang == wanted or rung is None, f"call {number + 1}"
        talks.append(talk)
    await found.end(talks[3], by_agent=False)
    await found.recorded(len(CALLERS_HZ))
    return talks


def _marked(strategy: str) -> object:
    return strategy if strategy in SHORT else pytest.param(strategy, marks=pytest.mark.long)


@pytest.mark.parametrize("strategy", [_marked(each) for each in RUNG])
async def test_the_strategy_says_who_is_rung_and_both_are_heard(
    peer: Callable[[str], Path], tmp_path: Path, strategy: str
) -> None:
    peer("rtpengine")
    async with house(strategy, tmp_path) as found:
        await four_calls(found, RUNG[strategy])


@pytest.mark.long
async def test_by_lot_everybody_free_is_as_likely(
    peer: Callable[[str], Path], tmp_path: Path
) -> None:
    """While three talk, each has one of them: nobody rings twice, and nobody is left out."""
    peer("rtpengine")
    async with house("random", tmp_path) as found:
        talks = await four_calls(found, None)
        assert {talk.agent for talk in talks[:3]} == set(ALL)
