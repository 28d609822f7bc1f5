"""What a switchboard of the tests works with: real stores, numbers of one country, two rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.domain.ids import DepartmentId
from acd.flow.calls import CallIntake, CallRule, DialPlan
from acd.routing.limits import Limits, Rate
from acd.telephony.devices import RingPlans
from acd.telephony.dialling import AGENT, ALL, NUMBER, Dialling, DiallingRules
from acd.telephony.means import Means

if TYPE_CHECKING:
    from tests.integration.telephony.exchange import Exchange

SUPPORT = DepartmentId("support")
PLAN = DialPlan(
    numbers={"600": SUPPORT, "support": SUPPORT, "+33199000600": SUPPORT},
    region="FR",
    rules=(
        CallRule(header="X-Customer", value="gold", level=1),
        CallRule(header="Diversion", department=DepartmentId("sales")),
    ),
)


def means_of(exchange: Exchange) -> Means:
    router = exchange.router
    rates = dict.fromkeys((ALL, AGENT, NUMBER), Rate(per_minute=1000))
    return Means(
        router=router,
        delivery=exchange.delivery,
        adapter=exchange.phones,
        intake=CallIntake(
            intake=exchange.intake,
            directory=exchange.directory,
            callers=exchange.callers,
            plan=PLAN,
        ),
        plans=RingPlans(
            devices=exchange.devices, directory=exchange.directory, router=router, numbers=True
        ),
        called_back_at=exchange.contacts.callback_number,
        dial_s=lambda _queue: exchange.dial_s,
        dialling=Dialling(
            DiallingRules(countries=frozenset({"FR"})),
            Limits(router.link, router.tenant, rates),
        ),
        joined=lambda row, offer, agent: exchange.joined.append((row.interaction, offer, agent)),
    )
