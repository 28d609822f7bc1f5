"""`acd explain`: why an interaction rings where it rings, and why not elsewhere."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from acd.cli.running import (
    ConfigOption,
    DemoOption,
    commands,
    read_beside,
    redis_beside,
    run,
    show_table,
)
from acd.config.places import database_url
from acd.domain.errors import NotFound, StoreUnavailable
from acd.domain.ids import InteractionId
from acd.domain.offer import OfferOutcome
from acd.records.engine import open_database
from acd.records.examine import examine_database
from acd.records.history import History
from acd.routing.admission import refuse
from acd.routing.explain import ReasonCode, Standing
from acd.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from acd.config import Config
    from acd.domain.history import PastInteraction, PastOffer
    from acd.routing.explain import Explained, Reason, Verdict

_SAID: dict[ReasonCode, str] = {
    ReasonCode.NOT_MEMBER: "does not serve this channel of the department",
    ReasonCode.OFFLINE: "offline",
    ReasonCode.AWAY: "away: {reason}",
    ReasonCode.FINISHING: "finishes their work and takes nothing new",
    ReasonCode.GRACE: "their console is silent, given up in {left} s",
    ReasonCode.FULL: "full: {count} of {max}",
    ReasonCode.CAPACITY: "no room: {used} of {total} used, needs {weight}",
    ReasonCode.SKILL: "{skill}: needs {level}, has {has}",
    ReasonCode.DECLINED: "declined, asked again in {left} s",
    ReasonCode.MISSED: "missed it, asked again in {left} s",
    ReasonCode.FAILED: "their device did not answer, asked again in {left} s",
    ReasonCode.GIVEN: "gave it away",
    ReasonCode.RESERVED: "it waits for {agent}",
    ReasonCode.REMOVED: "no longer in the directory",
}

TRANSFER: Final = "transfer"
"""What stands for a strategy where a colleague was asked by name."""
LATEST: Final = 20
"""So many are listed to choose from."""

app = commands()


@app.command()
def explain(
    interaction: Annotated[
        str | None,
        typer.Argument(help="Its id, such as ix_01kb…; without one the latest are listed."),
    ] = None,
    config: ConfigOption = None,
    demo: DemoOption = False,
) -> None:
    """Say why an interaction rings where it does, and why not elsewhere.

    Lists the offers that were made with the reason for each, and how every agent of the department
    stands to it now: offered, would be asked as which, or excluded and why.
    """
    settings = read_beside(config, demo=demo).config
    if interaction is None:
        _show_latest(run(_latest(settings)), demo=demo)
        return
    past, pages = run(_read(settings, InteractionId(interaction)))
    if pages:
        _show_queue(pages[0])
    if past is not None and past.offers:
        typer.echo("\nOffers so far:")
        show_table(offers_table(past.offers))
    if pages is None:
        typer.echo("\nNo node runs here: how the agents stand to it is not known.")
        return
    if not pages:
        typer.echo("\nIt ended long ago: how the agents stood to it is not kept.")
        return
    agents = [verdict for page in pages for verdict in page.agents]
    typer.echo("\nThe agents of the department now:")
    rows = [(v.agent, _standing(v, pages[-1].now_ms)) for v in sorted(agents, key=_rank)]
    show_table([("agent", "standing"), *rows])


async def _latest(config: Config) -> tuple[PastInteraction, ...]:
    async with _history(config) as history:
        return (await history.interactions(limit=LATEST)).interactions


def _show_latest(latest: Sequence[PastInteraction], *, demo: bool) -> None:
    if not latest:
        typer.echo("Nobody has come yet: there is nothing to explain.")
        return
    rows = [
        (
            x.id,
            f"{_utc(x.enqueued_ms):%F %T}",
            x.channel.value,
            x.queue.partition("/")[0],
            x.agent or "-",
            x.outcome.value if x.outcome else x.state.value,
            x.contact,
        )
        for x in latest
    ]
    heads = ("interaction", "arrived (UTC)", "channel", "department", "agent", "state", "contact")
    show_table([heads, *rows])
    option = "--demo " if demo else ""
    typer.echo(f"\nTo have one explained: acd explain {option}{latest[0].id}")


@asynccontextmanager
async def _history(config: Config) -> AsyncIterator[History]:
    await examine_database(database_url(config))  # opening it would make one
    database = await open_database(database_url(config))
    try:
        yield History(database)
    finally:
        await database.close()


async def _read(
    config: Config, interaction: InteractionId
) -> tuple[PastInteraction | None, list[Explained] | None]:
    async with _history(config) as history:
        past = await history.interaction(interaction)
    redis = redis_beside(config)
    pages = None if redis is None else await _live(redis, config.tenant, interaction)
    if past is None and pages is None:
        raise StoreUnavailable("No node runs here; start one with `acd serve`.")
    if past is None and not pages:
        raise NotFound(f"There is no interaction `{interaction}`.")
    return past, pages


async def _live(redis: str, tenant: str, interaction: InteractionId) -> list[Explained]:
    router = await Router.open(redis, tenant)
    router.admit_by(refuse)
    try:
        pages: list[Explained] = []
        after = ""
        while found := await router.explain(interaction, after):
            pages.append(found)
            after = found.next or ""
            if not after:
                break
        return pages
    finally:
        await router.close()


def _show_queue(found: Explained) -> None:
    x = found.interaction
    age = f"{_utc(x.enqueued_ms):%F %T} UTC, {_lasted(found.now_ms - x.enqueued_ms)} ago"
    place = f", place {x.position} of {found.waiting}" if x.position else ""
    whose = f", with {x.agent}" if x.agent else ""
    rows = [
        ("interaction", f"{x.interaction}: {x.state}{place}{whose}, arrived {age}"),
        ("pool", f"{found.pool} ({found.queue_state or 'gone'})"),
        ("hours", _hours(found)),
        ("strategy", " + ".join(found.strategy) or "-"),
        ("agents", f"{found.free} could be asked, {found.here} available"),
    ]
    if found.requires:
        rows.append(("requires", f"{found.requires}; {found.relaxed} of {len(found.relax)} steps"))
    if found.sticky:
        rows.append(("last agent", found.sticky))
    if found.personal:
        rows.append(("waits for", found.personal))
    if x.contact_lost:
        rows.append(("contact", "not connected"))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        typer.echo(f"{name:<{width}}  {value}")


def _hours(found: Explained) -> str:
    if not found.open:
        opens = f", opens {_time(found.opens_ms)}" if found.opens_ms else ""
        return f"closed{opens}; no arrivals, the line is served unless `at_close` empties it"
    return f"open, closes {_time(found.closes_ms)}" if found.closes_ms else "open"


def _time(at_ms: int) -> str:
    return f"{_utc(at_ms):%F %H:%M} UTC"


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _lasted(ms: int) -> str:
    hours, seconds = divmod(max(0, ms) // 1000, 3600)
    minutes = f"{seconds // 60:02}:{seconds % 60:02}"
    return f"{hours}:{minutes}" if hours else minutes.removeprefix("0")


def offers_table(offers: Sequence[PastOffer]) -> list[tuple[str, ...]]:
    """What was offered to whom, the first offer first, with its heads; times are UTC."""
    rows: list[tuple[str, ...]] = [("offer", "at (UTC)", "rang", "agent", "outcome", "why")]
    taken: PastOffer | None = None
    for o in offers:
        why = decision(o.why, o.made_ms)
        if taken and o.made_ms >= (taken.ended_ms or 0) and o.why.get("strategy") != TRANSFER:
            why = f"no longer with {taken.agent}; {why}"  # they gave it back, or were gone
        rows.append(
            (
                o.id.rpartition(".")[2],
                f"{_utc(o.made_ms):%T}",
                _lasted(o.ended_ms - o.made_ms) if o.ended_ms else "-",
                o.agent,
                o.outcome or "rings",
                why,
            )
        )
        taken = o if o.outcome is OfferOutcome.ACCEPTED else taken
    return rows


def decision(why: Mapping[str, Any], made_ms: int) -> str:
    """An offer's `why` in a line; `made_ms` is when it was decided."""
    if not why:
        return ""
    keys = ", ".join(_key(key["name"], key["value"], made_ms) for key in why.get("keys", ()))
    by = f"{why.get('strategy', '')} ({keys})" if keys else str(why.get("strategy", ""))
    parts = [by, f"{why.get('eligible', 0)} could be asked"]
    if why.get("next"):
        parts.append(f"{why['next']} would be next")
    if why.get("sticky"):
        parts.append("served them last")
    if why.get("pool"):
        parts.append(f"pool {why['pool']}")
    return ", ".join(parts)


