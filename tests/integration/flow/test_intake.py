"""Nobody who was let in is lost, and nobody is let in twice."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from acd.domain.directory import Skill
from acd.domain.errors import BadRequest, Conflict, NotFound, StoreUnavailable
from acd.domain.ids import AgentId, DepartmentId, SiteId, new_id
from acd.domain.interaction import CARD_MAX_BYTES, InteractionState, Outcome
from acd.domain.queue import LastAgent
from acd.flow.cards import visitor_card
from acd.records.accounts import Accounts
from acd.records.engine import open_database
from acd.routing.router import Router
from tests.integration.flow.conftest import (
    ANNA,
    SHOP,
    SUPPORT_CHAT,
    House,
    ask,
    make_house,
    provision,
)


async def test_a_stranger_is_stored_and_stands_in_the_line(house: House) -> None:
    started = await house.start(text="Où est ma commande ?")
    assert started.queued
    assert started.fresh
    assert await Accounts(house.database).visitor(started.token) == started.visitor
    contact = await house.contacts.get(started.contact)
    assert contact
    assert (contact.name, contact.email, contact.verified) == (
        "Camille", "camille@example.com", False
    )  # fmt: skip
    messages = await house.conversations.messages(started.conversation)
    assert [message.text for message in messages] == ["Où est ma commande ?"]
    assert messages == [started.message]
    live = await house.router.interaction(started.interaction)
    assert live
    assert (live.state, live.queue, live.conversation) == (
        InteractionState.WAITING, "support/chat", started.conversation
    )  # fmt: skip
    assert json.loads(live.card)["contact_name"] == "Camille"


async def test_it_rings_at_once_where_somebody_is_free(house: House) -> None:
    await house.available()
    started = await house.start()
    live = await house.router.interaction(started.interaction)
    assert live
    assert [offer.agent for offer in live.offers] == [ANNA]


async def test_pressed_twice_or_sent_again_it_is_one_chat(house: House) -> None:
    wish = ask()
    both = await asyncio.gather(*(house.intake.start_chat(wish) for _ in range(4)))
    again = await house.intake.start_chat(wish)
    assert len({started.interaction for started in (*both, again)}) == 1
    assert len({started.conversation for started in (*both, again)}) == 1
    assert sum(started.fresh for started in (*both, again)) == 1
    assert len(await house.conversations.messages(again.conversation)) == 1
    for started in (*both, again):  # each answer's token is the visitor's
        assert await Accounts(house.database).visitor(started.token) == again.visitor


async def test_the_same_start_on_two_nodes_at_once(
    house: House, database_url: str, redis_url: str, tenant: str
) -> None:
    database, router = await open_database(database_url), await Router.open(redis_url, tenant)
    other = make_house(database, router)
    for _ in range(5):
        wish = ask()
        one, two = await asyncio.gather(
            house.intake.start_chat(wish), other.intake.start_chat(wish)
        )
        assert (one.interaction, one.contact) == (two.interaction, two.contact)
        assert [one.fresh, two.fresh].count(True) == 1
    await router.close()
    await database.close()


async def test_a_guessable_client_id_is_refused(house: House) -> None:
    with pytest.raises(BadRequest) as caught:
        await house.start(client_id="1")
    assert caught.value.field == "client_id"


async def test_a_typed_address_finds_nobody_elses_record(house: House) -> None:
    first = await house.start(email="Camille@Example.com")
    second = await house.start(email="camille@example.com")
    assert first.contact != second.contact
    assert first.conversation != second.conversation
    claims = (await house.contacts.search("camille@example.com")).contacts
    assert {contact.id for contact in claims} == {first.contact, second.contact}
    assert not any(address.verified for contact in claims for address in contact.addresses)


async def test_a_visitor_whose_chat_goes_on_gets_that_one(house: House) -> None:
    first = await house.start(text="one")
    tabs = await asyncio.gather(
        *(house.start(visitor=first.visitor, text=text) for text in ("two", "three"))
    )
    assert {started.interaction for started in tabs} == {first.interaction}
    assert not any(started.fresh or started.token for started in tabs)
    kept = await house.conversations.messages(first.conversation)
    assert sorted(message.text for message in kept) == ["one", "three", "two"]


async def test_a_visitor_whose_chat_ended_gets_a_new_one_in_the_same_thread(house: House) -> None:
    first = await house.start()
    await house.router.abandon(first.interaction)
    tabs = await asyncio.gather(*(house.start(visitor=first.visitor) for _ in range(2)))
    assert {started.conversation for started in tabs} == {first.conversation}
    assert len({started.interaction for started in tabs} - {first.interaction}) == 1
    latest = await house.intakes.latest(first.visitor)
    assert latest
    assert latest.interaction == tabs[0].interaction


async def test_a_client_id_of_somebody_else_is_refused(house: House) -> None:
    wish = ask()
    await house.intake.start_chat(wish)
    other = await house.start()
    with pytest.raises(Conflict):
        await house.start(visitor=other.visitor, client_id=wish.client_id)


@pytest.mark.parametrize(
    "changes",
    [{"site": SiteId("nowhere")}, {"department": DepartmentId("sales")}],
    ids=["site", "department"],
)
async def test_where_nobody_answers_nothing_is_stored(house: House, changes: dict) -> None:
    with pytest.raises(NotFound):
        await house.start(**changes)
    assert (await house.contacts.search()).contacts == ()


async def test_redis_away_is_not_the_visitors_problem(house: House, tenant: str) -> None:
    class Away(Router):
        async def enqueue(self, arrival, *, reject=False, now_ms=0):  # type: ignore[no-untyped-def]
            raise StoreUnavailable

        async def interaction(self, interaction, *, now_ms=0):  # type: ignore[no-untyped-def]
            raise StoreUnavailable

    away = make_house(house.database, Away(house.router.link, tenant))
    wish = ask()
    started = await away.intake.start_chat(wish)
    assert not started.queued
    assert await house.router.interaction(started.interaction) is None
    back = await away.start(visitor=started.visitor, text="still there?")
    assert back.interaction == started.interaction
    assert await away.intake.sweep(older_than_ms=0) == 0
    assert await house.intake.sweep() == 0  # not old enough
    assert await house.intake.sweep(older_than_ms=0) == 1
    live = await house.router.interaction(started.interaction)
    assert live
    assert live.state is InteractionState.WAITING
    row = await house.intakes.get(started.interaction)
    assert row
    assert live.enqueued_ms == row.created_ms  # the age counts from the arrival, not from the sweep
    assert (await house.intake.start_chat(wish)).queued


async def test_whose_queue_went_before_they_stood_in_it_is_rejected(
    house: House, tenant: str
) -> None:
    class Away(Router):
        async def enqueue(self, arrival, *, reject=False, now_ms=0):  # type: ignore[no-untyped-def]
            raise StoreUnavailable

    away = make_house(house.database, Away(house.router.link, tenant))
    started = await away.start()
    await house.router.remove_queue(SUPPORT_CHAT, 99)
    assert await house.intake.sweep(older_than_ms=0) == 0, "it may only not be compiled yet"
    await house.directory.apply(replace(provision("anna"), departments=(), queues=(), agents=()))
    assert await house.intake.sweep(older_than_ms=0) == 1
    live = await house.router.interaction(started.interaction)
    assert live
    assert (live.state, live.outcome) == (InteractionState.ENDED, Outcome.REJECTED)
    batch = await anext(house.router.events())
    assert await house.history.record(batch, batch[-1].position, await house.history.position())
    assert await house.intakes.unconfirmed(0) == []
    row = await house.intakes.latest(started.visitor)
    assert row
    assert row.ended_ms, "they may begin anew"


async def test_the_database_away_lets_nobody_in(house: House) -> None:
    await house.database.close()
    with pytest.raises(StoreUnavailable):
        await house.start()


@pytest.mark.parametrize(
    "text", ["🙂" * 4000, '"\\' * 2000, "x" * 4000], ids=["emoji", "quotes", "long"]
)
def test_a_card_keeps_its_bound(text: str) -> None:
    card = visitor_card(ask(name="名" * 80, text=text, page="https://例え.jp/" + "é" * 1900))
    assert len(card.encode()) <= CARD_MAX_BYTES
    assert json.loads(card)["department"] == "support"


async def test_a_long_card_is_accepted_by_routing(house: House) -> None:
    started = await house.start(name="名" * 80, text="🙂" * 4000, page="https://" + "é" * 1900)
    assert started.queued
    assert started.visitor.site == SHOP
    assert new_id("ct") > started.contact


async def test_whoever_served_the_contact_last_is_rung_first(house: House) -> None:
    directory = provision("anna", "bela")
    settings = replace(directory.queues[0], last_agent=LastAgent.PREFER)
    await house.directory.apply(replace(directory, queues=(settings,)))
    await house.compiler.compile_all()
    await house.available(AgentId("bela"))
    first = await house.start()
    live = await house.router.interaction(first.interaction)
    assert live
    await house.router.accept(live.offers[0].offer, AgentId("bela"))
    await house.router.finish(first.interaction, by="agent", agent=AgentId("bela"))
    stream = house.router.events(block_ms=50)
    batch = await anext(stream)
    await stream.aclose()
    assert await house.history.record(batch, batch[-1].position, await house.history.position())
    await house.available()
    strangers = await house.start()
    live = await house.router.interaction(strangers.interaction)
    assert live
    assert live.offers[0].agent == "bela", "idle for longer"
    await house.router.accept(live.offers[0].offer, AgentId("bela"))
    await house.router.finish(strangers.interaction, by="agent", agent=AgentId("bela"))
    again = await house.start(visitor=first.visitor)
    assert again.interaction != first.interaction
    live = await house.router.interaction(again.interaction)
    assert live
    assert [offer.agent for offer in live.offers] == ["bela"], "anna has been idle for longer"
    assert live.offers[0].why["sticky"] == "prefer"


async def test_what_the_site_requires_and_what_nobody_declares_any_more(house: House) -> None:
    directory = provision("anna", "bela")
    speaker = directory.agents[1]
    skills = (Skill(id="french", name="Français"), Skill(id="german", name="Deutsch"))
    requires = {"fr": {"french": 2}, "de": {"german": 2}}
    site = replace(directory.sites[0], requires_by_locale=requires)
    told = replace(
        directory,
        skills=skills,
        sites=(site,),
        agents=(
            directory.agents[0],
            replace(speaker, agent=replace(speaker.agent, skills={"french": 3})),
        ),
    )
    await house.directory.apply(told)
    await house.compiler.compile_all()
    await house.available()
    started = await house.start(locale="fr")
    await house.router.run_timers()
    live = await house.router.interaction(started.interaction)
    assert live
    assert live.state is InteractionState.WAITING, "anna speaks no French"
    await house.available(AgentId("bela"))
    live = await house.router.interaction(started.interaction)
    assert live
    assert [offer.agent for offer in live.offers] == ["bela"]
    # the site still asks for what is no skill any more
    await house.router.configure_skills(("french",), 99)
    second = await house.start(locale="de")
    assert second.queued
    live = await house.router.interaction(second.interaction)
    assert live
    assert [offer.agent for offer in live.offers] == ["anna"]
