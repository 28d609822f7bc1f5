"""config.toml's word on the directory, applied once a change, and what people add beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from acd.domain.calendar import DaySpan, Hours, parse_period
from acd.domain.directory import (
    Agent,
    ChannelOverride,
    Department,
    DepartmentMembership,
    Provision,
    ProvisionedAgent,
    ProvisionedApiKey,
    Role,
    Site,
    Skill,
)
from acd.domain.errors import ConfigInvalid, Conflict, NotFound
from acd.domain.ids import AgentId, DepartmentId, HoursId, QueueId
from acd.domain.interaction import Channel
from acd.domain.queue import (
    Diversion,
    Divert,
    LastAgent,
    LineOrder,
    Measure,
    QueueSettings,
    RelaxStep,
)
from acd.records.accounts import Accounts
from acd.records.directory import Directory
from acd.records.engine import Database
from tests.integration.records.conftest import PROVISION, SHOP, SUPPORT, SUPPORT_CHAT

ANNA = Agent(
    id=AgentId("anna"),
    name="Anna",
    email="Anna@Example.com",
    role=Role.SUPERVISOR,
    locale="fr",
    total=80,
    channels={Channel.CHAT: ChannelOverride(max=3)},
    memberships=(DepartmentMembership(department=SUPPORT, priority=2, rank=1),),
    skills={"french": 4},
)
BASILE = Agent(id=AgentId("basile"), name="Basile", email="basile@example.com")


def with_agents(*agents: Agent, password: str = "") -> Provision:
    return replace(
        PROVISION,
        skills=(Skill(id="french", name="French"),),
        agents=tuple(ProvisionedAgent(agent=a, first_password=password) for a in agents),
    )


async def test_what_is_provisioned_is_there(directory: Directory) -> None:
    applied = await directory.apply(with_agents(ANNA))
    assert (applied.changed, applied.version, applied.deactivated) == (True, 2, ())
    anna = await directory.agent(ANNA.id)
    assert anna == replace(ANNA, email="anna@example.com", provisioned=True)
    assert [department.name("fr") for department in await directory.departments()] == ["Assistance"]
    assert [site.id for site in await directory.sites()] == ["blog", "shop"]


async def test_the_same_again_changes_nothing(directory: Directory) -> None:
    applied = await directory.apply(PROVISION)
    assert (applied.changed, applied.version) == (False, 1)
    assert await directory.version() == 1


async def test_a_queues_rules_come_back_as_they_were(directory: Directory) -> None:
    settings = QueueSettings(
        queue=SUPPORT_CHAT,
        version=0,
        channel=Channel.CHAT,
        department=SUPPORT,
        strategy=("priority", "average_utilization"),
        measure=Measure.RATIO,
        order=LineOrder.STRICT,
        ring_time_s=12,
        wrap_up_s=30,
        relax=(RelaxStep(after_s=20, level=2), RelaxStep(after_s=60)),
        last_agent=LastAgent.WAIT,
        last_agent_wait_s=30,
        max_length=5,
        on_full=Divert(to=Diversion.OVERFLOW, queue=QueueId("sales/chat")),
        on_closed=Divert(to=Diversion.FORM),
        pull=True,
    )
    await directory.apply(replace(PROVISION, queues=(settings,)))
    queue = await directory.queue(SUPPORT_CHAT)
    assert queue
    assert queue.settings == settings
    assert queue.hours is None


async def test_hours_come_back_as_they_were(database: Database, directory: Directory) -> None:
    morning, night = parse_period("09:00-12:30"), parse_period("22:00-02:00")
    office = Hours(
        id=HoursId("office"),
        zone="Europe/Paris",
        week=((morning, night), (), (), (), (night,), (), ()),
        holidays="FR",
        closed_days=(DaySpan(first=date(2026, 12, 24), last=date(2027, 1, 2)),),
        open_days={date(2026, 12, 20): (morning,)},
    )
    timed = replace(PROVISION, hours=(office,), queue_hours={SUPPORT_CHAT: office.id})
    await directory.apply(timed)
    assert await directory.hours() == [office]
    snapshot = await directory.snapshot()
    assert snapshot.hours == (office,)
    assert [queue.hours for queue in snapshot.queues] == [office.id]
    await directory.apply(replace(timed, hours=(), queue_hours={}))
    assert await directory.hours() == []
    assert [queue.hours for queue in await directory.queues()] == [None]


async def test_what_a_site_requires_comes_back_as_it_was(directory: Directory) -> None:
    shop = Site(
        id=SHOP, name="Shop", requires={"english": 2}, requires_by_locale={"fr": {"french": 3}}
    )
    await directory.apply(replace(PROVISION, sites=(shop,)))
    assert await directory.site(SHOP) == replace(shop, provisioned=True)


async def test_what_leaves_is_deactivated_and_may_come_back(directory: Directory) -> None:
    await directory.apply(with_agents(ANNA, BASILE))
    applied = await directory.apply(with_agents(BASILE))
    assert applied.deactivated == ("agents/anna",)
    assert [agent.id for agent in await directory.agents()] == ["basile"]
    assert [agent.id for agent in await directory.agents(inactive=True)] == ["anna", "basile"]
    snapshot = await directory.snapshot()
    assert snapshot.gone_agents == ("anna",)
    await directory.apply(with_agents(ANNA))
    assert [agent.id for agent in await directory.agents()] == ["anna"]


async def test_an_address_goes_to_who_is_there_now(directory: Directory) -> None:
    await directory.apply(with_agents(ANNA, BASILE))
    swapped = with_agents(
        replace(ANNA, email="basile@example.com"), replace(BASILE, email="anna@example.com")
    )
    await directory.apply(swapped)
    renamed = with_agents(replace(ANNA, id=AgentId("anne")))
    await directory.apply(renamed)
    assert {agent.email: agent.id for agent in await directory.agents()} == {
        "anna@example.com": "anne"
    }


async def test_two_entries_that_claim_one_address_are_refused(directory: Directory) -> None:
    with pytest.raises(ConfigInvalid):
        await directory.apply(with_agents(ANNA, replace(BASILE, email="anna@example.com")))
    assert await directory.agents() == []
    assert await directory.version() == 1


async def test_a_password_set_by_its_owner_is_kept(
    database: Database, directory: Directory
) -> None:
    accounts = Accounts(database)
    await directory.apply(with_agents(ANNA, password="first word"))
    assert (await accounts.check_password("anna@example.com", "first word")).id == "anna"
    await directory.set_password(ANNA.id, "my own words")
    await directory.apply(with_agents(replace(ANNA, name="Anna B."), password="another"))
    anna = await accounts.check_password("anna@example.com", "my own words")
    assert (anna.name, anna.has_password) == ("Anna B.", True)


async def test_a_first_password_may_come_later(database: Database, directory: Directory) -> None:
    await directory.apply(with_agents(ANNA))
    applied = await directory.apply(with_agents(ANNA, password="at last"))
    assert applied.changed
    assert (await Accounts(database).check_password("anna@example.com", "at last")).id == "anna"


async def test_keys_are_stored_as_hashes(database: Database, directory: Directory) -> None:
    def provision(secret: str) -> Provision:
        key = ProvisionedApiKey(id="shop", scopes=("read",), secret=secret)
        return replace(PROVISION, api_keys=(key,))

    await directory.apply(provision("acd_one"))
    await directory.apply(provision("acd_two"))
    accounts = Accounts(database)
    assert await accounts.api_key("acd_one") is None
    found = await accounts.api_key("acd_two")
    assert found
    assert (found.id, found.scopes, found.provisioned) == ("shop", ("read",), True)
    await directory.apply(PROVISION)
    assert await accounts.api_key("acd_two") is None


async def test_agents_added_beside_config_stay(directory: Directory) -> None:
    version = await directory.create_agent(BASILE, "a password")
    assert version == 2
    applied = await directory.apply(with_agents(ANNA))
    assert applied.deactivated == ()
    basile = await directory.agent(BASILE.id)
    assert basile
    assert (basile.active, basile.provisioned, basile.has_password) == (True, False, True)


async def test_adding_says_what_is_wrong(directory: Directory) -> None:
    await directory.create_agent(BASILE)
    with pytest.raises(Conflict):
        await directory.create_agent(replace(BASILE, email="other@example.com"))
    with pytest.raises(Conflict):
        await directory.create_agent(replace(BASILE, id=AgentId("other")))
    with pytest.raises(NotFound) as caught:
        await directory.create_agent(replace(ANNA, skills={}, memberships=(
            DepartmentMembership(department=DepartmentId("sales")),
        )))  # fmt: skip
    assert caught.value.field == "memberships"
    assert await directory.version() == 2


async def test_an_added_agent_comes_back_as_they_were(directory: Directory) -> None:
    await directory.apply(with_agents(ANNA))
    place = DepartmentMembership(department=SUPPORT, channels=(Channel.CHAT, Channel.CALL))
    added = replace(BASILE, memberships=(place,), skills={"french": 2})
    assert await directory.create_agent(added) == 3
    assert await directory.agent(BASILE.id) == added


async def test_nobody_has_no_password(directory: Directory) -> None:
    with pytest.raises(NotFound):
        await directory.set_password(AgentId("nobody"), "words")


async def test_a_queue_of_a_department_that_is_not_there_is_refused(directory: Directory) -> None:
    sales = QueueSettings(
        queue=QueueId("sales/chat"),
        version=0,
        channel=Channel.CHAT,
        department=DepartmentId("sales"),
    )
    with pytest.raises(ConfigInvalid):
        await directory.apply(replace(PROVISION, queues=(*PROVISION.queues, sales)))
    assert [queue.id for queue in await directory.queues()] == [SUPPORT_CHAT]


def test_a_name_in_a_language_nobody_wrote() -> None:
    department = Department(id=SUPPORT, names={"en": "Support"})
    assert department.name("fr") == "Support"
