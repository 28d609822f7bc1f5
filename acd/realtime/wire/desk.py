"""What an agent's desk shows."""

from __future__ import annotations

from typing import Literal

from acd.realtime.wire.common import (
    ChannelName,
    Estimate,
    Message,
    Named,
    Outbound,
    ReadMarks,
)


class OwnDepartment(Named):
    """A department of the agent, by every name it has: the page may speak another language."""

    names: dict[str, str]


class ChannelPresence(Outbound):
    """Presence and load on one channel; `after` is what somebody who is finishing will be."""

    availability: Literal["available", "away", "offline", "finishing"]
    reason: str
    after: Literal["away", "offline"] | None
    count: int
    max: int


class Presence(Outbound):
    """An agent's presence on the channels they have a queue on."""

    channels: dict[str, ChannelPresence]
    used: int
    total: int
    missed: dict[str, bool]
    seq: int
    now: int


class ContactName(Outbound):
    """The contact's name on a ring card."""

    name: str


class OfferCallback(Outbound):
    """Accepting it calls the contact back, at `number` where it is known by then.

    The agent is put through, or with `by_hand` dials.
    """

    by_hand: bool
    number: str | None


class Offer(Outbound):
    """A ring: everything the card shows; `transfer` names who hands it over.

    `number`: from which the contact calls, where their name does not say it. `preview`: what a
    visitor wrote first. Told again where it changed: it lasts longer, calls back, or its contact
    left the page or is here again.
    """

    offer: str
    interaction: str
    conversation: str
    channel: ChannelName
    queue: str
    department: Named
    contact: ContactName
    preview: str
    number: str | None
    page: str
    waited_ms: int
    deadline_ms: int
    ring_ms: int
    why: dict[str, object]
    transfer: Named | None
    callback: OfferCallback | None
    contact_here: bool
    now: int


class OfferEnded(Outbound):
    """A ring is over."""

    offer: str
    outcome: Literal["accepted", "declined", "expired", "failed", "withdrawn"]
    reason: str
    by: Named | None = None


class Callback(Outbound):
    """The contact is called back: how often in vain so far, and whether they answered.

    `by_hand`: the agent dials, and says what came of it by `callback.dialled`, which names the
    `offer` of the chat, there while they are called.
    """

    tries: int
    answered: bool
    by_hand: bool


class Given(Outbound):
    """A call that a supervisor gave to the agent: it rings until it connects, `until_ms` at most.

    It goes back to its line then. `by` is null where no agent did it.
    """

    by: Named | None
    until_ms: int


class AgentChat(Outbound):
    """One chat of an agent; state "ended" removes it from the list.

    `role` says what it is to them: a guest takes part, who is consulted reads along, or is talked
    to, and may take over, and a giver concludes what is somebody else's. `owner` is whose it is;
    `transfer_to` has been asked to take over, or with `transfer_waits` will be once they have room.
    With `to_number` a call can be given to a number, with `from_telephone` its contact has no page
    to read on, and with `on_phone` the agent has it on a telephone of theirs: no page can take or
    hold it. `offer` is the one it is connected by, while it connects; with `given` it rings, and
    whoever answers takes it up.
    """

    interaction: str
    conversation: str
    channel: ChannelName
    contact: Named
    department: Named
    state: Literal["connecting", "active", "idle", "wrap_up", "ended"]
    role: Literal["owner", "guest", "consult", "giver"]
    transfer_to: Named | None
    transfer_waits: bool
    consulted: Named | None
    owner: Named | None
    guests: list[Named]
    to_number: bool
    from_telephone: bool
    on_phone: bool
    since_ms: int
    wrap_up_until_ms: int | None
    wrap_up_extended: bool
    offer: str | None
    given: Given | None
    callback: Callback | None
    last_message: Message | None
    last_seq: int
    read: ReadMarks
    contact_here: bool
    now: int


class HeldBack(Outbound):
    """The first who waits and does not ring here for a while: declined or missed here, say.

    Rings here again at `at_ms` at the latest, where nobody else takes it before. `by_hand`: it is a
    callback that the agent dials.
    """

    interaction: str
    contact: ContactName
    at_ms: int
    by_hand: bool


class Line(Outbound):
    """One line as agents of its department see it; `pull` says that they may pick from it.

    `estimate` is what the last of those who wait are told; `held_back` is about this agent alone,
    where they have room for one more, and is told within a second.
    """

    queue: str
    department: Named
    channel: ChannelName
    waiting: int
    oldest_enqueued_ms: int | None
    available: int
    pull: bool
    estimate: Estimate | None
    held_back: HeldBack | None


class SkillNeed(Named):
    """A skill that is required, with its least level."""

    level: int


class WaitingContact(Outbound):
    """Somebody in a line; of a `callback` nobody waits there, they are called in their turn.

    With `by_hand` the agent dials.
    """

    interaction: str
    position: int
    contact: ContactName
    preview: str
    level: int
    enqueued_ms: int
    callback: bool
    by_hand: bool
    skills: list[SkillNeed]


class Colleague(Named):
    """Somebody it could be handed to; `reason` says why they are away.

    `never`: they take nothing on its channel. `talks`: they have a page that can talk, which it
    takes to ask them about a call.
    """

    state: Literal["free", "full", "away", "offline", "never"]
    reason: str
    count: int
    max: int
    talks: bool


class TargetQueue(Outbound):
    """A queue it could be moved to."""

    queue: str
    department: Named
    waiting: int
    available: int
    estimate: Estimate | None


class Lines(Outbound):
    """The lines of the agent's departments, at most once a second and when changed."""

    lines: list[Line]
    now: int


class TypingToAgent(Outbound):
    """The visitor types; forget it after 6 s without another."""

    conversation: str
    by: Literal["visitor"]
    on: bool


class ReadToAgent(Outbound):
    """The visitor has read up to seq."""

    conversation: str
    by: Literal["visitor"]
    seq: int


class HistoryToAgent(Outbound):
    """An interaction of that conversation has ended, or was concluded: history has it now."""

    conversation: str


class Resync(Outbound):
    """Something was missed: call console.open again."""


class Me(Outbound):
    """Who is signed in."""

    id: str
    name: str
    role: str
    departments: list[OwnDepartment]
    locale: str


class ContactOut(Outbound):
    """The contact pane; verified means that they proved who they are.

    `phones` are in the international form, the one they are known by first.
    """

    id: str
    name: str
    verified: bool
    email: str | None
    phones: list[str]
    page: str | None
    locale: str | None


class PastInteraction(Outbound):
    """One line of the contact's history, told by department, outcome and its last agent.

    `waited_ms` is the wait until the first answer, or the end; `talked_ms` what agents had with the
    contact, null where nobody talked or it has not ended. `callback`: the contact was called back.
    """

    interaction: str
    channel: str
    at_ms: int
    outcome: str | None
    agent: str | None
    department: Named
    ended_ms: int | None
    waited_ms: int | None
    talked_ms: int | None
    callback: bool
    disposition: str | None
    note: str | None
