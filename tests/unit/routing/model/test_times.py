"""Waits and services that come again."""

from __future__ import annotations

from tests.unit.routing.model.house import CHAT, SALES, House, S


def test_each_wait_is_told_once_and_services_add_up(house: House) -> None:
    house.queue(idle_s=60)
    house.queue(SALES)
    house.agent("anna", CHAT)
    name = house.served()
    house.later(40)
    house.do("transfer_to_queue", name, "anna", SALES)
    house.later(20)
    house.agent("bruno", SALES)
    house.answer(name)
    house.later(10)
    house.do("finish", name, by="agent", agent="bruno", wrap_up=False)
    assert [one["waited_ms"] for one in house.events("offer.accepted")] == [0, 20_000]
    assert [one["waited_ms"] for one in house.events("interaction.active")] == [0, 20_000]
    ended = house.events("interaction.ended")[0]
    assert (ended["waited_ms"], ended["handled_ms"]) == (0, 50_000)


def test_silence_is_no_service(house: House) -> None:
    house.queue(idle_s=30, wrap_up_s=0)
    house.agent("anna")
    name = house.served()
    house.later(90)
    assert house.look(name).state is S.IDLE
    house.do("finish", name, by="agent", agent="anna", wrap_up=False)
    ended = house.events("interaction.ended")[0]
    assert (ended["outcome"], ended["handled_ms"]) == ("handled", 30_000)
