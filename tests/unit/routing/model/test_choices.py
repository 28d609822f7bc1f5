"""Whom the strategies choose, and where one command leaves the rest to the next."""

from __future__ import annotations

import pytest

from acd.domain.agent import Membership
from acd.domain.why import Why
from tests.unit.routing.model.house import CHAT, LAST, SALES, TICKET, House, S


@pytest.mark.parametrize(
    "strategy",
    ["priority", "max_utilization", "average_utilization", "round_robin", "random"],
)
def test_every_choice_says_why(house: House, strategy: str) -> None:
    house.queue(strategy=(strategy,), measure="ratio" if "average" in strategy else "count")
    house.agent("anna", Membership(queue=CHAT, priority=2))
    house.agent("bruno", Membership(queue=CHAT, priority=1))
    why = house.look(house.arrive()).live[0].why
    assert why["strategy"] == strategy
    assert set(why) <= set(Why.__annotations__)
    assert bool(why["keys"]) != ("seed" in why)


def test_lots_are_drawn_among_those_who_may_be_asked(house: House) -> None:
    house.queue(strategy=("average_utilization", "random"), decline_s=600, ring_time_s=600)
    house.agent("anna")
    house.served()
    for number in range(30):
        house.agent(f"agent-{number:02d}")
    name, asked = house.arrive(), set()
    for _ in range(30):
        (ring,) = house.look(name).live
        asked.add(ring.agent)
        house.do("decline", f"{name}.{ring.number}", ring.agent)
    assert (len(asked), house.rung(name)) == (30, ["anna"]), "she has one more than the others"


def test_fewer_are_left_than_a_ring_asks(house: House) -> None:
    house.queue(strategy=("random",), ring=3)
    name = house.arrive()
    house.agent("anna")
    house.agent("bruno")
    assert house.rung(name) == ["anna", "bruno"]
    assert sorted(house.rung(house.arrive())) == ["anna", "bruno"]


def test_lots_end_at_the_bound_of_a_command(house: House) -> None:
    house.queue(strategy=("random",), ring=3, decline_s=600, ring_time_s=600)
    name = house.arrive()
    for number in range(60):
        house.agent(f"agent-{number:02d}")
        house.do("decline", f"{name}.{number + 1}", f"agent-{number:02d}")
    house.do("contact_lost", name)
    for agent in ("anna", "bruno", "chloe"):
        house.agent(agent)
    house.do("contact_back", name)
    assert f"d|i|{name}" in house.model.timers
    house.run_timers()
    assert sorted(house.rung(name)) == ["anna", "bruno", "chloe"]


def test_own_rank_comes_before_the_other_lines(house: House) -> None:
    for queue in (CHAT, SALES, TICKET):
        house.queue(queue)
    ticket, first, second = house.arrive(TICKET), house.arrive(CHAT), house.arrive(SALES)
    house.agent(
        "anna", Membership(queue=CHAT), Membership(queue=SALES, rank=1), TICKET,
        here=False, chat=1, total=25,
    )  # fmt: skip
    house.agent("anna", CHAT, Membership(queue=SALES, rank=1), TICKET, chat=1, total=25)
    rung = [bool(house.rung(name)) for name in (first, second, ticket)]
    assert rung == [False, True, True]


def test_who_becomes_free_joins_the_ring_that_is_not_full(house: House) -> None:
    house.queue(strategy=("ring_all",), ring_limit=3)
    house.agent("anna")
    name = house.arrive()
    house.agent("bruno")
    assert house.rung(name) == ["anna", "bruno"]
    house.do("decline", f"{name}.2", "bruno")
    house.agent("chloe")
    assert house.rung(name) == ["anna", "chloe"]
    house.do("contact_lost", name)
    house.do("decline", f"{name}.3", "chloe")
    house.agent("dina")
    assert house.rung(name) == ["anna"], "nobody more while the contact is away"
    house.do("contact_back", name)
    assert house.rung(name) == ["anna", "dina"]


