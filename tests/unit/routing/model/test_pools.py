"""Requirements make pools, time opens them, and contacts find whom they spoke to last."""

from __future__ import annotations

from typing import Any

import pytest

from acd.domain.errors import SkillUnknown
from acd.domain.queue import LastAgent, RelaxStep
from tests.unit.routing.model.house import CHAT, LAST, SALES, House, S

FRENCH = f"{CHAT}[french>=3]"


def skilled(house: House) -> None:
    house.do("configure_skills", ["french", "sales"], 1)


def test_a_requirement_is_met_by_the_skilled(house: House) -> None:
    skilled(house)
    house.queue()
    house.agent("anna")
    house.agent("bruno", skills={"french": 3})
    name = house.arrive(requires={"french": 3})
    house.run_timers()  # the pool is made, then filled
    assert (house.rung(name), house.look(name).pool) == (["bruno"], FRENCH)
    assert house.events("offer.made")[0]["why"]["pool"] == FRENCH


def test_skills_must_be_declared(house: House) -> None:
    skilled(house)
    assert house.do("configure_skills", ["welding"], 0).reason == "stale"
    house.queue()
    with pytest.raises(SkillUnknown):
        house.arrive(requires={"welding": 1})
    house.arrive(requires={"french": 3})
    house.do("configure_skills", ["sales"], 2)
    house.arrive(requires={"french": 3})  # there is a pool for it


def test_the_wait_opens_a_requirement_step_by_step(house: House) -> None:
    skilled(house)
    house.queue(relax=(RelaxStep(after_s=10, level=1), RelaxStep(after_s=20)))
    house.agent("anna")
    house.agent("bruno", skills={"french": 1})
    name = house.arrive(requires={"french": 3})
    house.later(9)
    assert house.look(name).state is S.WAITING
    house.later(2)
    assert house.rung(name) == ["bruno"]
    house.do("decline", f"{name}.1", "bruno")
    house.later(10)
    assert house.rung(name) == ["anna"]
    assert [event["step"] for event in house.events("interaction.relaxed")] == [1, 2]


def test_a_step_due_while_it_rings_counts_when_the_wait_goes_on(house: House) -> None:
    skilled(house)
    house.queue(relax=(RelaxStep(after_s=2),))
    house.agent("anna")
    house.agent("bruno", skills={"french": 3})
    name = house.arrive(requires={"french": 3})
    house.later(3)
    house.do("decline", f"{name}.1", "bruno")
    assert house.rung(name) == ["anna"]


def test_of_too_many_pools_the_last_is_refused(house: House) -> None:
    skills = [f"s{number}" for number in range(65)]
    house.do("configure_skills", skills, 1)
    house.queue(relax=(RelaxStep(after_s=60),))
    house.agent("anna", here=False)
    names = [house.arrive(requires={skill: 1}) for skill in skills]
    assert house.look(names[-1]).pool == CHAT
    assert len(house.events("pool.refused")) == 1


def test_a_pool_that_nobody_requires_is_dropped_after_an_hour(house: House) -> None:
    skilled(house)
    house.queue()
    house.agent("bruno", skills={"french": 3})
    queue = house.model.queues[CHAT]
    name = house.arrive(requires={"french": 3})
    house.run_timers()
    house.answer(name)
    for _ in range(30):
        house.later(60, step_ms=4000)
    again = house.arrive(requires={"french": 3})
    assert house.rung(again) == ["bruno"]
    house.say("bruno", "away")
    for _ in range(31):
        house.later(60, step_ms=4000)
    assert FRENCH in queue.pools, "it was required half an hour ago"
    for _ in range(31):
        house.later(60, step_ms=4000)
    assert FRENCH in queue.pools, "one stands in it"
    house.do("abandon", again)
    for _ in range(61):
        house.later(60, step_ms=4000)
    assert FRENCH not in queue.pools


def test_the_pools_of_a_queue_go_with_it(house: House) -> None:
    skilled(house)
    house.queue()
    house.arrive(requires={"french": 3})
    house.do("remove_queue", CHAT, LAST)
    house.outage(3601)
    assert not house.model.queues


def test_other_queues_have_other_pools(house: House) -> None:
    skilled(house)
    house.queue()
    house.queue(SALES)
    house.agent("anna", SALES, skills={"french": 3})
    name = house.arrive(requires={"french": 3})
    house.do("move", name, SALES, "sam")
    house.run_timers()
    assert house.rung(name) == ["anna"]


