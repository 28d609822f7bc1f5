"""Messages get their place once, whoever sends at the same time and however often."""

from __future__ import annotations

import asyncio
import random

import pytest

from acd.domain.conversation import AuthorKind, Conversation, NewMessage, Side
from acd.domain.errors import Conflict, NotFound
from acd.domain.ids import ConversationId
from acd.records.contacts import Contacts
from acd.records.conversations import Conversations
from acd.records.directory import Directory
from acd.records.engine import Database, open_database
from tests.integration.records.conftest import BLOG, opened


@pytest.fixture
def conversations(database: Database) -> Conversations:
    return Conversations(database)


@pytest.fixture
async def conversation(database: Database, directory: Directory) -> Conversation:
    contact = await Contacts(database).create(name="Camille")
    return await opened(database, contact.id)


def message(
    conversation: Conversation, client_id: str, text: str = "Bonjour", author: str = "ct_1"
) -> NewMessage:
    return NewMessage(
        conversation=conversation.id,
        client_id=client_id,
        author_kind=AuthorKind.VISITOR if author.startswith("ct") else AuthorKind.AGENT,
        author_id=author,
        author_name="Camille",
        text=text,
    )


async def test_one_conversation_per_contact_and_site(
    database: Database, directory: Directory, conversations: Conversations
) -> None:
    contact = await Contacts(database).create(name="Camille")
    same = await asyncio.gather(*(opened(database, contact.id) for _ in range(5)))
    assert len({conversation.id for conversation in same}) == 1
    assert (await opened(database, contact.id, BLOG)).id != same[0].id
    assert await conversations.get(same[0].id) == same[0]


async def test_messages_count_from_one_without_a_gap(
    conversations: Conversations, conversation: Conversation
) -> None:
    sent = await asyncio.gather(
        *(conversations.add_message(message(conversation, f"c{n}", f"nr {n}")) for n in range(300))
    )
    assert [stored.seq for stored in sent] == list(range(1, 301))  # in the order they were sent
    assert len({stored.id for stored in sent}) == 300
    kept = await conversations.messages(conversation.id, after_seq=0, limit=500)
    assert kept == sent
    found = await conversations.get(conversation.id)
    assert found
    assert found.last_seq == 300


async def test_a_resend_gives_the_first_answer(
    conversations: Conversations, conversation: Conversation
) -> None:
    first = await conversations.add_message(message(conversation, "c1", "first"))
    again = await conversations.add_message(message(conversation, "c1", "changed"))
    assert again.duplicate
    assert (again.id, again.seq, again.text) == (first.id, 1, "first")
    at_once = await asyncio.gather(
        *(conversations.add_message(message(conversation, "c2")) for _ in range(5))
    )
    assert {stored.seq for stored in at_once} == {2}
    assert sorted(stored.duplicate for stored in at_once) == [False, True, True, True, True]


async def test_a_client_id_belongs_to_its_author(
    conversations: Conversations, conversation: Conversation
) -> None:
    await conversations.add_message(message(conversation, "c1"))
    with pytest.raises(Conflict):
        await conversations.add_message(message(conversation, "c1", author="anna"))


async def test_one_bad_message_spares_the_others(
    conversations: Conversations, conversation: Conversation
) -> None:
    nowhere = NewMessage(
        conversation=ConversationId("cv_none"),
        client_id="c1",
        author_kind=AuthorKind.AGENT,
        author_id="anna",
        author_name="Anna",
        text="?",
    )
    answers = await asyncio.gather(
        conversations.add_message(message(conversation, "c1")),
        conversations.add_message(nowhere),
        conversations.add_message(message(conversation, "c2")),
        return_exceptions=True,
    )
    assert isinstance(answers[1], NotFound)
    assert [answer.seq for answer in (answers[0], answers[2])] == [1, 2]  # type: ignore[union-attr]


