"""An agent's devices as they are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from acd.domain.device import DeviceKind, RingMode
from acd.web.endpoint import Output

if TYPE_CHECKING:
    from acd.domain.device import Device


class DeviceView(Output):
    """Where an agent may be reached."""

    id: str
    kind: DeviceKind
    address: Annotated[str, Field(description="empty for the console")]
    name: str
    place: int
    ring_s: int
    hours: str | None
    closed_console: bool
    enabled: bool
    verified: Annotated[bool, Field(description="proved to be the agent's; only then it rings")]
    provisioned: Annotated[bool, Field(description="of config.toml, and changed there")]


class DeviceList(Output):
    """All of them, first the one that rings first."""

    mode: RingMode
    items: tuple[DeviceView, ...]
    verifiable: Annotated[bool, Field(description="whether this server can call a telephone")]
    desk_hosts: Annotated[
        tuple[str, ...], Field(description="exchanges whose desk phones agents may add")
    ]
    calendars: Annotated[tuple[str, ...], Field(description="what `hours` may name")]


def device_view(device: Device) -> DeviceView:
    """What is told of a device."""
    return DeviceView(
        id=device.id,
        kind=device.kind,
        address=device.address,
        name=device.name,
        place=device.place,
        ring_s=device.ring_s,
        hours=device.hours,
        closed_console=device.closed_console,
        enabled=device.enabled,
        verified=device.verified or device.kind is DeviceKind.BROWSER,
        provisioned=device.provisioned,
    )
