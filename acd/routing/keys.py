"""Every key and channel of a tenant. Scripts build theirs from the same prefix, in one helper.

The braces keep a tenant in one slot of a cluster.
"""

from __future__ import annotations

from acd.domain.errors import BadRequest
from acd.domain.ids import is_plain_id


def prefix(tenant: str) -> str:
    """What every key of the tenant begins with.

    Raises:
        BadRequest: the name cannot stand in a key.
    """
    if not is_plain_id(tenant):
        raise BadRequest("a tenant's name is made of a-z, 0-9, _ and -", field="tenant")
    return f"acd:{{{tenant}}}:"


def events(tenant: str) -> str:
    """The event log, a stream."""
    return prefix(tenant) + "events"


def meta(tenant: str) -> str:
    """The hash of the tenant's clock, event counter and generation."""
    return prefix(tenant) + "meta"


def channel(tenant: str, address: str) -> str:
    """The sharded channel of an address such as `agent:anna`."""
    return f"{prefix(tenant)}to:{address}"


def line(tenant: str, interaction: str) -> str:
    """Which node has the line of a call that nobody is on."""
    return f"{prefix(tenant)}call:{interaction}"


def interactions(tenant: str) -> str:
    """The pattern that finds every interaction."""
    return prefix(tenant) + "ix:*"


def agents(tenant: str) -> str:
    """The configured agents, a sorted set in the order of their ids."""
    return prefix(tenant) + "agents"


def faults(tenant: str) -> str:
    """The hash of the timers and leases whose work failed when they were due last."""
    return prefix(tenant) + "faults"


def queues(tenant: str) -> str:
    """The set of configured queues."""
    return prefix(tenant) + "queues"
