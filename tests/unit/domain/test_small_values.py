"""What the smaller values of the domain say: errors, requirements, people, places."""

from __future__ import annotations

import pytest

from acd.domain.agent import REASON_MAX_CHARS, short
from acd.domain.contact import Address, AddressKind, Contact, normal_email
from acd.domain.directory import Agent, Department, DepartmentMembership, Role, Site
from acd.domain.errors import AcdError, EventUnreadable, InvalidInput, TooMany
from acd.domain.history import InteractionPage
from acd.domain.ids import SiteId
from acd.domain.skills import parse_requirement


def test_an_error_carries_what_its_reader_needs() -> None:
    assert TooMany(retry_after_s=2.5).retry_after_s == 2.5
    wrong = InvalidInput(errors=({"field": "level", "code": "range", "message": "1 to 9"},))
    assert (wrong.field, len(wrong.errors)) == ("level", 1)
    assert InvalidInput().field is None
    unreadable = EventUnreadable(position="1-2", raw="[]")
    assert (unreadable.position, unreadable.raw, unreadable.code) == (
        "1-2",
        "[]",
        "event_unreadable",
    )
    assert all(error.__doc__ for error in AcdError.__subclasses__())


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("french>=3,sales>=1", {"french": 3, "sales": 1}, id="two skills"),
        pytest.param("support/chat[french>=3]", {"french": 3}, id="a pool"),
        pytest.param("support/chat[french>=x,sales]", {}, id="no levels"),
    ],
)
def test_a_requirement_is_read_from_its_text(text: str, needs: dict[str, int]) -> None:
    assert parse_requirement(text) == needs


def test_a_reason_is_cut_and_valid() -> None:
    assert short("lunch") == "lunch"
    assert len(short("x" * 99)) == REASON_MAX_CHARS
    assert short("half \ud83d") == "half ?"


def test_agents_see_their_departments_and_supervisors_all() -> None:
    anna = Agent(
        id="ag_anna", name="Anna", email="anna@example.org",
        memberships=(DepartmentMembership(department="support"),),
    )  # fmt: skip
    assert list(anna.sees or ()) == ["support"]
    sofia = Agent(id="ag_sofia", name="Sofia", email="s@example.org", role=Role.SUPERVISOR)
    assert sofia.sees is None


def test_names_and_origins() -> None:
    support = Department(id="support", names={"en": "Support", "fr": "Assistance"})
    assert [support.name(locale) for locale in ("fr", "de")] == ["Assistance", "Support"]
    assert Department(id="it", names={}).name("en") == "it"
    site = Site(id="shop", name="Shop", origins=("https://shop.example",))
    assert site.admits("https://shop.example")
    assert not site.admits("https://other.example")
    assert Site(id="all", name="All", origins=("*",)).admits("https://other.example")


def test_a_proved_address_comes_before_a_typed_one() -> None:
    typed = Address(kind=AddressKind.EMAIL, value="zoe@example.org")
    proved = Address(kind=AddressKind.EMAIL, value="zoe@example.com", verified=True)
    phone = Address(kind=AddressKind.PHONE, value="+33123456789", verified=True)
    assert Contact(id="ct_1", name="Zoé", addresses=(phone, typed, proved)).email == proved.value
    assert Contact(id="ct_1", name="Zoé", addresses=(phone,)).email == ""
    assert normal_email(" Zoe@Example.ORG ") == typed.value


def test_a_page_of_history_is_a_value() -> None:
    fields = dict.fromkeys(InteractionPage.__dataclass_fields__)
    assert InteractionPage(**fields) == InteractionPage(**fields)


def test_what_a_visitor_needs_is_the_more_of_site_and_language() -> None:
    site = Site(
        id=SiteId("shop"), name="Shop", requires={"sales": 1, "french": 1},
        requires_by_locale={"fr": {"french": 3}},
    )  # fmt: skip
    assert site.requirement("fr")["french"] == 3
    assert site.requirement("en") == {"sales": 1, "french": 1}
