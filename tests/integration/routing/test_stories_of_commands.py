"""Commands that are sent again under their id, told to the scripts and to the model."""

from __future__ import annotations

import pytest

from tests.integration.routing.story import Story


@pytest.fixture
async def name(story: Story) -> str:
    """Anna's chat; bruno is there."""
    await story.queue()
    await story.agent("anna")
    name = await story.served()
    await story.agent("bruno")
    return name


async def test_what_was_done_is_not_done_again(story: Story, name: str) -> None:
    first = await story.do("invite", name, "anna", "bruno", command="c1")
    await story.do("leave", name, "bruno")
    assert await story.do("invite", name, "anna", "bruno", command="c1") == first
    assert not story.look(name).guests


async def test_what_was_refused_may_be_done_later(story: Story, name: str) -> None:
    await story.say("bruno", "away")
    refused = await story.do("transfer_to_agent", name, "anna", "bruno", command="c1")
    assert refused.reason == "not_here"
    await story.say("bruno", "available")
    again = await story.do("transfer_to_agent", name, "anna", "bruno", command="c1")
    assert again.reason == "offered"


async def test_an_id_counts_for_one_verb_and_one_interaction(story: Story, name: str) -> None:
    other = await story.arrive()
    await story.do("accept", f"{other}.1", story.rung(other)[0])
    assert (await story.do("invite", name, "anna", "bruno", command="c1")).changed
    assert (await story.do("leave", name, "bruno", command="c1")).changed
    mine = story.look(other).agent
    colleague = "anna" if mine == "bruno" else "bruno"
    assert (await story.do("invite", other, mine, colleague, command="c1")).changed


async def test_an_answer_is_known_for_ten_minutes_at_least(story: Story, name: str) -> None:
    await story.do("invite", name, "anna", "bruno", command="c1")
    await story.do("leave", name, "bruno")
    story.now_ms += 600_000
    await story.do("invite", name, "anna", "bruno", command="c1")
    assert not story.look(name).guests
    await story.do("heartbeat", [(agent, f"ss_{agent}") for agent in ("anna", "bruno")], [])
    story.now_ms += 600_000
    await story.do("invite", name, "anna", "bruno", command="c1")
    assert list(story.look(name).guests) == ["bruno"]
