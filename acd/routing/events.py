"""Reading the event log from a position on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from acd.domain.errors import EventUnreadable, StoreUnavailable
from acd.domain.events import Event, EventType
from acd.routing.redis_link import AWAY, stay_cancelled

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Mapping

    from acd.routing.redis_link import RedisLink


def parse_event(position: str, payload: Mapping[str, Any]) -> Event:
    """An entry of the log, or a payload of an address, as an event."""
    return Event(
        id=payload["id"],
        position=position,
        type=EventType(payload["type"]),
        at_ms=payload["at_ms"],
        interaction=payload.get("interaction"),
        offer=payload.get("offer"),
        agent=payload.get("agent"),
        queue=payload.get("queue"),
        contact=payload.get("contact"),
        conversation=payload.get("conversation"),
        data=payload["data"],
    )


def parse_entries(entries: Iterable[Any]) -> list[Event]:
    """Entries of the stream as the client returns them: parsed by it already, or flat lists."""
    events = []
    for position, fields in entries:
        text = fields["e"] if isinstance(fields, dict) else fields[1]
        events.append(parse_event(position, json.loads(text)))
    return events


def _readable(entries: Iterable[Any]) -> tuple[list[Event], EventUnreadable | None]:
    """The events up to the first entry that is none, and that entry."""
    events: list[Event] = []
    for position, fields in entries:
        try:
            events += parse_entries([(position, fields)])
        except (ValueError, KeyError, TypeError, IndexError):
            return events, EventUnreadable(position=position, raw=repr(fields))
    return events, None


async def read_events(
    link: RedisLink, stream: str, after: str, block_ms: int, count: int
) -> AsyncGenerator[list[Event]]:
    """Yield what follows `after`, in batches, for ever; each waits at most `block_ms` at a time.

    Raises:
        StoreUnavailable: the server went away; go on from the last position.
        EventUnreadable: what comes next is no event; go on behind its position.
    """
    try:
        client = await link.dedicated(reply_timeout_s=block_ms / 1000 + 10)
        try:
            while True:
                reply = await client.execute_command(  # type: ignore[no-untyped-call]
                    "XREAD", "COUNT", count, "BLOCK", block_ms, "STREAMS", stream, after
                )
                if reply:
                    _, entries = next(iter(reply.items())) if isinstance(reply, dict) else reply[0]
                    batch, unreadable = _readable(entries)
                    if batch:
                        after = batch[-1].position
                        yield batch
                    if unreadable is not None:
                        raise unreadable
                stay_cancelled()
        finally:
            await client.aclose()
    except (*AWAY, RedisError) as error:
        raise StoreUnavailable("Redis does not answer") from error
