"""The composition root: from a configuration to running services, and back to nothing, in order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog
from aiohttp import web

import acd
from acd.chat.numbers import Numbers, refuse_costly
from acd.config.places import Running, database_url, redis_dir, redis_url
from acd.config.provision import provision
from acd.config.secrets import secret
from acd.domain.errors import AcdError, StoreUnavailable
from acd.embedded.redis import EmbeddedRedis
from acd.flow.calls import CallIntake
from acd.flow.compiler import Compiler
from acd.flow.intake import Intake
from acd.flow.reconcile import Reconciler
from acd.flow.recorder import Recorder
from acd.realtime.allowance import LEASE
from acd.realtime.server import Realtime, Stores
from acd.records.accounts import Accounts
from acd.records.callers import Callers
from acd.records.contacts import Contacts
from acd.records.conversations import Conversations
from acd.records.devices import Devices
from acd.records.directory import Directory
from acd.records.engine import open_database
from acd.records.history import History
from acd.records.intakes import Intakes
from acd.reporting.metrics import Metrics
from acd.routing.libraries import remove_libraries_forever
from acd.routing.limits import Limits, Rate
from acd.routing.lines import Lines
from acd.routing.router import Router
from acd.routing.timers import run_timers_forever
from acd.telephony.devices import RingPlans
from acd.telephony.dialling import Dialling, DiallingRules, check, rates
from acd.telephony.exchange import Exchange, dialled, sip_ledger
from acd.telephony.live import Means
from acd.telephony.returning import Returning
from acd.telephony.sip.rtpengine import RtpengineMissing, sip_served, sip_wanted
from acd.telephony.verification import Verification
from acd.telephony.webrtc.servers import IceServers
from acd.web.health import Health
from acd.web.listener import bind, local_url
from acd.web.peer import TrustedProxies, same_origin
from acd.web.server import build_app
from acd.web.services import Services

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence

    from acd.config import Config
    from acd.config.telephony import WebrtcSettings
    from acd.domain.events import Event
    from acd.domain.phone import E164
    from acd.records.engine import Database
    from acd.telephony.port import TelephonyAdapter

log = structlog.get_logger(__name__)

T = TypeVar("T")

FRONT_END: Final = Path(__file__).parent / "static" / "build.json"
STORE_PATIENCE_S: Final = 30.0
FIRST_PAUSE_S: Final = 0.5
LAST_PAUSE_S: Final = 5.0
CANCEL_TRIES: Final = 5


class FrontEndMissing(AcdError):
    """The pages are not built (acd/static/build.json is missing): run `make static`."""

    code = "front_end_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node that serves. `url` is where it listens, as seen from this machine."""

    config: Config
    services: Services
    url: str


Work = Callable[[], Coroutine[Any, Any, None]]
"""Something a node does as long as it runs: it ends when cancelled, and may be begun again."""


async def serve(config: Config) -> None:
    """Run a node until SIGTERM or SIGINT.

    Raises:
        AcdError: it cannot start, with the remedy in the message.
    """
    with stop_signals() as stop:
        async with running_node(config) as node:
            log.info("serving", url=node.url)
            await stop.wait()
            log.info("stopping")


@contextlib.contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """An event that is set by the first SIGTERM or SIGINT; the second has its usual effect."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT)

    def heard() -> None:
        stop.set()
        for number in numbers:
            loop.remove_signal_handler(number)

    for number in numbers:
        loop.add_signal_handler(number, heard)
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
) -> AsyncIterator[Node]:
    """A node that serves inside the block and has stopped after it.

    Args:
        config: what it is to be.
        demo: whether the demo page is shown.
        extend: adds routes to the web application before it starts.
        front_end: whether to insist on built pages.

    Raises:
        AcdError: it cannot start, with the remedy in the message.
    """
    if front_end and not FRONT_END.is_file():
        raise FrontEndMissing
    # First, since it fails most often and costs nothing: the stores may take seconds.
    listener = bind(config.server.host, config.server.port)
    async with AsyncExitStack() as stack:
        stack.callback(listener.close)
        router, database = await _open_stores(config, stack)
        parts = await _assemble(config, router, database, demo=demo)
        port = listener.getsockname()[1]
        node = Node(config=config, services=parts.services, url=local_url(config.server.host, port))
        app = build_app(parts.services)
        parts.realtime.attach(app)
        if extend is not None:
            extend(app, node)
        runner = web.AppRunner(
            app, access_log=None, handle_signals=False, shutdown_timeout=config.server.stop_s / 4
        )
        await runner.setup()
        async with _background(parts.works):
            site = web.SockSite(runner, listener, backlog=1024)
            await site.start()
            try:
                yield node
            finally:
                await _quietly_within(config.server.stop_s, _stop(site, parts, runner))


async def _stop(site: web.SockSite, parts: _Parts, runner: web.AppRunner) -> None:
    """No new connections, then every call ends, then the pages', then the requests under way."""
    await site.stop()
    if parts.exchange is not None:
        await parts.exchange.stop()
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


