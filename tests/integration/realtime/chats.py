"""What tests begin with: a chat that an agent has, and what they ask about it."""

from __future__ import annotations

from typing import Any

from tests.integration.realtime.clients import Client, new_start
from tests.integration.realtime.nodes import Node


async def chat_of(node: Node, agent: Client, **start: Any) -> tuple[Client, dict[str, Any]]:
    """A visitor whom the agent has accepted."""
    visitor = await node.visitor()
    started = await visitor.done("chat.start", new_start(text="Hello", **start))
    ring = await agent.hears("offer", interaction=started["chat"]["interaction"])
    accepted = await agent.done("offer.accept", {"offer": ring["offer"]})
    return visitor, accepted["chat"]


def asks(interaction: str, command: str = "c1", **more: Any) -> dict[str, Any]:
    return {"interaction": interaction, "command": command, **more}
