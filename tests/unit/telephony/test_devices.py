"""Which of an agent's devices ring."""

from __future__ import annotations

import pytest

from acd.domain.device import AgentDevices, Device, DeviceKind, RingMode
from acd.telephony.devices import Plan, plan

CONSOLE = Device(id="browser", agent="anna", kind=DeviceKind.BROWSER)
DESK = Device(
    id="desk", agent="anna", kind=DeviceKind.SIP, address="sip:anna@pbx", place=2, verified=True,
    closed_console=True,
)  # fmt: skip
MOBILE = Device(
    id="mobile", agent="anna", kind=DeviceKind.PHONE, address="+33199005678", place=3,
    verified=True, hours="evenings", ring_s=12,
)  # fmt: skip


def planned(
    *devices: Device, mode: RingMode = RingMode.ALL, console: bool = True, evening: bool = True,
    numbers: bool = True,
) -> Plan:  # fmt: skip
    said = AgentDevices(mode=mode, devices=devices or (CONSOLE, DESK, MOBILE))
    return plan(said, console=console, open_now=lambda _hours: evening, numbers=numbers)


def rung(found: Plan) -> list[str]:
    return [target.device for target in found.targets]


def test_all_ring_at_once_for_as_long_as_the_offer_lasts() -> None:
    found = planned()
    assert (rung(found), found.in_turn) == (["browser", "desk", "mobile"], False)
    assert {target.ring_ms for target in found.targets} == {0}


def test_in_turn_each_has_its_own_time() -> None:
    found = planned(mode=RingMode.IN_TURN)
    assert found.in_turn
    assert [target.ring_ms for target in found.targets] == [10_000, 10_000, 12_000]


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        ({"evening": False}, ["browser", "desk"]),
        ({"numbers": False}, ["browser", "desk"]),
        ({"console": False}, ["desk"]),
    ],
    ids=["not at this hour", "no way out", "no console"],
)
def test_what_does_not_ring(why: dict[str, bool], expected: list[str]) -> None:
    assert rung(planned(**why)) == expected


def test_what_is_not_proved_or_switched_off_is_silent() -> None:
    stolen = Device(id="x", agent="anna", kind=DeviceKind.PHONE, address="+33199000000")
    off = Device(id="browser", agent="anna", kind=DeviceKind.BROWSER, enabled=False)
    assert rung(planned(off, stolen, DESK)) == ["desk"]
    assert rung(planned(off, stolen)) == []
