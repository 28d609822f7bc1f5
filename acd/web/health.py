"""Alive and ready: what probes ask. Alive means the loop turns; ready means the stores answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy import text

from acd.domain.errors import AcdError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from acd.records.engine import Database
    from acd.routing.router import Router

TIMEOUT_S = 2.0


class StoreHealth(BaseModel):
    """One store: whether it answered, and if not, why in one word."""

    ok: bool
    reason: str = ""


class Readiness(BaseModel):
    """Whether this node can take work."""

    ready: bool
    stores: dict[str, StoreHealth]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Asks both stores at once, each within `TIMEOUT_S`."""

    router: Router
    database: Database

    async def readiness(self) -> Readiness:
        redis, database = await asyncio.gather(
            _answers(self.router.clock()),
            _answers(self.database.read(lambda found: found.execute(text("select 1")).scalar())),
        )
        stores = {"redis": redis, "database": database}
        return Readiness(ready=all(store.ok for store in stores.values()), stores=stores)


async def _answers(question: Awaitable[object]) -> StoreHealth:
    # The reason is a word of ours: an exception's text may hold addresses and names of users.
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await question
    except TimeoutError:
        return StoreHealth(ok=False, reason="timeout")
    except AcdError as error:
        return StoreHealth(ok=False, reason=error.code)
    except Exception:  # noqa: BLE001 - a probe answers whatever happens
        return StoreHealth(ok=False, reason="error")
    return StoreHealth(ok=True)


def mount(app: web.Application, health: Health) -> None:
    """Adds /healthz and /readyz."""

    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def ready(_request: web.Request) -> web.Response:
        found = await health.readiness()
        return web.Response(
            status=200 if found.ready else 503,
            text=found.model_dump_json(exclude_defaults=True),
            content_type="application/json",
        )

    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
