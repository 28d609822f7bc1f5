"""From a configuration and two open stores to the services of a node."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog

import acd
from acd.chat.numbers import Numbers, refuse_costly
from acd.chat.recorded import tell_recorded
from acd.config.provision import provision
from acd.config.secrets import secret
from acd.flow.compiler import Compiler
from acd.flow.intake import Intake
from acd.flow.reconcile import Reconciler
from acd.flow.recorder import Recorder
from acd.node.calls import exchange_of
from acd.node.limits import rates
from acd.realtime.server import Realtime, Stores
from acd.records.accounts import Accounts
from acd.records.contacts import Contacts
from acd.records.conversations import Conversations
from acd.records.devices import Devices
from acd.records.directory import Directory
from acd.records.history import History
from acd.records.intakes import Intakes
from acd.reporting.metrics import Metrics
from acd.routing.libraries import remove_libraries_forever
from acd.routing.limits import Limits
from acd.routing.timers import run_timers_forever
from acd.telephony.dialling import Dialling, DiallingRules, check
from acd.telephony.verification import Verification
from acd.telephony.webrtc.servers import IceServers
from acd.web.health import Health
from acd.web.peer import TrustedProxies, same_origin
from acd.web.services import Services

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from acd.config import Config
    from acd.config.telephony import WebrtcSettings
    from acd.domain.events import Event
    from acd.domain.phone import E164
    from acd.node.works import Work
    from acd.records.engine import Database
    from acd.routing.router import Router
    from acd.telephony.exchange import Exchange

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a node is made of, and the work that goes on as long as it runs."""

    services: Services
    realtime: Realtime
    works: Mapping[str, Work]
    exchange: Exchange | None


async def assemble(config: Config, router: Router, database: Database, *, demo: bool) -> Parts:
    """Puts the services together and the configuration into force."""
    directory, history = Directory(database), History(database)
    applied = await directory.apply(provision(config))
    if applied.changed:
        left = len(applied.deactivated)
        log.info("configuration applied", version=applied.version, deactivated=left)
    compiler = Compiler(directory, router)
    metrics = Metrics(acd.__version__)
    limits = Limits(router.link, config.tenant, rates(config), on_refused=metrics.limit_refused)
    intakes = Intakes(database)
    intake = Intake(router, directory, intakes)
    router.admit_by(Reconciler(router, directory, history, intakes).admit)
    await compiler.compile_all()
    await intake.sweep(older_than_ms=0)
    stores = Stores(
        router=router,
        directory=directory,
        accounts=Accounts(database, visitor_days=config.security.visitor_days),
        contacts=Contacts(database),
        conversations=Conversations(database),
        history=history,
        intakes=intakes,
        intake=intake,
        limits=limits,
    )
    realtime = _realtime(config, stores, metrics)
    await realtime.people.refresh()
    devices = Devices(database)
    dialling = Dialling(DiallingRules.of(config.telephony), limits)
    exchange = exchange_of(
        config,
        stores,
        realtime,
        database=database,
        devices=devices,
        dialling=dialling,
        metrics=metrics,
    )
    services = Services(
        config=config,
        router=router,
        directory=directory,
        devices=devices,
        verification=Verification(devices, dialling, caller=exchange),
        accounts=stores.accounts,
        contacts=stores.contacts,
        conversations=stores.conversations,
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
        tell_recorded(realtime.delivery, events)

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
    return Parts(services=services, realtime=realtime, works=works, exchange=exchange)


def _realtime(config: Config, stores: Stores, metrics: Metrics) -> Realtime:
    proxies = TrustedProxies.parse(config.server.trusted_proxies)
    return Realtime(
        stores,
        message_chars=config.limits.message_chars,
        numbers=Numbers(
            region=config.telephony.region,
            may_call=_may_call(DiallingRules.of(config.telephony)),
        ),
        ice=_ice_servers(config.telephony.webrtc),
        caller_grace_s=config.routing.caller_grace_s,
        metrics=metrics,
        address_of=lambda request: proxies.peer(request).subscriber,
        same_origin=lambda request: same_origin(request, config.server.public_url),
    )


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
