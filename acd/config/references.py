"""What no type can say: ids that must exist, be unique, and belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from acd.config.directory import MembershipSettings
from acd.config.problems import KeyPath, Problem, did_you_mean, dotted
from acd.config.rules import ALWAYS, OverflowSettings
from acd.domain.device import BROWSER
from acd.domain.errors import ConfigInvalid
from acd.domain.interaction import Channel
from acd.domain.queue import DIVERSIONS, Measure
from acd.strategies.order import compose

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from acd.config.directory import AgentSettings, DepartmentSettings, SiteSettings
    from acd.config.model import Config
    from acd.config.rules import QueueRules
    from acd.strategies.order import Order


KINDS: Final = {
    "sites": "site",
    "skills": "skill",
    "hours": "hours",
    "departments": "department",
    "agents": "agent",
    "api_keys": "api_key",
}
"""What an entry of each list of tables is called."""


def dangling(config: Config, strategies: Mapping[str, Order]) -> Iterator[Problem]:
    """Every reference that leads nowhere, every id used twice, and strategies that do not combine.

    Args:
        config: a configuration whose types are right.
        strategies: those there are, by name.
    """
    yield from _duplicates(config)
    departments = {department.id for department in config.departments}
    skills = {skill.id for skill in config.skills}
    for index, site in enumerate(config.sites):
        for at, name in enumerate(site.departments):
            yield from _known(name, departments, "department", ("sites", index, "departments", at))
        yield from _required(site, skills, ("sites", index))
    for index, agent in enumerate(config.agents):
        yield from _memberships(agent, departments, ("agents", index, "departments"))
        for skill in agent.skills:
            yield from _known(skill, skills, "skill", ("agents", index, "skills", skill))
        yield from _devices(config, agent, ("agents", index, "devices"))
    for index, department in enumerate(config.departments):
        yield from _strategies(department, strategies, ("departments", index))
        yield from _elsewhere(config, department, ("departments", index))
    for number, name in config.telephony.sip.numbers.items():
        path: KeyPath = ("telephony", "sip", "numbers", number)
        yield from _known(name, departments, "department", path)
    for index, rule in enumerate(config.telephony.sip.rules):
        path = ("telephony", "sip", "rules", index)
        if rule.department:
            yield from _known(rule.department, departments, "department", (*path, "department"))
        for skill in rule.requires:
            yield from _known(skill, skills, "skill", (*path, "requires", skill))


def _devices(config: Config, agent: AgentSettings, path: KeyPath) -> Iterator[Problem]:
    """The hours of an agent's devices; each its own id, and an address unless it is the console."""
    hours = {ALWAYS, *(entry.id for entry in config.hours)}
    yield from _twice([device.id for device in agent.devices], *path, key="id")
    for at, device in enumerate(agent.devices):
        yield from _known(device.hours, hours, "hours", (*path, at, "hours"))
        if (device.id == BROWSER) == bool(device.address):
            console = device.id == BROWSER
            yield Problem(
                path=(*path, at, "address") if console else (*path, at),
                message="the console has no address" if console else "it has no address",
                remedy=f"Take it away, or choose another id than `{BROWSER}`."
                if console
                else "Add one, such as `sip:101@10.0.0.5` or `+33612345678`.",
                code="device_address",
            )


def _required(site: SiteSettings, skills: Collection[str], path: KeyPath) -> Iterator[Problem]:
    for skill in site.requires:
        yield from _known(skill, skills, "skill", (*path, "requires", skill))
    for locale, required in site.requires_by_locale.items():
        for skill in required:
            yield from _known(skill, skills, "skill", (*path, "requires_by_locale", locale, skill))


def _elsewhere(config: Config, department: DepartmentSettings, path: KeyPath) -> Iterator[Problem]:
    """The hours and the departments that rules name, each where it is written."""
    hours = {ALWAYS, *(entry.id for entry in config.hours)}
    departments = {entry.id for entry in config.departments}
    tables: list[tuple[KeyPath, QueueRules | None]] = [
        (path, department),
        *(((*path, channel.value), getattr(department, channel.value)) for channel in Channel),
    ]
    for at, rules in tables:
        if rules is None:
            continue
        yield from _known(rules.hours, hours, "hours", (*at, "hours"))
        for name in DIVERSIONS:
            if isinstance(said := getattr(rules, name), OverflowSettings):
                place = (*at, name, "department")
                yield from _known(said.department, departments, "department", place)


def _memberships(
    agent: AgentSettings, departments: Collection[str], path: KeyPath
) -> Iterator[Problem]:
    seen = set()
    for at, membership in enumerate(agent.memberships):
        if membership.department in seen:
            message = f"department `{membership.department}` is named twice"
            yield Problem(path=(*path, at), message=message, remedy="Keep one.", code="twice")
        seen.add(membership.department)
        table = isinstance(agent.departments[at], MembershipSettings)
        place = (*path, at, "department") if table else (*path, at)
        yield from _known(membership.department, departments, "department", place)


def _strategies(
    department: DepartmentSettings, known: Mapping[str, Order], path: KeyPath
) -> Iterator[Problem]:
    """Each list of strategies once, where it is written."""
    told = set()
    for channel, rules in department.queues().items():
        own = "strategy" in getattr(department, channel).model_fields_set
        at = (*path, channel, "strategy") if own else (*path, "strategy")
        if at not in told:
            told.add(at)
            yield from _strategy_list(rules, known, at)
    if (at := (*path, "strategy")) not in told:
        yield from _strategy_list(department, known, at)


def _strategy_list(rules: QueueRules, known: Mapping[str, Order], at: KeyPath) -> Iterator[Problem]:
    missing = [name for name in rules.strategies if name not in known]
    for name in missing:
        yield from _known(name, known, "strategy", at)
    if not missing:
        try:
            compose([known[name] for name in rules.strategies], Measure(rules.measure))
        except ConfigInvalid as error:
            yield Problem(
                path=at, message=str(error), remedy="Change the list.", code="strategies_clash"
            )


def _known(name: str, known: Collection[str], kind: str, path: KeyPath) -> Iterator[Problem]:
    if name not in known:
        yield Problem(
            path=path,
            message=f"there {'are' if kind == 'hours' else 'is'} no {kind} `{name}`",
            remedy=did_you_mean(name, known),
            code=f"unknown_{kind}",
        )


def _duplicates(config: Config) -> Iterator[Problem]:
    for section in KINDS:
        ids = [entry.id for entry in getattr(config, section)]
        yield from _twice(ids, section, key="id")
    yield from _twice([agent.email.casefold() for agent in config.agents], "agents", key="email")
    users = [user.name for user in config.telephony.sip.users]
    yield from _twice(users, "telephony", "sip", "users", key="name")


def _twice(values: Iterable[str], *section: str | int, key: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, value in enumerate(values):
        if value in first:
            yield Problem(
                path=(*section, index, key),
                message=f"`{value}` is already {dotted((*section, first[value]))}",
                remedy=f"Give each its own {key}.",
                code="twice",
            )
        first.setdefault(value, index)
