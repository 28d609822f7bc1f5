"""Contacts: people and their addresses.

What somebody typed in a form is a claim. It is stored unverified, finds nobody else's record, and
never makes two people one: only a verified address identifies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, exc, func, or_, select, tuple_, update

from acd.domain.contact import Address, AddressKind, Contact, normal_email
from acd.domain.errors import Conflict, NotFound
from acd.domain.ids import ContactId, new_id
from acd.domain.phone import E164
from acd.records.prepared import Prepared
from acd.records.sql import now_ms, padded
from acd.records.tables.people import contact_addresses, contacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Row, Select

    from acd.records.engine import Database

PAGE_MAX = 200

_add = Prepared.insert(contacts)
_claim_address = Prepared.insert_if_absent(contact_addresses)
_put_address = Prepared.upsert(contact_addresses, "verified")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPage:
    """Contacts, most recently changed first; `next` continues, empty at the end."""

    contacts: tuple[Contact, ...]
    next: str = ""


class Contacts:
    """The people. Every verb raises StoreUnavailable while the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, contact: ContactId) -> Contact | None:
        return (await self.many([contact])).get(contact)

    async def many(self, ids: Iterable[ContactId]) -> dict[ContactId, Contact]:
        """Those of the contacts that exist, by id."""
        wanted = padded(ids)
        if not wanted:
            return {}
        query = select(contacts).where(contacts.c.id.in_(wanted))
        found = await self._database.read(lambda tx: _with_addresses(tx, query))
        return {contact.id: contact for contact in found}

    async def create(
        self,
        *,
        name: str,
        locale: str = "",
        addresses: Sequence[Address] = (),
        verified: bool = False,
    ) -> Contact:
        """Add a person.

        Raises:
            Conflict: a verified address belongs to somebody else.
        """

        def work(tx: Connection) -> Contact:
            contact = new_contact(tx, name=name, locale=locale, verified=verified)
            for address in addresses:
                put_address(tx, contact, address)
            return _read(tx, contact)

        return await self._database.write(work)

    async def update(
        self,
        contact: ContactId,
        *,
        name: str | None = None,
        locale: str | None = None,
        email: Address | None = None,
        phone: Address | None = None,
    ) -> Contact:
        """Change what is given; an address takes the place of all others of its kind.

        Raises:
            NotFound: there is no such contact.
            Conflict: a verified address belongs to somebody else.
        """

        def work(tx: Connection) -> Contact:
            changes = {"name": name, "locale": locale}
            values = {key: value for key, value in changes.items() if value is not None}
            statement = update(contacts).where(contacts.c.id == contact)
            if not tx.execute(statement.values(updated_ms=now_ms(), **values)).rowcount:
                raise NotFound("There is no such contact.", field="contact")
            for address in (email, phone):
                if address is not None:
                    tx.execute(
                        contact_addresses.delete().where(
                            contact_addresses.c.contact == contact,
                            contact_addresses.c.kind == address.kind.value,
                        )
                    )
                    put_address(tx, contact, address)
            return _read(tx, contact)

        return await self._database.write(work)

    async def call_back_at(self, contact: ContactId, number: E164) -> None:
        """Note where they asked to be called back; what they said before is forgotten."""

        def work(tx: Connection) -> None:
            kind = AddressKind.CALLBACK
            tx.execute(
                contact_addresses.delete().where(
                    contact_addresses.c.contact == contact, contact_addresses.c.kind == kind.value
                )
            )
            put_address(tx, contact, Address(kind=kind, value=number))

        await self._database.write(work)

    async def callback_number(self, contact: ContactId) -> E164 | None:
        """Where to call them back: what they left for it, else the number they are known by."""
        found = await self.get(contact)
        if found is None:
            return None
        numbers = [each for each in found.addresses if each.kind is not AddressKind.EMAIL]
        numbers.sort(key=lambda each: (each.kind is AddressKind.PHONE, not each.verified))
        return E164(numbers[0].value) if numbers else None

    async def search(self, text: str = "", *, limit: int = 50, after: str = "") -> ContactPage:
        """A page of contacts whose name or address contains the text, whatever its case.

        Args:
            text: what to look for; empty for all.
            limit: at most 200.
            after: `next` of the page before.
        """
        size = max(1, min(limit, PAGE_MAX))
        query = select(contacts)
        if text:
            pattern = "%" + _escaped(text.lower()) + "%"
            claims = select(contact_addresses.c.contact).where(
                contact_addresses.c.value.like(pattern, escape="\\")
            )
            query = query.where(
                or_(
                    func.lower(contacts.c.name).like(pattern, escape="\\"),
                    contacts.c.id.in_(claims),
                )
            )
        if after:
            moment, _, last = after.partition(".")
            if moment.isascii() and moment.isdigit():
                place = tuple_(contacts.c.updated_ms, contacts.c.id)
                query = query.where(place < (int(moment[:18]), last))
        query = query.order_by(contacts.c.updated_ms.desc(), contacts.c.id.desc()).limit(size + 1)
        found = await self._database.read(lambda tx: _with_addresses(tx, query))
        page = found[:size]
        more = f"{page[-1].updated_ms}.{page[-1].id}" if len(found) > size else ""
        return ContactPage(contacts=tuple(page), next=more)


