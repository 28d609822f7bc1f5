"""Why it rings where it rings: asked over HTTP by each kind of caller, and on the command line."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from acd.cli.main import app
from acd.domain.ids import AgentId, OfferId
from tests.integration.web.asking import problem
from tests.integration.web.conftest import Node, Start, cast
from tests.integration.web.test_rest import INTERACTIONS, chat, eventually, lina

ZOE = {"id": "zoe", "name": "Zoé", "email": "zoe@example.com", "departments": ["support"]}


async def opened(node: Node, **changes: Any) -> str:
    answer = await node.program.post(INTERACTIONS, json=chat(await lina(node), **changes))
    return (await answer.json())["id"]


async def test_each_agent_of_the_department_has_a_standing(start: Start) -> None:
    node = await start(agents=[*cast()["agents"], ZOE])
    await node.sits_down("anna")
    ix = await opened(node)
    at = f"{INTERACTIONS}/{ix}/explain"

    found = await (await node.program.get(at)).json()
    assert (found["state"], found["asked"], found["next"]) == ("ringing", 1, None)
    assert found["queue"]["id"] == found["queue"]["pool"] == "support/chat"
    assert {each["name"]: each["standing"] for each in found["items"]} == {
        "Anna": "offered", "Zoé": "excluded",
    }  # fmt: skip
    assert found["items"][1]["reasons"] == [{"code": "offline", "facts": {}}]

    await node.services.router.decline(OfferId(f"{ix}.1"), AgentId("anna"))

    async def told() -> Any:
        return await (await node.program.get(at)).json()

    later = await eventually(told, lambda found: found["offers"] and found["offers"][0]["outcome"])
    assert later["offers"][0]["why"]["strategy"]
    (declined,) = later["items"][0]["reasons"]
    assert declined["code"] == "declined"
    assert declined["facts"]["until_ms"] > later["now_ms"]
    assert (later["state"], later["position"]) == ("waiting", 1)


async def test_only_whoever_sees_the_department_may_ask(node: Node) -> None:
    ix = await opened(node)
    at = f"{INTERACTIONS}/{ix}/explain"
    for name, status in (("anna", 200), ("omar", 200), ("claire", 404)):
        await node.sign_in(name)
        assert (await node.client.get(at)).status == status, name
    await problem(await node.client.get(f"{INTERACTIONS}/ix_none/explain"), 404, "not_found")
    await problem(await node.program.get(at, params={"cursor": "WyJ4Il0"}), 422, "invalid_input")


@pytest.fixture
def acd(tmp_path: Path, redis_url: str, tenant: str) -> Any:
    file = tmp_path / "config.toml"

    def run(*words: str) -> Result:
        file.write_text(
            f'tenant = "{tenant}"\n[redis]\nurl = "{redis_url}"\n'
            f'[database]\nurl = "sqlite:///{tmp_path / "acd.db"}"\n'
        )
        return CliRunner(env={"ACD_CONFIG": str(file)}).invoke(app, words)

    return run


async def test_the_command_says_it_in_words(node: Node, acd: Any) -> None:
    await node.sits_down("anna")
    ix = await opened(node)
    await node.services.router.decline(OfferId(f"{ix}.1"), AgentId("anna"))
    at = f"{INTERACTIONS}/{ix}"

    async def told() -> Any:
        return await (await node.program.get(at)).json()

    await eventually(told, lambda found: found["offers"] and found["offers"][0]["outcome"])
    result = await asyncio.to_thread(acd, "explain", ix)
    assert result.exit_code == 0, result.output
    assert f"{ix}: waits, place 1 of 1" in result.stdout
    assert "priority (priority 50" in result.stdout or "longest_idle" in result.stdout
    assert "anna   declined, asked again in 60 s at the latest" in result.stdout
    wrong = await asyncio.to_thread(acd, "explain", "ix_none")
    assert wrong.exit_code == 1
    assert "There is no interaction `ix_none`." in wrong.stderr

    listed = await asyncio.to_thread(acd, "explain")
    assert listed.exit_code == 0, listed.output
    head, row, _, hint = listed.stdout.splitlines()
    assert head.split()[0] == "interaction"
    assert row.split()[:1] + row.split()[3:] == [ix, "chat", "support", "Lina", "waits", "-"]
    assert hint == f"To have one explained: acd explain {ix}"
