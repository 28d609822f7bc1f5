"""The configuration as queues: who serves each, what its arrivals require, where rules stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from acd.config.opening import business_hours
from acd.config.problems import KeyPath, Problem
from acd.config.rules import OverflowSettings
from acd.domain.calendar import openings
from acd.domain.interaction import Channel
from acd.domain.public_holidays import public_holidays
from acd.domain.queue import DIVERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acd.config.directory import AgentSettings, DepartmentSettings
    from acd.config.model import Config
    from acd.config.rules import QueueRules

FROM_SITES: Final = (Channel.CHAT, Channel.CALL)
"""What visitors of a website begin, with what the site requires."""
YEAR_MS: Final = 366 * 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One queue with all that the file says of it."""

    index: int
    """Which of `[[departments]]`."""
    department: DepartmentSettings
    channel: Channel
    rules: QueueRules
    agents: tuple[AgentSettings, ...]
    """Who can ever be offered one."""

    @property
    def own(self) -> QueueRules:
        """The queue's own table."""
        table: QueueRules = getattr(self.department, self.channel.value)
        return table

    @property
    def name(self) -> str:
        """`support/chat`."""
        return f"{self.department.id}/{self.channel.value}"

    @property
    def path(self) -> KeyPath:
        """Where the queue stands: its own table if there is one."""
        base: KeyPath = ("departments", self.index)
        there = self.channel.value in self.department.model_fields_set
        return (*base, self.channel.value) if there else base

    def at(self, key: str) -> KeyPath:
        """Where that rule of the queue is written, or the queue where it is not."""
        if key in self.own.model_fields_set:
            return ("departments", self.index, self.channel.value, key)
        if key in self.department.model_fields_set:
            return ("departments", self.index, key)
        return self.path

    def says(self, key: str) -> bool:
        """Whether the file says it, for the queue or for its department."""
        return key in self.own.model_fields_set or key in self.department.model_fields_set


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What some visitors of a site require, and where that is written."""

    path: KeyPath
    site: str
    departments: tuple[str, ...]
    skills: Mapping[str, int] = field(default_factory=dict)


class View:
    """The configuration, looked at by queue."""

    def __init__(self, config: Config, now_ms: int | None) -> None:
        """Args: now_ms is None where no calendar can be made of some of the hours."""
        self.config = config
        self._now_ms = now_ms
        self.lines = tuple(_lines(config))
        self.needs = tuple(_needs(config))
        self.departments = {department.id for department in config.departments}
        self.by_name = {line.name: line for line in self.lines}

    @cached_property
    def openings(self) -> Mapping[str, tuple[tuple[int, int], ...]]:
        """When the hours of each id are open in the coming year; empty where some are broken."""
        if self._now_ms is None:
            return {}
        now_ms, until_ms = self._now_ms, self._now_ms + YEAR_MS
        return {
            entry.id: openings(
                business_hours(entry), now_ms, until_ms, public_holidays(entry.holidays)
            )
            for entry in self.config.hours
        }

    def handed_on(self, line: Line) -> Iterator[Line]:
        """The queues it overflows to."""
        for name in DIVERSIONS:
            said = getattr(line.rules, name)
            if isinstance(said, OverflowSettings):
                target = self.by_name.get(f"{said.department}/{line.channel.value}")
                if target is not None and target is not line:
                    yield target


def meets(agent: AgentSettings, skills: Mapping[str, int]) -> bool:
    """Whether the agent has all of that."""
    return all(agent.skills.get(skill, 0) >= level for skill, level in skills.items())


def warning(path: KeyPath, code: str, message: str, remedy: str) -> Problem:
    """A finding with which the configuration can be used."""
    return Problem(path=path, code=code, message=message, remedy=remedy, warning=True)


def _lines(config: Config) -> Iterator[Line]:
    for index, department in enumerate(config.departments):
        for name, rules in department.queues().items():
            channel = Channel(name)
            yield Line(
                index=index,
                department=department,
                channel=channel,
                rules=rules,
                agents=tuple(
                    agent for agent in config.agents if _serves(config, agent, department, channel)
                ),
            )


def _serves(
    config: Config, agent: AgentSettings, department: DepartmentSettings, channel: Channel
) -> bool:
    placed = any(
        place.department == department.id
        and (not place.channels or channel.value in place.channels)
        for place in agent.memberships
    )
    usual, own = getattr(config.channels, channel), getattr(agent.capacity, channel)
    most = usual.max if own.max is None else own.max
    weight = usual.weight if own.weight is None else own.weight
    return placed and most > 0 and (usual.interrupts or weight <= agent.capacity.total)


def _needs(config: Config) -> Iterator[Need]:
    everything = tuple(department.id for department in config.departments)
    for index, site in enumerate(config.sites):
        path: KeyPath = ("sites", index)
        departments = site.departments or everything
        if site.requires:
            yield Need(
                path=(*path, "requires"),
                site=site.id,
                departments=departments,
                skills=site.requires,
            )
        for locale, own in site.requires_by_locale.items():
            skills = {
                skill: max(site.requires.get(skill, 0), own.get(skill, 0))
                for skill in {*site.requires, *own}
            }
            yield Need(
                path=(*path, "requires_by_locale", locale),
                site=site.id,
                departments=departments,
                skills=skills,
            )
