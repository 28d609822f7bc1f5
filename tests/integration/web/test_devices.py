"""An agent's devices over HTTP: whose they are, what may be added, and how one is proved."""

from __future__ import annotations

from typing import Any

import pytest

from acd.domain.device import Device
from acd.telephony.verification import Verification
from tests.integration.web.asking import problem
from tests.integration.web.conftest import Node, Start

AT = "/api/v1/agents/anna/devices"
TELEPHONY = {"region": "FR", "dialling": {"desk_hosts": ["10.0.0.5"], "number_per_minute": 2}}

HOURS = [{"id": "office", "zone": "Europe/Paris", "week": {"mon-fri": ["09:00-17:00"]}}]


class Telephone:
    """Stands where calls are made: keeps what was said to whom."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, str]] = []

    async def say_code(self, device: Device, code: str, locale: str) -> None:
        self.said.append((device.address, code, locale))


@pytest.fixture
async def node(start: Start) -> Node:
    return await start(telephony=TELEPHONY, hours=HOURS)


@pytest.fixture
def telephone(node: Node, monkeypatch: pytest.MonkeyPatch) -> Telephone:
    telephone = Telephone()
    verification = node.services.verification
    assert isinstance(verification, Verification)
    monkeypatch.setattr(verification, "_caller", telephone)
    return telephone


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
    assert (there["desk_phones"], there["calendars"]) == (True, ["office"])
    assert (await node.client.delete(at, headers=csrf)).status == 204
    await problem(await node.client.delete(at, headers=csrf), 404, "not_found")


async def test_desk_phones_of_named_exchanges(node: Node) -> None:
    csrf = await node.sign_in("anna")
    device = await added(node, csrf, address="sip:101@10.0.0.5:5062")
    assert device["kind"] == "sip"
    for address in ("sip:101@10.0.0.6", "sip:10.0.0.5", "sip:1;x@10.0.0.5", "sip:1@evil@10.0.0.5"):
        refused = await node.client.post(AT, json={"address": address}, headers=csrf)
        await problem(refused, 400, "sip_address_refused")
    # what the exchange would send to its trunk, or to an emergency service
    for user in ("+2525551234", "0033139981234", "011442071234567", "112", "1234567"):
        said = {"address": f"sip:{user}@10.0.0.5"}
        refused = await node.client.post(AT, json=said, headers=csrf)
        await problem(refused, 400, "sip_address_refused")
        refused = await node.client.patch(f"{AT}/{device['id']}", json=said, headers=csrf)
        await problem(refused, 400, "sip_address_refused")
    console = await node.client.patch(f"{AT}/browser", json={"address": "0639981234"}, headers=csrf)
    await problem(console, 409, "conflict")


async def test_what_is_no_number_or_no_hours(node: Node) -> None:
    csrf = await node.sign_in("anna")
    refused = await node.client.post(AT, json={"address": "somewhere"}, headers=csrf)
    await problem(refused, 400, "phone_number_invalid")
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


async def test_what_may_not_be_called_is_not(node: Node, telephone: Telephone) -> None:
    csrf = await node.sign_in("anna")
    for address, code in (
        ("+3224000000", "number_country_refused"),
        ("0892123456", "number_costly"),
    ):
        device = await added(node, csrf, address=address)
        refused = await node.client.post(f"{AT}/{device['id']}/verify", headers=csrf)
        await problem(refused, 403, code)
    device = await added(node, csrf)
    for _ in range(2):
        answer = await node.client.post(f"{AT}/{device['id']}/verify", headers=csrf)
        assert answer.status == 204
    often = await node.client.post(f"{AT}/{device['id']}/verify", headers=csrf)
    await problem(often, 429, "dialling_too_often")
    assert int(often.headers["Retry-After"]) >= 1
    assert len(telephone.said) == 2


async def test_nobody_is_called_where_no_call_can_be_made(node: Node) -> None:
    csrf = await node.sign_in("anna")
    device = await added(node, csrf)
    refused = await node.client.post(f"{AT}/{device['id']}/verify", headers=csrf)
    await problem(refused, 503, "telephony_off")
