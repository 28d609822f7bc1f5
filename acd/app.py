"""The composition root: from a configuration to running services, and back to nothing, in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import web

from acd.domain.errors import AcdError
from acd.node.assembly import assemble
from acd.node.manager import Manager
from acd.node.stores import open_stores
from acd.node.works import going_on
from acd.web.listener import bind, local_url
from acd.web.server import build_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

    from acd.config import Config
    from acd.node.assembly import Parts
    from acd.telephony.exchange import Exchange
    from acd.web.services import Services

log = structlog.get_logger(__name__)

FRONT_END: Final = Path(__file__).parent / "static" / "build.json"


class FrontEndMissing(AcdError):
    """The pages are not built (acd/static/build.json is missing): run `make static`."""

    code = "front_end_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node that serves. `url` is where it listens, as seen from this machine.

    `exchange` is None where calls over SIP are not served.
    """

    config: Config
    services: Services
    exchange: Exchange | None
    url: str


async def serve(config: Config) -> None:
    """Run a node until SIGTERM, which hands its calls over SIP over, or SIGINT, which ends them.

    Raises:
        AcdError: it cannot start, with the remedy in the message.
    """
    manager = Manager.take()
    with stop_signals() as stop:
        async with running_node(config, hands_over=lambda: stop.hands_over) as node:
            settle()
            address = config.server.public_url or node.url
            log.info("serving", url=node.url, console=f"{address}/console/")
            manager.tell("READY=1")
            await stop.wait()
            log.info("stopping")
            manager.tell("STOPPING=1")


def settle() -> None:
    """What this process is made of stays: the full collections to come pass over it.

    They stop everything else, and nearly all that they would walk was imported at the start.
    """
    gc.collect()
    gc.freeze()


class StopSignal(asyncio.Event):
    """Set when this process is told to stop."""

    hands_over = False
    """Whether another process is to come: a service is restarted by SIGTERM, and Ctrl-C is meant
    for good."""


@contextlib.contextmanager
def stop_signals() -> Iterator[StopSignal]:
    """An event that is set by the first SIGTERM or SIGINT; the second has its usual effect."""
    stop, loop = StopSignal(), asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT)

    def heard(which: signal.Signals) -> None:
        stop.hands_over = which is signal.SIGTERM
        stop.set()
        for number in numbers:
            loop.remove_signal_handler(number)

    for number in numbers:
        loop.add_signal_handler(number, heard, number)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


@asynccontextmanager
async def running_node(
    config: Config,
    *,
    demo: bool = False,
    extend: Callable[[web.Application, Node], None] | None = None,
    front_end: bool = True,
    hands_over: Callable[[], bool] = lambda: False,
) -> AsyncIterator[Node]:
    """A node that serves inside the block and has stopped after it.

    Args:
        config: what it is to be.
        demo: whether the demo page is shown.
        extend: adds routes to the web application before it starts.
        front_end: whether to insist on built pages.
        hands_over: asked when it ends: whether calls over SIP are left to the next process.

    Raises:
        AcdError: it cannot start, with the remedy in the message.
    """
    if front_end and not FRONT_END.is_file():
        raise FrontEndMissing
    # First, since it fails most often and costs nothing: the stores may take seconds.
    listener = bind(config.server.host, config.server.port)
    async with AsyncExitStack() as stack:
        stack.callback(listener.close)
        url = local_url(config.server.host, listener.getsockname()[1])
        router, database = await open_stores(config, stack, at=url)
        parts = await assemble(config, router, database, demo=demo)
        node = Node(config=config, services=parts.services, exchange=parts.exchange, url=url)
        app = build_app(parts.services)
        parts.realtime.attach(app)
        if extend is not None:
            extend(app, node)
        runner = web.AppRunner(
            app, access_log=None, handle_signals=False, shutdown_timeout=config.server.stop_s / 4
        )
        await runner.setup()
        async with going_on(parts.works):
            site = web.SockSite(runner, listener, backlog=1024)
            await site.start()
            try:
                yield node
            finally:
                stop = _stop(site, parts, runner, hands_over=hands_over())
                await _quietly_within(config.server.stop_s, stop)


async def _stop(
    site: web.SockSite, parts: Parts, runner: web.AppRunner, *, hands_over: bool
) -> None:
    """No new connections, then no calls, then no pages, then the requests under way."""
    await site.stop()
    if parts.exchange is not None:
        await parts.exchange.stop(hands_over=hands_over)
    await parts.realtime.stop()
    await runner.cleanup()


async def _quietly_within(limit_s: float, work: Coroutine[Any, Any, None]) -> None:
    """A stop that takes too long is cut, one that fails is told: the stores are closed anyhow."""
    try:
        async with asyncio.timeout(limit_s):
            await work
    except TimeoutError:
        log.warning("stop took too long and was cut", limit_s=limit_s)
    except Exception:
        log.exception("stop failed")
