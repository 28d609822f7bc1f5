"""Agents' devices: kept, proved by a code, and those of config.toml left to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.domain.device import Device, DeviceKind, RingMode
from acd.domain.directory import Agent, ProvisionedAgent
from acd.domain.errors import Conflict, NotFound
from acd.domain.ids import AgentId, HoursId
from acd.records import devices as module
from acd.records.devices import CodeAnswer, Devices
from acd.records.directory import Directory
from acd.records.engine import Database
from tests.integration.records.conftest import PROVISION

ANNA = AgentId("anna")
AGENT = Agent(id=ANNA, name="Anna Novak", email="anna@example.com")
DESK = Device(id="desk", agent=ANNA, kind=DeviceKind.SIP, address="sip:101@10.0.0.5", place=2)
MOBILE = Device(
    id="mobile", agent=ANNA, kind=DeviceKind.PHONE, address="+33639981234", place=1,
    hours=HoursId("evening"), closed_console=True,
)  # fmt: skip


@pytest.fixture
async def devices(database: Database, directory: Directory) -> Devices:
    await directory.create_agent(AGENT)
    return Devices(database)


async def proved(devices: Devices, device: Device) -> Device:
    await devices.add(device)
    await devices.expect_code(device, "042917")
    assert await devices.answer_code(ANNA, device.id, "042917") is CodeAnswer.RIGHT
    return await devices.device(ANNA, device.id)


async def test_at_first_there_is_the_console(devices: Devices) -> None:
    there = await devices.of(ANNA)
    assert there.mode is RingMode.ALL
    assert [(one.id, one.kind, one.rings) for one in there.devices] == [
        ("browser", DeviceKind.BROWSER, True)
    ]


async def test_what_is_added_is_kept_in_its_order_and_rings_once_it_is_proved(
    devices: Devices,
) -> None:
    await devices.add(DESK)
    await devices.add(replace(MOBILE, verified=True, provisioned=True))
    await devices.set_mode(ANNA, RingMode.IN_TURN)
    there = await devices.of(ANNA)
    assert there.mode is RingMode.IN_TURN
    assert [(one.id, one.rings) for one in there.devices] == [
        ("browser", True),
        ("mobile", False),
        ("desk", False),
    ]
    assert there.devices[1] == MOBILE
    assert (await proved(devices, replace(DESK, id="second", address="sip:102@x"))).rings


async def test_the_same_twice_and_too_many_are_refused(devices: Devices) -> None:
    await devices.add(DESK)
    for twice in (DESK, replace(DESK, id="other"), replace(MOBILE, id="desk")):
        with pytest.raises(Conflict):
            await devices.add(twice)
    for number in range(module.MOST - 2):
        await devices.add(replace(DESK, id=f"d{number}", address=f"sip:{number}@x"))
    with pytest.raises(Conflict, match="8 devices"):
        await devices.add(MOBILE)


async def test_a_change_keeps_the_proof_unless_the_address_changes(devices: Devices) -> None:
    mobile = await proved(devices, MOBILE)
    assert mobile.verified
    later = replace(mobile, place=5, enabled=False, name="Mine")
    assert await devices.change(later) == later
    moved = await devices.change(replace(later, address="+33639981235"))
    assert not moved.verified
    assert await devices.device(ANNA, "mobile") == moved
    await devices.add(DESK)
    with pytest.raises(Conflict):
        await devices.change(replace(DESK, address=moved.address))


async def test_the_console_may_ring_later_and_be_as_it_was(devices: Devices) -> None:
    console = await devices.device(ANNA, "browser")
    await devices.change(replace(console, place=3, enabled=False))
    assert (await devices.of(ANNA)).devices[0].place == 3
    await devices.remove(ANNA, "browser")
    assert await devices.device(ANNA, "browser") == console


async def test_what_is_not_there_is_not_found(devices: Devices) -> None:
    for verb in (devices.change(DESK), devices.remove(ANNA, "desk"), devices.device(ANNA, "desk")):
        with pytest.raises(NotFound):
            await verb
    await devices.add(DESK)
    await devices.remove(ANNA, "desk")
    assert len((await devices.of(ANNA)).devices) == 1


async def test_the_directory_says_who_is_reached_without_a_console(
    devices: Devices, directory: Directory
) -> None:
    async def reached() -> tuple[int, set[AgentId]]:
        snapshot = await directory.snapshot()
        return snapshot.version, set(snapshot.closed_console)

    at_first, nobody = await reached()
    assert nobody == set()
    await devices.add(MOBILE)
    assert await reached() == (at_first + 1, set())
    await devices.expect_code(MOBILE, "042917")
    await devices.answer_code(ANNA, "mobile", "042917")
    assert await reached() == (at_first + 2, {ANNA})
    mobile = await devices.device(ANNA, "mobile")
    for change in ({"enabled": False}, {"closed_console": False}):
        await devices.change(replace(mobile, **change))
        assert (await reached())[1] == set()
        await devices.change(mobile)
        assert (await reached())[1] == {ANNA}
    version, _ = await reached()
    await devices.remove(ANNA, "mobile")
    assert await reached() == (version + 1, set())


async def test_a_code_is_asked_a_few_times_and_counts_once(
    devices: Devices, monkeypatch: pytest.MonkeyPatch
) -> None:
    await devices.add(DESK)
    assert await devices.answer_code(ANNA, "desk", "042917") is CodeAnswer.EXPIRED
    await devices.expect_code(DESK, "042917")
    for _ in range(module.CODE_TRIES):
        assert await devices.answer_code(ANNA, "desk", "042918") is CodeAnswer.WRONG
    assert await devices.answer_code(ANNA, "desk", "042917") is CodeAnswer.EXPIRED
    assert not (await devices.device(ANNA, "desk")).verified
    await devices.expect_code(DESK, "042917")
    monkeypatch.setattr(module, "now_ms", lambda: 2**52)
    assert await devices.answer_code(ANNA, "desk", "042917") is CodeAnswer.EXPIRED
    monkeypatch.undo()
    assert await devices.answer_code(ANNA, "desk", "042917") is CodeAnswer.RIGHT
    assert await devices.answer_code(ANNA, "desk", "042917") is CodeAnswer.EXPIRED


async def test_a_code_of_an_address_that_changed_proves_nothing(devices: Devices) -> None:
    await devices.add(DESK)
    await devices.expect_code(DESK, "042917")
    await devices.change(replace(DESK, address="sip:666@10.0.0.5"))
    assert await devices.answer_code(ANNA, "desk", "042917") is CodeAnswer.EXPIRED


async def test_an_address_that_was_not_called_takes_no_code(devices: Devices) -> None:
    called = await devices.add(DESK)
    await devices.change(replace(DESK, address="sip:666@10.0.0.5"))
    with pytest.raises(NotFound):
        await devices.expect_code(called, "042917")
    assert await devices.answer_code(ANNA, "desk", "042917") is CodeAnswer.EXPIRED


async def test_those_of_the_configuration_are_changed_there(
    devices: Devices, directory: Directory
) -> None:
    own = await proved(devices, MOBILE)
    desk = replace(DESK, verified=True, provisioned=True)
    named = ProvisionedAgent(
        agent=replace(AGENT, provisioned=True), devices=(desk,), ring=RingMode.IN_TURN
    )
    await directory.apply(replace(PROVISION, agents=(named,)))
    there = await devices.of(ANNA)
    assert there.mode is RingMode.IN_TURN
    assert {one.id: one.rings for one in there.devices} == {
        "browser": True, "mobile": True, "desk": True,
    }  # fmt: skip
    for verb in (devices.change(replace(desk, place=9)), devices.remove(ANNA, "desk")):
        with pytest.raises(Conflict, match=r"config\.toml"):
            await verb
    await directory.apply(replace(PROVISION, agents=(replace(named, devices=()),)))
    assert {one.id for one in (await devices.of(ANNA)).devices} == {"browser", own.id}
