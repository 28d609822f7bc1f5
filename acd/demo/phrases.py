"""What the simulated people say, in the language of the visitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPhrases:
    """An agent's canned replies; `{name}` is the visitor's, `{me}` the agent's own."""

    greeting: str
    replies: tuple[str, ...]
    goodbye: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody with a question: what they open with and what they answer."""

    name: str
    locale: str
    department: str
    question: str
    replies: tuple[str, ...]
    page: str


AGENTS: Final[Mapping[str, AgentPhrases]] = {
    "en": AgentPhrases(
        greeting="Hello {name}, this is {me}. Thank you for waiting, let me have a look.",
        replies=(
            "I have found your order. One moment, please.",
            "I see what happened: the parcel was held back for a day at the depot.",
            "I have made a note of it, and you will get a confirmation by e-mail.",
            "Of course. Is there anything else I can do for you?",
        ),
        goodbye="You are welcome, {name}. Have a lovely day!",
    ),
    "fr": AgentPhrases(
        greeting="Bonjour {name}, ici {me}. Merci de votre patience, je regarde tout de suite.",
        replies=(
            "J’ai trouvé votre commande. Un instant, s’il vous plaît.",
            "Je vois ce qui s’est passé : le colis a été retenu une journée au dépôt.",
            "C’est noté, vous recevrez une confirmation par e-mail.",
            "Bien sûr. Puis-je faire autre chose pour vous ?",
        ),
        goodbye="Je vous en prie, {name}. Très belle journée !",
    ),
}

THANKS: Final[Mapping[str, str]] = {
    "en": "Perfect, thank you very much. Goodbye!",
    "fr": "Parfait, merci beaucoup. Au revoir !",
}

VISITORS: Final[tuple[Visitor, ...]] = (
    Visitor(
        name="Jean Martin", locale="fr", department="support", page="/commande/4821",
        question="Bonjour, ma commande 4821 devait arriver lundi. Où est-elle ?",
        replies=("Oui, c’est bien la commande 4821.", "D’accord, et quand arrivera-t-elle ?"),
    ),
    Visitor(
        name="Lina Haddad", locale="fr", department="support", page="/retours",
        question="Je voudrais échanger un pull reçu hier, il est trop petit.",
        replies=("Il me faudrait la taille 42.", "L’étiquette est encore dessus."),
    ),
    Visitor(
        name="Paul Garner", locale="en", department="support", page="/account",
        question="I can't sign in any more, the reset link says it has expired.",
        replies=("I asked for a new one an hour ago.", "It works now, thanks!"),
    ),
    Visitor(
        name="Chloé Bernard", locale="fr", department="sales", page="/theieres/fonte",
        question="La théière en fonte existe-t-elle en bleu ?",
        replies=("C’est pour un cadeau.", "Est-ce que l’emballage cadeau est possible ?"),
    ),
    Visitor(
        name="Mia Thompson", locale="en", department="sales", page="/linen/tablecloths",
        question="Do you deliver the linen tablecloths to Ireland?",
        replies=("To Cork, about four of them.", "And is there a discount for more than three?"),
    ),
    Visitor(
        name="Antoine Petit", locale="fr", department="billing", page="/factures",
        question="J’ai été débité deux fois pour la même commande.",
        replies=("Les deux débits sont du 12.", "Le remboursement prend combien de temps ?"),
    ),
    Visitor(
        name="Grace Hall", locale="en", department="billing", page="/invoices",
        question="Could I have an invoice with my company's address on it?",
        replies=("Hall & Daughters, 12 Mill Lane, Bath.", "Yes, a PDF is fine."),
    ),
    Visitor(
        name="Samir Khelifi", locale="fr", department="support", page="/suivi",
        question="Le suivi n’a pas bougé depuis quatre jours, est-ce normal ?",
        replies=("Le transporteur ne répond pas.", "Je préfère qu’il soit renvoyé."),
    ),
    Visitor(
        name="Amelia Wright", locale="en", department="support", page="/orders/5107",
        question="One of the two plates in my order arrived broken.",
        replies=("I can send a photo if you need one.", "A replacement would be perfect."),
    ),
    Visitor(
        name="Juliette Faure", locale="fr", department="sales", page="/panier",
        question="Le code BIENVENUE ne fonctionne pas dans mon panier.",
        replies=("C’est ma première commande.", "Ah, maintenant oui !"),
    ),
    Visitor(
        name="Noah Evans", locale="en", department="support", page="/returns",
        question="Hi! How long do I have to send something back?",
        replies=("I bought it three weeks ago.", "Where do I find the label?"),
    ),
    Visitor(
        name="Manon Leroy", locale="fr", department="support", page="/livraison",
        question="Puis-je changer l’adresse de livraison ? Je déménage samedi.",
        replies=("La nouvelle adresse est à Nantes.", "Le code postal est 44000."),
    ),
    Visitor(
        name="Ethan Brooks", locale="en", department="sales", page="/knives",
        question="Which of the kitchen knives would you give to a beginner?",
        replies=("Around sixty euros.", "The small one sounds right, then."),
    ),
    Visitor(
        name="Léa Fontaine", locale="fr", department="billing", page="/paiement",
        question="Peut-on payer en trois fois au-dessus de 200 € ?",
        replies=("La commande fait 240 €.", "Très bien, par carte donc."),
    ),
    Visitor(
        name="Isla Murray", locale="en", department="support", page="/orders/4990",
        question="My parcel is marked as delivered, but there is nothing here.",
        replies=("I asked the neighbours already.", "Yes, at home all day."),
    ),
)  # fmt: skip
