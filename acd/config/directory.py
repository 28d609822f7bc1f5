"""What config.toml provisions: sites, departments with their queues, skills, agents, API keys."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from acd.config.base import (
    SIP_ADDRESS,
    Email,
    EnvironmentName,
    Locale,
    Name,
    Origin,
    Priority,
    Section,
    Slug,
)
from acd.config.rules import ALWAYS, Level, QueueRules
from acd.domain.device import RING_S
from acd.domain.errors import PhoneNumberInvalid
from acd.domain.phone import parse

Scope = Literal["read", "contacts", "interactions", "presence", "events"]


SipAddress = Annotated[str, StringConstraints(pattern=SIP_ADDRESS)]


def _number(text: str) -> str:
    try:
        return parse(text)
    except PhoneNumberInvalid:
        raise ValueError("a number such as `+33612345678`") from None


PhoneNumber = Annotated[str, AfterValidator(_number)]


class SkillSettings(Section):
    """Something agents know and interactions may need."""

    id: Slug
    """Its id."""
    name: Name = ""
    """What people read; the id when empty."""


class LocalizedName(Section):
    """A name in each language."""

    en: Name
    """In English."""
    fr: Name
    """In French."""


class DepartmentSettings(QueueRules):
    """Who is responsible. Its rules hold for all its queues; a queue's own table may differ."""

    id: Slug
    """Its id."""
    name: LocalizedName | Name
    """What people read: one text, or `{ en = "…", fr = "…" }`."""
    chat: QueueRules = QueueRules()
    """The chat queue; every department has one."""
    call: QueueRules | None = None
    """The call queue; only when the table is there."""
    ticket: QueueRules | None = None
    """The ticket queue; only when the table is there."""

    @property
    def names(self) -> dict[str, str]:
        """The name by language."""
        if isinstance(self.name, str):
            return {"en": self.name, "fr": self.name}
        return {"en": self.name.en, "fr": self.name.fr}

    def queues(self) -> dict[str, QueueRules]:
        """Each channel's rules: the department's, and over them what the queue's own table says."""
        department = {
            name: getattr(self, name)
            for name in self.model_fields_set
            if name in QueueRules.model_fields
        }
        return {
            channel: QueueRules(
                **{**department, **{name: getattr(own, name) for name in own.model_fields_set}}
            )
            for channel, own in (("chat", self.chat), ("call", self.call), ("ticket", self.ticket))
            if own is not None
        }


class SiteSettings(Section):
    """One website that shows the widget."""

    id: Slug
    """Its id, as in `data-site` of the script tag."""
    name: Name
    """What visitors read."""
    origins: tuple[Origin, ...] = ()
    """Websites that may show the widget, such as `https://www.example.com`; `*` for all. The
    server's own address always may."""
    departments: tuple[Slug, ...] = ()
    """Departments a visitor may choose, in this order; empty for all."""
    locales: tuple[Locale, ...] = ("en", "fr")
    """Languages of the widget; the first is used when the browser asks for another."""
    requires: dict[Slug, Level] = Field(default_factory=dict)
    """Skills that every visitor of this site needs, each with its least level."""
    requires_by_locale: dict[Locale, dict[Slug, Level]] = Field(default_factory=dict)
    """And those that visitors of a language need, such as `{ fr = { french = 2 } }`."""


class MembershipSettings(Section):
    """An agent's place in a department."""

    department: Slug
    """The department's id."""
    priority: Priority = 50
    """For the strategy `priority`: 1 is first, 100 last."""
    rank: Annotated[int, Field(ge=1, le=100)] | None = None
    """Which department's line this agent serves first, 1 first; unset: whoever is due first."""
    channels: tuple[Literal["chat", "call", "ticket"], ...] = ()
    """Only these channels of the department; empty for all."""


class AgentChannelSettings(Section):
    """Where one agent differs from `[channels]`."""

    weight: Annotated[int, Field(ge=0, le=1000)] | None = None
    """Share of the total one interaction takes."""
    max: Annotated[int, Field(ge=0, le=100)] | None = None
    """The most at a time."""


class CapacitySettings(Section):
    """How much one agent takes at once."""

    total: Annotated[int, Field(ge=0, le=10_000)] = 100
    """What the weights may add up to."""
    chat: AgentChannelSettings = AgentChannelSettings()
    """Chats."""
    call: AgentChannelSettings = AgentChannelSettings()
    """Calls."""
    ticket: AgentChannelSettings = AgentChannelSettings()
    """Tickets."""


class DeviceSettings(Section):
    """A telephone where an agent's calls ring as well. The console is always a device."""

    id: Slug
    """Its id, such as `desk`; `browser` is the console's, to say what differs there."""
    address: SipAddress | PhoneNumber = ""
    """A desk phone (`sip:101@10.0.0.5`) or a personal number (`+33612345678`); none for the
    console."""
    name: Annotated[str, Field(max_length=80)] = ""
    """What its owner reads."""
    place: Annotated[int, Field(ge=1, le=20)] = 1
    """1 rings first, where the devices ring one after the other."""
    ring_s: Annotated[int, Field(ge=3, le=120)] = RING_S
    """How long it rings before the next one does, in seconds."""
    hours: Slug = ALWAYS
    """When it rings: the id of one of `[[hours]]`, or `always`."""
    closed_console: bool = False
    """Whether it rings although the agent's console is closed."""


class AgentSettings(Section):
    """Someone who handles interactions. More can be added with `acd agents add`."""

    id: Slug
    """Their id; keep it for ever, history refers to it."""
    name: Name
    """What visitors and colleagues read."""
    email: Email
    """What they sign in with."""
    role: Literal["agent", "supervisor", "admin"] = "agent"
    """What they may do."""
    locale: Locale = "en"
    """Language of their console."""
    departments: tuple[MembershipSettings | Slug, ...] = ()
    """Where they work: ids, or tables with a priority."""
    skills: dict[Slug, Level] = Field(default_factory=dict)
    """What they know, with a level from 1 to 10."""
    capacity: CapacitySettings = CapacitySettings()
    """How much they take at once."""
    devices: tuple[DeviceSettings, ...] = ()
    """Telephones that ring beside the console; agents may add others."""
    ring: Literal["all", "in_turn"] | None = None
    """How they ring: `all` at once, or `in_turn`, one after the other; unset: the agent says."""
    password_env: EnvironmentName = ""
    """Environment variable that holds the first password. Without one: `acd agents passwd`."""
    password_file: str = ""
    """File that holds the first password."""

    @property
    def memberships(self) -> tuple[MembershipSettings, ...]:
        """The departments, each as a table."""
        return tuple(
            MembershipSettings(department=entry) if isinstance(entry, str) else entry
            for entry in self.departments
        )


class ApiKeySettings(Section):
    """A program that may use the API."""

    id: Slug
    """Its id, as shown in logs."""
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)]
    """What it may do."""
    secret_env: EnvironmentName = ""
    """Environment variable that holds the key."""
    secret_file: str = ""
    """File that holds the key."""
