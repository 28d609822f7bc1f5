"""A colleague is asked about a call: who talks with whom, and when it is theirs."""

from __future__ import annotations

from typing import Any

from acd.domain.ids import AgentId
from acd.realtime.wire import answers
from acd.realtime.wire.common import SignalOut
from tests.contract.telephony.rig import until
from tests.integration.realtime.ear import Ear
from tests.integration.realtime.nodes import Nodes
from tests.integration.realtime.ringing import ringing, signal


async def consulting(node: Any) -> tuple[Any, Any, Any, str]:
    """Anna has Jean's call and asks Bruno about it."""
    anna, jean, interaction, offer = await ringing(node)
    bruno = await node.console("bruno")
    await anna.done("offer.accept", {"offer": offer})
    await anna.done("call.connected", {"offer": offer})
    asked = {"interaction": interaction, "command": "c1", "agent": "bruno"}
    assert (await anna.done("interaction.consult", asked))["outcome"] == "joined"
    told = await bruno.hears("chat", interaction=interaction, role="consult")
    assert told["owner"] == {"id": "anna", "name": "Anna"}
    return anna, bruno, jean, interaction


async def test_colleagues_talk_about_a_call_and_the_contact_hears_nothing_of_it(
    call_nodes: Nodes,
) -> None:
    node = await call_nodes(calls=True)
    anna, bruno, jean, interaction = await consulting(node)
    await anna.done("call.servers", {"interaction": interaction})
    await bruno.done("call.servers", {"interaction": interaction})
    hello = signal(interaction, "t_anna", "hello", line="colleague")
    await anna.done("call.signal", hello)
    heard = await bruno.hears("call.signal", kind="hello")
    answers.AgentSignalOut.model_validate(heard)
    assert heard["line"] == "colleague"
    ready = signal(interaction, "t_bruno", "ready", line="colleague", to="t_anna")
    await bruno.done("call.signal", ready)
    assert (await anna.hears("call.signal", kind="ready"))["tab"] == "t_bruno"
    # what Jean hears next is meant for Jean
    await anna.done("call.signal", signal(interaction, "t_anna", "held"))
    assert (await jean.hears("call.signal"))["kind"] == "held"
    assert await bruno.refused("call.signal", signal(interaction, "t_b", "hello")) == "not_yours"


async def test_the_contact_is_told_who_else_hears_them(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True)
    anna, bruno, jean, interaction = await consulting(node)
    await anna.done("call.signal", signal(interaction, "t_anna", "together"))
    heard = await jean.hears("call.signal", kind="together")
    SignalOut.model_validate(heard)
    assert heard["third"] == "Bruno"
    both = signal(interaction, "t_anna", "together", line="colleague")
    await anna.done("call.signal", both)
    heard = await bruno.hears("call.signal", kind="together")
    answers.AgentSignalOut.model_validate(heard)
    forged = {**signal(interaction, "t_anna", "together"), "third": "Nobody"}
    assert await anna.refused("call.signal", forged) == "bad_request"


async def test_whoever_was_asked_speaks_to_the_contact_once_it_is_theirs(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True)
    anna, bruno, jean, interaction = await consulting(node)
    done = await anna.done(
        "interaction.consult_complete", {"interaction": interaction, "command": "c2"}
    )
    assert done["outcome"] == "completed"
    await bruno.hears("chat", interaction=interaction, role="owner")
    await bruno.done("call.signal", signal(interaction, "t_bruno", "hello"))
    assert (await jean.hears("call.signal", kind="hello"))["tab"] == "t_bruno"
    await jean.done("call.signal", signal(interaction, "t_jean", "ready", to="t_bruno"))
    assert (await bruno.hears("call.signal", kind="ready"))["tab"] == "t_jean"
    late = signal(interaction, "t_anna", "held")
    assert await anna.refused("call.signal", late) == "not_yours"


async def test_whoever_has_it_now_asks_by_what_they_talk(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True)
    anna, bruno, _, interaction = await consulting(node)
    (visit,) = node.realtime.relay.visits.values()
    asked = Ear()
    await node.realtime.delivery.listen(visit.address, asked)
    completed = {"interaction": interaction, "command": "c2"}
    await anna.done("interaction.consult_complete", completed)
    await bruno.hears("chat", interaction=interaction, role="owner")
    ask = {"type": "call.where.ask", "interaction": interaction}
    await until(lambda: any(ask.items() <= said.items() for said in asked.heard_all))


async def test_only_who_has_a_page_that_can_talk_is_told_as_one_to_ask(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True)
    anna, _, interaction, offer = await ringing(node)
    await anna.done("offer.accept", {"offer": offer})
    await anna.done("call.connected", {"offer": offer})
    asked = {"interaction": interaction}

    async def talks() -> bool:
        told = await anna.done("transfer.targets", asked)
        answers.Targets.model_validate(told)
        (bruno,) = told["agents"]
        assert bruno["id"] == "bruno"
        return bool(bruno["talks"])

    assert not await talks(), "no console is open"
    await node.console("bruno")
    assert not await talks(), "a program of his has it open"
    page = await node.agent("bruno", talks=True)
    assert not await talks(), "it is not opened yet"
    await page.done("console.open")
    assert await talks()
    await page.leave()
    await until(lambda: len(node.realtime.relay.desks[AgentId("bruno")].connections) == 1)
    assert not await talks()


async def test_a_console_of_another_node_is_taken_for_a_page(call_nodes: Nodes) -> None:
    node, other = await call_nodes(calls=True), await call_nodes(calls=True)
    anna, _, interaction, offer = await ringing(node)
    await anna.done("offer.accept", {"offer": offer})
    await anna.done("call.connected", {"offer": offer})
    await other.console("bruno")
    told = await anna.done("transfer.targets", {"interaction": interaction})
    assert [one["talks"] for one in told["agents"]] == [True]


async def test_a_colleague_is_spoken_to_only_while_asked(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True)
    anna, bruno, jean, interaction = await consulting(node)
    await anna.done("interaction.consult_cancel", {"interaction": interaction})
    await bruno.hears("chat", interaction=interaction, state="ended")
    hello = signal(interaction, "t_anna", "hello", line="colleague")
    assert await anna.refused("call.signal", hello) == "not_connected"
    assert await bruno.refused("call.signal", hello) == "not_yours"
    assert await jean.refused("call.signal", hello) == "bad_request"


async def test_the_agent_learns_that_the_colleague_left(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True)
    anna, bruno, _, interaction = await consulting(node)
    await anna.hears("chat", interaction=interaction, consulted={"id": "bruno", "name": "Bruno"})
    before = len(anna.heard)
    await bruno.done("interaction.leave", {"interaction": interaction})
    await anna.hears("chat", after=before, interaction=interaction, consulted=None)


async def test_a_call_from_page_to_page_goes_to_no_number(call_nodes: Nodes) -> None:
    node = await call_nodes(calls=True)
    anna, bruno, _, interaction = await consulting(node)
    asked = {"interaction": interaction, "command": "n1", "number": "01 99 00 12 34"}
    back = {"interaction": interaction}
    for verb, said in (("call.transfer", asked), ("call.take_back", back)):
        assert await anna.refused(verb, said) == "not_connected"
        assert await bruno.refused(verb, said) == "not_yours"
