"""Let a caller in: SQL first, then the line, as for a chat.

Contact, conversation and an intake row with the call's own id are one transaction; then the call is
enqueued by that id. With Redis away the caller is in all the same: the sweep enqueues the row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from acd.domain import phone
from acd.domain.errors import NotFound, PhoneNumberInvalid
from acd.domain.ids import QueueId
from acd.domain.interaction import DEFAULT_LEVEL, Channel
from acd.flow.cards import caller_card
from acd.flow.doors import Doors
from acd.records.callers import NewCall

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from acd.domain.directory import Queue, Site
    from acd.domain.ids import DepartmentId, InteractionId
    from acd.domain.phone import E164
    from acd.flow.intake import Intake
    from acd.records.callers import Callers
    from acd.records.directory import Directory
    from acd.records.intake_rows import IntakeRow
    from acd.routing.results import Enqueued

NAME_CHARS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRule:
    """What a header of a call means. An empty `value` fits whatever the header says."""

    header: str
    value: str = ""
    department: DepartmentId | None = None
    level: int = DEFAULT_LEVEL
    requires: Mapping[str, int] = field(default_factory=dict)

    def fits(self, headers: Mapping[str, str]) -> bool:
        """Whether a call with these headers, by lower-case name, is one of those meant."""
        said = headers.get(self.header.lower())
        return said is not None and self.value.casefold() in ("", said.strip().casefold())


@dataclass(frozen=True, slots=True, kw_only=True)
class DialPlan:
    """What is dialled here, and the department it leads to: numbers as E.164, short ones, names.

    `region` is the country whose national numbers are understood; `locale` that of callers. Of the
    `rules` the first that fits counts.
    """

    numbers: Mapping[str, DepartmentId]
    region: str = ""
    locale: str = "en"
    rules: tuple[CallRule, ...] = ()

    def rule(self, headers: Mapping[str, str]) -> CallRule:
        """What its headers make of a call."""
        return next((rule for rule in self.rules if rule.fits(headers)), _PLAIN)

    def department(self, called: str) -> DepartmentId | None:
        """Where it leads, or None."""
        found = self.numbers.get(called) or self.numbers.get(called.lower())
        return found or self.numbers.get(self.number(called) or "")

    def number(self, said: str) -> E164 | None:
        """A number as the network says it, or None for none."""
        try:
            return phone.parse(said, self.region)
        except PhoneNumberInvalid:
            return None


_PLAIN: Final = CallRule(header="")
"""No rule fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredCall:
    """The caller is in. `entered` is None while the call could not be enqueued yet: it will be.

    `reachable` says whether there is a number to call them back at.
    """

    row: IntakeRow
    entered: Enqueued | None
    reachable: bool


class CallDoor(NamedTuple):
    """Where a call goes in, and the rule that its headers fit."""

    rule: CallRule
    site: Site
    queue: Queue


class CallIntake:
    """The door for calls. Every verb raises StoreUnavailable while the database is away."""

    def __init__(
        self, *, intake: Intake, directory: Directory, callers: Callers, plan: DialPlan
    ) -> None:
        self._intake = intake
        self._directory = directory
        self._callers = callers
        self._plan = plan
        self._doors: Doors[tuple[Site, Queue]] = Doors()

    async def door(self, called: str, headers: Mapping[str, str]) -> CallDoor:
        """Where a call goes in, by what was dialled and its headers.

        Raises:
            NotFound: nothing is known by that number, or it takes no calls.
        """
        rule = self._plan.rule(headers)
        department = self._plan.department(called)
        if department is None:
            raise NotFound("Nothing is known by this number.", field="called")
        department = rule.department or department
        return CallDoor(
            rule, *await self._doors.at(department, lambda: self._find_door(department))
        )

    async def enter(
        self,
        call: InteractionId,
        door: CallDoor,
        *,
        caller: str,
        display: str,
        transfers: bool,
        heard: Callable[[], Awaitable[None]],
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> EnteredCall:
        """Let a caller in; the same call again gives what is there.

        Args:
            call: its id.
            door: where, as `door` found it.
            caller: the number as the network says it, empty when withheld.
            display: what the caller's telephone system calls them.
            transfers: whether the agent can give it away to a number.
            heard: awaited before routing is told of it: whoever is to hear all that follows.
            headers: those that are kept with it, by lower-case name.
        """
        rule, site, queue = door
        number = self._plan.number(caller)
        shown = phone.shown(number) if number else ""
        row = await self._callers.begin(
            NewCall(
                interaction=call,
                site=site.id,
                queue=queue.id,
                number=number,
                name=display.strip()[:NAME_CHARS] or shown,
                locale=self._plan.locale,
                level=rule.level,
                requires=rule.requires,
                card=lambda name: caller_card(
                    name, shown, queue.department, headers, transfers=transfers
                ),
            )
        )
        await heard()
        entered = await self._intake.enqueue(row, queue, late=False)
        return EnteredCall(row=row, entered=entered, reachable=number is not None)

    async def entered(self, call: InteractionId) -> IntakeRow | None:
        """The arrival of a call, if there was one."""
        return await self._callers.arrival(call)

    async def enter_late(self, row: IntakeRow) -> None:
        """Enqueue what could not be when it came; its age is kept."""
        await self._intake.enqueue(row, await self._directory.queue(row.queue), late=True)

    async def _find_door(self, department: DepartmentId) -> tuple[Site, Queue]:
        queue = await self._directory.queue(QueueId(f"{department}/{Channel.CALL.value}"))
        if queue is None or not queue.active:
            raise NotFound("This department takes no calls.", field="called")
        sites = [site for site in await self._directory.sites() if site.active]
        own = [site for site in sites if not site.departments or department in site.departments]
        if not sites:
            raise NotFound("There is no site whose conversations calls belong to.", field="site")
        return (own or sites)[0], queue
