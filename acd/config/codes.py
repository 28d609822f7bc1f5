"""What each kind of finding is called. Codes stay the same when the words of a message change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ERRORS: Final[Mapping[str, str]] = {
    "unreadable": "there is no such file, or it cannot be read",
    "not_toml": "the file is not TOML",
    "secret_in_clear": "a secret stands in the file itself",
    "unknown_key": "there is no such key, or no such variable",
    "missing_key": "a required key is not there",
    "wrong_value": "a value of another type, form or range",
    "unknown_department": "a department that no table defines",
    "unknown_hours": "hours that no table defines",
    "unknown_skill": "a skill that no table defines",
    "unknown_strategy": "a strategy that is neither built in nor installed",
    "unknown_zone": "no such time zone",
    "unknown_region": "a country or region whose public holidays nobody knows",
    "number_of_two": "a number that leads to two departments, written in two ways",
    "twice": "an id, an address, a department, a day or a secret that is there already",
    "strategies_clash": "strategies that do not combine",
    "diversion_impossible": "what a channel cannot become, such as a chat a voice message",
    "overflow_self": "a queue that hands on to itself",
    "overflow_channel": "overflow to a department without a queue on that channel",
    "relax_step": "a step of `relax` that says neither or both of `level` and `drop`",
    "relax_order": "a step of `relax` that comes no later or asks for no less than the one before",
    "too_many_pools": "more than 64 different requirements in one queue",
    "number_without_calls": "a number that leads to a department without a `call` table",
    "device_address": "a telephone without an address, or a console with one",
    "ports_backwards": "ports for audio whose last is before its first",
    "hours_reserved": "hours named `always`",
    "period_empty": "a period that ends when it begins",
    "days_backwards": "a run of days whose last is before its first",
}
"""With these the configuration cannot be used."""

WARNINGS: Final[Mapping[str, str]] = {
    "secret_missing": "a secret is named and not there (an error for what needs it)",
    "nobody_serves": "no agent of the file can ever be offered what a queue holds",
    "skill_of_nobody": "no agent of the file has a skill",
    "skill_unreached": "no agent of the file has a skill at the level that is required",
    "requirement_unmet": "nobody in a queue, or where it overflows to, has what visitors require",
    "starvation": "a strict order, or agents who all serve another queue first, and no bound: some "
    "may wait for ever",
    "ring_over_max_wait": "one ring takes as long as anybody may wait",
    "last_agent_over_max_wait": "waiting for the last agent takes as long as anybody may wait",
    "relax_over_max_wait": "a step of `relax` that nobody waits long enough for",
    "bound_without_effect": "a bound beyond which one waits nevertheless",
    "never_applies": "a diversion without the bound or the hours that lead to it",
    "idle_not_chat": "`idle_s` where there are no chats",
    "overflow_loop": "queues that hand on in a ring",
    "overflow_far": "a hand-over behind the third, which rejects",
    "overflow_closed": "overflow at closing time to who is closed then, too",
    "hours_never_open": "hours that are not open once in the next 400 days",
    "hours_unused": "hours that no queue and no device has",
    "periods_overlap": "two periods of a day that overlap",
    "no_numbers": "calls over SIP are on, and no number leads to a department",
    "device_unreachable": "an agent's number, and no trunk, or a country that may not be called",
    "delivery_over_ring": "a ring that ends before a console has to confirm it",
    "ring_short": "a ring that ends before an agent's mobile telephone rings",
    "sip_open": "anybody may call over SIP without a password",
    "sip_nobody": "calls over SIP are on for others, and nobody else may call",
    "number_twice": "a number that is written in two ways",
    "nobody_dialled": "a trunk, and no country whose numbers may be called",
    "trunk_is_itself": "a trunk at this server's own address",
    "trunk_of_another_kind": "a way out over IPv4 and a node over IPv6, or the other way",
    "desk_host_dials": "desk phones of the exchange that is the way out, any extension of it",
    "address_unsaid": "calls over SIP on every address, and none that others are told",
    "keys_unheard": "an rtpengine elsewhere that cannot tell which keys are pressed",
    "ports_few": "fewer ports for audio than `max_calls` takes",
    "sound_missing": "music or announcements that are not there",
}
"""These are likely not meant; `acd config check --strict` counts them as errors."""
