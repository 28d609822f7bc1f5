"""Which of an agent's devices ring for an offer, and whether all at once or one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from acd.domain.calendar import Hours, next_opening
from acd.domain.device import BROWSER, AgentDevices, Device, DeviceKind, RingMode
from acd.domain.public_holidays import public_holidays
from acd.telephony.port import Target, TargetKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.domain.ids import AgentId, HoursId
    from acd.records.devices import Devices
    from acd.records.directory import Directory
    from acd.routing.router import Router

THE_CONSOLE: Final = Target(device=BROWSER, kind=TargetKind.BROWSER)
_MS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The devices that ring, in their order."""

    targets: tuple[Target, ...] = (THE_CONSOLE,)
    in_turn: bool = False


def plan(
    said: AgentDevices, *, console: bool, open_now: Callable[[HoursId], bool], numbers: bool
) -> Plan:
    """What rings of these now.

    Args:
        said: the agent's devices, first the one that rings first.
        console: whether one is open; a closed one cannot ring, and some devices ring with it only.
        open_now: whether that calendar is open.
        numbers: whether there is a way out to numbers.
    """

    def rings(device: Device) -> bool:
        if not device.rings or (device.kind is DeviceKind.PHONE and not numbers):
            return False
        by_console = console if device.kind is DeviceKind.BROWSER else device.closed_console
        return (console or by_console) and (device.hours is None or open_now(device.hours))

    in_turn = said.mode is RingMode.IN_TURN
    targets = tuple(
        Target(
            device=device.id,
            kind=TargetKind(device.kind.value),
            address=device.address,
            ring_ms=device.ring_s * _MS if in_turn else 0,
        )
        for device in said.devices
        if rings(device)
    )
    return Plan(targets=targets, in_turn=in_turn)


class RingPlans:
    """Reads what rings for an agent. Raises StoreUnavailable while a store is away."""

    def __init__(
        self, *, devices: Devices, directory: Directory, router: Router, numbers: bool
    ) -> None:
        """`numbers`: whether there is a way out to numbers."""
        self._devices = devices
        self._directory = directory
        self._router = router
        self._numbers = numbers

    async def of(self, agent: AgentId) -> Plan:
        """What rings now for an offer to them."""
        said = await self._devices.of(agent)
        if all(device.kind is DeviceKind.BROWSER for device in said.devices):
            return Plan()
        seen = await self._router.agent(agent)
        open_now: dict[HoursId, bool] = {}
        if any(device.hours for device in said.devices):
            now_ms = seen.now_ms if seen is not None else await self._router.clock()
            open_now = {one.id: _is_open(one, now_ms) for one in await self._directory.hours()}
        return plan(
            said,
            console=seen is not None and seen.sessions > 0,
            open_now=lambda hours: open_now.get(hours, True),
            numbers=self._numbers,
        )


def _is_open(hours: Hours, now_ms: int) -> bool:
    return next_opening(hours, now_ms, public_holidays(hours.holidays)) == now_ms
