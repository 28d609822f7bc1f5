"""The rules of a queue: how it distributes, whom it keeps, and what becomes of the others."""

from typing import Annotated, Literal

from pydantic import Field

from acd.config.base import Section, Slug

ALWAYS = "always"
"""The hours that every queue has unless it names others."""

Level = Annotated[int, Field(ge=1, le=10)]


class RelaxSettings(Section):
    """A step that opens a skill requirement as the wait grows."""

    after_s: Annotated[int, Field(ge=1, le=86_400)]
    """How long after the arrival, in seconds; later steps come later."""
    level: Level | None = None
    """From then on no skill is required above this level."""
    drop: bool = False
    """From then on nothing is required at all; instead of `level`."""


class LastAgentWait(Section):
    """Wait for whoever served this contact last while they are signed in but full."""

    wait_s: Annotated[int, Field(ge=1, le=86_400)]
    """How long, in seconds; then anybody is asked."""


class OverflowSettings(Section):
    """Into another department's queue on the same channel, its age kept."""

    to: Literal["overflow"]
    """The word `overflow`."""
    department: Slug
    """Where to. At most three times, and to no department twice; then it is rejected."""


Diversion = Literal["wait", "callback", "voicemail", "form", "reject"]
"""What becomes of an interaction that a queue does not keep, where it does not overflow."""


class QueueRules(Section):
    """How one queue (a department on one channel) distributes."""

    strategy: str | tuple[str, ...] = "longest_idle"
    """Who is offered first; with a list, the next one decides where the first finds equals."""
    measure: Literal["count", "ratio"] = "count"
    """For the utilization strategies: what runs, or its share of the agent's own maximum."""
    ring: Annotated[int, Field(ge=1, le=50)] = 1
    """How many agents ring at once; `ring_all` rings up to `ring_limit`."""
    ring_limit: Annotated[int, Field(ge=1, le=50)] = 10
    """The most `ring_all` rings at once."""
    ring_time_s: Annotated[int, Field(ge=5, le=600)] = 20
    """How long an offer rings, in seconds."""
    order: Literal["aging", "strict"] = "aging"
    """The line: `aging` is waiting time plus a credit a level, `strict` is level, then age."""
    wrap_up_s: Annotated[int, Field(ge=0, le=3600)] = 0
    """Time after the end that still holds the slot, in seconds; 0 for none."""
    decline_s: Annotated[int, Field(ge=0, le=3600)] = 60
    """How long an interaction is not offered again to who declined or missed it, in seconds; and to
    who gave it to this queue. It ends sooner for what was missed when that agent says they are
    back, and where all who are available declined or missed it: these are asked again,
    once `ring_time_s` has passed since the last ring began."""
    max_missed: Annotated[int, Field(ge=1, le=20)] = 2
    """Missed offers in a row after which the agent is set away."""
    relax: tuple[RelaxSettings, ...] = ()
    """How a skill requirement opens as the wait grows, such as
    `[{ after_s = 20, level = 2 }, { after_s = 60, drop = true }]`; empty: it never does."""
    last_agent: Literal["off", "prefer"] | LastAgentWait = "off"
    """Whoever served this contact last: `prefer` offers to them first if they are free,
    `{ wait_s = 30 }` also waits that long for them while they are busy."""
    max_length: Annotated[int, Field(ge=0, le=100_000)] = 0
    """The most that wait and ring at once; beyond it `on_full`. 0 for no bound."""
    max_wait_s: Annotated[int, Field(ge=0, le=604_800)] = 0
    """The longest wait in this queue, in seconds; then `on_max_wait`. 0 for no bound."""
    hours: Slug = ALWAYS
    """When it is open: the id of one of `[[hours]]`, or `always`."""
    on_full: Diversion | OverflowSettings | None = None
    """What becomes of an arrival when `max_length` is reached: `wait` lets it in nevertheless,
    `callback` keeps its place without anybody waiting, `voicemail` is for calls, `form` asks for a
    message, `reject` ends it, `{ to = "overflow", department = "…" }` hands it to another
    department. Unset: `form` for chats, `reject` for calls, `wait` for tickets."""
    on_max_wait: Diversion | OverflowSettings | None = None
    """The same when it has waited `max_wait_s`."""
    on_nobody: Diversion | OverflowSettings | None = None
    """The same when nobody of the queue is signed in. Unset: `wait`."""
    on_closed: Diversion | OverflowSettings | None = None
    """The same for who comes outside the `hours`. Unset: as for `on_full`."""
    at_close: Diversion | OverflowSettings | None = None
    """The same for those in line when the queue closes. Unset: `wait`, they are served."""
    idle_s: Annotated[int, Field(ge=0, le=86_400)] = 0
    """Silence of the customer after which a chat gives its slot back and stays open, in seconds;
    0 for never."""
    pull: bool = False
    """Whether agents may pick from the line themselves."""
    callback: bool = False
    """Whether who waits may leave a number, keep the place and be called in their turn."""
    callback_tries: Annotated[int, Field(ge=1, le=20)] = 3
    """How often a callback is tried. One that could not be placed 24 times in a row, about a day,
    ends `unreached` too."""
    callback_retry_s: Annotated[int, Field(ge=1, le=604_800)] = 600
    """How long after a try without answer comes the next, in seconds. While no call can be made (a
    trunk that does not answer, a limit) no try is used up, and the pauses double, up to an hour."""
    dial_s: Annotated[int, Field(ge=5, le=600)] = 30
    """How long a callback rings at the customer's, in seconds. Where agents dial by hand it is the
    time they have to reach somebody: two minutes are good."""

    @property
    def strategies(self) -> tuple[str, ...]:
        """The strategy as a list, whichever way it was written."""
        return (self.strategy,) if isinstance(self.strategy, str) else self.strategy
