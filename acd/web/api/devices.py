"""An agent's devices: where calls ring. One's own; administrators see to everybody's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, StringConstraints

from acd.domain import device_errors, errors
from acd.domain.device import RING_S, Device, DeviceKind, RingMode
from acd.domain.directory import Role
from acd.domain.ids import HoursId, new_id
from acd.web.api.agents import visible_agent
from acd.web.api.device_addresses import address_of
from acd.web.api.device_views import DeviceList, DeviceView, device_view
from acd.web.api.values import Id, OneAgent
from acd.web.endpoint import Call, Endpoint, Input, Nothing
from acd.web.identity import Access

if TYPE_CHECKING:
    from acd.domain.directory import Agent
    from acd.web.services import Services

Label = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]
Address = Annotated[
    str,
    StringConstraints(min_length=1, max_length=254, pattern=r"^[^\x00-\x1f\x7f]*$"),
    Field(description="`sip:101@10.0.0.5`, or a number as people write it"),
]
Place = Annotated[int, Field(ge=1, le=20, description="1 rings first")]
RingS = Annotated[
    int, Field(ge=3, le=120, description="how long before the next one rings, in seconds")
]
Hours = Annotated[Id | None, Field(description="when it rings; null for always")]
ClosedConsole = Annotated[bool, Field(description="whether it rings with the console closed")]


class OneDevice(OneAgent):
    """A device's address."""

    device: Id


class RingChange(Input):
    """How they ring."""

    mode: RingMode


class NewDevice(Input):
    """A desk phone or a personal number. It rings once it is verified."""

    address: Address
    name: Label = ""
    place: Place = 1
    ring_s: RingS = RING_S
    hours: Hours = None
    closed_console: ClosedConsole = False


class DeviceChange(Input):
    """What to change; what is left out stays. Another address has to be verified again."""

    address: Address | None = None
    name: Label | None = None
    place: Place | None = None
    ring_s: RingS | None = None
    hours: Hours = None
    closed_console: bool | None = None
    enabled: bool | None = None


