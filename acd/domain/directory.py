"""The directory: who works here, in which departments and queues, on which websites.

`Provision` is what config.toml asks for; the records below are what the directory holds. Both are
plain values, so the configuration and the database need not know each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.domain.calendar import Hours
    from acd.domain.capacity import ChannelCapacity
    from acd.domain.device import Device, RingMode
    from acd.domain.ids import AgentId, DepartmentId, HoursId, QueueId, SiteId
    from acd.domain.interaction import Channel
    from acd.domain.queue import QueueSettings


class Role(StrEnum):
    """What someone may do: handle; watch and steer; configure."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    @property
    def steers(self) -> bool:
        """Whether every department's work is theirs to see and to steer."""
        return self is not Role.AGENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """Who is responsible. `names` is by language, `provisioned` rows belong to config.toml."""

    id: DepartmentId
    names: Mapping[str, str]
    active: bool = True
    provisioned: bool = False

    def name(self, locale: str) -> str:
        """The name in that language, or in the first there is."""
        return self.names.get(locale) or next(iter(self.names.values()), self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A department on one channel, with the rules it goes by; without `hours` always open."""

    id: QueueId
    department: DepartmentId
    channel: Channel
    settings: QueueSettings
    hours: HoursId | None = None
    active: bool = True
    provisioned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentMembership:
    """An agent's place in a department: priority 1 (first) to 100 (last), rank of its line or None.

    `channels` narrows it to those channels of the department; empty means all.
    """

    department: DepartmentId
    priority: int = 50
    rank: int | None = None
    channels: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOverride:
    """Where one agent's capacity differs from the tenant's; None keeps the tenant's value."""

    weight: int | None = None
    max: int | None = None
    interrupts: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Someone who handles interactions. `has_password` says whether they can sign in with one."""

    id: AgentId
    name: str
    email: str
    role: Role = Role.AGENT
    locale: str = "en"
    total: int = 100
    channels: Mapping[Channel, ChannelOverride] = field(default_factory=dict)
    memberships: tuple[DepartmentMembership, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    active: bool = True
    provisioned: bool = False
    has_password: bool = False

    @property
    def sees(self) -> frozenset[DepartmentId] | None:
        """The departments whose work they may see; None means all."""
        if self.role.steers:
            return None
        return frozenset(place.department for place in self.memberships)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """Something agents know and interactions may require."""

    id: str
    name: str
    active: bool = True
    provisioned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One website with the widget; no origins means the server's own address only.

    `requires` is what every visitor needs of an agent, `requires_by_locale` those of a language.
    """

    id: SiteId
    name: str
    origins: tuple[str, ...] = ()
    locales: tuple[str, ...] = ("en", "fr")
    departments: tuple[DepartmentId, ...] = ()
    requires: Mapping[str, int] = field(default_factory=dict)
    requires_by_locale: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    active: bool = True
    provisioned: bool = False

    def requirement(self, locale: str) -> dict[str, int]:
        """The skills a visitor of that language needs, each with its least level."""
        own = self.requires_by_locale.get(locale, {})
        return {
            skill: max(self.requires.get(skill, 0), own.get(skill, 0))
            for skill in sorted({*self.requires, *own})
        }

    def admits(self, origin: str) -> bool:
        """Whether pages of that origin, as a browser names it, may show the site's widget."""
        return origin in self.origins or "*" in self.origins


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A program that may use the API; only the key's hash is ever stored."""

    id: str
    name: str
    scopes: tuple[str, ...]
    active: bool = True
    provisioned: bool = False
    created_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionedAgent:
    """An agent of config.toml. The first password is used only while none is stored.

    Without `ring` the agent says how the devices ring.
    """

    agent: Agent
    first_password: str = field(default="", repr=False)
    devices: tuple[Device, ...] = ()
    ring: RingMode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionedApiKey:
    """An API key of config.toml with its secret, which is hashed on arrival."""

    id: str
    scopes: tuple[str, ...]
    secret: str = field(repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """Everything config.toml says about the directory; `Directory.apply` makes it so.

    `channels` holds the tenant's capacity per channel; the queue settings' version is ignored.
    A queue that `queue_hours` does not name is always open.
    """

    channels: Mapping[Channel, ChannelCapacity] = field(default_factory=dict)
    departments: tuple[Department, ...] = ()
    queues: tuple[QueueSettings, ...] = ()
    hours: tuple[Hours, ...] = ()
    queue_hours: Mapping[QueueId, HoursId] = field(default_factory=dict)
    skills: tuple[Skill, ...] = ()
    agents: tuple[ProvisionedAgent, ...] = ()
    sites: tuple[Site, ...] = ()
    api_keys: tuple[ProvisionedApiKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What applying a provision did: `changed` is False when its digest was already applied."""

    changed: bool
    version: int
    deactivated: tuple[str, ...] = ()
