"""Which of an agent's devices may ring."""

from __future__ import annotations

import pytest

from acd.domain.device import Device, DeviceKind


@pytest.mark.parametrize(
    ("kind", "enabled", "verified", "rings"),
    [
        (DeviceKind.BROWSER, True, False, True),
        (DeviceKind.BROWSER, False, True, False),
        (DeviceKind.PHONE, True, False, False),
        (DeviceKind.PHONE, True, True, True),
        (DeviceKind.SIP, False, True, False),
    ],
    ids=["console", "switched off", "not proved", "proved", "proved and switched off"],
)
def test_what_is_switched_on_and_theirs_rings(
    kind: DeviceKind, enabled: bool, verified: bool, rings: bool
) -> None:
    device = Device(id="d1", agent="anna", kind=kind, enabled=enabled, verified=verified)
    assert device.rings is rings
