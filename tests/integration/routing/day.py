"""A day of a small contact centre in which every verb is used at least once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from acd.domain.agent import Availability
from acd.domain.history import PastInteraction
from acd.domain.ids import DepartmentId
from acd.domain.interaction import Arrival, Channel, InteractionState, Opening
from acd.routing import keys
from acd.routing.limits import Limits, Rate
from acd.routing.redis_link import RedisLink
from acd.routing.scripts import load_library
from tests.integration.routing.failing_over import made_sure_of
from tests.integration.routing.world import World

CHAT, SALES, CALL, TICKET = "support/chat", "sales/chat", "support/call", "support/ticket"
AGENTS = ("anna", "bruno", "chloe")


class Played:
    """Which verbs each tenant has used, by its prefix."""

    def __init__(self) -> None:
        self.verbs: dict[str, set[str]] = defaultdict(set)

    @contextmanager
    def watching(self) -> Iterator[None]:
        call = RedisLink.call

        def watched(link: RedisLink, verb: str, prefix: str, *arguments: Any, **named: Any) -> Any:
            self.verbs[prefix].add(verb)
            return call(link, verb, prefix, *arguments, **named)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(RedisLink, "call", watched)
            yield

    def unused(self, tenant: str) -> list[str]:
        """Play what is new somewhere in this file."""
        return sorted(set(load_library().headers) - self.verbs[keys.prefix(tenant)])


async def play(world: World) -> None:
    """From opening to closing; in the end no invariant is broken."""
    await _open(world)
    await _chats(world)
    await _calls(world)
    await _hands(world)
    await _look(world)
    await _fail_over(world)
    await _close(world)
    await world.settled()


async def _open(world: World) -> None:
    router, now = world.router, world.now_ms
    await world.skills("french")
    await world.queue(wrap_up_s=5, strategy=("ring_all",), ring_limit=2, idle_s=60)
    await world.queue(SALES, strategy=("round_robin",), order="strict")
    await world.queue(CALL, strategy=("random",))
    await world.queue(TICKET, pull=True)
    await router.set_hours(CHAT, [(now - 1000, now + 86_400_000)], now_ms=now)
    for name in AGENTS:
        await world.agent(name, CHAT, SALES, CALL, TICKET, skills={"french": 3})


async def _chats(world: World) -> None:
    """Rings, answers, refusals, contacts who go and come, wrap-up."""
    router = world.router
    first, second, third = [await world.arrive() for _ in range(3)]
    skilled = await world.arrive(requires={"french": 2})
    agent = await world.answer(first)
    await router.heard(first, **world.at)
    await world.finish(first)
    await router.wrap_up_extend(first, agent, **world.at)
    await router.wrap_up_end(first, agent, **world.at)
    for who, offer in (await world.ring(second)).items():
        await router.decline(offer, who, "busy", **world.at)
    for who, offer in (await world.ring(third)).items():
        await router.fail(offer, who, "unreachable", **world.at)
    await router.contact_lost(second, **world.at)
    await router.contact_back(second, **world.at)
    await router.abandon(third, **world.at)
    await world.wait(1)
    await world.answer(skilled)
    await world.finish(skilled, wrap_up=False)
    await router.reprioritise(second, 1, "sam", **world.at)
    await router.move(second, SALES, "sam", **world.at)


async def _calls(world: World) -> None:
    router = world.router
    call = await world.arrive(CALL)
    who, offer = next(iter((await world.ring(call)).items()))
    await router.extend(offer, who, 15_000, **world.at)
    await router.accept(offer, who, **world.at)
    await router.connected(offer, who, **world.at)
    later = await world.arrive(CALL)
    await router.request_callback(later, "nr_1", **world.at)
    caller = await world.answer(later)
    await world.dialled(later, caller, answered=False)
    await world.finish(call)


async def _hands(world: World) -> None:
    """Work changes hands."""
    router, at = world.router, world.at
    chat = await world.arrive(SALES)
    owner = await world.answer(chat)
    other, third = (name for name in AGENTS if name != owner)
    await router.transfer_to_agent(chat, owner, other, **at)
    await router.transfer_cancel(chat, owner, **at)
    await router.consult(chat, owner, other, **at)
    await router.consult_cancel(chat, owner, **at)
    await router.invite(chat, owner, third, **at)
    await router.leave(chat, third, **at)
    await router.consult(chat, owner, other, **at)
    await router.consult_complete(chat, owner, **at)
    await router.transfer_to_queue(chat, other, CHAT, **at)
    await router.assign(chat, third, "sam", **at)
    await router.transfer_to_department(chat, third, DepartmentId("sales"), **at)
    await world.answer(chat)
    for name in AGENTS:
        await world.say(name, "away", reason="lunch")
    ticket = await world.arrive(TICKET, leased=False)
    await router.pull(ticket, "anna", **at)
    for name in AGENTS:
        await world.say(name, "available")
    opening = Opening(
        interaction="ix_opened", queue=CHAT, contact="ct_9", conversation="cv_9", agent="anna"
    )
    await router.open_interaction(opening, **at)


async def _look(world: World) -> None:
    """What can be asked."""
    router, at = world.router, world.at
    waiting = await world.arrive(requires={"french": 9})
    assert await router.clock()
    assert (await router.queue(CHAT, **at)).waiting == 1
    assert [one.interaction for one in await router.line(CHAT, **at)] == [waiting]
    assert await router.position(waiting, **at)
    assert await router.explain(waiting, **at)
    limits = Limits(router.link, router.tenant, {"login": Rate(per_minute=60)})
    await limits.take("login", "anna")
    await limits.give_back("login", "anna")


async def _fail_over(world: World) -> None:
    """The server is taken for another: one node makes sure of what it holds."""
    open_before = len((await world.see("anna")).held)
    past = _past()
    arrival = Arrival(
        interaction=past.id, queue=past.queue, contact=past.contact,
        conversation=past.conversation, arrived_ms=past.enqueued_ms, leased=False,
    )  # fmt: skip
    async with made_sure_of(world) as own:
        await own.restore_presence("anna", {Channel.TICKET: (Availability.AWAY, "lunch")})
        assert (await own.restore(past, arrival)).changed
    await world.run_timers()
    assert len((await world.see("anna")).held) == open_before


def _past() -> PastInteraction:
    """What the history tells and the server never heard of."""
    return PastInteraction(
        id="ix_past", channel=Channel.CHAT, queue=SALES, contact="ct_8", conversation="cv_8",
        state=InteractionState.WAITING, level=5, agent=None, outcome=None, ended_by="",
        offer_count=0, requeues=0, moves=0, callback=False, tries=0, reason="", enqueued_ms=1,
        accepted_ms=None, active_ms=None, ended_ms=None, waited_ms=None, handled_ms=None,
        wrapped_up_ms=None,
    )  # fmt: skip


async def _close(world: World) -> None:
    router = world.router
    await router.close_session("bruno", world.consoles.pop("bruno"), **world.at)
    await world.wait(5)
    await router.remove_agent("chloe", next(world.versions), **world.at)
    world.consoles.pop("chloe")
    await router.remove_queue(SALES, next(world.versions), **world.at)
    await world.wait(3)
    await world.news()
    await router.trim_events(world.log[0].id)
