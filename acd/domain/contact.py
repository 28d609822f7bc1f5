"""The person who writes or calls, with their addresses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acd.domain.ids import ContactId, SiteId


class AddressKind(StrEnum):
    """Where a contact can be reached."""

    EMAIL = "email"
    PHONE = "phone"
    CALLBACK = "callback"
    """A number they left to be called back at; it says nothing of who calls from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address of a contact.

    `verified` means that the contact was proved to own it; what someone typed in a form is not.
    """

    kind: AddressKind
    value: str
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person. Several unverified contacts may claim one address; one verified contact owns it."""

    id: ContactId
    name: str
    locale: str = ""
    verified: bool = False
    addresses: tuple[Address, ...] = ()
    created_ms: int = 0
    updated_ms: int = 0

    @property
    def email(self) -> str:
        """The first e-mail address, a verified one before others; empty when there is none."""
        emails = [address for address in self.addresses if address.kind is AddressKind.EMAIL]
        emails.sort(key=lambda address: not address.verified)
        return emails[0].value if emails else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whom a visitor token stands for: a contact on one site, and nowhere else."""

    contact: ContactId
    site: SiteId


def normal_email(typed: str) -> str:
    """The form e-mail addresses are compared in: trimmed, lower case."""
    return typed.strip().lower()
