"""Contacts are never made one by what somebody typed; callers are known by their secrets alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from acd.domain.contact import Address, AddressKind, Visitor
from acd.domain.directory import Agent, ProvisionedAgent
from acd.domain.errors import Conflict, NotFound, SignInFailed
from acd.domain.ids import AgentId, ContactId
from acd.domain.phone import E164
from acd.records.accounts import Accounts
from acd.records.contacts import Contacts
from acd.records.directory import Directory
from acd.records.engine import Database
from acd.records.tables.directory import agent_sessions
from acd.records.tables.people import visitor_tokens
from tests.integration.records.conftest import PROVISION, SHOP

CAMILLE = "camille@example.com"


def email(value: str = CAMILLE, *, verified: bool = False) -> Address:
    return Address(kind=AddressKind.EMAIL, value=value, verified=verified)


async def test_only_a_verified_address_identifies(database: Database) -> None:
    contacts = Contacts(database)
    owner = await contacts.create(name="Camille", addresses=[email(verified=True)], verified=True)
    claims = [
        await contacts.create(name="?", addresses=[email(" Camille@Example.COM")]) for _ in "ab"
    ]
    everybody = (await contacts.search("CAMILLE@example.com")).contacts
    assert {c.id for c in everybody} == {owner.id, *(claim.id for claim in claims)}
    assert [c.id for c in everybody if c.addresses[0].verified] == [owner.id]
    assert [claim.verified for claim in claims] == [False, False]
    with pytest.raises(Conflict):
        await contacts.create(name="thief", addresses=[email(verified=True)])
    with pytest.raises(Conflict):
        await contacts.update(claims[0].id, email=email(verified=True))


async def test_changing_a_contact(database: Database) -> None:
    contacts = Contacts(database)
    contact = await contacts.create(name="Camille", locale="fr", addresses=[email()])
    phone = Address(kind=AddressKind.PHONE, value="+33123456789")
    changed = await contacts.update(
        contact.id, name="Camille D.", email=email("c@example.com"), phone=phone
    )
    assert (changed.name, changed.locale, changed.email) == ("Camille D.", "fr", "c@example.com")
    assert phone in changed.addresses
    assert await contacts.get(contact.id) == changed
    with pytest.raises(NotFound):
        await contacts.update(ContactId("ct_none"), name="Nobody")
    assert await contacts.get(ContactId("ct_none")) is None


async def test_who_is_called_back_is_called_where_they_asked_for_it(database: Database) -> None:
    contacts = Contacts(database)
    jean = await contacts.create(name="Jean")
    assert await contacts.callback_number(jean.id) is None
    await contacts.update(jean.id, phone=Address(kind=AddressKind.PHONE, value="+33199000001"))
    assert await contacts.callback_number(jean.id) == "+33199000001", "the one they call from"
    for number in ("+33199000002", "+33199000003"):
        await contacts.call_back_at(jean.id, E164(number))
    assert await contacts.callback_number(jean.id) == "+33199000003", "the last one they left"
    found = await contacts.get(jean.id)
    assert found is not None
    assert len(found.addresses) == 2
    assert await contacts.callback_number(ContactId("ct_nobody")) is None


async def test_search_by_name_or_address_in_pages(database: Database) -> None:
    contacts = Contacts(database)
    for number in range(25):
        await contacts.create(name=f"Noor {number}", addresses=[email(f"n{number}@example.com")])
    await contacts.create(name="100% Camille", addresses=[email("under_score@example.com")])
    seen: list[str] = []
    page = await contacts.search("noor", limit=10)
    while True:
        seen += [contact.name for contact in page.contacts]
        if not page.next:
            break
        page = await contacts.search("noor", limit=10, after=page.next)
    assert sorted(seen) == sorted(f"Noor {number}" for number in range(25))
    for text, found in (("0% c", 1), ("r_s", 1), ("n24@", 1), ("nobody", 0), ("", 26), ("\\", 0)):
        assert len((await contacts.search(text)).contacts) == found, text
    assert (await contacts.search("noor", after="nonsense")).contacts


async def test_a_visitors_token_is_a_hash_at_rest(database: Database, directory: Directory) -> None:
    accounts = Accounts(database)
    contact = await Contacts(database).create(name="Camille")
    token = await accounts.issue_visitor_token(contact.id, SHOP)
    assert len(token) >= 43  # 256 bits
    assert await accounts.visitor(token) == Visitor(contact=contact.id, site=SHOP)
    assert await accounts.visitor(token[:-1]) is None
    assert await accounts.visitor("\ud800") is None
    stored = await database.read(lambda tx: tx.execute(select(visitor_tokens)).one())
    assert token not in str(stored)


async def test_console_sessions(database: Database, directory: Directory) -> None:
    accounts = Accounts(database)
    anna = Agent(id=AgentId("anna"), name="Anna", email="anna@example.com")
    await directory.create_agent(anna, "the right words")
    for login, password in (
        ("anna@example.com", "wrong"), ("anna@example.com", ""), ("nobody@example.com", "wrong"),
    ):  # fmt: skip
        with pytest.raises(SignInFailed):
            await accounts.check_password(login, password)
    agent = await accounts.check_password("ANNA@example.com", "the right words")
    signed_in = await accounts.sign_in(agent, hours=1)
    found = await accounts.session(signed_in.token)
    assert found
    assert (found.agent.id, found.csrf) == ("anna", signed_in.csrf)
    assert await accounts.session(signed_in.csrf) is None
    stored = await database.read(lambda tx: tx.execute(select(agent_sessions)).one())
    assert signed_in.token not in str(stored)
    await accounts.sign_out(signed_in.token)
    assert await accounts.session(signed_in.token) is None

    expired = await accounts.sign_in(agent, hours=-1)
    assert await accounts.session(expired.token) is None
    stands = await accounts.sign_in(agent, hours=1)
    asked = [stands.token, expired.token, signed_in.token, "nobody's"]
    assert await accounts.standing(asked) == {stands.token}
    assert await accounts.standing([]) == set()
    several = [await accounts.sign_in(agent, hours=1) for _ in "ab"]
    await accounts.sign_out_everywhere(agent.id)
    assert [await accounts.session(one.token) for one in several] == [None, None]


async def test_who_left_is_signed_out(database: Database, directory: Directory) -> None:
    accounts = Accounts(database)
    anna = Agent(id=AgentId("anna"), name="Anna", email="anna@example.com")
    words = ProvisionedAgent(agent=anna, first_password="words")
    await directory.apply(replace(PROVISION, agents=(words,)))
    signed_in = await accounts.sign_in(anna, hours=1)
    assert await accounts.session(signed_in.token)
    assert await accounts.standing([signed_in.token]) == {signed_in.token}
    await directory.apply(PROVISION)
    assert await accounts.session(signed_in.token) is None
    assert await accounts.standing([signed_in.token]) == set()
    with pytest.raises(SignInFailed):
        await accounts.check_password("anna@example.com", "words")


async def test_a_visitor_token_ends_with_its_days(database: Database, directory: Directory) -> None:
    contact = await Contacts(database).create(name="Camille")
    token = await Accounts(database).issue_visitor_token(contact.id, SHOP)
    known = await Accounts(database, visitor_days=1).visitor(token)
    assert known
    assert known.contact == contact.id
    assert await Accounts(database, visitor_days=0).visitor(token) is None
