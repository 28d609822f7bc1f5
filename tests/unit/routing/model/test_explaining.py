"""How agents stand to an interaction, and walks past those who may not be asked."""

from __future__ import annotations

from acd.domain.interaction import InteractionState
from acd.domain.queue import LastAgent
from acd.routing.explain import ReasonCode, Standing, Verdict
from acd.routing.model.house import LOOKS
from tests.unit.routing.model.house import CHAT, LAST, House

S = InteractionState


def verdicts(house: House, name: str) -> dict[str, Verdict]:
    return {one.agent: one for one in house.model.verdicts(name, now_ms=house.now_ms)}


def test_owner_and_guests_hold_it(house: House, name: str) -> None:
    house.do("invite", name, "anna", "bruno")
    told = verdicts(house, name)
    assert {one.standing for one in told.values()} == {Standing.HOLDER}


def test_lots_are_told_as_such(house: House) -> None:
    house.queue(strategy=("random",))
    for agent in ("anna", "bruno", "chloe"):
        house.agent(agent, chat=2)
    name = house.arrive()
    rung = house.rung(name)[0]
    told = verdicts(house, name)
    assert told[rung].standing is Standing.OFFERED
    others = [(one.place, one.tied) for who, one in told.items() if who != rung]
    assert others == [(1, 2), (1, 2)]


def test_in_a_queue_that_is_removed_nobody_has_a_place(house: House, name: str) -> None:
    house.do("remove_queue", CHAT, LAST)
    bruno = verdicts(house, name)["bruno"]
    assert (bruno.standing, bruno.place) == (Standing.ELIGIBLE, None)


def test_who_was_removed_is_told_as_such(house: House, name: str) -> None:
    wrapping = house.served()
    owner = str(house.look(wrapping).agent)
    house.do("finish", wrapping, by="agent", agent=owner)
    house.queue("support/call")
    house.agent("bruno", "support/call")
    call = house.served("support/call")
    house.do("remove_agent", "bruno", LAST)
    told = {one.code for one in verdicts(house, name)["bruno"].reasons}
    assert ReasonCode.REMOVED in told
    assert house.look(call).state is S.ACTIVE


def test_whoever_is_preferred_leaves_no_next_by_lot(house: House) -> None:
    house.queue(strategy=("random",), last_agent=LastAgent.PREFER)
    house.agent("anna")
    house.agent("bruno")
    name = house.arrive(last_agent="bruno")
    assert house.rung(name) == ["bruno"]
    assert house.look(name).live[0].why["next"] is None


def test_a_walk_along_those_who_wait_for_one_stops_at_the_bound(house: House) -> None:
    house.queue(last_agent=LastAgent.WAIT, last_agent_wait_s=600)
    house.agent("bruno", chat=1)
    his = house.served()
    names = sorted(house.arrive(last_agent="bruno") for _ in range(2 * LOOKS + 1))
    for name in names[:-1]:
        house.look(name).exclude("bruno", house.now_ms + 60_000, "declined", house.now_ms)
    house.do("finish", his, by="agent", agent="bruno", wrap_up=False)
    assert not any(house.rung(name) for name in names)
    house.run_timers()
    assert house.rung(names[-1]) == ["bruno"]


def test_who_gave_it_away_takes_more_time(house: House, name: str) -> None:
    house.do("transfer_to_agent", name, "anna", "bruno")
    house.answer(name)
    assert house.do("wrap_up_extend", name, "anna").changed
    house.later(6)
    assert list(house.look(name).wraps) == ["anna"]
