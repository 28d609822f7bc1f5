"""What the events tell of a decision."""

from __future__ import annotations

from tests.unit.routing.model.house import CHAT, SALES, House


def test_the_excluded_are_not_eligible_and_the_order_stands_beside_the_last_agent(
    house: House,
) -> None:
    house.queue(last_agent="prefer")
    for agent in ("anna", "bruno"):
        house.agent(agent)
        house.later(1)
    name = house.arrive(last_agent="bruno")
    why = house.events("offer.made")[0]["why"]
    assert (why["sticky"], why["next"], why["eligible"]) == ("prefer", "anna", 2)
    house.do("decline", f"{name}.1", "bruno")
    assert house.events("offer.made")[1]["why"]["eligible"] == 1
    assert house.events("interaction.queued")[0]["last_agent"] == "bruno"


def test_a_lot_has_a_number(house: House) -> None:
    house.queue(strategy=("random",))
    for agent in ("anna", "bruno"):
        house.agent(agent)
    house.arrive()
    why = house.events("offer.made")[0]["why"]
    assert (why["draw"], why["of"]) == (1, 2)


def test_a_transfer_says_who_asked(house: House, name: str) -> None:
    house.do("transfer_to_agent", name, "anna", "bruno")
    why = house.events("offer.made")[-1]["why"]
    assert (why["by"], why["priority"]) == ("anna", 1)


def test_to_a_queue_that_turns_away_nothing_is_sent(house: House, name: str) -> None:
    house.queue(SALES, max_length=1)
    house.do("set_hours", SALES, [(0, house.now_ms)])
    assert house.refused("transfer_to_queue", name, "anna", SALES) == "closed"
    house.do("set_hours", SALES, None)
    house.arrive(SALES)
    assert house.refused("transfer_to_queue", name, "anna", SALES) == "full"


def test_assigned_to_who_has_it_idle_it_changes_no_hands(house: House) -> None:
    house.queue(idle_s=30)
    house.agent("anna", CHAT)
    name = house.served()
    house.later(31)
    assert house.do("assign", name, "anna", "sofia").changed
    assert not house.events("transfer.completed")