@asynccontextmanager
async def _background(
    works: Mapping[str, Work],
) -> AsyncIterator[None]:
    """Each work as a named task that goes on inside the block and has ended after it."""
    tasks = [
        asyncio.create_task(_kept_going(name, work), name=name) for name, work in works.items()
    ]
    try:
        yield
    finally:
        running = set(tasks)
        for _ in range(CANCEL_TRIES):  # work that swallowed one cancellation is told again
            for task in running:
                task.cancel()
            if running:
                _, running = await asyncio.wait(running, timeout=1.0)
        for task in running:
            log.error("work does not end", work=task.get_name())


async def _open_stores(config: Config, stack: AsyncExitStack) -> tuple[Router, Database]:
    """Live state and the database, open until the stack ends; Redis ends last."""
    config.server.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    url = redis_url(config)
    if url is None:
        embedded = await stack.enter_async_context(EmbeddedRedis(redis_dir(config)))
        url = embedded.url
    database = await _patiently("the database", lambda: open_database(database_url(config)))
    stack.push_async_callback(database.close)
    router = await _patiently("Redis", lambda: Router.open(url, config.tenant))
    stack.push_async_callback(router.close)
    note = Running(pid=os.getpid(), redis_url=url)
    note.write(config)
    stack.callback(Running.forget, config)
    return router, database


