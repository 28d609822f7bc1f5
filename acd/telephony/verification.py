"""A telephone is an agent's own if a code that is said to it can be typed in.

The call is made by whoever can make calls: until it is there, verifying is refused.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final, Protocol

from acd.domain.device import Device, DeviceKind
from acd.domain.device_errors import (
    CodeExpired,
    CodeWrong,
    DeviceNeedsNoCode,
    TelephoneNotReached,
)
from acd.domain.errors import TelephonyOff
from acd.domain.phone import E164
from acd.records.devices import CodeAnswer

if TYPE_CHECKING:
    from acd.domain.ids import AgentId
    from acd.records.devices import Devices
    from acd.telephony.dialling import Dialling

DIGITS: Final = 6


class CodeCaller(Protocol):
    """Calls a telephone, says a code to it, and hangs up."""

    async def say_code(self, device: Device, code: str, locale: str) -> None:
        """Returns once it was picked up.

        Raises:
            TelephoneNotReached: it was not; says whether it rang.
            TelephonyOff: no call can be made now, or what is to be said cannot be written.
        """


class Verification:
    """How a device becomes verified."""

    def __init__(self, devices: Devices, dialling: Dialling, caller: CodeCaller | None) -> None:
        self._devices = devices
        self._dialling = dialling
        self._caller = caller

    @property
    def possible(self) -> bool:
        """Whether this node can call anybody."""
        return self._caller is not None

    async def begin(self, agent: AgentId, device: str, *, locale: str) -> None:
        """Call the device and say a fresh code to it, in that language.

        Returns once it was picked up, which may take half a minute. A call that never rang is not
        counted among the codes that may be said.

        Raises:
            NotFound: the agent has no such device, or gave it another address meanwhile.
            DeviceNeedsNoCode: it is verified, or the console.
            NumberRefused: its number may not be called.
            DiallingTooOften: for now.
            TelephoneNotReached: it was not picked up.
            TelephonyOff: no call can be made, or the code not be said.
        """
        found = await self._devices.device(agent, device)
        if found.verified or found.kind is DeviceKind.BROWSER:
            raise DeviceNeedsNoCode
        if self._caller is None:
            raise TelephonyOff
        if found.kind is DeviceKind.PHONE:
            await self._dialling.allow(E164(found.address), agent=agent)
        else:
            await self._dialling.count(found.address, agent=agent)
        await self._dialling.count_code(found.address, agent=agent)
        code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
        await self._devices.expect_code(found, code)
        try:
            await self._caller.say_code(found, code, locale)
        except (TelephoneNotReached, TelephonyOff) as error:
            if not (isinstance(error, TelephoneNotReached) and error.rang):
                await self._dialling.uncount_code(found.address, agent=agent)
            raise

    async def confirm(self, agent: AgentId, device: str, code: str) -> Device:
        """The device, verified by the code that was said to it.

        Raises:
            NotFound: the agent has no such device.
            CodeWrong: it is another.
            CodeExpired: there is none, it is too old, or it was tried too often.
        """
        await self._devices.device(agent, device)
        match await self._devices.answer_code(agent, device, code):
            case CodeAnswer.WRONG:
                raise CodeWrong
            case CodeAnswer.EXPIRED:
                raise CodeExpired
        return await self._devices.device(agent, device)