def test_a_wide_ring_asks_more_as_they_come(house: House) -> None:
    house.queue(ring=2)
    first, second = house.arrive(), house.arrive()
    house.agent("anna", chat=1)
    assert house.rung(first) == ["anna"]
    house.agent("bruno")
    assert (house.rung(second), house.rung(first)) == (["bruno"], ["anna", "bruno"])


def test_a_line_that_is_tried_in_vain_stands_as_it_stood(house: House) -> None:
    house.queue(max_wait_s=30)
    house.agent("anna")
    name = house.arrive()
    house.do("decline", f"{name}.1", "anna")
    house.later(10)
    house.queue(max_wait_s=30, strategy=("priority",))
    assert house.look(name).state is S.WAITING
    house.later(20)
    assert house.look(name).outcome == "rejected"


def test_more_wait_than_one_command_may_offer(house: House) -> None:
    house.queue()
    house.agent("anna", chat=40, total=1000)
    house.say("anna", "away")
    names = [house.arrive() for _ in range(40)]
    house.say("anna", "available")
    assert sum(bool(house.rung(name)) for name in names) == 16
    house.run_timers()
    assert all(house.rung(name) for name in names)


@pytest.mark.parametrize("then", ["goes on", "removed"])
def test_more_exclude_the_agent_than_one_command_may_look_at(house: House, then: str) -> None:
    house.queue(delivery_s=600, ring_time_s=600, decline_s=600, max_missed=9)
    house.agent("anna", chat=200, total=10_000)
    names = [house.arrive() for _ in range(90)]
    for name in names:
        house.do("decline", f"{name}.1", "anna")
    house.agent("busy", SALES)
    last = house.arrive()
    house.do("fail", f"{last}.1", "anna", "busy")
    house.say("anna", "away")
    house.say("anna", "available")
    assert any(timer.startswith("d|a|anna") for timer in house.model.timers)
    if then == "removed":
        house.do("remove_agent", "anna", LAST)
    house.run_timers()
    assert not any(map(house.rung, names))


@pytest.mark.parametrize("then", ["goes on", "removed", "nobody"])
def test_a_line_longer_than_one_command_may_serve(house: House, then: str) -> None:
    house.do("configure_skills", ["french"], 1)
    house.queue()
    agents = [f"agent-{number:02d}" for number in range(20)]
    for agent in agents:
        house.agent(agent, chat=1, skills={"french": 1})
    names = [house.arrive(requires={"french": 1}) for _ in range(20)]
    assert not any(map(house.rung, names)), "their pool is yet to be filled"
    house.do("run_timers")
    assert sum(bool(house.rung(name)) for name in names) == 16
    if then == "removed":
        house.do("remove_queue", CHAT, LAST)
    elif then == "nobody":
        for agent in agents:
            house.say(agent, "away")
    house.run_timers()
    rung = {"goes on": 20, "removed": 16, "nobody": 0}
    assert sum(bool(house.rung(name)) for name in names) == rung[then]


def test_more_rings_are_lost_than_one_command_may_make(house: House) -> None:
    house.queue()
    house.agent("anna", chat=20, total=1000)
    names = [house.arrive() for _ in range(20)]
    house.agent("bruno", chat=20, total=1000)
    house.say("anna", "away")
    assert sum(bool(house.rung(name)) for name in names) == 16
    house.run_timers()
    assert all(house.rung(name) == ["bruno"] for name in names)


def test_more_devices_fail_at_once_than_one_turn_can_ring_elsewhere(house: House) -> None:
    house.queue()
    house.agent("anna", chat=40, total=1000)
    names = [house.arrive() for _ in range(40)]
    house.agent("bruno", chat=40, total=1000)
    house.now_ms += 4000
    assert house.do("run_timers").more
    house.run_timers()
    assert all(house.rung(name) == ["bruno"] for name in names)
