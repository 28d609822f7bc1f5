"""The real server driven by its own OpenAPI document: bounded examples of every endpoint.

Never a 5xx; every answer has a documented status, type and shape; what the document allows is taken
and what it forbids is refused.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth

from acd.app import running_node
from acd.config import Config
from acd.web import openapi
from acd.web.api import ENDPOINTS

EXAMPLES = 25
KEY = "acd_" + "k" * 40
HEADERS = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture(scope="module")
def server(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A node on a loop and a thread of its own: the driver is synchronous."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("API_KEY", KEY)
        config = Config.model_validate(
            {
                "tenant": f"conform{threading.get_ident() % 10**8}",
                "redis": {"url": redis_url},
                "server": {"port": 0, "data_dir": str(tmp_path_factory.mktemp("data"))},
                "limits": {"requests_per_minute": 1_000_000, "sign_ins_per_minute": 1_000_000},
                "sites": [{"id": "shop", "name": "Shop"}],
                "departments": [{"id": "support", "name": "Support"}],
                "agents": [
                    {"id": "anna", "name": "Anna", "email": "anna@example.com",
                     "departments": ["support"]},
                ],
                "api_keys": [
                    {"id": "driver", "secret_env": "API_KEY",
                     "scopes": ["read", "contacts", "interactions", "presence", "events"]},
                ],
            }
        )  # fmt: skip
        started: dict[str, Any] = {}
        ready = threading.Event()

        async def run() -> None:
            started["stop"], started["loop"] = asyncio.Event(), asyncio.get_running_loop()
            async with running_node(config, front_end=False) as node:
                started["url"] = node.url
                ready.set()
                await started["stop"].wait()

        thread = threading.Thread(target=lambda: asyncio.run(run()), name="node", daemon=True)
        thread.start()
        assert ready.wait(20), "the node did not start"
        try:
            yield started["url"]
        finally:
            started["loop"].call_soon_threadsafe(started["stop"].set)
            thread.join(20)


schema = schemathesis.openapi.from_dict(openapi.document(ENDPOINTS))


def test_the_server_serves_this_document(server: str) -> None:
    answer = requests.get(f"{server}/api/v1/openapi.json", timeout=10)
    assert answer.json() == openapi.document(ENDPOINTS)


# One identity drives all; what another may do is asked in test_access. The WebSocket has tests of
# its own. Hypothesis takes the jitter that the node draws in this process for its strategies'.
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
@schema.exclude(path="/events").parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
def test_every_endpoint_does_what_its_document_says(case: schemathesis.Case, server: str) -> None:
    if case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE:
        case.query.pop("cursor", None)  # opaque: the document cannot say which there are
    case.call_and_validate(
        base_url=f"{server}/api/v1", headers=HEADERS, excluded_checks=[ignored_auth]
    )
