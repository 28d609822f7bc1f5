"""The metrics of one process: a registry of its own, and functions to count with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.process_collector import ProcessCollector

from acd.domain.estimate import wait_of
from acd.reporting.catalogue import CATALOGUE, Kind, Metric

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from acd.domain.events import Event

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


OFFER_OUTCOMES = {
    "offer.made": "made",
    "offer.accepted": "accepted",
    "offer.declined": "declined",
    "offer.expired": "expired",
    "offer.failed": "failed",
    "offer.withdrawn": "withdrawn",
}
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """One queue as read for a scrape."""

    queue: str
    waiting: int
    ringing: int
    active: int
    available: int
    here: int
    longest_wait_s: float


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self, version: str) -> None:
        """Args: version is the product's, for `acd_build_info`."""
        # Else each counter has a second series that nobody uses.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        self._told: dict[tuple[str, ...], int] = {}
        for metric in CATALOGUE:
            self._register(metric)
        self._gauges["acd_build_info"].labels(version=version).set(1)

    def _register(self, metric: Metric) -> None:
        if metric.kind is Kind.COUNTER:
            self._counters[metric.name] = Counter(
                metric.name, metric.help, metric.labels, registry=self.registry
            )
        elif metric.kind is Kind.GAUGE:
            self._gauges[metric.name] = Gauge(
                metric.name, metric.help, metric.labels, registry=self.registry
            )
        else:
            self._histograms[metric.name] = Histogram(
                metric.name,
                metric.help,
                metric.labels,
                registry=self.registry,
                buckets=metric.buckets,
            )

    def text(self) -> bytes:
        """Everything in the Prometheus text format; `CONTENT_TYPE` is its type."""
        return generate_latest(self.registry)

    # -- counted as it happens

    def http_request(self, *, method: str, route: str, status: int, took_s: float) -> None:
        """One answered request. `route` is the template."""
        known = method if method in _METHODS else "other"
        self._counters["acd_http_requests_total"].labels(known, route, str(status)).inc()
        self._histograms["acd_http_request_seconds"].labels(known, route).observe(took_s)

    def socket_opened(self, kind: str) -> None:
        """A visitor's, an agent's or an events socket connected."""
        self._gauges["acd_sockets_connected"].labels(kind).inc()

    def socket_closed(self, kind: str) -> None:
        """One of them is gone; call it once for each `socket_opened`."""
        self._gauges["acd_sockets_connected"].labels(kind).dec()

    def message_stored(self, author: str) -> None:
        """A chat message was stored for the first time; author is visitor, agent or system."""
        self._counters["acd_messages_stored_total"].labels(author).inc()

    def limit_refused(self, limit: str) -> None:
        """A rate limit refused something; limit is its fixed name."""
        self._counters["acd_limits_refused_total"].labels(limit).inc()

    def sign_in(self, outcome: str) -> None:
        """A sign-in was tried: ok, refused or limited."""
        self._counters["acd_sign_ins_total"].labels(outcome).inc()

    def events_recorded(self, events: Iterable[Event], *, lag_s: float) -> None:
        """This node wrote these events to the history: the one place where each is seen once."""
        count = 0
        for event in events:
            count += 1
            self._count_event(event)
        self._counters["acd_recorder_events_total"].inc(count)
        self._gauges["acd_recorder_lag_seconds"].set(max(0.0, lag_s))

    def timers_ran(self, ran: int, *, late_s: float) -> None:
        """`ran` timers were run, the most overdue of them `late_s` late."""
        if ran:
            self._counters["acd_timers_total"].inc(ran)
            self._histograms["acd_timer_lag_seconds"].observe(max(0.0, late_s))

    def timer_failed(self) -> None:
        """A timer's work failed and was put off."""
        self._counters["acd_timer_failures_total"].inc()

    def sip(
        self,
        *,
        up: bool,
        calls: int,
        dialogs: int,
        malformed: int,
        refused: Mapping[tuple[int, str], int],
        lag_s: float,
    ) -> None:
        """What SIP holds now; `malformed` and `refused` count since the start.

        The latter by status and reason.
        """
        self._gauges["acd_sip_up"].set(1 if up else 0)
        self._gauges["acd_sip_calls_active"].set(calls)
        self._gauges["acd_sip_dialogs_active"].set(dialogs)
        self._raise_to("acd_sip_malformed_total", malformed)
        self._gauges["acd_sip_lag_seconds"].set(lag_s)
        for (status, reason), times in refused.items():
            self._raise_to("acd_sip_refused_total", times, str(status), reason)

    def _raise_to(self, name: str, total: int, *labels: str) -> None:
        """What was counted elsewhere, since its own start."""
        counted = self._told.get((name, *labels), 0)
        if total > counted:
            counter = self._counters[name]
            (counter.labels(*labels) if labels else counter).inc(total - counted)
        self._told[name, *labels] = total

    # -- read at a scrape

    def store(self, name: str, *, up: bool) -> None:
        """Whether a store answered just now."""
        self._gauges["acd_store_up"].labels(name).set(1 if up else 0)

    def queues(self, figures: Iterable[QueueFigures]) -> None:
        """The live figures; queues that are not among them are forgotten."""
        names = ("waiting", "ringing", "active", "available_agents", "here_agents")
        gauges = [self._gauges[f"acd_queue_{name}"] for name in names]
        longest = self._gauges["acd_queue_longest_wait_seconds"]
        for gauge in (*gauges, longest):
            gauge.clear()
        for found in figures:
            values = (found.waiting, found.ringing, found.active, found.available, found.here)
            for gauge, value in zip(gauges, values, strict=True):
                gauge.labels(found.queue).set(value)
            longest.labels(found.queue).set(found.longest_wait_s)

    def _count_event(self, event: Event) -> None:
        queue = event.queue or "none"
        outcome = OFFER_OUTCOMES.get(event.type)
        if outcome is not None:
            self._counters["acd_offers_total"].labels(queue, outcome).inc()
        self._count_callback(queue, event)
        if event.type == "offer.accepted":
            self._count_estimate(queue, event.data)
        elif event.type == "interaction.active" or (
            # one that is still to be connected is told of again when it is
            event.type == "interaction.assigned" and event.data.get("state") == "active"
        ):
            waited_ms = event.data.get("waited_ms")
            if isinstance(waited_ms, int | float):
                self._histograms["acd_wait_seconds"].labels(queue).observe(waited_ms / 1000)
        elif event.type == "interaction.ended":
            ended = str(event.data.get("outcome", "unknown"))
            self._counters["acd_interactions_total"].labels(queue, ended).inc()
            handled_ms = event.data.get("handled_ms")
            if ended == "handled" and isinstance(handled_ms, int | float):
                self._histograms["acd_handling_seconds"].labels(queue).observe(handled_ms / 1000)

    def _count_callback(self, queue: str, event: Event) -> None:
        found: tuple[str, ...] = ()
        reason = event.data.get("reason")
        tried = {"no_answer": ("tried",), "not_called": ("not_called",)}.get(str(reason), ())
        match event.type:
            case "interaction.callback":
                found = ("asked",)
            case "interaction.active" if event.data.get("reached"):
                found = ("tried", "reached")
            case "interaction.parked":
                found = tried
            case "interaction.ended" if event.data.get("outcome") == "unreached":
                found = (*tried, "unreached")
        for outcome in found:
            self._counters["acd_callbacks_total"].labels(queue, outcome).inc()

    def _count_estimate(self, queue: str, accepted: Mapping[str, Any]) -> None:
        told = accepted.get("told")
        wait = wait_of(told["place"], told["left"], told["busy_ms"]) if told else None
        if wait is None:
            return
        waited_s = accepted["waited_ms"] / 1000
        self._counters["acd_estimates_total"].labels(queue).inc()
        met = self._counters["acd_estimates_met_total"]
        for quantile, within_s in (("p50", wait.p50_s), ("p90", wait.p90_s)):
            met.labels(queue, quantile).inc(waited_s <= within_s)
