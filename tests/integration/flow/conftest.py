"""Both stores, a real Redis, and the pieces of flow between them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from acd.domain.agent import Availability
from acd.domain.directory import (
    Agent,
    Department,
    DepartmentMembership,
    Provision,
    ProvisionedAgent,
    Site,
)
from acd.domain.ids import AgentId, DepartmentId, QueueId, SessionId, SiteId, new_id
from acd.domain.interaction import Channel
from acd.domain.queue import QueueSettings
from acd.flow.compiler import Compiler
from acd.flow.intake import ChatStart, Intake, StartedChat
from acd.records.contacts import Contacts
from acd.records.conversations import Conversations
from acd.records.directory import Directory
from acd.records.engine import Database, open_database
from acd.records.history import History
from acd.records.intakes import Intakes
from acd.routing.router import Router
from tests.integration.routing.seen import Seen
from tests.servers import Server

SHOP, SUPPORT, ANNA = SiteId("shop"), DepartmentId("support"), AgentId("anna")
SUPPORT_CHAT = QueueId("support/chat")


def provision(*agents: str) -> Provision:
    return Provision(
        departments=(Department(id=SUPPORT, names={"en": "Support"}),),
        queues=(
            QueueSettings(queue=SUPPORT_CHAT, version=0, channel=Channel.CHAT, department=SUPPORT),
        ),
        sites=(Site(id=SHOP, name="Shop", departments=(SUPPORT,)),),
        agents=tuple(
            ProvisionedAgent(
                agent=Agent(
                    id=AgentId(name),
                    name=name.title(),
                    email=f"{name}@example.com",
                    memberships=(DepartmentMembership(department=SUPPORT),),
                )
            )
            for name in agents
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything flow connects."""

    database: Database
    router: Router
    directory: Directory
    contacts: Contacts
    conversations: Conversations
    intakes: Intakes
    history: History
    compiler: Compiler
    intake: Intake

    async def available(self, agent: AgentId = ANNA) -> None:
        await self.router.open_session(agent, SessionId(new_id("ss")))
        await self.router.set_presence(agent, channel=None, availability=Availability.AVAILABLE)

    async def start(self, **changes: object) -> StartedChat:
        return await self.intake.start_chat(ask(**changes))


def ask(**changes: object) -> ChatStart:
    """A stranger's wish; each has a client id of its own."""
    usual = {
        "site": SHOP,
        "client_id": new_id("cl"),
        "department": SUPPORT,
        "name": "Camille",
        "email": "camille@example.com",
        "locale": "fr",
        "text": "Bonjour",
        "page": "https://shop.example.com/",
    }
    return ChatStart(**{**usual, **changes})  # type: ignore[arg-type]


def make_house(database: Database, router: Router) -> House:
    directory, intakes = Directory(database), Intakes(database)
    return House(
        database=database,
        router=router,
        directory=directory,
        contacts=Contacts(database),
        conversations=Conversations(database),
        intakes=intakes,
        history=History(database),
        compiler=Compiler(directory, router),
        intake=Intake(router, directory, intakes),
    )


@pytest.fixture(scope="package", autouse=True)
def no_script_logs_what_its_header_does_not_name() -> Iterator[None]:
    """Here the reconciler's are run; of the others, all is seen in tests/integration/routing."""
    seen = Seen()
    with seen.watching():
        yield
    assert not (found := seen.undeclared()), "\n".join(found)


@pytest.fixture
async def router(redis_url: str, tenant: str) -> AsyncIterator[Router]:
    opened = await Router.open(redis_url, tenant)
    yield opened
    await opened.close()


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """A primary, and a server that may copy it."""
    both = Server(tmp_path / "one"), Server(tmp_path / "two")
    for server in both:
        server.start()
    yield both
    for server in both:
        server.kill()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def house(database: Database, router: Router) -> House:
    """A shop with one department and one agent, compiled."""
    house = make_house(database, router)
    await house.directory.apply(provision("anna"))
    await house.compiler.compile_all()
    return house
