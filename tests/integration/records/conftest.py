"""Both stores: every test of the records runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from acd.domain.conversation import Conversation
from acd.domain.directory import Department, Provision, Site
from acd.domain.ids import ContactId, DepartmentId, QueueId, SiteId
from acd.domain.interaction import Channel
from acd.domain.queue import QueueSettings
from acd.records.conversations import open_conversation
from acd.records.directory import Directory
from acd.records.engine import Database, open_database

SHOP = SiteId("shop")
BLOG = SiteId("blog")
SUPPORT = DepartmentId("support")
SUPPORT_CHAT = QueueId("support/chat")

PROVISION = Provision(
    departments=(Department(id=SUPPORT, names={"en": "Support", "fr": "Assistance"}),),
    queues=(
        QueueSettings(queue=SUPPORT_CHAT, version=0, channel=Channel.CHAT, department=SUPPORT),
    ),
    sites=(Site(id=SHOP, name="Shop"), Site(id=BLOG, name="Blog")),
)


async def opened(database: Database, contact: ContactId, site: SiteId = SHOP) -> Conversation:
    """Their conversation there, as a chat or a call opens it."""
    return await database.write(lambda tx: open_conversation(tx, contact, site))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await open_database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def directory(database: Database) -> Directory:
    """A directory with one department, its chat queue and two sites."""
    directory = Directory(database)
    await directory.apply(PROVISION)
    return directory