def new_contact(
    tx: Connection, *, name: str, locale: str, verified: bool = False, email: str = ""
) -> ContactId:
    """Insert a person and return their id; the e-mail address is a claim."""
    contact, at_ms = ContactId(new_id("ct")), now_ms()
    row = {"name": name, "locale": locale, "verified": verified}
    _add.write(tx, {"id": contact, **row, "created_ms": at_ms, "updated_ms": at_ms})
    if email:
        kind, value = AddressKind.EMAIL.value, normal_email(email)
        claimed = {"contact": contact, "kind": kind, "value": value, "verified": False}
        _claim_address.write(tx, claimed)
    return contact


def claim(tx: Connection, contact: ContactId, *, name: str, email: str, locale: str) -> None:
    """Note what a visitor typed of themselves: a verified contact's name stays as it is."""
    values = {key: value for key, value in (("name", name), ("locale", locale)) if value}
    statement = update(contacts).where(contacts.c.id == contact, ~contacts.c.verified)
    if values:
        tx.execute(statement.values(updated_ms=now_ms(), **values))
    if email:
        row = {"contact": contact, "kind": AddressKind.EMAIL.value, "value": normal_email(email)}
        _claim_address.write(tx, {**row, "verified": False})


def put_address(tx: Connection, contact: ContactId, address: Address) -> None:
    """Add an address or change whether it is verified.

    Raises:
        Conflict: it is verified, and belongs to somebody else.
    """
    email = address.kind is AddressKind.EMAIL
    row = {
        "contact": contact,
        "kind": address.kind.value,
        "value": normal_email(address.value) if email else address.value.strip(),
        "verified": address.verified,
    }
    try:
        _put_address.write(tx, row)
    except exc.IntegrityError as error:
        raise Conflict("This address belongs to another contact.", field=address.kind) from error


def _read(tx: Connection, contact: ContactId) -> Contact:
    return _with_addresses(tx, select(contacts).where(contacts.c.id == contact))[0]


def _with_addresses(tx: Connection, query: Select[Any]) -> list[Contact]:
    found = tx.execute(query).all()
    if not found:
        return []
    claims: dict[str, list[Address]] = {}
    wanted = padded(row.id for row in found)
    for row in tx.execute(
        select(contact_addresses)
        .where(contact_addresses.c.contact.in_(wanted))
        .order_by(contact_addresses.c.kind, contact_addresses.c.value)
    ):
        address = Address(kind=AddressKind(row.kind), value=row.value, verified=row.verified)
        claims.setdefault(row.contact, []).append(address)
    return [_contact(row, claims.get(row.id, [])) for row in found]


def _contact(row: Row[Any], addresses: list[Address]) -> Contact:
    return Contact(
        id=row.id,
        name=row.name,
        locale=row.locale,
        verified=row.verified,
        addresses=tuple(addresses),
        created_ms=row.created_ms,
        updated_ms=row.updated_ms,
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
