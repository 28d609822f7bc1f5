"""What config.toml says about the directory, as the plain values `Directory.apply` takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.config.diversions import divert
from acd.config.opening import business_hours
from acd.config.rules import ALWAYS, LastAgentWait
from acd.config.secrets import password, secret
from acd.domain.capacity import ChannelCapacity
from acd.domain.device import BROWSER, Device, DeviceKind, RingMode
from acd.domain.directory import (
    Agent,
    ChannelOverride,
    Department,
    DepartmentMembership,
    Provision,
    ProvisionedAgent,
    ProvisionedApiKey,
    Role,
    Site,
    Skill,
)
from acd.domain.ids import AgentId, DepartmentId, HoursId, QueueId, SiteId
from acd.domain.interaction import Channel
from acd.domain.queue import LastAgent, LineOrder, Measure, QueueSettings, RelaxStep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acd.config.directory import AgentSettings, DepartmentSettings, DeviceSettings
    from acd.config.model import Config
    from acd.config.rules import QueueRules

CHANNELS = tuple(Channel)


def provision(config: Config, env: Mapping[str, str] | None = None) -> Provision:
    """The departments, queues, agents, sites and keys of a configuration, secrets included."""
    return Provision(
        channels={channel: _capacity(config, channel) for channel in CHANNELS},
        departments=tuple(
            Department(id=DepartmentId(entry.id), names=entry.names, provisioned=True)
            for entry in config.departments
        ),
        queues=tuple(
            _queue(config, department, Channel(channel), rules)
            for department in config.departments
            for channel, rules in department.queues().items()
        ),
        hours=tuple(map(business_hours, config.hours)),
        queue_hours={
            QueueId(f"{department.id}/{channel}"): HoursId(rules.hours)
            for department in config.departments
            for channel, rules in department.queues().items()
            if rules.hours != ALWAYS and divert(rules, "on_closed", Channel(channel))
        },
        skills=tuple(
            Skill(id=entry.id, name=entry.name or entry.id, provisioned=True)
            for entry in config.skills
        ),
        agents=tuple(
            ProvisionedAgent(
                agent=_agent(entry),
                first_password=password(entry, env) or "",
                devices=tuple(_device(entry, device) for device in entry.devices),
                ring=RingMode(entry.ring) if entry.ring else None,
            )
            for entry in config.agents
        ),
        sites=tuple(
            Site(
                id=SiteId(entry.id),
                name=entry.name,
                origins=entry.origins,
                locales=entry.locales,
                departments=tuple(
                    DepartmentId(name)
                    for name in entry.departments or (d.id for d in config.departments)
                ),
                requires=entry.requires,
                requires_by_locale=entry.requires_by_locale,
                provisioned=True,
            )
            for entry in config.sites
        ),
        api_keys=tuple(
            ProvisionedApiKey(
                id=entry.id, name=entry.id, scopes=entry.scopes, secret=secret(entry, env) or ""
            )
            for entry in config.api_keys
        ),
    )


def _capacity(config: Config, channel: Channel) -> ChannelCapacity:
    said = getattr(config.channels, channel.value)
    return ChannelCapacity(weight=said.weight, max=said.max, interrupts=said.interrupts)


def _agent(entry: AgentSettings) -> Agent:
    overrides = {
        channel: ChannelOverride(weight=said.weight, max=said.max)
        for channel in CHANNELS
        if (said := getattr(entry.capacity, channel.value)).model_fields_set
    }
    return Agent(
        id=AgentId(entry.id),
        name=entry.name,
        email=entry.email,
        role=Role(entry.role),
        locale=entry.locale,
        total=entry.capacity.total,
        channels=overrides,
        memberships=tuple(
            DepartmentMembership(
                department=DepartmentId(place.department),
                priority=place.priority,
                rank=place.rank,
                channels=tuple(Channel(name) for name in place.channels),
            )
            for place in entry.memberships
        ),
        skills=dict(entry.skills),
        provisioned=True,
    )


def _device(agent: AgentSettings, said: DeviceSettings) -> Device:
    if said.id == BROWSER:
        kind = DeviceKind.BROWSER
    else:
        kind = DeviceKind.PHONE if said.address.startswith("+") else DeviceKind.SIP
    return Device(
        id=said.id,
        agent=AgentId(agent.id),
        kind=kind,
        address=said.address,
        name=said.name,
        place=said.place,
        ring_s=said.ring_s,
        hours=None if said.hours == ALWAYS else HoursId(said.hours),
        closed_console=said.closed_console,
        verified=True,
        provisioned=True,
    )


def _queue(
    config: Config, department: DepartmentSettings, channel: Channel, rules: QueueRules
) -> QueueSettings:
    times = config.routing
    last = rules.last_agent
    on_full = divert(rules, "on_full", channel)
    on_max_wait = divert(rules, "on_max_wait", channel)
    return QueueSettings(
        queue=QueueId(f"{department.id}/{channel.value}"),
        version=0,
        channel=channel,
        department=DepartmentId(department.id),
        strategy=rules.strategies,
        measure=Measure(rules.measure),
        ring=rules.ring,
        ring_limit=rules.ring_limit,
        ring_time_s=rules.ring_time_s,
        order=LineOrder(rules.order),
        credit_s=times.credit_s,
        wrap_up_s=rules.wrap_up_s,
        decline_s=rules.decline_s,
        max_missed=rules.max_missed,
        chat_grace_s=times.chat_grace_s,
        contact_grace_s=times.contact_grace_s,
        lease_s=times.lease_s,
        grace_s=times.grace_s,
        delivery_s=times.delivery_s,
        relax=tuple(RelaxStep(after_s=step.after_s, level=step.level) for step in rules.relax),
        last_agent=LastAgent.WAIT if isinstance(last, LastAgentWait) else LastAgent(last),
        last_agent_wait_s=last.wait_s if isinstance(last, LastAgentWait) else 0,
        # to routing a bound without a diversion is a bound that rejects
        max_length=rules.max_length if on_full else 0,
        max_wait_s=rules.max_wait_s if on_max_wait else 0,
        on_full=on_full,
        on_max_wait=on_max_wait,
        on_nobody=divert(rules, "on_nobody", channel),
        on_closed=divert(rules, "on_closed", channel),
        at_close=divert(rules, "at_close", channel),
        idle_s=rules.idle_s,
        pull=rules.pull,
        callback=rules.callback,
        callback_tries=rules.callback_tries,
        callback_retry_s=rules.callback_retry_s,
        dial_s=rules.dial_s,
    )
