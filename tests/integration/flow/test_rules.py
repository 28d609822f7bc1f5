"""From the words of config.toml to what happens to somebody who comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from acd.config import parse_config
from acd.config.provision import provision
from acd.domain.ids import AgentId
from acd.domain.interaction import InteractionState, Outcome
from tests.integration.flow.conftest import House

TEXT = """\
[[sites]]
id = "shop"
name = "Shop"
requires_by_locale = {{ fr = {{ french = 5 }} }}
[[skills]]
id = "french"
[[hours]]
id = "office"
zone = "UTC"
open_days = [{{ day = {day}, periods = ["00:00-24:00"] }}]
[[departments]]
id = "support"
name = "Support"
strategy = "priority"
hours = "{hours}"
on_closed = "{on_closed}"
[[agents]]
id = "anna"
name = "Anna Novak"
email = "anna@example.com"
departments = [{{ department = "support", priority = 1 }}]
skills = {{ french = 2 }}
[[agents]]
id = "claire"
name = "Claire Dubois"
email = "claire@example.com"
departments = [{{ department = "support", priority = 2 }}]
skills = {{ french = 9 }}
"""


async def apply(
    house: House, *, opens_in: int = 0, hours: str = "office", on_closed: str = "form"
) -> None:
    """The configuration in force, its one open day so many days from now."""
    day = (datetime.now(UTC) + timedelta(days=opens_in)).date()
    text = TEXT.format(day=day, hours=hours, on_closed=on_closed)
    await house.directory.apply(provision(parse_config(text, source=Path("c.toml"), env={}), {}))
    await house.compiler.compile_all()


async def offered_to(house: House, locale: str) -> list[str]:
    started = await house.start(locale=locale)
    await house.router.run_timers()  # a requirement that is new becomes a pool
    live = await house.router.interaction(started.interaction)
    assert live
    return [offer.agent for offer in live.offers]


async def test_a_visitor_is_asked_for_in_their_language(house: House) -> None:
    await apply(house, hours="always")
    for agent in ("anna", "claire"):
        await house.available(AgentId(agent))
    assert await offered_to(house, "en") == ["anna"]
    assert await offered_to(house, "fr") == ["claire"]


async def test_who_comes_while_it_is_closed_leaves_a_message(house: House) -> None:
    await apply(house, opens_in=3)
    await house.available(AgentId("anna"))
    started = await house.start()
    live = await house.router.interaction(started.interaction)
    assert live
    assert (live.state, live.outcome) == (InteractionState.ENDED, Outcome.FORM)


async def test_where_one_may_wait_nevertheless_it_is_never_closed(house: House) -> None:
    await apply(house, opens_in=3, on_closed="wait")
    await house.available(AgentId("anna"))
    assert await offered_to(house, "en") == ["anna"]


async def test_on_its_open_day_it_is_open(house: House) -> None:
    await apply(house, opens_in=0)
    await house.available(AgentId("anna"))
    assert await offered_to(house, "en") == ["anna"]
