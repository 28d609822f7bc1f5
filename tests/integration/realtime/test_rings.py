"""What rings at an agent, for how long, and by what a call is talked on."""

from __future__ import annotations

from acd.chat.delivery import to_agent
from acd.domain.ids import AgentId, ContactId
from tests.integration.realtime.clients import new_start
from tests.integration.realtime.ear import Ear
from tests.integration.realtime.nodes import Nodes

ANNA = AgentId("anna")


async def test_a_ring_that_lasts_longer_says_so(nodes: Nodes) -> None:
    node = await nodes(ring_time_s=20)
    anna = await node.console("anna")
    jean = await node.visitor()
    await jean.done("chat.start", new_start())
    ring = await anna.hears("offer")
    heard = len(anna.heard)
    await node.router.extend(ring["offer"], ANNA, 60_000)
    longer = await anna.hears("offer", after=heard, offer=ring["offer"])
    more_ms = longer["deadline_ms"] - ring["deadline_ms"]
    assert more_ms > 30_000
    assert longer["ring_ms"] == ring["ring_ms"] + more_ms
    (shown,) = (await anna.done("console.open"))["offers"]
    as_of = {"now": 0, "waited_ms": 0}
    assert {**shown, **as_of} == {**longer, **as_of}


async def test_an_older_picture_takes_no_time_back(nodes: Nodes) -> None:
    node = await nodes(ring_time_s=20)
    anna = await node.console("anna")
    jean = await node.visitor()
    await jean.done("chat.start", new_start())
    ring = await anna.hears("offer")
    (desk,) = node.realtime.relay.desks.values()
    before = await node.router.agent(ANNA)
    assert before is not None
    await node.router.extend(ring["offer"], ANNA, 60_000)
    await desk.refresh()
    desk.rings.compare(before)
    assert desk.rings.shown(ring["offer"])["deadline_ms"] > ring["deadline_ms"]


async def test_a_call_that_is_on_a_telephone_says_so(nodes: Nodes) -> None:
    node = await nodes(calls=True)
    anna, jean = await node.console("anna"), await node.visitor()
    chat = (await jean.done("chat.start", new_start(channel="call")))["chat"]
    ring = await anna.hears("offer", channel="call")
    (visit,) = node.realtime.relay.visits.values()
    asked = Ear()
    await node.realtime.delivery.listen(visit.address, asked)
    taken = (await anna.done("offer.accept", {"offer": ring["offer"]}))["chat"]
    assert taken["on_phone"] is False
    ask = {"type": "call.where.ask", "interaction": chat["interaction"]}
    assert [p["type"] for p in asked.heard_all if ask.items() <= p.items()] == [ask["type"]]
    where = {"type": "call.where", "interaction": chat["interaction"], "phone": True}
    node.realtime.delivery.publish(to_agent(ANNA), where)
    told = await anna.hears("chat", interaction=chat["interaction"], on_phone=True)
    assert told["contact"]["id"] == ContactId(visit.visitor.contact)
