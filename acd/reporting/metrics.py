"""Every metric the server tells: one catalogue, one registry a process, functions to count with.

No label is unbounded: routes are templates, queues and outcomes come from the directory and from
the event catalogue. docs/guides/metrics.md is made from `CATALOGUE`; see `guide`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
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

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from acd.domain.events import Event

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Kind(StrEnum):
    """The Prometheus type of a metric."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One line of the catalogue. `scope` says how to add up several nodes."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    scope: str = "node"
    buckets: tuple[float, ...] = ()


_QUICK_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_WAITS_S = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
_WORK_S = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0)

# Scopes. node: sum over nodes. once: each fact is counted by one node; sum over nodes.
# shared: every node tells the same figure; take the max over nodes.
CATALOGUE: tuple[Metric, ...] = (
    Metric(
        name="acd_build_info",
        kind=Kind.GAUGE,
        labels=("version",),
        help="Always 1; the label tells which version runs.",
    ),
    Metric(
        name="acd_http_requests_total",
        kind=Kind.COUNTER,
        labels=("method", "route", "status"),
        help="HTTP requests answered, by route template and status.",
    ),
    Metric(
        name="acd_http_request_seconds",
        kind=Kind.HISTOGRAM,
        labels=("method", "route"),
        help="Time from a request's head to its answer's end. Event streams count as one request.",
        buckets=_QUICK_S,
    ),
    Metric(
        name="acd_sockets_connected",
        kind=Kind.GAUGE,
        labels=("kind",),
        help="Sockets open now, by kind: visitor, agent, events.",
    ),
    Metric(
        name="acd_messages_stored_total",
        kind=Kind.COUNTER,
        labels=("author",),
        help="Chat messages stored, by author: visitor, agent, system. Resends are not counted.",
    ),
    Metric(
        name="acd_limits_refused_total",
        kind=Kind.COUNTER,
        labels=("limit",),
        help="Requests and events refused by a rate limit, by the limit's name.",
    ),
    Metric(
        name="acd_sign_ins_total",
        kind=Kind.COUNTER,
        labels=("outcome",),
        help="Sign-ins tried, by outcome: ok, refused, limited.",
    ),
    Metric(
        name="acd_interactions_total",
        kind=Kind.COUNTER,
        labels=("queue", "outcome"),
        help="Interactions ended, by queue and outcome (handled, abandoned, rejected, …).",
        scope="once",
    ),
    Metric(
        name="acd_offers_total",
        kind=Kind.COUNTER,
        labels=("queue", "outcome"),
        help="Offers by queue and what became of them: made, accepted, declined, expired, failed, "
        "withdrawn.",
        scope="once",
    ),
    Metric(
        name="acd_wait_seconds",
        kind=Kind.HISTOGRAM,
        labels=("queue",),
        help="Time from arrival to the accepted offer.",
        scope="once",
        buckets=_WAITS_S,
    ),
    Metric(
        name="acd_estimates_total",
        kind=Kind.COUNTER,
        labels=("queue",),
        help="Interactions accepted whose wait was estimated when they arrived.",
        scope="once",
    ),
    Metric(
        name="acd_estimates_met_total",
        kind=Kind.COUNTER,
        labels=("queue", "quantile"),
        help="Of these, those accepted within the p50, within the p90. Divided by "
        "`acd_estimates_total` they ought to be near 0.5 and 0.9.",
        scope="once",
    ),
    Metric(
        name="acd_handling_seconds",
        kind=Kind.HISTOGRAM,
        labels=("queue",),
        help="Time from the accepted offer to the end, without wrap-up; handled interactions only.",
        scope="once",
        buckets=_WORK_S,
    ),
    Metric(
        name="acd_queue_waiting",
        kind=Kind.GAUGE,
        labels=("queue",),
        help="Interactions in the line now.",
        scope="shared",
    ),
    Metric(
        name="acd_queue_ringing",
        kind=Kind.GAUGE,
        labels=("queue",),
        help="Interactions being offered now.",
        scope="shared",
    ),
    Metric(
        name="acd_queue_active",
        kind=Kind.GAUGE,
        labels=("queue",),
        help="Interactions with an agent now.",
        scope="shared",
    ),
    Metric(
        name="acd_queue_longest_wait_seconds",
        kind=Kind.GAUGE,
        labels=("queue",),
        help="How long the oldest interaction in the line has waited; 0 when nobody waits.",
        scope="shared",
    ),
    Metric(
        name="acd_queue_available_agents",
        kind=Kind.GAUGE,
        labels=("queue",),
        help="Agents who could be offered the next interaction now.",
        scope="shared",
    ),
    Metric(
        name="acd_queue_here_agents",
        kind=Kind.GAUGE,
        labels=("queue",),
        help="Members available on the channel, full or not.",
        scope="shared",
    ),
    Metric(
        name="acd_recorder_lag_seconds",
        kind=Kind.GAUGE,
        help="Age of the oldest event that is not in the history yet, as of the last batch.",
    ),
    Metric(
        name="acd_recorder_events_total",
        kind=Kind.COUNTER,
        help="Events written to the history by this node.",
    ),
    Metric(
        name="acd_timer_lag_seconds",
        kind=Kind.HISTOGRAM,
        help="How late due timers ran.",
        buckets=_QUICK_S,
    ),
    Metric(
        name="acd_timers_total",
        kind=Kind.COUNTER,
        help="Timers run by this node.",
    ),
    Metric(
        name="acd_store_up",
        kind=Kind.GAUGE,
        labels=("store",),
        help="1 when the store (redis, database) answered this scrape in time, else 0.",
    ),
)

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
        if event.type == "offer.accepted" and "transfer" not in event.data:
            waited_ms = event.data.get("waited_ms")
            if isinstance(waited_ms, int | float):
                self._histograms["acd_wait_seconds"].labels(queue).observe(waited_ms / 1000)
                self._count_estimate(queue, waited_ms / 1000, event.data.get("told"))
        elif event.type == "interaction.ended":
            ended = str(event.data.get("outcome", "unknown"))
            self._counters["acd_interactions_total"].labels(queue, ended).inc()
            handled_ms = event.data.get("handled_ms")
            if ended == "handled" and isinstance(handled_ms, int | float):
                self._histograms["acd_handling_seconds"].labels(queue).observe(handled_ms / 1000)

    def _count_estimate(self, queue: str, waited_s: float, told: Mapping[str, Any] | None) -> None:
        wait = wait_of(told["place"], told["left"], told["busy_ms"]) if told else None
        if wait is None:
            return
        self._counters["acd_estimates_total"].labels(queue).inc()
        met = self._counters["acd_estimates_met_total"]
        for quantile, within_s in (("p50", wait.p50_s), ("p90", wait.p90_s)):
            met.labels(queue, quantile).inc(waited_s <= within_s)


def guide() -> str:
    """docs/guides/metrics.md, made from the catalogue."""
    rows = [
        f"| `{metric.name}` | {metric.kind} | "
        f"{', '.join(f'`{label}`' for label in metric.labels) or '–'} | {metric.scope} | "
        f"{metric.help} |"
        for metric in CATALOGUE
    ]
    return "\n".join(
        [
            "# Metrics",
            "",
            "`GET /metrics` answers in the Prometheus text format. This page is made from the",
            "catalogue in `acd/reporting/metrics.py`: after a change there, run",
            "`python -m acd.reporting.metrics > docs/guides/metrics.md`.",
            "",
            "Every node tells its own figures. The column *nodes* says how to add them up:",
            "",
            "- **node**: what this process did or sees; sum over nodes.",
            "- **once**: a fact counted by the one node that recorded it; sum over nodes.",
            "- **shared**: every node reads the same figure from Redis; take the max over nodes.",
            "",
            "Names end in their unit. Times are seconds. No label is unbounded: a route is its",
            "template, a queue is `department/channel`. Besides these, `process_*` tells CPU,",
            "memory and open files.",
            "",
            "| name | type | labels | nodes | meaning |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    import sys

    sys.stdout.write(guide())
