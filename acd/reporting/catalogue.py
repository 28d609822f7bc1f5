"""The catalogue of metrics: every one the server tells, and the page that documents them.

No label is unbounded: routes are templates, queues and outcomes come from the directory and from
the event catalogue. docs/guides/metrics.md is made by `guide`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
        name="acd_callbacks_total",
        kind=Kind.COUNTER,
        labels=("queue", "outcome"),
        help="Callbacks by queue: asked (each once, by the customer or by a rule of the queue), "
        "tried (each time the customer was called), reached, unreached (given up), not_called "
        "(each time an agent was there and no call could be made: a silent trunk, a limit).",
        scope="once",
    ),
    Metric(
        name="acd_wait_seconds",
        kind=Kind.HISTOGRAM,
        labels=("queue",),
        help="Time a contact waited until an agent took it, each wait once.",
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
        help="Time that agents had an interaction, added up, without wrap-up; handled ones only.",
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
        name="acd_sip_up",
        kind=Kind.GAUGE,
        help="1 while calls over SIP can be made and taken.",
    ),
    Metric(
        name="acd_sip_calls_active",
        kind=Kind.GAUGE,
        help="Calls over SIP that this node holds.",
    ),
    Metric(
        name="acd_sip_dialogs_active",
        kind=Kind.GAUGE,
        help="SIP dialogs, those that ended within half a minute included.",
    ),
    Metric(
        name="acd_sip_malformed_total",
        kind=Kind.COUNTER,
        help="Messages to the SIP address that were none.",
    ),
    Metric(
        name="acd_sip_refused_total",
        kind=Kind.COUNTER,
        labels=("status", "reason"),
        help="SIP requests refused before they became calls, by status. Why calls were refused "
        "with 503: `down` (rtpengine is away, or the node ends), `full` (`max_calls`), `overrun`; "
        "else `request`.",
    ),
    Metric(
        name="acd_sip_lag_seconds",
        kind=Kind.GAUGE,
        help="The longest that anything waited between the SIP stack and the core within the last "
        "two seconds; a node is overrun where it stays above `telephony.sip.late_s`.",
    ),
    Metric(
        name="acd_timer_failures_total",
        kind=Kind.COUNTER,
        help="Timers whose work failed on this node and was put off: a defect, alert on any. "
        "`acd doctor` names them.",
    ),
    Metric(
        name="acd_store_up",
        kind=Kind.GAUGE,
        labels=("store",),
        help="1 when the store (redis, database) answered this scrape in time, else 0.",
    ),
)


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
            "catalogue, `acd/reporting/catalogue.py`: after a change there, run",
            "`python -m acd.reporting.catalogue > docs/guides/metrics.md`.",
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
