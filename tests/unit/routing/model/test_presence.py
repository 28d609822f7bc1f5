"""What agents say of themselves, and the evidence for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from acd.domain.errors import (
    AgentUnknown,
    BadRequest,
)
from acd.domain.interaction import Channel
from tests.unit.routing.model.house import CALL, CHAT, LAST, SALES, House, S


def test_what_nobody_can_say(house: House) -> None:
    house.queue()
    with pytest.raises(AgentUnknown):
        house.say("nobody", "away")
    with pytest.raises(AgentUnknown):
        house.come("nobody")
    house.agent("anna")
    for word, when in (("finishing", "now"), ("available", "finished")):
        with pytest.raises(BadRequest):
            house.say("anna", word, when=when)
    said = {"channel": None, "availability": "away"}
    assert house.do("set_presence", "anna", seq=5, **said).changed
    assert house.do("set_presence", "anna", seq=5, **said).reason == "stale"
    assert house.do("close_session", "anna", "ss_0").reason == "unknown"
    assert house.do("remove_agent", "anna", 0).reason == "stale"
    house.do("remove_agent", "anna", LAST)
    assert house.do("remove_agent", "anna", LAST).reason == "unknown"


def test_a_break_that_begins_with_the_last_slot(house: House) -> None:
    house.queue()
    house.agent("anna", chat=2)
    name = house.served()
    house.arrive()
    house.say("anna", "away", when="finished")
    assert house.do("agent", "anna").channels[Channel.CHAT].availability == "finishing"
    house.do("finish", name, by="agent", agent="anna")
    assert house.do("agent", "anna").channels[Channel.CHAT].availability == "away"


def lost(house: House) -> tuple[str, str, str]:
    """Anna has a chat, a call and a ring, and nobody vouches for her for 21 s."""
    house.queue(chat_grace_s=60)
    house.queue(CALL)
    house.agent("anna", CHAT, CALL)
    chat, ringing = house.served(), house.arrive()
    call = house.served(CALL)
    house.do("delivered", f"{ringing}.1", "anna")
    house.go("anna")
    house.later(20)
    return call, chat, ringing


def test_calls_of_the_lost_go_on_chats_wait_for_them(house: House) -> None:
    call, chat, ringing = lost(house)
    assert house.look(ringing).state is S.WAITING
    house.come("anna")
    house.later(90)
    assert (house.look(call).agent, house.look(chat).agent) == ("anna", "anna")
    house.do("finish", call, by="agent", agent="anna")
    assert house.rung(ringing) == ["anna"]


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda house: house.outage(40),
        lambda house: (house.come("anna"), house.go("anna")),
        lambda house: house.queue(chat_grace_s=90),
        lambda house: house.do("finish", "ix_1", by="system"),
    ],
    ids=["outage", "back and gone again", "longer grace", "ended"],
)
def test_chats_of_the_lost_are_taken_back_in_the_end(
    house: House, meanwhile: Callable[[House], object]
) -> None:
    _, chat, _ = lost(house)
    meanwhile(house)
    house.later(120)
    assert house.look(chat).agent is None or house.look(chat).outcome


def test_who_was_offline_already_lapses_quietly(house: House) -> None:
    house.queue()
    house.agent("anna")
    house.served()
    house.say("anna", "offline")
    house.go("anna")
    house.later(21)
    assert [event["cause"] for event in house.events("presence.changed")] == ["said", "said"]
    house.come("anna")


def test_who_holds_nothing_and_is_offline_is_missed_by_nobody(house: House) -> None:
    house.queue()
    house.agent("anna", here=False)
    house.come("anna")
    house.do("open_session", "anna", "ss_phone")
    assert house.do("close_session", "anna", "ss_phone").reason == "closed"
    house.go("anna")
    assert not house.events("presence.grace")


def test_who_comes_back_too_late_chooses_anew(house: House) -> None:
    house.queue(chat_grace_s=60)
    house.agent("anna")
    house.go("anna")
    house.later(61)
    house.come("anna")
    assert house.model.agents["anna"].offline
    assert house.events("presence.changed")[-1]["cause"] == "returned"


def test_the_wrap_up_of_the_lost_runs_out_as_any(house: House) -> None:
    house.queue(wrap_up_s=60)
    house.agent("anna")
    name = house.served()
    house.do("finish", name, by="agent", agent="anna")
    house.go("anna")
    house.later(21)
    assert house.model.agents["anna"].held
    house.later(40)
    assert not house.model.agents["anna"].held


def test_after_an_outage_leases_live_on(house: House) -> None:
    house.queue()
    house.agent("anna")
    waiting = house.arrive(CHAT, leased=True)
    house.agent("anna", SALES)
    house.agent("bruno", here=False)
    house.do("open_session", "bruno", "ss_phone")
    house.outage(60)
    assert not house.events("presence.grace")
    assert house.look(waiting).lost_until_ms == 0
    house.outage(200)
    house.later(20)
    for _ in range(130):
        house.later(1)
    assert house.model.gap is None


def test_a_console_says_hello_again_by_its_heartbeat(house: House) -> None:
    house.queue()
    house.agent("anna")
    house.go("anna")
    house.later(5)
    house.consoles["anna"] = "ss_new"
    house.later(1)
    assert house.events("presence.changed")[-1]["cause"] == "returned"


def test_calls_of_who_is_removed_talk_on(house: House) -> None:
    house.queue(CALL)
    house.agent("anna", CALL)
    call = house.served(CALL)
    house.do("remove_agent", "anna", LAST)
    assert house.look(call).state is S.ACTIVE
    house.do("finish", call, by="contact")
    assert "anna" not in house.model.agents


def test_a_grace_in_an_outage_begins_anew(house: House) -> None:
    house.queue(grace_s=20)
    house.agent("anna")
    house.go("anna")
    house.outage(30)
    assert not house.events("presence.lapsed")
    house.later(15)
    assert house.events("presence.lapsed")