def _key(name: str, value: Any, made_ms: int) -> str:
    match name:
        case "idle_since_ms":
            return f"idle for {_lasted(made_ms - int(value))}"
        case "running":
            return f"{value} under way"
        case "ratio":
            return f"{value / 10:g}% of their room taken"
        case "last_offered":
            return f"asked last in turn {value}" if value else "not asked yet"
        case _:
            return f"{name} {value}"


def _standing(verdict: Verdict, now_ms: int) -> str:
    match verdict.standing:
        case Standing.OFFERED:
            return f"rings, until {_left(verdict.deadline_ms or 0, now_ms)} s from now"
        case Standing.HOLDER:
            return "it is theirs"
        case Standing.ELIGIBLE if verdict.place is None:
            return "could be asked; the queue is being built"
        case Standing.ELIGIBLE if (verdict.tied or 1) > 1:
            return f"would be asked as number {verdict.place}, by lot among {verdict.tied}"
        case Standing.ELIGIBLE:
            return f"would be asked as number {verdict.place}"
        case _:
            return "; ".join(_reason(reason, now_ms) for reason in verdict.reasons)


def _reason(reason: Reason, now_ms: int) -> str:
    left = _left(int(reason.facts.get("until_ms", 0)), now_ms)
    if reason.code is ReasonCode.FULL and not reason.facts["max"]:
        return "may have none on this channel"
    said = _SAID[reason.code].format(**{**reason.facts, "left": left})
    return said.removesuffix(": ")


def _left(until_ms: int, now_ms: int) -> int:
    return max(0, -(-(until_ms - now_ms) // 1000))


_ORDER: Sequence[Standing] = tuple(Standing)


def _rank(verdict: Verdict) -> tuple[int, int, str]:
    return _ORDER.index(verdict.standing), verdict.place or 0, verdict.agent
