"""Let somebody in: SQL first, then the line.

Contact, conversation, first message and an intake row are one transaction; then the interaction is
enqueued by the row's id. Redis away at that moment is no failure for the visitor: the chat is
`starting`, its row is stored, and the sweep enqueues it as soon as Redis answers.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import structlog

from acd.domain.contact import Visitor
from acd.domain.errors import (
    AcdError,
    BadRequest,
    NotFound,
    QueueUnknown,
    SkillUnknown,
    StoreUnavailable,
)
from acd.domain.ids import QueueId
from acd.domain.interaction import (
    DEFAULT_LEVEL,
    Arrival,
    Channel,
    InteractionState,
)
from acd.domain.queue import LastAgent
from acd.flow.cards import visitor_card
from acd.flow.doors import Doors
from acd.records.intakes import NewIntake

if TYPE_CHECKING:
    from acd.domain.conversation import StoredMessage
    from acd.domain.directory import Queue, Site
    from acd.domain.ids import (
        ContactId,
        ConversationId,
        DepartmentId,
        InteractionId,
        SiteId,
    )
    from acd.records.directory import Directory
    from acd.records.intake_rows import IntakeRow
    from acd.records.intakes import Begun, Intakes
    from acd.routing.results import Enqueued
    from acd.routing.router import Router

CLIENT_ID_MIN_CHARS = 16
SWEEP_AGE_MS = 10_000
SWEEP_EVERY_S = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatStart:
    """A visitor asks for a chat; the faces have checked lengths and characters.

    `visitor` is who the token stands for, None without one. A stranger's `client_id` stands for
    them until they have a token: at least 16 characters that nobody can guess. `known_ended` is
    the interaction the visitor saw ended, if any.
    """

    site: SiteId
    client_id: str = field(repr=False)
    department: DepartmentId
    name: str
    visitor: Visitor | None = None
    email: str = ""
    locale: str = ""
    text: str | None = None
    page: str = ""
    level: int = DEFAULT_LEVEL
    channel: Channel = Channel.CHAT
    known_ended: InteractionId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedChat:
    """The visitor is in. `token` is new, or empty where they came with one.

    `queued` is False while the interaction could not be enqueued yet: it will be. `fresh` is False
    when this chat was there before, be it by the same start or because it had not ended.
    """

    token: str = field(repr=False)
    visitor: Visitor
    contact: ContactId
    conversation: ConversationId
    interaction: InteractionId
    queue: QueueId
    message: StoredMessage | None
    last_seq: int
    queued: bool
    fresh: bool


class _Door(NamedTuple):
    """Where somebody comes in, and the queue behind it."""

    site: Site
    queue: Queue


class Intake:
    """The door. Every verb raises StoreUnavailable while the database is away."""

    def __init__(self, router: Router, directory: Directory, intakes: Intakes) -> None:
        self._router = router
        self._directory = directory
        self._intakes = intakes
        self._doors: Doors[_Door] = Doors()

    async def start_chat(self, start: ChatStart) -> StartedChat:
        """Let a visitor in, or find them in already.

        The same client id gives the first answer again, pressed twice or sent again after an
        unknown outcome. A visitor whose last chat has not ended gets that one; their text is
        stored in either case.

        Raises:
            NotFound: the site or the department takes no chats.
            BadRequest: a stranger's client id could be guessed.
            Conflict: the client id is somebody else's, or too old.
        """
        begun, queue = await self.begin(start)
        row = begun.intake
        queued = (
            row.confirmed_ms is not None
            or await self.enqueue(row, queue, late=not begun.fresh) is not None
        )
        return StartedChat(
            token=begun.token,
            visitor=Visitor(contact=row.contact, site=row.site),
            contact=row.contact,
            conversation=row.conversation,
            interaction=row.interaction,
            queue=row.queue,
            message=begun.message,
            last_seq=begun.conversation.last_seq,
            queued=queued,
            fresh=begun.fresh,
        )

    async def begin(self, start: ChatStart) -> tuple[Begun, Queue]:
        """Contact, conversation and row, as they hold now; nothing is enqueued yet.

        Raises:
            What `start_chat` does.
        """
        if start.visitor is None and len(start.client_id) < CLIENT_ID_MIN_CHARS:
            raise BadRequest(
                f"Send a random client_id of at least {CLIENT_ID_MIN_CHARS} characters.",
                field="client_id",
            )
        site, queue = await self._door(start)
        begun = await self._intakes.begin(
            NewIntake(
                site=start.site,
                client_id=start.client_id,
                visitor=start.visitor,
                name=start.name,
                email=start.email,
                locale=start.locale,
                queue=queue.id,
                level=start.level,
                text=start.text or "",
                card=visitor_card(start),
                requires=site.requirement(start.locale),
                known_ended=await self._ended(start),
            )
        )
        return begun, queue

    async def sweep(self, older_than_ms: int = SWEEP_AGE_MS) -> int:
        """Enqueue the arrivals that no event has confirmed; return how many went through.

        Enqueueing is idempotent by id, so any node may sweep at any time.
        """
        rows = await self._intakes.unconfirmed(older_than_ms)
        queues = {row.queue: await self._directory.queue(row.queue) for row in rows}
        swept = await asyncio.gather(
            *(self.enqueue(row, queues[row.queue], late=True) for row in rows)
        )
        through = sum(entered is not None for entered in swept)
        if rows:
            log.info("arrivals swept", found=len(rows), enqueued=through)
        return through

    async def sweep_forever(self) -> None:
        """Sweep every few seconds until cancelled."""
        while True:
            try:
                await self.sweep()
            except StoreUnavailable:
                log.warning("sweep of arrivals postponed")
            await asyncio.sleep(SWEEP_EVERY_S)

    async def enqueue(self, row: IntakeRow, queue: Queue | None, *, late: bool) -> Enqueued | None:
        """Put a stored arrival in its line; None if that was not possible yet, and the sweep will.

        One that is `late` keeps the age of its row.
        """
        arrival = arrival_of(row, arrived_ms=row.created_ms if late else 0)
        try:
            if queue is not None and queue.settings.last_agent is not LastAgent.OFF:
                last = await self._intakes.last_agent(row.contact, queue.department)
                arrival = replace(arrival, last_agent=last)
            try:
                return await self._router.enqueue(arrival)
            except SkillUnknown:  # undeclared in the meantime: better served by anyone than by none
                log.warning("requirement dropped", interaction=row.interaction)
                return await self._router.enqueue(replace(arrival, requires={}))
            except QueueUnknown:
                queue = await self._directory.queue(row.queue)
                if queue is not None and queue.active:
                    raise
                # it went in the meantime: whoever was let in gets an answer, and may begin anew
                return await self._router.enqueue(arrival, reject=True)
        except StoreUnavailable:
            return None
        except AcdError as error:  # the log is full, or the queue is not compiled yet
            log.warning("arrival not enqueued", interaction=row.interaction, code=error.code)
            return None

    async def _door(self, start: ChatStart) -> _Door:
        """The queue asked for."""
        name = (start.site, start.department, start.channel)
        return await self._doors.at(name, lambda: self._find_door(start))

    async def _find_door(self, start: ChatStart) -> _Door:
        site = await self._directory.site(start.site)
        if site is None or not site.active:
            raise NotFound("There is no such site.", field="site")
        offered = not site.departments or start.department in site.departments
        queue = await self._directory.queue(QueueId(f"{start.department}/{start.channel.value}"))
        if queue is None or not queue.active or not offered:
            raise NotFound(f"This department takes no {start.channel}s here.", field="department")
        return _Door(site, queue)

    async def _ended(self, start: ChatStart) -> InteractionId | None:
        """The visitor's last interaction if it is over, so that a new one may begin."""
        if start.visitor is None:
            return start.known_ended
        last = await self._intakes.latest(start.visitor)
        if last is None or last.ended_ms is not None:
            return start.known_ended
        try:
            live = await self._router.interaction(last.interaction)
        except StoreUnavailable:
            return start.known_ended
        if live is None:  # not in its line yet, or so long ago that Redis forgot it
            return start.known_ended if last.confirmed_ms is None else last.interaction
        return last.interaction if live.state is InteractionState.ENDED else None


def arrival_of(row: IntakeRow, *, arrived_ms: int) -> Arrival:
    """What routing is told of an arrival; one enqueued late keeps its age (0: it comes now)."""
    return Arrival(
        arrived_ms=arrived_ms,
        interaction=row.interaction,
        queue=row.queue,
        contact=row.contact,
        conversation=row.conversation,
        level=row.level,
        card=row.card,
        requires=row.requires,
    )
