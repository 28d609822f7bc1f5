"""Nodes as they are in production, as far as sockets are concerned."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from acd.chat.numbers import Numbers
from acd.chat.recorded import tell_recorded
from acd.domain.capacity import ChannelCapacity
from acd.domain.directory import (
    Agent,
    Department,
    DepartmentMembership,
    Provision,
    ProvisionedAgent,
    Role,
    Site,
)
from acd.domain.ids import AgentId, DepartmentId, QueueId, SiteId
from acd.domain.interaction import Channel
from acd.domain.queue import QueueSettings
from acd.flow.compiler import Compiler
from acd.flow.intake import Intake
from acd.flow.recorder import Recorder
from acd.realtime.server import Realtime, Stores
from acd.records.accounts import Accounts
from acd.records.contacts import Contacts
from acd.records.conversations import Conversations
from acd.records.directory import Directory
from acd.records.engine import open_database
from acd.records.history import History
from acd.records.intakes import Intakes
from acd.routing.limits import Limits, Rate
from acd.routing.router import Router
from acd.routing.timers import run_timers_forever
from acd.web.peer import same_origin
from tests.integration.realtime.clients import WAIT_S, Client

SITE = "shop"
ORIGIN = "https://shop.example"

PEOPLE = {"anna": ("support",), "bruno": ("support",), "chloe": ("sales",), "omar": ()}
SUPERVISOR = "omar"


def provision(*, calls: bool = False, **rules: Any) -> Provision:
    """Two departments, three agents and a supervisor with room for two chats each, one website.

    With `calls` both departments take calls too, one at a time.
    """
    channels = (Channel.CHAT, Channel.CALL) if calls else (Channel.CHAT,)
    queues = tuple(
        replace(
            QueueSettings(
                queue=QueueId(f"{name}/{channel}"),
                version=0,
                channel=channel,
                department=DepartmentId(name),
                ring_time_s=20,
                delivery_s=4,
            ),
            **rules,
        )
        for name in ("support", "sales")
        for channel in channels
    )
    return Provision(
        channels={
            Channel.CHAT: ChannelCapacity(weight=20, max=2),
            Channel.CALL: ChannelCapacity(weight=100, max=1, interrupts=True),
        },
        departments=(
            Department(id=DepartmentId("support"), names={"en": "Support", "fr": "Assistance"}),
            Department(id=DepartmentId("sales"), names={"en": "Sales", "fr": "Ventes"}),
        ),
        queues=queues,
        agents=tuple(
            ProvisionedAgent(
                agent=Agent(
                    id=AgentId(name),
                    name=name.capitalize(),
                    email=f"{name}@shop.example",
                    role=Role.SUPERVISOR if name == SUPERVISOR else Role.AGENT,
                    memberships=tuple(
                        DepartmentMembership(department=DepartmentId(department))
                        for department in departments
                    ),
                )
            )
            for name, departments in PEOPLE.items()
        ),
        sites=(Site(id=SiteId(SITE), name="Shop", origins=(ORIGIN,)),),
    )


@dataclass
class Node:
    """One node: its stores, its face, and how to reach it."""

    url: str
    router: Router
    realtime: Realtime
    accounts: Accounts
    directory: Directory
    conversations: Conversations
    contacts: Contacts
    history: History
    clients: list[Client] = field(default_factory=list)

    async def visitor(
        self, token: str | None = None, *, origin: str | None = ORIGIN, **auth: Any
    ) -> Client:
        """A visitor's socket."""
        client = Client("/visitor")
        given = {"site": SITE, "locale": "en", **({"token": token} if token else {}), **auth}
        headers = {"Origin": origin} if origin else {}
        await self._connect(client, given, headers)
        return client

    async def agent(self, name: str, session: str | None = None, **auth: Any) -> Client:
        """An agent's console, connected and not opened."""
        found = await self.directory.agent(AgentId(name))
        assert found is not None
        signed_in = await self.accounts.sign_in(found, hours=1)
        client = Client("/agent")
        given = {"csrf": signed_in.csrf, **({"session": session} if session else {}), **auth}
        await self._connect(client, given, {"Cookie": f"acd_session={signed_in.token}"})
        return client

    async def console(self, name: str, session: str | None = None) -> Client:
        """An agent's console, opened and available."""
        client = await self.agent(name, session)
        await client.done("console.open")
        await client.done("presence.set", {"channel": None, "availability": "available"})
        return client

    async def _connect(self, client: Client, auth: dict[str, Any], headers: dict[str, str]) -> None:
        self.clients.append(client)
        await client.socket.connect(
            self.url,
            namespaces=[client.namespace],
            auth=auth,
            headers=headers,
            transports=["websocket"],
            wait_timeout=WAIT_S,
        )


@contextlib.asynccontextmanager
async def running_node(
    redis_url: str,
    tenant: str,
    database_url: str,
    *,
    visitor_messages: int = 10_000,
    visitor_signals: int = 10_000,
    caller_grace_s: float = 15,
    **rules: Any,
) -> AsyncIterator[Node]:
    """Everything between the sockets and the stores; nodes of one tenant share both."""
    router = await Router.open(redis_url, tenant)
    database = await open_database(database_url)
    directory = Directory(database)
    conversations, history = Conversations(database), History(database)
    contacts = Contacts(database)
    intakes, accounts = Intakes(database), Accounts(database)
    await directory.apply(provision(**rules))
    await Compiler(directory, router).compile_all()
    many = Rate(per_minute=100_000)
    rates = {
        "connect": many,
        "chat_start": many,
        "steering": many,
        "visitor_message": Rate(per_minute=visitor_messages),
        "visitor_signal": Rate(per_minute=visitor_signals),
        "agent_message": many,
    }
    realtime = Realtime(
        Stores(
            router=router,
            directory=directory,
            accounts=accounts,
            contacts=contacts,
            conversations=conversations,
            history=history,
            intakes=intakes,
            intake=Intake(router, directory, intakes),
            limits=Limits(router.link, tenant, rates),
        ),
        address_of=lambda request: request.remote or "",
        same_origin=lambda request: same_origin(request, ""),
        numbers=Numbers(region="FR"),
        caller_grace_s=caller_grace_s,
    )
    app = web.Application()
    realtime.attach(app)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    node = Node(
        url=f"http://127.0.0.1:{port}",
        router=router,
        realtime=realtime,
        accounts=accounts,
        directory=directory,
        conversations=conversations,
        contacts=contacts,
        history=history,
    )
    recorder = Recorder(
        router, history, on_recorded=lambda events: tell_recorded(realtime.delivery, events)
    )
    stop = asyncio.Event()
    work = [
        asyncio.create_task(realtime.run(), name="realtime"),
        asyncio.create_task(run_timers_forever(router, stop), name="timers"),
        asyncio.create_task(recorder.run(), name="recorder"),
    ]
    try:
        await realtime.people.refresh()
        yield node
    finally:
        for client in node.clients:
            await client.leave()
        await realtime.stop()
        stop.set()
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        await runner.cleanup()
        await router.close()
        await database.close()


Nodes = Callable[..., Awaitable[Node]]