async def test_two_nodes_never_give_one_place_twice(
    database_url: str,
    directory: Directory,
    conversations: Conversations,
    conversation: Conversation,
) -> None:
    """Two nodes send in two conversations, each message twice and in any order."""
    other = await open_database(database_url)
    contact = await Contacts(other).create(name="Noor")
    second = await opened(other, contact.id)
    sends = [
        message(thread, f"c{n}") for thread in (conversation, second) for n in range(100)
    ] * 2  # fmt: skip
    random.Random(7).shuffle(sends)
    nodes = (conversations, Conversations(other))
    answers = await asyncio.gather(
        *(nodes[n % 2].add_message(send) for n, send in enumerate(sends))
    )
    for thread in (conversation, second):
        mine = [answer for answer in answers if answer.conversation == thread.id]
        assert sorted(a.seq for a in mine if not a.duplicate) == list(range(1, 101))
        assert {(a.client_id, a.seq) for a in mine if a.duplicate} == {
            (a.client_id, a.seq) for a in mine if not a.duplicate
        }
    await other.close()


TEXTS = {
    "emoji": "🙂🏳️‍🌈",
    "right-to-left": "שלום, مرحبا",
    "script": "<script>alert(1)</script>",
    "white-space": "a\nb\tc",
    "quotes": "'; drop table messages; --",
    "long": "x" * 4000,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
async def test_text_comes_back_as_it_was(
    conversations: Conversations, conversation: Conversation, text: str
) -> None:
    await conversations.add_message(message(conversation, "c1", text))
    assert (await conversations.messages(conversation.id))[0].text == text


async def test_what_the_store_cannot_hold_fails_alone(
    conversations: Conversations, conversation: Conversation
) -> None:
    """PostgreSQL refuses NUL: validation is the feature's, but nobody else may suffer for it."""
    answers = await asyncio.gather(
        conversations.add_message(message(conversation, "c1")),
        conversations.add_message(message(conversation, "c2", "\x00")),
        conversations.add_message(message(conversation, "c3")),
        return_exceptions=True,
    )
    assert not isinstance(answers[0], BaseException)
    assert not isinstance(answers[2], BaseException)


async def test_pages(conversations: Conversations, conversation: Conversation) -> None:
    for number in range(10):
        await conversations.add_message(message(conversation, f"c{number}"))

    def numbers(page: list) -> list[int]:
        return [stored.seq for stored in page]

    assert numbers(await conversations.messages(conversation.id, 3, 4)) == [4, 5, 6, 7]
    assert numbers(await conversations.messages(conversation.id, 10)) == []
    assert numbers(await conversations.latest(conversation.id, limit=3)) == [8, 9, 10]
    assert numbers(await conversations.latest(conversation.id, 8, 3)) == [5, 6, 7]
    thread, last = (await conversations.newest([conversation.id]))[conversation.id]
    assert last is not None
    assert thread.last_seq == 10
    assert [last] == await conversations.latest(conversation.id, limit=1)
    assert await conversations.last_seqs([conversation.id]) == {conversation.id: 10}


async def test_the_newest_of_several(
    database: Database, conversations: Conversations, conversation: Conversation
) -> None:
    silent = await opened(database, conversation.contact, BLOG)
    for client_id in ("c1", "c2"):
        said = await conversations.add_message(message(conversation, client_id, "«Ça va ?»"))
    unknown = ConversationId("cv_none")
    found = await conversations.newest([silent.id, conversation.id, unknown, conversation.id])
    thread = await conversations.get(conversation.id)
    assert found == {silent.id: (silent, None), conversation.id: (thread, said)}
    assert await conversations.newest([]) == {}


async def test_read_marks_move_forward_only(
    conversations: Conversations, conversation: Conversation
) -> None:
    for number in range(5):
        await conversations.add_message(message(conversation, f"c{number}"))
    for seq, expected in ((3, 3), (2, 3), (4, 4), (99, 5), (-1, 5)):
        marked = await conversations.mark_read(conversation.id, Side.AGENT, seq)
        assert (marked.agent_read_seq, marked.visitor_read_seq) == (expected, 0)
    marked = await conversations.mark_read(conversation.id, Side.VISITOR, 1)
    assert (marked.agent_read_seq, marked.visitor_read_seq) == (5, 1)
    with pytest.raises(NotFound):
        await conversations.mark_read(ConversationId("cv_none"), Side.AGENT, 1)