# whom they spoke to last


@pytest.mark.parametrize("last", [LastAgent.OFF, LastAgent.PREFER])
def test_who_served_the_contact_last_is_asked_first(house: House, last: LastAgent) -> None:
    house.queue(last_agent=last)
    house.agent("anna")
    house.later(1)
    house.agent("bruno")
    asked = "bruno" if last is LastAgent.PREFER else "anna"
    assert house.rung(house.arrive(last_agent="bruno")) == [asked]


def waits_for_anna(house: House) -> str:
    """Anna is full; Bruno would have room."""
    house.queue(last_agent=LastAgent.WAIT, last_agent_wait_s=30)
    house.agent("anna", chat=1)
    house.served()
    house.agent("bruno")
    name = house.arrive(last_agent="anna")
    assert (house.look(name).personal, house.rung(name)) == ("anna", [])
    return name


def test_it_waits_for_whom_it_prefers(house: House) -> None:
    name = waits_for_anna(house)
    house.do("finish", "ix_1", by="agent", agent="anna")
    assert house.rung(name) == ["anna"]
    assert house.events("offer.made")[-1]["why"]["sticky"] == "wait"


def test_and_no_longer_than_is_worth_it(house: House) -> None:
    name = waits_for_anna(house)
    house.later(30)
    assert house.rung(name) == ["bruno"]


@pytest.mark.parametrize("how", ["away", "removed", "lost", "elsewhere"])
def test_nor_for_somebody_who_left(house: House, how: str) -> None:
    name = waits_for_anna(house)
    if how == "away":
        house.say("anna", "away")
    elif how == "removed":
        house.do("remove_agent", "anna", LAST)
    elif how == "lost":
        house.go("anna")
        house.later(19)
        assert house.look(name).personal == "anna", "she may come back"
        house.later(1)
    else:
        house.queue(SALES)
        house.agent("anna", SALES)
    assert house.rung(name) == ["bruno"]


def test_more_than_a_page_of_them(house: House) -> None:
    house.queue(last_agent=LastAgent.WAIT, last_agent_wait_s=300)
    house.agent("anna", chat=1)
    house.served()
    names = [house.arrive(last_agent="anna") for _ in range(70)]
    house.agent("anna", chat=1, total=90)  # still here: all are looked at, and all wait on
    house.run_timers()
    assert {house.look(name).personal for name in names} == {"anna"}
    house.say("anna", "away")
    house.run_timers()
    assert {house.look(name).personal for name in names} == {None}


def test_a_page_of_those_whose_agent_is_gone_for_good(house: House) -> None:
    house.queue(last_agent=LastAgent.WAIT, last_agent_wait_s=300, wrap_up_s=5)
    house.agent("anna", chat=1)
    house.do("finish", house.served(), by="agent", agent="anna")
    names = [house.arrive(last_agent="anna") for _ in range(64)]
    house.do("remove_agent", "anna", LAST)
    house.run_timers()
    assert "anna" not in house.model.agents
    assert {house.look(name).personal for name in names} == {None}


def test_patience_that_ends_in_a_pool_yet_to_be_filled(house: House) -> None:
    skilled(house)
    waits: dict[str, Any] = {"last_agent": LastAgent.WAIT, "last_agent_wait_s": 5}
    house.queue(**waits)
    house.agent("anna", chat=1, skills={"french": 3})
    first = house.arrive(requires={"french": 3})
    house.run_timers()
    house.answer(first)
    house.agent("bruno", skills={"french": 2})
    name = house.arrive(requires={"french": 3}, last_agent="anna")
    assert house.look(name).personal == "anna"
    house.queue(**waits, relax=(RelaxStep(after_s=1, level=2),))
    house.later(5)
    assert house.look(name).pool == f"{CHAT}[french>=2]"
    assert house.rung(name) == ["bruno"]


def test_nobody_waits_for_one_who_never_came(house: House) -> None:
    house.queue(last_agent=LastAgent.WAIT, last_agent_wait_s=60)
    name = house.arrive(last_agent="nobody")
    assert house.look(name).personal is None
    house.agent("anna")
    assert house.rung(name) == ["anna"]
