"""Callers: the arrival of a telephone call, and the contact behind its number.

A number is the contact's who was proved to own it, else of the first who is known by it: numbers
come from the network and from agents, never from a form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, bindparam, exc, select

from acd.domain.contact import Address, AddressKind
from acd.records.contacts import new_contact, put_address
from acd.records.conversations import new_conversation, open_conversation
from acd.records.intake_rows import Whose, insert_intake, read_intake
from acd.records.prepared import Prepared
from acd.records.secrets import token_hash
from acd.records.tables.people import contact_addresses, contacts, conversations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from acd.domain.ids import ContactId, ConversationId, InteractionId, QueueId, SiteId
    from acd.domain.phone import E164
    from acd.records.engine import Database
    from acd.records.intake_rows import IntakeRow

_by_number = Prepared(
    select(contacts.c.id, contacts.c.name, conversations.c.id.label("conversation"))
    .join(contact_addresses, contact_addresses.c.contact == contacts.c.id)
    .outerjoin(
        conversations,
        and_(conversations.c.contact == contacts.c.id, conversations.c.site == bindparam("site")),
    )
    .where(
        contact_addresses.c.kind == AddressKind.PHONE.value,
        contact_addresses.c.value == bindparam("number"),
    )
    .order_by(contact_addresses.c.verified.desc(), contacts.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    """Somebody calls. `number` is None when withheld, `name` what to call a stranger.

    `card` makes the card of an offer from the contact's name.
    """

    interaction: InteractionId
    site: SiteId
    queue: QueueId
    number: E164 | None = field(repr=False)
    name: str = field(repr=False)
    locale: str
    level: int
    requires: Mapping[str, int]
    card: Callable[[str], str]


class Callers:
    """Who calls. Every verb raises StoreUnavailable while the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, new: NewCall) -> IntakeRow:
        """Write an arrival, or find the one that is there by the interaction's id."""
        try:
            return await self._database.write(lambda tx: _begin(tx, new))
        except exc.IntegrityError:  # a call hardly ever comes twice: only now is it looked for
            return await self._database.write(
                lambda tx: read_intake(tx, new.interaction) or _begin(tx, new)
            )

    async def arrival(self, call: InteractionId) -> IntakeRow | None:
        """The arrival of that call."""
        return await self._database.read(lambda tx: read_intake(tx, call))


def _begin(tx: Connection, new: NewCall) -> IntakeRow:
    contact, name, conversation = _found(tx, new) or _made(tx, new)
    return insert_intake(
        tx,
        new.interaction,
        Whose(new.site, contact, conversation),
        start_hash=token_hash(new.interaction),
        queue=new.queue,
        level=new.level,
        card=new.card(name),
        requires=new.requires,
    )


def _found(tx: Connection, new: NewCall) -> tuple[ContactId, str, ConversationId] | None:
    if new.number is None:
        return None
    row = _by_number.first(tx, {"number": new.number, "site": new.site})
    if row is None:
        return None
    return row.id, row.name, row.conversation or open_conversation(tx, row.id, new.site).id


def _made(tx: Connection, new: NewCall) -> tuple[ContactId, str, ConversationId]:
    contact = new_contact(tx, name=new.name, locale=new.locale)
    if new.number is not None:
        put_address(tx, contact, Address(kind=AddressKind.PHONE, value=new.number))
    return contact, new.name, new_conversation(tx, contact, new.site).id
