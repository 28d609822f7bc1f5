from __future__ import annotations

import itertools

import pytest

from acd.domain.capacity import DEFAULT_CHANNELS, exceeded, has_room, used
from acd.domain.errors import IllegalTransition
from acd.domain.event_data import DATA
from acd.domain.events import EventType
from acd.domain.ids import InteractionId, is_plain_id, is_queue_id, new_id, offer_id, split_offer_id
from acd.domain.interaction import TRANSITIONS, Channel, InteractionState, check_transition
from acd.domain.queue import LineOrder, due_ms, line_score


def test_ids_are_plain_and_sort_by_time() -> None:
    ids = [new_id("ix") for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(is_plain_id(one) for one in ids)
    assert [one[:13] for one in ids] == sorted(one[:13] for one in ids)


@pytest.mark.parametrize("text", ["", "a:b", "{a}", "a/b", "A", "é", "a" * 65, "a b", "a\n"])
def test_what_is_no_plain_id(text: str) -> None:
    assert not is_plain_id(text)


def test_queue_ids_name_a_department_and_a_channel() -> None:
    assert is_queue_id("support/chat")
    assert not is_queue_id("support")
    assert not is_queue_id("support/fax")


def test_offer_ids_split_into_what_they_are_made_of() -> None:
    assert split_offer_id(offer_id(InteractionId("ix_1"), 12)) == ("ix_1", 12)
    for wrong in ("", "ix_1", ".1", "ix_1.", "ix_1.one", "ix_1.-1", "ix:1.1", "ix_1.²"):
        assert split_offer_id(wrong) is None  # type: ignore[arg-type]


def test_the_transition_table_covers_every_state() -> None:
    assert set(TRANSITIONS) == set(InteractionState)
    for before, after in itertools.product(InteractionState, repeat=2):
        if after in TRANSITIONS[before]:
            assert check_transition(before, after) is after
        else:
            with pytest.raises(IllegalTransition):
                check_transition(before, after)
    # the customer who returns during the wrap-up is with the same agent again
    assert TRANSITIONS[InteractionState.ENDED] == {InteractionState.ACTIVE}


def test_every_event_says_what_its_data_hold() -> None:
    assert set(DATA) == set(EventType)


@pytest.mark.parametrize(
    ("counts", "channel", "fits"),
    [
        pytest.param({}, "chat", True, id="nothing held"),
        pytest.param({"chat": 4}, "chat", True, id="the fifth chat"),
        pytest.param({"chat": 5}, "chat", False, id="full on the channel"),
        pytest.param({"chat": 5}, "call", True, id="a call over chats"),
        pytest.param({"call": 1}, "call", False, id="one call"),
        pytest.param({"call": 1}, "chat", False, id="a call blocks chats"),
        pytest.param({"chat": 4, "ticket": 4}, "ticket", False, id="the total"),
        pytest.param({"chat": 4, "ticket": 3}, "ticket", True, id="just within the total"),
    ],
)
def test_the_capacity_rule(counts: dict[Channel, int], channel: str, fits: bool) -> None:
    assert has_room(DEFAULT_CHANNELS, 100, counts, Channel(channel)) is fits


def test_only_what_does_not_interrupt_counts_as_over() -> None:
    assert not exceeded(DEFAULT_CHANNELS, 100, {Channel.CHAT: 5, Channel.CALL: 1})
    assert exceeded(DEFAULT_CHANNELS, 100, {Channel.CHAT: 6})
    assert exceeded(DEFAULT_CHANNELS, 100, {Channel.CHAT: 5, Channel.TICKET: 1})
    assert used(DEFAULT_CHANNELS, {Channel.CHAT: 2, Channel.CALL: 1}) == 140


def test_scores_of_a_line() -> None:
    now = 1_800_000_000_000
    assert line_score(LineOrder.AGING, 5, now, 120_000) == due_ms(5, now, 120_000) == now + 480_000
    strict = [line_score(LineOrder.STRICT, level, now + age, 0) for level, age in ((1, 9), (2, 0))]
    assert strict == sorted(strict)
    assert all(int(float(score)) == score for score in strict), "exact in a double"
