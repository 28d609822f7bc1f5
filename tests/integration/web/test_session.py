"""Signing in, staying signed in, signing out; and everything that must not work."""

import threading
import time

import pytest
from sqlalchemy import text

from acd.domain.ids import AgentId
from acd.records import secrets
from tests.integration.web.asking import PASSWORD, problem
from tests.integration.web.conftest import Node, Start

SESSION = "/api/v1/session"
BEHIND_A_PROXY = {"trusted_proxies": ["127.0.0.1"]}


async def test_a_person_signs_in_is_known_and_signs_out(node: Node) -> None:
    client = node.client
    answer = await client.post(SESSION, json={"email": "Anna@Example.com ", "password": PASSWORD})
    body = await answer.json()
    assert answer.status == 200
    assert body["agent"] == {
        "id": "anna",
        "name": "Anna",
        "role": "agent",
        "email": "anna@example.com",
        "locale": "en",
    }
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie  # plain http here
    assert answer.headers["Cache-Control"] == "no-store"

    again = await (await client.get(SESSION)).json()
    assert again["agent"]["id"] == "anna"
    assert again["csrf"] == body["csrf"]

    left = await client.delete(SESSION, headers={"X-CSRF-Token": body["csrf"]})
    assert left.status == 204
    await problem(await client.get(SESSION), 401, "not_signed_in")


async def test_a_stolen_cookie_ends_with_the_session(node: Node) -> None:
    csrf = await node.sign_in("anna")
    stolen = {"Cookie": f"acd_session={node.cookie}"}
    assert (await node.stranger.get(SESSION, headers=stolen)).status == 200
    await node.client.delete(SESSION, headers=csrf)
    await problem(await node.stranger.get(SESSION, headers=stolen), 401, "not_signed_in")


async def test_tokens_are_stored_as_hashes(node: Node) -> None:
    await node.sign_in("anna")
    stored = await node.services.health.database.read(
        lambda tx: [row[0] for row in tx.execute(text("select token_hash from agent_sessions"))]
    )
    assert len(stored) == 1
    assert node.cookie not in stored[0]


async def test_an_expired_session_is_none(node: Node) -> None:
    await node.sign_in("anna")
    await node.services.health.database.write(
        lambda tx: tx.execute(text("update agent_sessions set expires_ms = 1")).close()
    )
    await problem(await node.client.get(SESSION), 401, "not_signed_in")


async def test_https_through_a_trusted_proxy_makes_the_cookie_secure(start: Start) -> None:
    node = await start(server={"trusted_proxies": ["127.0.0.1"]})
    answer = await node.client.post(
        SESSION,
        json={"email": "anna@example.com", "password": PASSWORD},
        headers={"X-Forwarded-Proto": "https"},
    )
    assert answer.status == 200
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"]


async def test_unknown_and_wrong_answer_alike_and_as_slowly(node: Node) -> None:
    async def tried(email: str) -> tuple[dict[str, object], float]:
        started = time.perf_counter()
        answer = await node.client.post(SESSION, json={"email": email, "password": "wrong" * 3})
        took_s = time.perf_counter() - started
        body = await problem(answer, 401, "sign_in_failed")
        del body["instance"]
        return body, took_s

    await tried("nobody@example.com")  # the first makes what it compares with
    known = [await tried("anna@example.com") for _ in range(4)]
    unknown = [await tried("nobody@example.com") for _ in range(4)]
    assert known[0][0] == unknown[0][0]
    quick, slow = sorted([min(took for _, took in known), min(took for _, took in unknown)])
    assert slow < 3 * quick, (quick, slow)


