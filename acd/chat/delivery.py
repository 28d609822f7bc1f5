"""Live delivery between the nodes: what is said at an address reaches every node that listens.

Listeners on this node hear at once and without Redis; other nodes hear through it. Nothing here is
kept: whoever missed something (a gap in an address's sequence, a break of the connection) is told
so and reads the stores.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from acd.domain.errors import AcdError, StoreUnavailable
from acd.domain.ids import new_id
from acd.tasks import stay_cancelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.ids import AgentId, ContactId, InteractionId
    from acd.routing.router import Router

log = structlog.get_logger(__name__)

OUTBOX_MAX: Final = 20_000
"""Publications that may wait for Redis; beyond it they are dropped, as while it is away."""

_BATCH: Final = 500


def to_agent(agent: AgentId) -> str:
    """Where an agent's consoles hear what happens to their work."""
    return f"agent:{agent}"


def to_contact(contact: ContactId) -> str:
    """Where a contact's conversation is heard: by its visitor, and by the agent who holds it."""
    return f"contact:{contact}"


def to_call(call: InteractionId) -> str:
    """Where all that routing does about a call is heard, by the node that has its line."""
    return f"call:{call}"


class Listener(Protocol):
    """Somebody on this node who follows an address. Neither method may block."""

    def heard(self, address: str, payload: Mapping[str, Any]) -> None:
        """Something was said there."""

    def missed(self, address: str) -> None:
        """Something may have been missed: read the stores."""


class _Topic:
    """One address with its listeners, and whether Redis has confirmed the subscription."""

    __slots__ = ("listeners", "lock", "seqs", "subscribed")

    def __init__(self) -> None:
        self.listeners: list[Listener] = []
        self.lock = asyncio.Lock()
        self.subscribed = False
        self.seqs: dict[str, int] = {}
        """The last heard of each sequence: an agent's own, one an interaction of a contact."""


class Delivery:
    """One node's ears and mouth. `run` carries publications until it is cancelled."""

    def __init__(self, router: Router) -> None:
        self.node = new_id("nd")
        self._router = router
        self._addresses = router.addresses()
        self._topics: dict[str, _Topic] = {}
        self._outbox: list[tuple[str, Mapping[str, Any]]] = []
        self._waiting = asyncio.Event()
        # heard when it was said; `publish` names the node last
        self._addresses.skip_echo(f'"node":"{self.node}"}}')
        self._addresses.on_message(self._arrived)
        self._addresses.on_reconnect(self._reconnected)

    @property
    def available(self) -> bool:
        """Whether other nodes can be reached."""
        return self._router.link.available

    async def listen(self, address: str, listener: Listener) -> None:
        """Hear an address; the subscription is confirmed when this returns.

        Raises:
            StoreUnavailable: Redis is away. The listener is kept, hears this node's own
                publications, and is told `missed` once the subscription stands.
        """
        topic = self._topics.setdefault(address, _Topic())
        if listener not in topic.listeners:
            topic.listeners.append(listener)
        await self._subscribe(address, topic)

    async def forget(self, address: str, listener: Listener) -> None:
        """Hear it no longer; the node unsubscribes with its last listener."""
        topic = self._topics.get(address)
        if topic is None:
            return
        if listener in topic.listeners:
            topic.listeners.remove(listener)
        async with topic.lock:
            if topic.listeners or self._topics.get(address) is not topic:
                return
            if topic.subscribed:
                topic.subscribed = False
                with contextlib.suppress(StoreUnavailable):  # it went with the connection
                    await self._addresses.unsubscribe(address)
            if not topic.listeners:
                self._topics.pop(address, None)

    def publish(self, address: str, payload: Mapping[str, Any]) -> None:
        """Say something at an address; at best once, in the order of the calls."""
        said = {**payload, "node": self.node}
        topic = self._topics.get(address)
        if topic is not None:
            self._tell(topic, address, said)
        if self.available and len(self._outbox) < OUTBOX_MAX:
            self._outbox.append((address, said))
            self._waiting.set()

    async def run(self) -> None:
        """Carry publications to Redis, a batch at a time."""
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            while batch := self._outbox[:_BATCH]:
                del self._outbox[:_BATCH]
                try:
                    await self._addresses.publish_many(batch)
                except AcdError as error:
                    log.info("publications lost", count=len(batch), code=error.code)
                except Exception:  # whatever it was, the next ones shall travel
                    log.exception("publications lost", count=len(batch))
                stay_cancelled()

    async def catch_up(self) -> None:
        """Subscribe what could not be subscribed: Redis was away, or did not answer in time."""
        for address, topic in list(self._topics.items()):
            if topic.subscribed or not topic.listeners:
                continue
            try:
                fresh = await self._subscribe(address, topic)
            except AcdError:
                return  # away again: somebody comes here anew
            if fresh:
                self._miss(topic, address)

    async def _subscribe(self, address: str, topic: _Topic) -> bool:
        """Whether that was still to be done."""
        async with topic.lock:
            if topic.subscribed or not topic.listeners:
                return False
            self._topics[address] = topic  # a `forget` may have dropped it meanwhile
            topic.seqs.clear()
            if not self.available:
                raise StoreUnavailable  # at once: `catch_up` will do it
            await self._addresses.subscribe(address)
            topic.subscribed = True
            return True

    def _arrived(self, address: str, payload: Mapping[str, Any]) -> None:
        topic = self._topics.get(address)
        if topic is None:
            return
        seq = payload.get("seq")
        if isinstance(seq, int):
            of = "" if address.startswith("agent:") else payload.get("interaction", "")
            before, topic.seqs[of] = topic.seqs.get(of), seq
            if before is not None and seq != before + 1:
                if seq == before:
                    return
                self._miss(topic, address)
        self._tell(topic, address, payload)

    def _reconnected(self, addresses: list[str]) -> None:
        for address in addresses:
            topic = self._topics.get(address)
            if topic is not None:
                topic.seqs.clear()
                self._miss(topic, address)

    def _tell(self, topic: _Topic, address: str, payload: Mapping[str, Any]) -> None:
        for listener in tuple(topic.listeners):
            try:
                listener.heard(address, payload)
            except Exception:  # one listener's fault is not the next one's
                log.exception("listener failed", kind=payload.get("type"))

    def _miss(self, topic: _Topic, address: str) -> None:
        for listener in tuple(topic.listeners):
            listener.missed(address)
