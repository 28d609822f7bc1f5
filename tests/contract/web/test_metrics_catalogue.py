"""The catalogue of metrics, its page, and what a scrape says, agree."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from acd.domain.events import Event, EventType
from acd.domain.ids import AgentId, InteractionId, OfferId, QueueId
from acd.reporting.catalogue import CATALOGUE, Kind, Metric, guide
from acd.reporting.metrics import Metrics, QueueFigures

UNITS = ("_seconds", "_total", "_info", "_connected", "_up")
FIGURES = ("_waiting", "_ringing", "_active", "_agents")  # counts of people and interactions
BOUNDED = {
    *("version", "method", "route", "status", "kind", "quantile"),
    *("author", "limit", "outcome", "queue", "reason", "store"),
}
QUEUE = QueueId("support/chat")


def test_the_guide_is_current() -> None:
    page = Path(__file__).parents[3] / "docs" / "guides" / "metrics.md"
    assert page.read_text() == guide(), (
        "run: python -m acd.reporting.catalogue > docs/guides/metrics.md"
    )


@pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: metric.name)
def test_every_name_follows_the_rules(metric: Metric) -> None:
    assert metric.name.startswith("acd_")
    assert metric.name.endswith(UNITS + FIGURES)
    assert (metric.kind is Kind.COUNTER) == metric.name.endswith("_total")
    assert metric.help.endswith(".")
    assert (metric.kind is Kind.HISTOGRAM) == bool(metric.buckets)
    assert set(metric.labels) <= BOUNDED


def test_two_processes_in_one_have_registries_of_their_own() -> None:
    one, other = Metrics("1"), Metrics("1")
    one.message_stored("visitor")
    assert b'acd_messages_stored_total{author="visitor"} 1.0' in one.text()
    assert b'acd_messages_stored_total{author="visitor"}' not in other.text()


def event(kind: EventType, **data: object) -> Event:
    return Event(
        id="1-1",
        position="1-1",
        type=kind,
        at_ms=0,
        interaction=InteractionId("ix_1"),
        offer=OfferId("ix_1.1"),
        agent=AgentId("anna"),
        queue=QUEUE,
        data=data,
    )


def test_recorded_events_become_counts_and_times() -> None:
    metrics = Metrics("1")
    metrics.events_recorded(
        [
            event(EventType.OFFER_MADE),
            event(EventType.OFFER_ACCEPTED, waited_ms=4000),
            event(EventType.INTERACTION_ACTIVE, waited_ms=4000),
            event(
                EventType.INTERACTION_ENDED, outcome="handled", waited_ms=4000, handled_ms=90_000
            ),
            event(EventType.INTERACTION_ENDED, outcome="abandoned", waited_ms=1, handled_ms=0),
        ],
        lag_s=0.5,
    )
    found = {
        (sample.name, sample.labels.get("outcome"), sample.labels.get("le")): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }
    assert found["acd_offers_total", "made", None] == 1
    assert found["acd_offers_total", "accepted", None] == 1
    assert found["acd_interactions_total", "handled", None] == 1
    assert found["acd_interactions_total", "abandoned", None] == 1
    assert found["acd_wait_seconds_bucket", None, "5.0"] == 1
    assert found["acd_wait_seconds_bucket", None, "2.0"] == 0
    assert found["acd_handling_seconds_count", None, None] == 1
    assert found["acd_recorder_events_total", None, None] == 5
    assert found["acd_recorder_lag_seconds", None, None] == 0.5


def test_callbacks_are_counted_as_asked_tried_and_what_came_of_it() -> None:
    metrics = Metrics("1")
    metrics.events_recorded(
        [
            event(EventType.INTERACTION_CALLBACK, reason="asked"),
            event(EventType.INTERACTION_PARKED, reason="no_answer", tries=1),
            event(EventType.INTERACTION_PARKED, reason="not_called", tries=1),
            event(EventType.INTERACTION_PARKED),
            event(EventType.INTERACTION_ACTIVE, waited_ms=4000, reached=True),
            event(EventType.INTERACTION_ACTIVE, waited_ms=4000),
            event(EventType.INTERACTION_CALLBACK, reason="full"),
            event(EventType.INTERACTION_ENDED, outcome="unreached", reason="no_answer"),
            event(EventType.INTERACTION_ENDED, outcome="unreached", reason="not_called"),
            event(EventType.INTERACTION_ENDED, outcome="unreached"),
        ],
        lag_s=0,
    )
    counted = metrics.text().decode().splitlines()
    counts = {"asked": 2, "tried": 3, "reached": 1, "unreached": 3, "not_called": 2}
    for outcome, times in counts.items():
        of_queue = f'acd_callbacks_total{{outcome="{outcome}",queue="{QUEUE}"}} {times}.0'
        assert of_queue in counted, outcome


def test_a_queue_that_is_gone_is_forgotten() -> None:
    metrics = Metrics("1")
    figures = QueueFigures(
        queue=QUEUE, waiting=3, ringing=1, active=2, available=0, here=2, longest_wait_s=61.5
    )
    metrics.queues([figures])
    assert b'acd_queue_waiting{queue="support/chat"} 3.0' in metrics.text()
    assert b'acd_queue_longest_wait_seconds{queue="support/chat"} 61.5' in metrics.text()
    metrics.queues([])
    assert b"acd_queue_waiting{" not in metrics.text()


def test_an_invented_method_is_no_new_label() -> None:
    metrics = Metrics("1")
    metrics.http_request(method="BREW", route="none", status=405, took_s=0.001)
    assert b'method="other"' in metrics.text()
    assert b"BREW" not in metrics.text()
