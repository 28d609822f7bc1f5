"""What agents said last holds, though the server that takes over never heard it."""

from __future__ import annotations

from acd.domain.agent import Availability, When
from acd.domain.ids import AgentId, SessionId
from acd.domain.interaction import Channel
from acd.records.engine import Database
from tests.integration.flow.conftest import ANNA, House
from tests.integration.flow.nodes import (
    BRUNO,
    ONE_DATABASE,
    answer,
    arrive,
    holds,
    node,
    record,
    run_timers,
    set_up,
    state_of,
)
from tests.servers import Server

pytestmark = ONE_DATABASE
CARLA = AgentId("carla")


async def stands(house: House, agent: AgentId) -> list[str]:
    """On chats, calls, tickets."""
    seen = await house.router.agent(agent)
    assert seen
    return [seen.channels[channel].availability.value for channel in Channel]


async def test_a_restart_that_forgot_who_is_here_is_told_it(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    server, _ = servers
    async with node(database, server, tenant) as house:
        await set_up(house, "anna", "bruno", "carla")
        say = house.router.set_presence
        await say(ANNA, channel=None, availability=Availability.OFFLINE)
        await answer(house, held := await arrive(house))
        owner = (await state_of(house, held))[1]
        assert owner in (BRUNO, CARLA)
        other = CARLA if owner == BRUNO else BRUNO
        await say(other, channel=Channel.CALL, availability=Availability.AWAY, reason="break")
        server.write_no_more()
        await say(other, channel=Channel.CALL, availability=Availability.AWAY, reason="lunch")
        await house.available(ANNA)
        await say(other, channel=Channel.CHAT, availability=Availability.AWAY, reason="lunch")
        await say(owner, channel=None, availability=Availability.OFFLINE, when=When.FINISHED)
        await record(house)
    server.kill()
    server.start()
    async with node(database, server, tenant) as house:
        await run_timers(house.router)
        assert await stands(house, ANNA) == ["available"] * 3
        assert await stands(house, other) == ["away", "away", "available"]
        away = await house.router.agent(other)
        assert away
        assert away.channels[Channel.CHAT].reason == away.channels[Channel.CALL].reason == "lunch"
        assert await stands(house, owner) == ["finishing"] * 3
        new = await arrive(house)
        assert (await house.router.interaction(new)).offers[0].agent == ANNA  # type: ignore[union-attr]
        await holds(house)
        await house.router.finish(held, by="agent", agent=owner, wrap_up=False)
        assert await stands(house, owner) == ["away"] * 3
        await holds(house)
        told = await house.history.presence([ANNA, BRUNO, CARLA])
        for agent in (ANNA, BRUNO, CARLA):
            known = [told[agent][channel].availability.value for channel in Channel]
            assert known == await stands(house, agent)


async def test_whom_nobody_vouched_for_is_here_again_when_they_come_back(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    """Told that she is offline, the server would not know that she was available before."""
    server, _ = servers
    async with node(database, server, tenant) as house:
        await set_up(house, "anna")
        server.write_no_more()
        began_ms = await house.router.clock()
        for second in range(120):  # each a look: a gap would be an outage, which blames nobody
            await house.router.run_timers(now_ms=began_ms + 1000 * second)
        assert await stands(house, ANNA) == ["offline"] * 3
        await record(house)
    server.kill()
    server.start()
    async with node(database, server, tenant) as house:
        assert await stands(house, ANNA) == ["available"] * 3
        await house.router.open_session(ANNA, SessionId("ss_again"))
        assert await stands(house, ANNA) == ["available"] * 3
        await holds(house)


async def test_an_empty_live_store_is_told_who_was_here(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    one, two = servers
    async with node(database, one, tenant) as house:
        await set_up(house, "anna", "bruno")
        await house.router.set_presence(BRUNO, channel=None, availability=Availability.AWAY)
        talks = await arrive(house)
        await answer(house, talks)
        await house.router.set_presence(
            ANNA, channel=Channel.CHAT, availability=Availability.AWAY, when=When.FINISHED
        )
        await record(house)
    async with node(database, two, tenant) as house:
        assert await stands(house, ANNA) == ["finishing", "available", "available"]
        assert await stands(house, BRUNO) == ["away"] * 3
        anna = await house.router.agent(ANNA)
        assert anna
        assert anna.grace_until_ms, "her console is not known here"
        await house.router.open_session(ANNA, SessionId("ss_again"))
        assert await stands(house, ANNA) == ["finishing", "available", "available"]
        await house.router.finish(talks, by="agent", agent=ANNA, wrap_up=False)
        assert await stands(house, ANNA) == ["away", "available", "available"]
        await holds(house)


async def test_who_said_that_they_are_off_is_not_back_by_what_was_before(
    servers: tuple[Server, Server], database: Database, tenant: str
) -> None:
    """What the server kept: she lapsed a moment ago, and was available before."""
    server, _ = servers
    async with node(database, server, tenant) as house:
        await set_up(house, "anna")
        began_ms = await house.router.clock()
        for second in range(60):
            await house.router.run_timers(now_ms=began_ms + 1000 * second)
        assert await stands(house, ANNA) == ["offline"] * 3
        server.write_no_more()
        await house.router.open_session(ANNA, SessionId("ss_again"), now_ms=began_ms + 60_000)
        assert await stands(house, ANNA) == ["available"] * 3
        await house.router.set_presence(
            ANNA, channel=None, availability=Availability.OFFLINE, now_ms=began_ms + 60_000
        )
        await record(house)
    server.kill()
    server.start()
    async with node(database, server, tenant) as house:
        await house.router.open_session(ANNA, SessionId("ss_more"), now_ms=began_ms + 61_000)
        assert await stands(house, ANNA) == ["offline"] * 3
        await holds(house)
