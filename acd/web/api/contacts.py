"""Contacts: the people who write and call. Agents see those their departments have to do with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, StringConstraints

from acd.domain import errors
from acd.domain.contact import Address, AddressKind
from acd.domain.directory import Role
from acd.domain.ids import ContactId, DepartmentId, SiteId
from acd.web.api.values import (
    Id,
    Line,
    Ms,
    OneContact,
    Page,
    PageQuery,
    bad_cursor,
    cursor_of,
    parts_of,
)
from acd.web.endpoint import Call, Endpoint, Input, Nothing, Output
from acd.web.identity import Access, Caller, Scope

if TYPE_CHECKING:
    from acd.domain.contact import Contact
    from acd.web.services import Services

Locale = Literal["", "en", "fr"]
Name = Annotated[Line, StringConstraints(min_length=1, max_length=80)]
Email = Annotated[
    str,
    StringConstraints(max_length=254, pattern=r"^[^@\x00-\x20\x7f]+@[^@\x00-\x20\x7f]+$"),
]


class AddressView(Output):
    """Where a contact can be reached; verified means they were proved to own it."""

    kind: AddressKind
    value: str
    verified: bool


class ContactView(Output):
    """A person."""

    id: str
    name: str
    locale: str
    verified: bool
    addresses: tuple[AddressView, ...]
    created_ms: Ms
    updated_ms: Ms


class ContactPage(Page[ContactView]):
    """Contacts, most recently changed first."""


class ContactsQuery(PageQuery):
    """Which contacts."""

    q: Annotated[
        str,
        StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$"),
        Field(description="part of the name or of an address, whatever its case"),
    ] = ""


class NewContact(Input):
    """A person to add. An address given here is a claim: it is not verified."""

    name: Name
    email: Email | None = None
    locale: Locale = ""


class ContactChange(Input):
    """What to change; what is left out stays. An e-mail address takes the place of those before."""

    name: Name | None = None
    email: Email | None = None
    locale: Locale | None = None


class NewChat(Input):
    """A chat that an agent begins."""

    site: Id
    department: Id
    client_id: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$"),
        Field(description="yours; sending it again gives the first answer"),
    ]


class OpenedView(Output):
    """The chat; `reason` is `opened`, or why it is not: `not_here`, `full`, or its state."""

    id: str
    changed: bool
    reason: str


def _view(contact: Contact) -> ContactView:
    return ContactView(
        id=contact.id,
        name=contact.name,
        locale=contact.locale,
        verified=contact.verified,
        addresses=tuple(
            AddressView(kind=address.kind, value=address.value, verified=address.verified)
            for address in contact.addresses
        ),
        created_ms=contact.created_ms,
        updated_ms=contact.updated_ms,
    )


async def visible_contact(services: Services, caller: Caller, wanted: str) -> Contact:
    """The contact, if the caller may see them; else NotFound."""
    contact = await services.contacts.get(ContactId(wanted))
    if contact is None or not await _sees(services, caller, contact.id):
        raise errors.NotFound
    return contact


async def _sees(services: Services, caller: Caller, contact: ContactId) -> bool:
    """Whether one of the contact's interactions was in a department of the caller's."""
    if caller.steers:
        return True
    past = await services.history.interactions(
        contact=contact, departments=caller.departments, limit=1
    )
    return bool(past.interactions)


async def _list_contacts(call: Call[Nothing, ContactsQuery, Nothing]) -> ContactPage:
    query = call.query
    after = ""
    if query.cursor:
        match parts_of(query.cursor):
            case ["contacts", str(after)]:
                pass
            case _:
                raise bad_cursor()
    found = await call.services.contacts.search(query.q, limit=query.limit, after=after)
    return ContactPage(
        items=tuple(map(_view, found.contacts)),
        next=cursor_of(["contacts", found.next]) if found.next else None,
    )


async def _read_contact(call: Call[OneContact, Nothing, Nothing]) -> ContactView:
    return _view(await visible_contact(call.services, call.caller, call.path.contact))


async def _create_contact(call: Call[Nothing, Nothing, NewContact]) -> ContactView:
    given = call.body
    addresses = [] if given.email is None else [_claimed(given.email)]
    created = await call.services.contacts.create(
        name=given.name, locale=given.locale, addresses=addresses
    )
    return _view(created)


async def _change_contact(call: Call[OneContact, Nothing, ContactChange]) -> ContactView:
    contact = await visible_contact(call.services, call.caller, call.path.contact)
    given = call.body
    changed = await call.services.contacts.update(
        contact.id,
        name=given.name,
        locale=given.locale,
        email=None if given.email is None else _claimed(given.email),
    )
    return _view(changed)


async def _open_chat(call: Call[OneContact, Nothing, NewChat]) -> OpenedView:
    agent = call.caller.agent
    assert agent is not None  # noqa: S101 - no scope: people only
    contact = await visible_contact(call.services, call.caller, call.path.contact)
    interaction, answer = await call.services.outreach.open(
        agent,
        contact,
        site=SiteId(call.body.site),
        department=DepartmentId(call.body.department),
        client_id=call.body.client_id,
    )
    return OpenedView(id=interaction, changed=answer.changed, reason=answer.reason)


def _claimed(email: str) -> Address:
    return Address(kind=AddressKind.EMAIL, value=email)


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        at="/contacts",
        tag="contacts",
        summary="Contacts by name or address",
        access=Access(role=Role.SUPERVISOR, scope=Scope.READ),
        handler=_list_contacts,
        path=Nothing,
        query=ContactsQuery,
        body=Nothing,
        answer=ContactPage,
    ),
    Endpoint(
        method="POST",
        at="/contacts",
        tag="contacts",
        summary="Add a contact",
        access=Access(role=Role.SUPERVISOR, scope=Scope.CONTACTS),
        handler=_create_contact,
        path=Nothing,
        query=Nothing,
        body=NewContact,
        answer=ContactView,
        status=201,
    ),
    Endpoint(
        method="GET",
        at="/contacts/{contact}",
        tag="contacts",
        summary="One contact",
        access=Access(scope=Scope.READ),
        handler=_read_contact,
        path=OneContact,
        query=Nothing,
        body=Nothing,
        answer=ContactView,
    ),
    Endpoint(
        method="PATCH",
        at="/contacts/{contact}",
        tag="contacts",
        summary="Change a contact",
        access=Access(scope=Scope.CONTACTS),
        handler=_change_contact,
        path=OneContact,
        query=Nothing,
        body=ContactChange,
        answer=ContactView,
        refuses=(errors.Conflict,),
    ),
    Endpoint(
        method="POST",
        at="/contacts/{contact}/chats",
        tag="contacts",
        summary="Begin a chat with somebody",
        description="It is the agent's own at once; the contact finds it when they come back.",
        access=Access(),
        handler=_open_chat,
        path=OneContact,
        query=Nothing,
        body=NewChat,
        answer=OpenedView,
        refuses=(errors.NotFound, errors.Conflict),
    ),
)
