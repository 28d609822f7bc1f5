"""The whole path in either language: what both people read on every screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.acceptance.people import Agent, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

Agents = Callable[..., Agent]
Visitors = Callable[..., Visitor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What stands on the screens, in the order of the story."""

    locale: str
    other: str
    form: tuple[str, ...]
    missing: str
    place: str
    sentence: str
    ringing: str
    ended: tuple[str, ...]
    sign_in: tuple[str, ...]
    calm: tuple[str, ...]
    available: str
    ring: tuple[str, ...]
    departments: tuple[str, ...]
    joined: str
    thread: tuple[str, ...]
    placeholder: str
    wrap_up: tuple[str, ...]
    history: tuple[str, ...]
    help: tuple[str, ...]
    missed: tuple[str, ...]


FRENCH = Words(
    locale="fr-FR",
    other="English",
    form=("Comment vous aider", "Votre nom", "(facultatif)", "Assistance", "Ventes"),
    missing="Indiquez votre nom.",
    place="1er",
    sentence="Vous êtes 1er dans la file.",
    ringing="Nous appelons un conseiller pour vous",
    ended=("Conversation terminée", "Merci de nous avoir écrit."),
    sign_in=("Se connecter", "Mot de passe"),
    calm=("Mes conversations", "File d’attente", "Mise en route"),
    available="Disponible",
    ring=("Assistance", "Pourquoi vous", "Accepter", "Décliner"),
    departments=("Assistance", "Ventes", "Accueil express"),
    joined="a rejoint la conversation",
    thread=("Assistance", "Terminer"),
    placeholder="Répondre à Jean",
    wrap_up=("Conclusion", "Motif", "Terminé"),
    history=("Historique", "français"),
    help=("Raccourcis clavier", "Accepter"),
    missed=("Manqué", "Je suis de retour"),
)
ENGLISH = Words(
    locale="en-GB",
    other="Français",
    form=("How can we help?", "Your name", "(optional)", "Support", "Sales"),
    missing="Tell us your name.",
    place="1st",
    sentence="You are 1st in line.",
    ringing="We are calling an agent for you",
    ended=("Conversation ended", "Thank you for writing to us."),
    sign_in=("Sign in", "Password"),
    calm=("My conversations", "Waiting line", "Setting up"),
    available="Available",
    ring=("Support", "Why you:", "Accept", "Decline"),
    departments=("Support", "Sales", "Express desk"),
    joined="joined the conversation",
    thread=("Support", "Finish"),
    placeholder="Reply to Jean",
    wrap_up=("Conclusion", "Reason", "Done"),
    history=("History", "English"),
    help=("Keyboard shortcuts", "Accept"),
    missed=("Missed:", "I am back"),
)


@pytest.mark.parametrize("words", [FRENCH, ENGLISH], ids=["French", "English"])
def test_the_whole_path(words: Words, agent: Agents, visitor: Visitors) -> None:
    # Anna's account speaks English, Claire's French: what the page speaks is chosen on the page
    anna = agent("anna", locale=words.locale)
    claire = agent("claire", locale=words.locale)
    for one, name in ((anna, "Anna Novak"), (claire, "Claire Dubois")):
        one.find("account").click()
        one.page.get_by_role("menuitemradio", name=_own_name(words)).click()
        expect(one.page.locator("html")).to_have_attribute("lang", words.locale[:2])
        expect(one.find("account")).to_have_attribute("title", name)
    anna.sees(*words.calm, *words.departments)

    jean = visitor("Jean Martin", locale=words.locale)
    jean.sees(*words.form)
    jean.find("start-chat").click()
    jean.sees(words.missing)
    jean.starts_chat("Bonjour / hello")
    expect(jean.find("position")).to_have_text(words.place)
    jean.sees(words.sentence)

    claire.is_available()
    anna.is_available()
    expect(anna.find("presence")).to_contain_text(words.available)
    claire.declines("Jean Martin")
    card = anna.sees_ring("Jean Martin")
    for text in words.ring:
        expect(card).to_contain_text(text)
    jean.sees(words.ringing)
    anna.accepts("Jean Martin")
    jean.sees(words.joined)
    for text in words.thread:
        expect(anna.find("thread")).to_contain_text(text)
    expect(anna.find("message-input")).to_have_attribute("placeholder", words.placeholder)
    for text in words.history:
        expect(anna.find("contact-pane")).to_contain_text(text)

    anna.finishes()
    jean.sees(*words.ended)
    for text in words.wrap_up:
        expect(anna.find("wrap-up").first).to_contain_text(text)
    anna.is_done()

    anna.presses("?")
    for text in words.help:
        expect(anna.page.get_by_role("dialog")).to_contain_text(text)
    anna.presses("Escape")
    anna.reloads()  # the choice is kept
    anna.sees(*words.calm, *words.departments)


def _own_name(words: Words) -> str:
    return "Français" if words.locale.startswith("fr") else "English"


@pytest.mark.parametrize("words", [FRENCH, ENGLISH], ids=["French", "English"])
def test_a_ring_says_why_and_a_missed_one_what_it_did(
    words: Words, agent: Agents, visitor: Visitors
) -> None:
    name = "claire" if words is FRENCH else "anna"
    other = "anna" if words is FRENCH else "claire"
    colleague = agent(other)
    colleague.is_available()
    who = agent(name)  # her account's language, whatever the browser's
    who.is_available()
    visitor("Jean Martin").starts_chat("Hello", department="express")
    if words is FRENCH:
        colleague.declines("Jean Martin")
        expect(who.find("why")).to_contain_text("Pourquoi vous")
    else:
        expect(who.find("why")).to_contain_text("priority 1")
    colleague.takes_a_break()
    banner = who.find("banner-missed")
    for text in words.missed:
        expect(banner).to_contain_text(text)


def test_the_sign_in_speaks_the_language_of_the_browser_until_another_is_chosen(
    agent: Agents,
) -> None:
    anna = agent("anna", locale="fr-FR")
    anna.find("account").click()
    anna.find("sign-out").click()
    anna.page.get_by_role("button", name="Français").click()
    anna.sees(*FRENCH.sign_in)
    anna.page.get_by_role("button", name="English").click()
    anna.sees(*ENGLISH.sign_in)
    expect(anna.page.locator("html")).to_have_attribute("lang", "en")


def test_two_people_may_each_read_their_own_language(agent: Agents, visitor: Visitors) -> None:
    claire = agent("claire")
    jean = visitor("Jean Martin", locale="en-GB")
    claire.is_available()
    jean.starts_chat("Where is my parcel?")
    expect(claire.sees_ring("Jean Martin")).to_contain_text("Assistance")
    claire.accepts("Jean Martin")
    expect(claire.find("contact-pane")).to_contain_text("anglais")
    expect(jean.find("panel")).to_contain_text("Support")
    claire.finishes()
    jean.sees("Conversation ended")
    expect(claire.find("wrap-up")).to_contain_text("Conclusion")
