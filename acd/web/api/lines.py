"""Lines: who waits in a queue, in the order in which they are served."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from acd.domain import errors
from acd.domain.ids import QueueId
from acd.domain.interaction import Channel
from acd.web.api.queues import OneQueue
from acd.web.api.values import Count, Ms
from acd.web.endpoint import Call, Endpoint, Nothing, Output
from acd.web.identity import Access, Scope

_LINE_MOST: Final = 200


class Waiting(Output):
    """Somebody in a line."""

    id: str
    contact: str
    level: int
    enqueued_ms: Ms
    requires: str
    callback: Annotated[bool, Field(description="nobody waits: they are called in their turn")]


class Line(Output):
    """The first of a line, in its order."""

    queue: str
    channel: Channel
    waiting: Annotated[Count, Field(description="in the whole line")]
    items: tuple[Waiting, ...]
    now_ms: Ms


async def _line(call: Call[OneQueue, Nothing, Nothing]) -> Line:
    wanted = QueueId(f"{call.path.department}/{call.path.channel}")
    router = call.services.router
    if not call.caller.sees_queue(wanted):
        raise errors.NotFound
    queue = await router.queue(wanted)
    if not queue.configured:
        raise errors.NotFound
    return Line(
        queue=wanted,
        channel=call.path.channel,
        waiting=queue.waiting,
        items=tuple(
            Waiting(
                id=each.interaction,
                contact=each.contact,
                level=each.level,
                enqueued_ms=each.enqueued_ms,
                requires=each.requires,
                callback=each.callback,
            )
            for each in await router.line(wanted, most=_LINE_MOST)
        ),
        now_ms=queue.now_ms,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        at="/queues/{department}/{channel}/line",
        tag="queues",
        summary="Who waits, in the order of the line",
        access=Access(scope=Scope.READ),
        handler=_line,
        path=OneQueue,
        query=Nothing,
        body=Nothing,
        answer=Line,
    ),
)
