"""What `acd doctor` looks at first: whether a node of this configuration runs here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import aiohttp

from acd.cli.findings import Finding, Mark
from acd.config.places import DataDirUnusable, Running
from acd.domain.errors import AcdError
from acd.embedded.data import is_running
from acd.web.listener import bind, local_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from acd.config import Config

ANSWER_S: Final = 5.0
"""Longer than a node waits for its stores before it says that it is not ready."""
_WHAT: Final = "node"


async def examine_node(config: Config) -> AsyncIterator[Finding]:
    """Whether it serves; where none runs, whether one could listen."""
    said = config.server
    try:
        running = Running.read(config)
    except DataDirUnusable as error:
        yield Finding(mark=Mark.WRONG, what="data folder", found=str(error))
        url = local_url(said.host, said.port)
        if (ready := await _ready(url)) is not None:
            yield _serving(url, ready)
        return
    if running is not None and (ready := await _ready(running.url)) is not None:
        yield _serving(running.url, ready)
        return
    if running is not None and is_running(running.pid):
        yield Finding(
            mark=Mark.WRONG,
            what=_WHAT,
            found=f"process {running.pid} does not answer at {running.url}",
            remedy="Where it is only just starting, ask again; else its log says more.",
        )
        return
    if running is not None:
        yield Finding(
            mark=Mark.WRONG,
            what=_WHAT,
            found=f"process {running.pid} served here and ended without being told to stop",
            remedy="See the last lines of its log, and start it again: `acd serve`.",
        )
    else:
        yield Finding(
            mark=Mark.DOWN,
            what=_WHAT,
            found="none runs here",
            remedy="Start one: `acd serve`.",
        )
    try:
        bind(said.host, said.port).close()
    except AcdError as error:
        yield Finding(mark=Mark.WRONG, what="address", found=str(error))


def _serving(url: str, ready: dict[str, Any]) -> Finding:
    if ready.get("ready"):
        return Finding(mark=Mark.OK, what=_WHAT, found=f"serves at {url}")
    away = [
        f"{name} ({store.get('reason', '')})"
        for name, store in ready.get("stores", {}).items()
        if not store.get("ok")
    ]
    return Finding(
        mark=Mark.WRONG,
        what=_WHAT,
        found=f"runs at {url} and takes no work: {', '.join(away)}",
        remedy="It goes on by itself when what it needs is back.",
    )


async def _ready(url: str) -> dict[str, Any] | None:
    """What /readyz says; None where no node answers."""
    timeout = aiohttp.ClientTimeout(total=ANSWER_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{url}/readyz", allow_redirects=False) as answer,
        ):
            found = await answer.json()
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return None
    return found if isinstance(found, dict) and "ready" in found else None
