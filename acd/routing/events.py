"""Reading the event log from a position on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from acd.domain.errors import EventUnreadable, StoreUnavailable
from acd.domain.events import Event, EventType
from acd.routing.redis_link import AWAY
from acd.tasks import stay_cancelled

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


def parse_entries(entries: Iterable[Any], after: str) -> tuple[list[Event], EventUnreadable | None]:
    """What is behind a position in entries of the stream, as the client returns them.

    The events up to the first that is none, and that one. An entry is all that one script said, and
    its id that of the last event in it. The position may lie within the first entry.
    """
    behind = _place(after)
    events: list[Event] = []
    for entry, fields in entries:
        try:
            # parsed by the client already, or a flat list
            payloads = json.loads(fields["e"] if isinstance(fields, dict) else fields[1])
            generation, last = _place(entry)
            first = last + 1 - len(payloads)
        except (ValueError, KeyError, TypeError, IndexError):
            return events, EventUnreadable(position=entry, raw=repr(fields))
        for seq, payload in enumerate(payloads, first):
            if (generation, seq) <= behind:
                continue
            position = f"{generation}-{seq}"
            try:
                events.append(parse_event(position, payload))
            except (ValueError, KeyError, TypeError):
                return events, EventUnreadable(position=position, raw=repr(payload))
    return events, None


def _place(position: str) -> tuple[int, int]:
    generation, _, seq = position.partition("-")
    return int(generation), int(seq)


async def read_page(
    link: RedisLink, stream: str, after: str, count: int
) -> tuple[list[Event], EventUnreadable | None]:
    """What follows `after`, from about `count` entries, and what comes next if it is no event.

    Raises:
        StoreUnavailable: the server is away.
    """
    try:
        entries: Any = await link.client.xrange(stream, f"({after}", "+", count)
    except (*AWAY, RedisError) as error:
        raise StoreUnavailable("Redis does not answer") from error
    return parse_entries(entries, after)


async def read_events(
    link: RedisLink, stream: str, after: str, block_ms: int, count: int
) -> AsyncGenerator[list[Event]]:
    """Yield what follows `after`, in batches of at most `count`, for ever.

    Each waits at most `block_ms`; an empty one says that nothing came in that time.

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
                    found, unreadable = parse_entries(entries, after)
                    for at in range(0, len(found), count):
                        batch = found[at : at + count]
                        after = batch[-1].position
                        yield batch
                    if unreadable is not None:
                        raise unreadable
                else:
                    yield []
                stay_cancelled()
        finally:
            await client.aclose()
    except (*AWAY, RedisError) as error:
        raise StoreUnavailable("Redis does not answer") from error