async def test_passwords_are_hashed_beside_the_loop(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify, threads = secrets._verify, set[threading.Thread]()

    def seen(stored: str, password: str) -> bool:
        threads.add(threading.current_thread())
        return verify(stored, password)

    monkeypatch.setattr(secrets, "_verify", seen)
    await node.sign_in("anna")
    assert threads
    assert threading.current_thread() not in threads


async def test_tries_are_limited_per_account_and_say_until_when(start: Start) -> None:
    node = await start(limits={"sign_ins_per_minute": 3})
    for _ in range(3):
        answer = await node.client.post(SESSION, json={"email": "x@example.com", "password": "no"})
        await problem(answer, 401, "sign_in_failed")
    # The right password is refused too: the limit comes before the check.
    answer = await node.client.post(
        SESSION, json={"email": "anna@example.com", "password": PASSWORD}
    )
    body = await problem(answer, 429, "rate_limited")
    assert body["retryable"] is True
    assert 1 <= int(answer.headers["Retry-After"]) <= 20


def tried_from(address: str, *, cookie: str = "") -> dict[str, str]:
    """Headers of a browser behind the proxy."""
    return {"X-Forwarded-For": address, **({"Cookie": cookie} if cookie else {})}


async def test_one_address_keeps_nobody_out_of_an_account(start: Start) -> None:
    node = await start(limits={"sign_ins_per_minute": 2}, server=BEHIND_A_PROXY)
    wrong, right = ({"email": "anna@example.com", "password": word} for word in ("no", PASSWORD))
    for status in (401, 401, 429, 429):
        answer = await node.stranger.post(SESSION, json=wrong, headers=tried_from("203.0.113.9"))
        assert answer.status == status
    answer = await node.stranger.post(SESSION, json=right, headers=tried_from("198.51.100.7"))
    assert answer.status == 200


async def test_many_addresses_keep_out_no_browser_that_signed_in_before(start: Start) -> None:
    node = await start(limits={"sign_ins_per_minute": 2}, server=BEHIND_A_PROXY)
    wrong, right = ({"email": "anna@example.com", "password": word} for word in ("no", PASSWORD))
    answer = await node.stranger.post(SESSION, json=right, headers=tried_from("198.51.100.7"))
    known = f"acd_browser={answer.cookies['acd_browser'].value}"
    assert answer.cookies["acd_browser"]["httponly"]
    for number in range(5):
        guess = tried_from(f"203.0.113.{number}")
        await problem(
            await node.stranger.post(SESSION, json=wrong, headers=guess), 401, "sign_in_failed"
        )

    addresses = (f"192.0.2.{number}" for number in range(10))

    async def tried(cookie: str, said: dict[str, str] = right) -> int:
        headers = tried_from(next(addresses), cookie=cookie)
        return (await node.stranger.post(SESSION, json=said, headers=headers)).status

    assert await tried("") == 429
    forged = known[:-1] + ("0" if known[-1] != "0" else "1")
    assert await tried(forged) == 429
    assert await tried(known, {**right, "email": "claire@example.com"}) == 200, "a stranger there"
    assert await tried(known, wrong) == 401
    assert await tried(known) == 200
    assert await tried(known) == 429, "its own tries are limited too"


async def test_another_password_makes_the_browser_unknown(start: Start) -> None:
    node = await start()
    await node.sign_in("anna")
    mark = node.client.cookie_jar.filter_cookies(node.url)["acd_browser"].value
    accounts, email = node.services.accounts, "Anna@example.com"
    assert await accounts.knows_browser(email, mark)
    assert not await accounts.knows_browser("claire@example.com", mark)
    assert not await accounts.knows_browser("nobody@example.com", mark)
    await node.services.directory.set_password(AgentId("anna"), "another word of hers")
    assert not await accounts.knows_browser(email, mark)


async def test_a_page_of_another_site_cannot_sign_anybody_in(node: Node) -> None:
    answer = await node.client.post(
        SESSION,
        json={"email": "anna@example.com", "password": PASSWORD},
        headers={"Origin": "https://evil.example"},
    )
    await problem(answer, 403, "origin_refused")


async def test_changes_need_the_csrf_token(node: Node) -> None:
    csrf = await node.sign_in("anna")
    at = "/api/v1/agents/anna/presence"
    change = {"availability": "away", "reason": "lunch"}
    await problem(await node.client.put(at, json=change), 403, "csrf_failed")
    wrong = {"X-CSRF-Token": "guess"}
    await problem(await node.client.put(at, json=change, headers=wrong), 403, "csrf_failed")
    foreign = {**csrf, "Origin": "https://evil.example"}
    await problem(await node.client.put(at, json=change, headers=foreign), 403, "csrf_failed")
    assert (await node.client.put(at, json=change, headers=csrf)).status == 200


async def test_a_deactivated_agent_is_out_at_once(node: Node) -> None:
    await node.sign_in("anna")
    await node.services.health.database.write(
        lambda tx: tx.execute(text("update agents set active = false where id = 'anna'")).close()
    )
    await problem(await node.client.get(SESSION), 401, "not_signed_in")
