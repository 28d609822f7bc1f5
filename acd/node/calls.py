"""The calls over SIP of a node, where its configuration has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from acd.config.places import redis_url
from acd.flow.calls import CallIntake
from acd.records.callers import Callers
from acd.routing.lines import Lines
from acd.telephony.devices import RingPlans
from acd.telephony.exchange import Exchange
from acd.telephony.means import Means
from acd.telephony.returning import Returning
from acd.telephony.sip.configured import dial_plan, sip_ledger
from acd.telephony.sip.rtpengine import RtpengineMissing, sip_served, sip_wanted

if TYPE_CHECKING:
    from acd.config import Config
    from acd.domain.ids import AgentId, OfferId
    from acd.realtime.server import Realtime, Stores
    from acd.records.devices import Devices
    from acd.records.engine import Database
    from acd.records.intake_rows import IntakeRow
    from acd.reporting.metrics import Metrics
    from acd.telephony.dialling import Dialling
    from acd.telephony.port import TelephonyAdapter

log = structlog.get_logger(__name__)


def exchange_of(
    config: Config,
    stores: Stores,
    realtime: Realtime,
    *,
    database: Database,
    devices: Devices,
    dialling: Dialling,
    metrics: Metrics,
) -> Exchange | None:
    """The exchange, which `realtime` knows of then; None where there are no calls over SIP."""
    if not sip_served(config.telephony):
        if sip_wanted(config.telephony):
            log.warning("no calls over SIP", reason=RtpengineMissing.message())
        return None
    router, numbers = stores.router, bool(config.telephony.sip.trunk.proxy)

    def joined(row: IntakeRow, offer: OfferId, agent: AgentId) -> None:
        key = offer.rpartition(".")[2]  # as of who accepts in a page: it is told once
        told = realtime.chat.notes.joined(
            row.contact, row.conversation, row.interaction, key, agent
        )
        realtime.relay.chores.start(told, "joined")

    def means(adapter: TelephonyAdapter) -> Means:
        return Means(
            router=router,
            delivery=realtime.delivery,
            adapter=adapter,
            intake=CallIntake(
                intake=stores.intake,
                directory=stores.directory,
                callers=Callers(database),
                plan=dial_plan(config.telephony),
            ),
            plans=RingPlans(
                devices=devices,
                directory=stores.directory,
                router=router,
                numbers=numbers,
            ),
            dialling=dialling,
            joined=joined,
            called_back_at=stores.contacts.callback_number,
            dial_s=realtime.people.dial_s,
        )

    exchange = Exchange(
        config.telephony,
        config.server.data_dir,
        means,
        Returning(
            history=stores.history,
            intakes=stores.intakes,
            contacts=stores.contacts,
            lines=Lines(router.link, config.tenant, realtime.delivery.node),
            router=router,
        ),
        realtime.people.calls_back,
        ledger=sip_ledger(router.link.url, config.tenant, config.telephony.sip),
        observe=lambda found: metrics.sip(
            up=found.up,
            calls=found.calls,
            dialogs=found.dialogs,
            malformed=found.malformed,
            refused=found.refused,
            lag_s=found.lag_s,
        ),
    )
    realtime.relay.dials = numbers
    if not redis_url(config):  # of several nodes each would take a call for its own
        realtime.relay.anchor = exchange
    return exchange
