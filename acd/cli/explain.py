"""`acd explain`: why an interaction rings where it rings, and why not elsewhere."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from acd.cli.past import Unasked, latest_table, offers_table, read_unasked, unasked_lines
from acd.cli.running import (
    ConfigOption,
    DemoOption,
    commands,
    read_beside,
    redis_beside,
    run,
    show_table,
)
from acd.cli.words import lasted, person, reason_told, seconds_left, state_of, utc
from acd.config.places import database_url
from acd.domain.errors import NotFound, StoreUnavailable
from acd.domain.ids import InteractionId
from acd.domain.interaction import InteractionState
from acd.records.contacts import Contacts
from acd.records.engine import open_database
from acd.records.examine import examine_database
from acd.records.history import History
from acd.routing.admission import refuse
from acd.routing.explain import Standing
from acd.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from acd.config import Config
    from acd.domain.contact import Contact
    from acd.domain.events import Event
    from acd.domain.history import PastInteraction
    from acd.records.engine import Database
    from acd.routing.explain import Explained, Verdict

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

    Lists the offers that were made with the reason for each, to whom else it was given and by
    whom, why the others of the department were not asked then, and how every agent of it stands to
    it now: offered, would be asked as which, or excluded and why.
    """
    settings = read_beside(config, demo=demo).config
    if interaction is None:
        run(_show_latest(settings, demo=demo))
        return
    found = run(_read(settings, InteractionId(interaction)))
    past, pages = found.past, found.pages
    if pages:
        _show_queue(pages[0], found)
    if past is not None and (past.offers or found.given):
        typer.echo("\nWho was asked, or was given it, so far:")
        show_table(offers_table(past.offers, found.given))
    if found.unasked is not None and found.unasked.agents:
        head, rows = unasked_lines(found.unasked)
        typer.echo(f"\n{head}")
        show_table(rows)
    if pages is None:
        typer.echo("\nNo node runs here: how the agents stand to it is not known.")
        return
    if not pages:
        typer.echo("\nIt ended long ago: nobody stands to it any more.")
        return
    agents = [verdict for page in pages for verdict in page.agents]
    typer.echo("\nThe agents of the department now:")
    rows = [(v.agent, _standing(v, pages[-1].now_ms)) for v in sorted(agents, key=_rank)]
    show_table([("agent", "standing"), *rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What is known of an interaction; no `pages` where no node runs, none in it after a day."""

    past: PastInteraction | None
    given: Sequence[Event]
    contact: Contact | None
    unasked: Unasked | None
    pages: list[Explained] | None


async def _show_latest(config: Config, *, demo: bool) -> None:
    async with _database(config) as database:
        latest = (await History(database).interactions(limit=LATEST)).interactions
        contacts = await Contacts(database).many({x.contact for x in latest})
    if not latest:
        typer.echo("Nobody has come yet: there is nothing to explain.")
        return
    show_table(latest_table(latest, contacts))
    option = "--demo " if demo else ""
    typer.echo(f"\nTo have one explained: acd explain {option}{latest[0].id}")


@asynccontextmanager
async def _database(config: Config) -> AsyncIterator[Database]:
    await examine_database(database_url(config))  # opening it would make one
    database = await open_database(database_url(config))
    try:
        yield database
    finally:
        await database.close()


async def _read(config: Config, interaction: InteractionId) -> _Found:
    async with _database(config) as database:
        history = History(database)
        past, given = await history.interaction(interaction), await history.given(interaction)
        redis = redis_beside(config)
        pages = None if redis is None else await _live(redis, config.tenant, interaction)
        if past is None and pages is None:
            raise StoreUnavailable("No node runs here; start one with `acd serve`.")
        if past is None and not pages:
            raise NotFound(f"There is no interaction `{interaction}`.")
        contact = unasked = None
        if past is not None:
            contact = await Contacts(database).get(past.contact)
            requires = pages[0].requires if pages else ""
            unasked = await read_unasked(database, past, requires)
    return _Found(past=past, given=given, contact=contact, unasked=unasked, pages=pages)


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


def _show_queue(found: Explained, known: _Found) -> None:
    x, past = found.interaction, known.past
    outcome = past.outcome if past and x.state is InteractionState.ENDED else None
    state = state_of(x.state, outcome)
    age = f"{utc(x.enqueued_ms):%F %T} UTC, {lasted(found.now_ms - x.enqueued_ms)} ago"
    place = f", place {x.position} of {found.waiting}" if x.position else ""
    whose = f", with {x.agent}" if x.agent else ""
    rows = [
        ("interaction", f"{x.interaction}: {state}{place}{whose}, arrived {age}"),
        ("contact", person(known.contact, x.contact)),
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
        rows.append(("connected", "no, the contact is gone"))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        typer.echo(f"{name:<{width}}  {value}")


def _hours(found: Explained) -> str:
    if not found.open:
        opens = f", opens {_time(found.opens_ms)}" if found.opens_ms else ""
        return f"closed{opens}; no arrivals, the line is served unless `at_close` empties it"
    return f"open, closes {_time(found.closes_ms)}" if found.closes_ms else "open"


def _time(at_ms: int) -> str:
    return f"{utc(at_ms):%F %H:%M} UTC"


def _standing(verdict: Verdict, now_ms: int) -> str:
    match verdict.standing:
        case Standing.OFFERED:
            return f"rings, until {seconds_left(verdict.deadline_ms or 0, now_ms)} s from now"
        case Standing.HOLDER:
            return "it is theirs"
        case Standing.ELIGIBLE if verdict.place is None:
            return "could be asked; the queue is being built"
        case Standing.ELIGIBLE if (verdict.tied or 1) > 1:
            return f"would be asked as number {verdict.place}, by lot among {verdict.tied}"
        case Standing.ELIGIBLE:
            return f"would be asked as number {verdict.place}"
        case _:
            return "; ".join(reason_told(reason, now_ms) for reason in verdict.reasons)


_ORDER: Sequence[Standing] = tuple(Standing)


def _rank(verdict: Verdict) -> tuple[int, int, str]:
    return _ORDER.index(verdict.standing), verdict.place or 0, verdict.agent
