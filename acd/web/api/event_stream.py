"""GET /events: the event log over a plain WebSocket, in order, resumable from any event."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Annotated, Any, Final

from aiohttp import WSCloseCode, web
from pydantic import Field, StringConstraints

from acd.domain import errors
from acd.domain.directory import Role
from acd.web import feed
from acd.web.api.values import Ms
from acd.web.endpoint import Call, Endpoint, Input, Nothing, Output
from acd.web.identity import Access, Scope, admit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acd.domain.events import Event

MAX_STREAMS: Final = 32  # each reads the log on a Redis connection of its own
MAX_OF_ONE: Final = 8
HEARTBEAT_S: Final = 20.0
SLOW_S: Final = 10.0  # a reader that takes longer for one batch is let go; it resumes where it was
RECHECK_S: Final = 60.0
_ACCESS: Final = Access(role=Role.SUPERVISOR, scope=Scope.EVENTS)


class EventsQuery(Input):
    """Where to begin."""

    after: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9]{1,15}-[0-9]{1,15}$"),
        Field(description="the id of the last event you have; 0-0 for all there ever were"),
    ] = "0-0"


class EventView(Output):
    """One event, as a text message of the stream. Fields that do not apply are left out."""

    id: Annotated[str, Field(description="resume with it as `after`")]
    type: str
    at_ms: Ms
    interaction: str | None = None
    offer: str | None = None
    agent: str | None = None
    queue: str | None = None
    contact: str | None = None
    conversation: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class EventStreams:
    """The open streams of one process, to bound them and to end them at a stop."""

    def __init__(self) -> None:
        self._open: dict[web.WebSocketResponse, str] = {}
        """Whose each is."""

    @contextlib.contextmanager
    def joined(self, socket: web.WebSocketResponse, reader: str) -> Iterator[None]:
        """Counts the socket while it is open.

        Raises:
            TooMany: the node or this reader has as many as may be.
        """
        if len(self._open) >= MAX_STREAMS:
            raise errors.TooMany("Too many event streams are open on this node.", retry_after_s=30)
        if sum(whose == reader for whose in self._open.values()) >= MAX_OF_ONE:
            raise errors.TooMany(
                f"You have {MAX_OF_ONE} event streams open on this node; close one first.",
                retry_after_s=30,
            )
        self._open[socket] = reader
        try:
            yield
        finally:
            del self._open[socket]

    async def close(self, _app: web.Application) -> None:
        """Says goodbye to every reader; they come back to another node or later."""
        for socket in list(self._open):
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the server stops")


STREAMS: Final = web.AppKey("event_streams", EventStreams)


def _view(event: Event) -> str:
    return EventView(
        id=event.id,
        type=event.type,
        at_ms=event.at_ms,
        interaction=event.interaction,
        offer=event.offer,
        agent=event.agent,
        queue=event.queue,
        contact=event.contact,
        conversation=event.conversation,
        data=dict(event.data),
    ).model_dump_json(exclude_none=True)


async def _read_events(call: Call[Nothing, EventsQuery, Nothing]) -> web.StreamResponse:
    request = call.request
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=1024, compress=False)
    if not socket.can_prepare(request).ok:
        raise errors.BadRequest("Open this address as a WebSocket.")
    streams = request.app[STREAMS]
    after = feed.place_of(call.query.after)
    metrics = call.services.metrics
    with streams.joined(socket, call.caller.name):
        await socket.prepare(request)
        metrics.socket_opened("events")
        try:
            async with asyncio.TaskGroup() as group:
                send = group.create_task(_send(call, socket, after), name="events to a reader")
                check = group.create_task(_recheck(call, socket), name="reader still welcome")
                await _until_closed(socket)
                send.cancel()
                check.cancel()
        finally:
            metrics.socket_closed("events")
    return socket


async def _until_closed(socket: web.WebSocketResponse) -> None:
    """The reader has nothing to say: pings are answered below us, a message ends the stream."""
    async for _message in socket:
        await socket.close(code=WSCloseCode.UNSUPPORTED_DATA, message=b"this stream takes nothing")


async def _send(
    call: Call[Nothing, EventsQuery, Nothing], socket: web.WebSocketResponse, after: feed.Place
) -> None:
    try:
        async with contextlib.aclosing(feed.follow(call.services, after)) as batches:
            async for batch in batches:
                async with asyncio.timeout(SLOW_S):
                    for event in batch:
                        await socket.send_str(_view(event))
    except TimeoutError:
        if call.request.transport is not None:
            call.request.transport.abort()  # a close frame would wait behind what it does not read
    except ConnectionError:
        pass  # gone: the receiving side sees it too


async def _recheck(
    call: Call[Nothing, EventsQuery, Nothing], socket: web.WebSocketResponse
) -> None:
    """A key that was withdrawn, or a session that ended, ends its streams."""
    while True:
        await asyncio.sleep(RECHECK_S)
        try:
            await admit(call.request, call.services, _ACCESS)
        except (errors.NotSignedIn, errors.Forbidden):
            await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"no longer signed in")
        except errors.AcdError:
            continue  # a store is away: that says nothing about the reader


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        at="/events",
        tag="events",
        summary="The event log as a WebSocket",
        description=(
            "Each text message is one event (see the model EventView), in order and exactly once"
            " after the one named. What is older than the live log comes from the history."
            " Reconnect with the last id you have. The stream takes no messages; the server pings"
            " every 20 s. A reader slower than 10 s for a batch is cut off and resumes. One key or"
            " person has up to 8 on a node."
        ),
        access=_ACCESS,
        handler=_read_events,
        path=Nothing,
        query=EventsQuery,
        body=Nothing,
        answer=EventView,
        websocket=True,
    ),
)
