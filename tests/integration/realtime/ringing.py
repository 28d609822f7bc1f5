"""A call from page to page, as far as its ring."""

from __future__ import annotations

from typing import Any

from acd.realtime.wire import visitors
from tests.integration.realtime.clients import new_start


def signal(interaction: str, tab: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"interaction": interaction, "tab": tab, "kind": kind, **more}


async def ringing(node: Any) -> tuple[Any, Any, str, str]:
    """Anna's console rings for Jean's call."""
    anna = await node.console("anna", session="ss_anna")
    jean = await node.visitor()
    started = await jean.done("chat.start", new_start(channel="call"))
    visitors.ChatStarted.model_validate(started)
    assert started["chat"]["channel"] == "call"
    interaction = started["chat"]["interaction"]
    ring = await anna.hears("offer", interaction=interaction)
    assert ring["channel"] == "call"
    await anna.done("offer.delivered", {"offer": ring["offer"]})
    return anna, jean, interaction, ring["offer"]