class Code(Input):
    """What was heard."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


async def _owner(call: Call[Any, Any, Any]) -> Agent:
    """The agent whose devices they are: the caller, or anybody for an administrator."""
    agent = await visible_agent(call.services, call.caller, call.path.agent)
    caller = call.caller.agent
    if not call.caller.is_agent(agent.id) and (caller is None or caller.role is not Role.ADMIN):
        raise errors.Forbidden
    return agent


async def _hours(services: Services, hours: str | None) -> HoursId | None:
    if hours is None:
        return None
    if all(hours != known.id for known in await services.directory.hours()):
        raise errors.NotFound("There are no such hours.", field="hours")
    return HoursId(hours)


async def _list_devices(call: Call[OneAgent, Nothing, Nothing]) -> DeviceList:
    agent = await _owner(call)
    services = call.services
    found = await services.devices.of(agent.id)
    return DeviceList(
        mode=found.mode,
        items=tuple(map(device_view, found.devices)),
        verifiable=services.verification.possible,
        desk_hosts=services.config.telephony.dialling.desk_hosts,
        calendars=tuple(hours.id for hours in await services.directory.hours()),
    )


async def _set_mode(call: Call[OneAgent, Nothing, RingChange]) -> None:
    agent = await _owner(call)
    await call.services.devices.set_mode(agent.id, call.body.mode)


async def _add_device(call: Call[OneAgent, Nothing, NewDevice]) -> DeviceView:
    agent, said = await _owner(call), call.body
    kind, address = address_of(call.services.config.telephony, said.address)
    device = Device(
        id=new_id("dv"),
        agent=agent.id,
        kind=kind,
        address=address,
        name=said.name,
        place=said.place,
        ring_s=said.ring_s,
        hours=await _hours(call.services, said.hours),
        closed_console=said.closed_console,
    )
    return device_view(await call.services.devices.add(device))


async def _change_device(call: Call[OneDevice, Nothing, DeviceChange]) -> DeviceView:
    agent, said = await _owner(call), call.body
    device = await call.services.devices.device(agent.id, call.path.device)
    given = {name: getattr(said, name) for name in said.model_fields_set}
    if "hours" in given:
        given["hours"] = await _hours(call.services, said.hours)
    if said.address is not None:
        if device.kind is DeviceKind.BROWSER:
            raise errors.Conflict("The console has no address.", field="address")
        given["kind"], given["address"] = address_of(call.services.config.telephony, said.address)
    kept = {name: value for name, value in given.items() if value is not None or name == "hours"}
    return device_view(await call.services.devices.change(replace(device, **kept)))


async def _remove_device(call: Call[OneDevice, Nothing, Nothing]) -> None:
    agent = await _owner(call)
    await call.services.devices.remove(agent.id, call.path.device)


async def _verify_device(call: Call[OneDevice, Nothing, Nothing]) -> None:
    agent = await _owner(call)
    await call.services.verification.begin(agent.id, call.path.device, locale=agent.locale)


async def _confirm_device(call: Call[OneDevice, Nothing, Code]) -> DeviceView:
    agent = await _owner(call)
    return device_view(
        await call.services.verification.confirm(agent.id, call.path.device, call.body.code)
    )


# telephones are private: no program reads them
_PEOPLE: Final = Access()
_AT: Final = "/agents/{agent}/devices"
_REFUSES: Final = (
    errors.PhoneNumberInvalid,
    errors.NumberRefused,
    device_errors.SipAddressRefused,
    errors.Conflict,
)

ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        at=_AT,
        tag="agents",
        summary="Where an agent's calls ring",
        access=_PEOPLE,
        handler=_list_devices,
        path=OneAgent,
        query=Nothing,
        body=Nothing,
        answer=DeviceList,
    ),
    Endpoint(
        method="PATCH",
        at=_AT,
        tag="agents",
        summary="Say how an agent's devices ring",
        access=_PEOPLE,
        handler=_set_mode,
        path=OneAgent,
        query=Nothing,
        body=RingChange,
    ),
    Endpoint(
        method="POST",
        at=_AT,
        tag="agents",
        summary="Add a telephone",
        access=_PEOPLE,
        handler=_add_device,
        path=OneAgent,
        query=Nothing,
        body=NewDevice,
        answer=DeviceView,
        status=201,
        refuses=_REFUSES,
    ),
    Endpoint(
        method="PATCH",
        at=f"{_AT}/{{device}}",
        tag="agents",
        summary="Change a device",
        access=_PEOPLE,
        handler=_change_device,
        path=OneDevice,
        query=Nothing,
        body=DeviceChange,
        answer=DeviceView,
        refuses=_REFUSES,
    ),
    Endpoint(
        method="DELETE",
        at=f"{_AT}/{{device}}",
        tag="agents",
        summary="Remove a device",
        access=_PEOPLE,
        handler=_remove_device,
        path=OneDevice,
        query=Nothing,
        body=Nothing,
        refuses=(errors.Conflict,),
    ),
    Endpoint(
        method="POST",
        at=f"{_AT}/{{device}}/verify",
        tag="agents",
        summary="Have a telephone called, and told a code",
        description="Answered once it was picked up, or was not, after up to half a minute. A call "
        "that never rang does not count among the five codes an hour.",
        access=_PEOPLE,
        handler=_verify_device,
        path=OneDevice,
        query=Nothing,
        body=Nothing,
        refuses=(
            device_errors.DeviceNeedsNoCode,
            errors.NumberCountryRefused,
            errors.NumberCostly,
            errors.DiallingTooOften,
            errors.TelephonyOff,
            device_errors.TelephoneNotReached,
            device_errors.WayOutClosed,
        ),
    ),
    Endpoint(
        method="POST",
        at=f"{_AT}/{{device}}/confirm",
        tag="agents",
        summary="Verify a telephone by the code it was told",
        access=_PEOPLE,
        handler=_confirm_device,
        path=OneDevice,
        query=Nothing,
        body=Code,
        answer=DeviceView,
        refuses=(device_errors.CodeWrong, device_errors.CodeExpired),
    ),
)
