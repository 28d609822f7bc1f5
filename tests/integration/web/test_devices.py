"""An agent's devices over HTTP: whose they are, what may be added, and how one is proved."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientResponse

from acd.domain.device import Device, DeviceKind
from acd.domain.device_errors import TelephoneBusy, TelephoneNotReached, WayOutClosed
from acd.domain.errors import AcdError, TelephonyOff
from acd.domain.ids import AgentId
from tests.integration.web.asking import problem
from tests.integration.web.conftest import Node, Start

AT = "/api/v1/agents/anna/devices"
DIALLING = {"desk_hosts": ["10.0.0.5"], "number_per_minute": 30, "agent_per_minute": 30}
TELEPHONY = {"region": "FR", "dialling": DIALLING}

CODES = 5
"""How many an hour are said to a telephone."""

HOURS = [{"id": "office", "zone": "Europe/Paris", "week": {"mon-fri": ["09:00-17:00"]}}]


class Telephone:
    """Stands where calls are made: keeps what was said to whom."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, str]] = []
        self.fails: AcdError | None = None

    async def say_code(self, device: Device, code: str, locale: str) -> None:
        if self.fails is not None:
            raise self.fails
        self.said.append((device.address, code, locale))


@pytest.fixture
async def node(start: Start) -> Node:
    return await start(telephony=TELEPHONY, hours=HOURS)


@pytest.fixture
def telephone(node: Node) -> Telephone:
    telephone = Telephone()
    give(node, telephone)
    return telephone


def give(node: Node, telephone: Telephone) -> None:
    """Calls of that node are made there."""
    node.services.verification._caller = telephone


async def at_field(answer: ClientResponse, status: int, code: str) -> None:
    """Refused, and said where."""
    refused = await problem(answer, status, code)
    assert [one["field"] for one in refused["errors"]] == ["address"]


async def verifies(
    node: Node, telephone: Telephone, csrf: dict[str, str], device: dict[str, Any]
) -> None:
    """The device is called, and proved by what it is told."""
    at = f"{AT}/{device['id']}"
    assert (await node.client.post(f"{at}/verify", headers=csrf)).status == 204
    said = {"code": telephone.said[-1][1]}
    right = await node.client.post(f"{at}/confirm", json=said, headers=csrf)
    assert (await right.json())["verified"]


async def added(node: Node, csrf: dict[str, str], **said: Any) -> dict[str, Any]:
    async with node.client.post(AT, json={"address": "06 39 98 12 34", **said}, headers=csrf) as it:
        assert it.status == 201, await it.text()
        device: dict[str, Any] = await it.json()
        return device


async def test_a_number_is_added_changed_and_removed(node: Node) -> None:
    csrf = await node.sign_in("anna")
    device = await added(node, csrf, name="Mine", closed_console=True)
    assert (device["kind"], device["address"]) == ("phone", "+33639981234")
    assert (device["verified"], device["closed_console"]) == (False, True)
    at = f"{AT}/{device['id']}"
    changed = await node.client.patch(at, json={"place": 4, "enabled": False}, headers=csrf)
    assert await changed.json() == {**device, "place": 4, "enabled": False}
    assert (await node.client.patch(AT, json={"mode": "in_turn"}, headers=csrf)).status == 204
    there = await (await node.client.get(AT)).json()
    assert [one["id"] for one in there["items"]] == ["browser", device["id"]]
    assert (there["mode"], there["verifiable"]) == ("in_turn", False)
    assert (there["desk_hosts"], there["calendars"]) == (["10.0.0.5"], ["office"])
    assert (await node.client.delete(at, headers=csrf)).status == 204
    await problem(await node.client.delete(at, headers=csrf), 404, "not_found")


async def test_desk_phones_of_named_exchanges(node: Node) -> None:
    csrf = await node.sign_in("anna")
    device = await added(node, csrf, address="sip:101@10.0.0.5:5062")
    assert device["kind"] == "sip"
    for address in ("sip:10.0.0.5", "sip:1;x@10.0.0.5", "sip:1@evil@10.0.0.5", "101@10.0.0.5"):
        refused = await node.client.post(AT, json={"address": address}, headers=csrf)
        await at_field(refused, 400, "sip_address_invalid")
    refused = await node.client.post(AT, json={"address": "sip:101@10.0.0.6"}, headers=csrf)
    await at_field(refused, 400, "desk_host_refused")
    # what the exchange would send to its trunk, or to an emergency service
    for user in ("+2525551234", "0033139981234", "011442071234567", "112", "1234567"):
        said = {"address": f"sip:{user}@10.0.0.5"}
        refused = await node.client.post(AT, json=said, headers=csrf)
        await at_field(refused, 400, "desk_user_refused")
        refused = await node.client.patch(f"{AT}/{device['id']}", json=said, headers=csrf)
        await at_field(refused, 400, "desk_user_refused")
    console = await node.client.patch(f"{AT}/browser", json={"address": "0639981234"}, headers=csrf)
    await problem(console, 409, "conflict")


async def test_where_no_exchange_is_named_no_desk_phone_is_added(start: Start) -> None:
    node = await start(telephony={"region": "FR"})
    csrf = await node.sign_in("anna")
    assert (await (await node.client.get(AT)).json())["desk_hosts"] == []
    refused = await node.client.post(AT, json={"address": "sip:101@10.0.0.5"}, headers=csrf)
    await at_field(refused, 400, "desk_phones_off")


