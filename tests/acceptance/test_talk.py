"""What two people write to each other: marks, typing, and words nobody expected."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.acceptance.people import Agent, Person, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

Agents = Callable[..., Agent]
Visitors = Callable[..., Visitor]
Talk = tuple[Agent, Visitor]

FAMILY = "👩‍👩‍👧‍👦🇫🇷👍🏽"
HEBREW = "שלום, איפה החבילה שלי?"
SCRIPT = "<script>document.title='stolen'</script><img src=x onerror=document.title='stolen'>"
BELL = "a\u0000b\u0007c"


@pytest.fixture
def talk(agent: Agents, visitor: Visitors) -> Talk:
    """Anna and Jean in a chat; "Hello" was said."""
    anna = agent("anna")
    anna.is_available()
    jean = visitor("Jean Martin")
    jean.starts_chat("Hello")
    anna.accepts("Jean Martin")
    jean.is_served_by("Anna")
    return anna, jean


def test_each_side_sees_the_other_type_and_read(talk: Talk) -> None:
    anna, jean = talk
    jean.find("message-input").press_sequentially("My par", delay=20)
    expect(anna.find("typing")).to_contain_text("Jean is typing")
    jean.find("message-input").fill("")
    expect(anna.find("typing")).to_have_count(0)

    anna.find("message-input").press_sequentially("Let me", delay=20)
    expect(jean.find("typing")).to_contain_text("Anna")
    anna.find("message-input").fill("")
    expect(jean.find("typing")).to_have_count(0)

    anna.page.bring_to_front()
    jean.says("Are you there?")
    expect(jean.message("Are you there?")).to_contain_text("Read")
    jean.page.bring_to_front()
    anna.says("I am.")
    expect(anna.message("I am.")).to_contain_text("Read")


def test_what_is_written_to_an_agent_who_looks_elsewhere_is_counted_until_they_look(
    talk: Talk, visitor: Visitors
) -> None:
    anna, jean = talk
    lina = visitor("Lina Haddad")
    lina.starts_chat("Good morning")
    anna.accepts("Lina Haddad")
    jean.says("One")
    jean.says("Two")
    row = anna.find("chat-item").filter(has_text="Jean Martin")
    expect(row).to_contain_text("2 unread messages")
    expect(row).to_contain_text("Two")
    expect(jean.message("Two")).to_contain_text("Received")
    anna.looks_at("Jean Martin")
    expect(row).not_to_contain_text("unread")
    expect(jean.message("Two")).to_contain_text("Read")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(FAMILY, id="emoji only"),
        pytest.param(HEBREW, id="right to left"),
        pytest.param(SCRIPT, id="script"),
        pytest.param("line one\n\tline two\n\nline four", id="lines"),
        pytest.param("é" * 4000, id="4000 characters"),
        pytest.param("W" * 300, id="one long word"),
    ],
)
def test_any_text_is_shown_as_text_on_both_sides(talk: Talk, text: str) -> None:
    anna, jean = talk
    for writer, reader, side in ((jean, anna, "visitor"), (anna, jean, "agent")):
        writer.says(text)
        _shows(reader, side, text)
        _shows(writer, side, text)
    jean.reloads()
    _shows(jean, "visitor", text)


def _shows(reader: Person, side: str, text: str) -> None:
    bubble = reader.find("message", **{"from": side}).last.locator(".bubble")
    expect(bubble).to_be_visible()
    expect(bubble).to_have_js_property("textContent", text)
    assert bubble.locator("script, img").count() == 0
    assert "stolen" not in reader.page.title()
    _stays_inside(bubble)


def _stays_inside(bubble: Locator) -> None:
    assert bubble.evaluate("e => e.scrollWidth <= e.clientWidth"), "the text leaves its bubble"
    fits = "document.scrollingElement.scrollWidth <= innerWidth"
    assert bubble.page.evaluate(fits), "the text pushes the page apart"


def test_right_to_left_text_stands_right(talk: Talk) -> None:
    anna, jean = talk
    jean.says(HEBREW)
    for reader in (jean, anna):
        expect(reader.message(HEBREW).locator(".bubble")).to_have_css("direction", "rtl")


def test_4001_characters_are_not_sent_and_the_writer_is_told(talk: Talk) -> None:
    anna, jean = talk
    too_long = "é" * 4001
    for one, told in (
        (jean, "1 character too many"),
        (anna, "4,001 characters: 4,000 at most"),
    ):
        one.find("message-input").fill(too_long)
        one.presses("Enter")
        one.sees(told)
        expect(one.find("message-input")).to_have_value(too_long)  # theirs to shorten
        one.reads("Hello")


def test_a_control_character_is_refused_with_the_reason(talk: Talk) -> None:
    anna, jean = talk
    # typed by hand they cannot be; pasted from a program they can
    for writer, reason in (
        (jean, "This message holds invisible control characters."),
        (anna, "The message holds invisible control characters."),
    ):
        writer.find("message-input").evaluate(
            """(field, text) => {
                field.value = text;
                field.dispatchEvent(new InputEvent("input", { bubbles: true }));
            }""",
            BELL,
        )
        writer.find("send").click()
        expect(writer.find("message", state="refused")).to_contain_text(reason)
    jean.says("And on it goes")  # nothing is held up by it
    expect(anna.message("And on it goes")).to_be_visible()
    jean.reloads()
    expect(jean.message("And on it goes")).to_be_visible()


def test_a_link_is_a_link_and_nothing_else_is(talk: Talk) -> None:
    anna, jean = talk
    jean.says("See https://example.com/a?b=c, not javascript:alert(1)")
    for reader in (anna, jean):
        links = reader.find("message").locator("a")
        expect(links).to_have_count(1)
        expect(links).to_have_attribute("href", "https://example.com/a?b=c")
        expect(links).to_have_attribute("rel", "noopener noreferrer nofollow", timeout=1000)


def test_the_form_says_what_is_missing_and_takes_the_focus_there(visitor: Visitors) -> None:
    jean = visitor("Jean Martin")
    jean.find("start-chat").click()
    jean.sees("Tell us your name.", "Write a few words about your request.")
    expect(jean.find("field-name")).to_be_focused()
    jean.find("field-name").fill("Jean Martin")
    jean.find("field-email").fill("jean@")
    jean.find("field-text").fill("Hello")
    jean.find("start-chat").click()
    jean.sees("The address is incomplete")
    expect(jean.find("field-email")).to_be_focused()
    jean.find("field-email").fill("jean@example.com")
    jean.find("start-chat").click()
    jean.is_in_line(1)