async def _patiently(what: str, attempt: Callable[[], Awaitable[T]]) -> T:
    """Tries for a while: stores that start together with the node take their time."""
    give_up = asyncio.get_running_loop().time() + STORE_PATIENCE_S
    while True:
        try:
            return await attempt()
        except StoreUnavailable:
            if asyncio.get_running_loop().time() > give_up:
                raise StoreUnavailable(
                    f"{what} does not answer; start it, or correct its address."
                ) from None
            log.warning("store does not answer yet", store=what)
            await asyncio.sleep(FIRST_PAUSE_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What a node is made of, and the work that goes on as long as it runs."""

    services: Services
    realtime: Realtime
    works: Mapping[str, Work]
    exchange: Exchange | None


async def _assemble(config: Config, router: Router, database: Database, *, demo: bool) -> _Parts:
    """Puts the services together and the configuration into force."""
    directory, history = Directory(database), History(database)
    applied = await directory.apply(provision(config))
    if applied.changed:
        left = len(applied.deactivated)
        log.info("configuration applied", version=applied.version, deactivated=left)
    compiler = Compiler(directory, router)

    metrics = Metrics(acd.__version__)
    limits = Limits(router.link, config.tenant, _rates(config), on_refused=metrics.limit_refused)
    accounts = Accounts(database, visitor_days=config.security.visitor_days)
    intakes = Intakes(database)
    contacts, conversations = Contacts(database), Conversations(database)
    intake = Intake(router, directory, intakes)
    router.admit_by(Reconciler(router, directory, history, intakes).admit)
    await compiler.compile_all()
    await intake.sweep(older_than_ms=0)
    proxies = TrustedProxies.parse(config.server.trusted_proxies)
    realtime = Realtime(
        Stores(
            router=router,
            directory=directory,
            accounts=accounts,
            contacts=contacts,
            conversations=conversations,
            history=history,
            intakes=intakes,
            intake=intake,
            limits=limits,
        ),
        message_chars=config.limits.message_chars,
        numbers=Numbers(
            region=config.telephony.region,
            may_call=_may_call(DiallingRules.of(config.telephony)),
        ),
        ice=_ice_servers(config.telephony.webrtc),
        metrics=metrics,
        address_of=lambda request: proxies.peer(request).subscriber,
        same_origin=lambda request: same_origin(request, config.server.public_url),
    )
    await realtime.people.refresh()
    devices = Devices(database)
    dialling = Dialling(DiallingRules.of(config.telephony), limits)

    def means(adapter: TelephonyAdapter) -> Means:
        return Means(
            router=router,
            delivery=realtime.delivery,
            adapter=adapter,
            intake=CallIntake(
                intake=intake,
                directory=directory,
                callers=Callers(database),
                dialled=dialled(config.telephony),
            ),
            plans=RingPlans(
                devices=devices,
                directory=directory,
                router=router,
                numbers=bool(config.telephony.sip.trunk.proxy),
            ),
            dialling=dialling,
        )

    exchange = None
    if sip_served(config.telephony):
        lines = Lines(router.link, config.tenant, realtime.delivery.node)
        returning = Returning(history=history, intakes=intakes, contacts=contacts, lines=lines)
        exchange = Exchange(
            config.telephony,
            config.server.data_dir,
            means,
            returning,
            realtime.people.calls_back,
            ledger=sip_ledger(router.link.url, config.tenant, config.telephony.sip),
            observe=lambda found: metrics.sip(
                up=found.up,
                calls=found.calls,
                dialogs=found.dialogs,
                malformed=found.malformed,
                refused=found.refused,
            ),
        )
        realtime.relay.dials = bool(config.telephony.sip.trunk.proxy)
        if not redis_url(config):  # of several nodes each would take a call for its own
            realtime.relay.anchor = exchange
    elif sip_wanted(config.telephony):
        log.warning("no calls over SIP", reason=RtpengineMissing.message())
    services = Services(
        config=config,
        router=router,
        directory=directory,
        devices=devices,
        verification=Verification(devices, dialling, caller=exchange),
        accounts=accounts,
        contacts=contacts,
        conversations=conversations,
        history=history,
        intake=intake,
        limits=limits,
        metrics=metrics,
        health=Health(router=router, database=database),
        chat=realtime.chat,
        steering=realtime.steering,
        presence=realtime.presence,
        callbacks=realtime.callbacks,
        outreach=realtime.outreach,
        people=realtime.people,
        demo=demo,
    )

    def recorded(events: Sequence[Event]) -> None:
        metrics.events_recorded(events, lag_s=time.time() - events[-1].at_ms / 1000)

    works = {
        "timers": lambda: run_timers_forever(
            router,
            asyncio.Event(),
            on_ran=lambda ran, late_s: metrics.timers_ran(ran, late_s=late_s),
            on_failed=metrics.timer_failed,
        ),
        "libraries": lambda: remove_libraries_forever(router.link),
        "recorder": Recorder(router, history, on_recorded=recorded).run,
        "intake-sweep": intake.sweep_forever,
        "compiler": compiler.run,
        "realtime": realtime.run,
    }
    if exchange is not None:
        works["telephony"] = exchange.run
    return _Parts(services=services, realtime=realtime, works=works, exchange=exchange)


def _may_call(rules: DiallingRules) -> Callable[[E164], None]:
    """Who asks to be called back: where no country is named, agents dial by hand, wherever."""
    return partial(check, rules=rules) if rules.countries else refuse_costly


def _ice_servers(said: WebrtcSettings) -> IceServers:
    return IceServers(
        stun=said.stun,
        turn=said.turn,
        secret=(secret(said) or "") if said.turn else "",
        lasts_s=said.credential_s,
    )


def _rates(config: Config) -> dict[str, Rate]:
    """The limits by the names the faces ask for."""
    said = config.limits
    return {
        "api": Rate(per_minute=said.requests_per_minute),
        "connect": Rate(per_minute=said.connects_per_minute),
        "public": Rate(per_minute=said.public_per_minute),
        "steering": Rate(per_minute=said.steering_per_minute),
        "chat_start": Rate(per_minute=said.chats_per_minute),
        "sign_in_address": Rate(per_minute=said.sign_ins_per_minute),
        "sign_in_account": Rate(per_minute=said.sign_ins_per_minute),
        # a token of these stands for several messages
        "visitor_message": Rate(per_minute=max(1, said.messages_per_minute // LEASE)),
        "visitor_signal": Rate(per_minute=max(1, said.signals_per_minute // LEASE)),
        "agent_message": Rate(per_minute=max(1, said.agent_messages_per_minute // LEASE)),
        **rates(config.telephony),
    }


async def _kept_going(name: str, work: Work) -> None:
    """Runs work for ever: after a fault it begins anew, a little later each time."""
    loop, pause_s = asyncio.get_running_loop(), FIRST_PAUSE_S
    while True:
        since = loop.time()
        try:
            await work()
            return
        except StoreUnavailable:
            log.warning("store away, work pauses", work=name, pause_s=pause_s)
        except Exception:
            log.exception("work failed and begins anew", work=name, pause_s=pause_s)
        if loop.time() - since > 60:  # noqa: PLR2004 - a minute without fault is health
            pause_s = FIRST_PAUSE_S
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, LAST_PAUSE_S)