async def test_what_is_no_number_or_no_hours(node: Node) -> None:
    csrf = await node.sign_in("anna")
    refused = await node.client.post(AT, json={"address": "somewhere"}, headers=csrf)
    await at_field(refused, 400, "phone_number_invalid")
    said = {"address": "0639981234", "hours": "evening"}
    await problem(await node.client.post(AT, json=said, headers=csrf), 404, "not_found")
    device = await added(node, csrf, hours="office")
    at = f"{AT}/{device['id']}"
    kept = await node.client.patch(at, json={"place": 2}, headers=csrf)
    assert (await kept.json())["hours"] == "office"
    always = await node.client.patch(at, json={"hours": None}, headers=csrf)
    assert (await always.json())["hours"] is None


async def test_only_the_agent_and_administrators_see_them(node: Node) -> None:
    csrf = await node.sign_in("omar")
    await problem(await node.client.get(AT), 403, "forbidden")
    refused = await node.client.post(AT, json={"address": "0639981234"}, headers=csrf)
    await problem(refused, 403, "forbidden")
    await node.sign_in("claire")
    await problem(await node.client.get(AT), 404, "not_found")
    await problem(await node.program.get(AT), 403, "scope_missing")
    await problem(await node.stranger.get(AT), 401, "not_signed_in")


async def test_a_number_is_proved_by_the_code_that_was_said(
    node: Node, telephone: Telephone
) -> None:
    csrf = await node.sign_in("anna")
    device = await added(node, csrf)
    at = f"{AT}/{device['id']}"
    none = await node.client.post(f"{at}/confirm", json={"code": "000000"}, headers=csrf)
    await problem(none, 409, "code_expired")
    assert (await node.client.post(f"{at}/verify", headers=csrf)).status == 204
    [(address, code, locale)] = telephone.said
    assert (address, len(code), locale) == ("+33639981234", 6, "en")
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    refused = await node.client.post(f"{at}/confirm", json={"code": wrong}, headers=csrf)
    await problem(refused, 403, "code_wrong")
    right = await node.client.post(f"{at}/confirm", json={"code": code}, headers=csrf)
    assert (await right.json())["verified"]
    again = await node.client.post(f"{at}/verify", headers=csrf)
    await problem(again, 409, "device_needs_no_code")


async def test_what_may_not_be_called_is_not_added(node: Node) -> None:
    csrf = await node.sign_in("anna")
    device = await added(node, csrf)
    for address, code in (
        ("+3224000000", "number_country_refused"),
        ("0892123456", "number_costly"),
    ):
        said = {"address": address}
        await at_field(await node.client.post(AT, json=said, headers=csrf), 403, code)
        at = f"{AT}/{device['id']}"
        await at_field(await node.client.patch(at, json=said, headers=csrf), 403, code)


async def test_what_may_not_be_called_any_more_is_not(node: Node, telephone: Telephone) -> None:
    csrf = await node.sign_in("anna")
    anna, kind = AgentId("anna"), DeviceKind.PHONE
    await node.services.devices.add(Device(id="dv", agent=anna, kind=kind, address="+3224000000"))
    for _ in range(CODES + 1):
        refused = await node.client.post(f"{AT}/dv/verify", headers=csrf)
        await problem(refused, 403, "number_country_refused")
    await verifies(node, telephone, csrf, await added(node, csrf))  # no code was used up


async def test_a_telephone_is_not_called_too_often(start: Start) -> None:
    node = await start(telephony={"region": "FR", "dialling": {"number_per_minute": 2}})
    telephone = Telephone()
    give(node, telephone)
    csrf = await node.sign_in("anna")
    device = await added(node, csrf)
    for _ in range(2):
        answer = await node.client.post(f"{AT}/{device['id']}/verify", headers=csrf)
        assert answer.status == 204
    often = await node.client.post(f"{AT}/{device['id']}/verify", headers=csrf)
    await problem(often, 429, "dialling_too_often")
    assert int(often.headers["Retry-After"]) >= 1
    assert len(telephone.said) == 2


@pytest.mark.parametrize(
    ("fails", "status"),
    [(WayOutClosed(), 503), (TelephonyOff(), 503), (TelephoneBusy(), 409)],
    ids=lambda given: getattr(given, "code", None),
)
async def test_a_call_that_never_rang_is_told_of_and_uses_no_code_up(
    node: Node, telephone: Telephone, fails: AcdError, status: int
) -> None:
    csrf = await node.sign_in("anna")
    device = await added(node, csrf)
    telephone.fails = fails
    for _ in range(CODES + 1):
        answer = await node.client.post(f"{AT}/{device['id']}/verify", headers=csrf)
        await problem(answer, status, fails.code)
    telephone.fails = None
    await verifies(node, telephone, csrf, device)


async def test_a_call_that_rang_uses_a_code_up(node: Node, telephone: Telephone) -> None:
    csrf = await node.sign_in("anna")
    device = await added(node, csrf)
    telephone.fails = TelephoneNotReached(rang=True)
    for _ in range(CODES):
        answer = await node.client.post(f"{AT}/{device['id']}/verify", headers=csrf)
        await problem(answer, 409, "telephone_not_reached")
    often = await node.client.post(f"{AT}/{device['id']}/verify", headers=csrf)
    await problem(often, 429, "dialling_too_often")


async def test_nobody_is_called_where_no_call_can_be_made(node: Node) -> None:
    csrf = await node.sign_in("anna")
    device = await added(node, csrf)
    refused = await node.client.post(f"{AT}/{device['id']}/verify", headers=csrf)
    await problem(refused, 503, "telephony_off")
