"""Queues: departments on channels, with their live figures."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from acd.domain import errors
from acd.domain.ids import QueueId
from acd.domain.interaction import Channel
from acd.web.api.values import Count, DepartmentRef, Id, Ms
from acd.web.endpoint import Call, Endpoint, Input, Nothing, Output
from acd.web.identity import Access, Scope

if TYPE_CHECKING:
    from acd.domain.directory import Department, Queue
    from acd.routing.snapshots import QueueSnapshot


class OneQueue(Input):
    """A queue's address."""

    department: Id
    channel: Channel


class QueueView(Output):
    """A queue with its figures as of `now_ms`."""

    id: str
    department: DepartmentRef
    channel: Channel
    strategy: tuple[str, ...]
    waiting: Annotated[Count, Field(description="in the line")]
    ringing: Annotated[Count, Field(description="being offered")]
    active: Annotated[Count, Field(description="with an agent")]
    available: Annotated[Count, Field(description="agents who could take the next one now")]
    here: Annotated[Count, Field(description="members available on the channel, full or not")]
    oldest_enqueued_ms: Ms | None
    longest_wait_ms: Ms | None
    served_per_minute: Annotated[
        float | None, Field(description="accepted lately; null until something was")
    ]
    now_ms: Ms


class QueueList(Output):
    """Every queue the caller may see."""

    items: tuple[QueueView, ...]


def _view(queue: Queue, department: Department, live: QueueSnapshot) -> QueueView:
    return QueueView(
        id=queue.id,
        department=DepartmentRef(id=department.id, names=dict(department.names)),
        channel=queue.channel,
        strategy=tuple(queue.settings.strategy),
        waiting=live.waiting,
        ringing=live.ringing,
        active=live.active,
        available=live.available,
        here=live.here,
        oldest_enqueued_ms=live.oldest_enqueued_ms,
        longest_wait_ms=live.longest_wait_ms,
        served_per_minute=live.served_per_minute,
        now_ms=live.now_ms,
    )


async def _list_queues(call: Call[Nothing, Nothing, Nothing]) -> QueueList:
    services = call.services
    departments = {found.id: found for found in await services.directory.departments()}
    queues = [
        queue
        for queue in await services.directory.queues()
        if call.caller.sees_queue(queue.id) and queue.department in departments
    ]
    live = await asyncio.gather(*(services.router.queue(queue.id) for queue in queues))
    return QueueList(
        items=tuple(
            _view(queue, departments[queue.department], figures)
            for queue, figures in zip(queues, live, strict=True)
        )
    )


async def _read_queue(call: Call[OneQueue, Nothing, Nothing]) -> QueueView:
    wanted = QueueId(f"{call.path.department}/{call.path.channel}")
    services = call.services
    if not call.caller.sees_queue(wanted):
        raise errors.NotFound
    queue = await services.directory.queue(wanted)
    if queue is None or not queue.active:
        raise errors.NotFound
    department = await services.directory.department(queue.department)
    if department is None:
        raise errors.NotFound
    return _view(queue, department, await services.router.queue(wanted))


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        at="/queues",
        tag="queues",
        summary="Every queue with its live figures",
        access=Access(scope=Scope.READ),
        handler=_list_queues,
        path=Nothing,
        query=Nothing,
        body=Nothing,
        answer=QueueList,
    ),
    Endpoint(
        method="GET",
        at="/queues/{department}/{channel}",
        tag="queues",
        summary="One queue with its live figures",
        access=Access(scope=Scope.READ),
        handler=_read_queue,
        path=OneQueue,
        query=Nothing,
        body=Nothing,
        answer=QueueView,
    ),
)
