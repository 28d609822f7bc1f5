"""What `acd doctor` looks at. Each check finds something out and changes nothing."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from acd.cli.call_checks import examine_calls
from acd.cli.findings import Finding, Mark
from acd.cli.node_check import examine_node
from acd.cli.running import redis_beside
from acd.cli.trunk_check import examine_trunk
from acd.config.places import DataDirUnusable, database_url, redis_dir
from acd.config.problems import dotted
from acd.config.provision import provision
from acd.config.secrets import without_password
from acd.domain.errors import AcdError, NotFound, StoreUnavailable, with_cause
from acd.records.examine import DatabaseState, examine_database
from acd.records.migrations import DatabaseNewer
from acd.records.provision import digest_of
from acd.routing.admission import refuse
from acd.routing.router import Router
from acd.routing.server_facts import ServerFacts, server_facts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from acd.config import Config, Problem
    from acd.routing.results import FailingTimer

SKEW_NOTE_MS: Final = 250
SKEW_WRONG_MS: Final = 2000
OLDEST: Final = {"redis": (7, 0), "valkey": (8, 0)}
MOST_VIOLATIONS: Final = 5
MOST_FAILING: Final = 5


async def examine(config: Config, missing: Sequence[Problem] = ()) -> list[Finding]:
    """Everything, in the order of the report; one failure does not hide the next.

    Args:
        config: the configuration.
        missing: secrets it names that are not there.
    """
    findings = [finding async for finding in examine_node(config)]
    findings += [finding async for finding in _redis(config)]
    findings += [finding async for finding in _database(config, missing)]
    findings += [finding async for finding in examine_calls(config)]
    findings += [finding async for finding in examine_trunk(config)]
    return findings


async def _redis(config: Config) -> AsyncIterator[Finding]:
    url = None
    with contextlib.suppress(DataDirUnusable):  # which is told of with the node
        url = redis_beside(config)
    if url is None:
        yield Finding(
            mark=Mark.NOTE,
            what="Redis",
            found=f"embedded in {redis_dir(config).absolute()}: examined while a node runs",
        )
        return
    try:
        router = await Router.open(url, config.tenant)
        router.admit_by(refuse)
    except AcdError as error:
        yield _refused("Redis", without_password(url), error)
        return
    try:
        async for finding in _server(router, url):
            yield finding
        yield _skew("clock of Redis", await router.clock() - time.time() * 1000)
        yield _invariants(await router.check())
        yield _timers(await router.failing_timers())
    except StoreUnavailable as error:
        yield Finding(mark=Mark.WRONG, what="Redis", found="went away", remedy=with_cause(error))
    finally:
        await router.close()


async def _server(router: Router, url: str) -> AsyncIterator[Finding]:
    facts = await server_facts(router.link)
    name, version = facts.name, facts.version
    new_enough = version >= OLDEST.get(name, (7, 0))
    yield Finding(
        mark=Mark.OK if new_enough else Mark.WRONG,
        what="Redis",
        found=f"{name} {'.'.join(map(str, version))} at {without_password(url)}",
        remedy="" if new_enough else "Redis 7 or Valkey 8 is the oldest that works.",
    )
    yield Finding(
        mark=Mark.OK if facts.append_only else Mark.WRONG,
        what="append-only file",
        found="on" if facts.append_only else "off: a restart would forget who waits",
        remedy="" if facts.append_only else "Set `appendonly yes` and `appendfsync everysec`.",
    )
    keeps = facts.eviction == "noeviction"
    yield Finding(
        mark=Mark.OK if keeps else Mark.WRONG,
        what="eviction",
        found=facts.eviction,
        remedy="" if keeps else "Set `maxmemory-policy noeviction`: live state is not a cache.",
    )
    if facts.cluster:
        yield _slots(facts)


def _slots(facts: ServerFacts) -> Finding:
    """A script sees half of a tenant whose slot is moved key by key."""
    what = "slots of the cluster"
    if facts.moving_slots:
        shown = ", ".join(map(str, facts.moving_slots[:MOST_VIOLATIONS]))
        return Finding(
            mark=Mark.WRONG,
            what=what,
            found=f"moved key by key: {shown}",
            remedy="Undo it: CLUSTER SETSLOT <slot> STABLE; or stop all nodes until it is done.",
        )
    if facts.moves_slots_whole:
        return Finding(
            mark=Mark.OK, what=what, found="stay, and can be moved with CLUSTER MIGRATESLOTS"
        )
    return Finding(
        mark=Mark.NOTE,
        what=what,
        found=f"{facts.name} moves them key by key only",
        remedy="Move a tenant's slot only while all its nodes are stopped, or use Valkey 9.",
    )


def _invariants(violations: list[str]) -> Finding:
    if not violations:
        return Finding(mark=Mark.OK, what="invariants of routing", found="hold")
    shown = "; ".join(violations[:MOST_VIOLATIONS])
    return Finding(
        mark=Mark.WRONG,
        what="invariants of routing",
        found=f"{len(violations)} violated: {shown}",
        remedy="This is a fault of the product: please report it with this output.",
    )


def _timers(failing: list[FailingTimer]) -> Finding:
    if not failing:
        return Finding(mark=Mark.OK, what="timers", found="run")
    shown = "; ".join(map(_failing, failing[:MOST_FAILING]))
    return Finding(
        mark=Mark.WRONG,
        what="timers",
        found=f"{len(failing)} fail and are put off: {shown}",
        remedy="This is a fault of the product: please report it with the lines `a timer failed "
        "and was put off` of the log. All other timers run.",
    )


def _failing(one: FailingTimer) -> str:
    since = datetime.fromtimestamp(one.since_ms / 1000, UTC)
    return f"{one.timer}, {one.times} times since {since:%F %T} UTC"


async def _database(config: Config, missing: Sequence[Problem]) -> AsyncIterator[Finding]:
    url = database_url(config)
    shown = without_password(url)
    try:
        state = await examine_database(url)
    except NotFound as error:
        yield Finding(mark=Mark.NOTE, what="database", found=str(error))
        return
    except AcdError as error:
        yield _refused("database", shown, error)
        return
    yield Finding(mark=Mark.OK, what="database", found=f"{state.server} at {shown}")
    yield _migrations(state)
    yield _skew("clock of the database", state.skew_ms)
    yield _applied(config, missing, state)


def _refused(what: str, shown: str, error: AcdError) -> Finding:
    away = isinstance(error, StoreUnavailable)
    found = f"{shown} {'does not answer' if away else 'cannot be used'}"
    return Finding(mark=Mark.WRONG, what=what, found=found, remedy=with_cause(error))


def _migrations(state: DatabaseState) -> Finding:
    found = f"at {state.revision or 'none'}"
    if state.revision == state.newest_revision:
        return Finding(mark=Mark.OK, what="migrations", found=found)
    return Finding(
        mark=Mark.WRONG,
        what="migrations",
        found=f"{found}, the newest is {state.newest_revision}",
        remedy=DatabaseNewer.message()
        if state.newer
        else "Start a node of this version: it migrates.",
    )


def _applied(config: Config, missing: Sequence[Problem], state: DatabaseState) -> Finding:
    if missing:
        return Finding(
            mark=Mark.NOTE,
            what="configuration",
            found=f"directory version {state.directory_version}; it cannot be compared, since "
            f"{dotted(missing[0].path)} leads to no secret here",
            remedy="Run this with the environment and the rights of a node.",
        )
    applied = state.provision_digest == digest_of(provision(config))
    return Finding(
        mark=Mark.OK if applied else Mark.NOTE,
        what="configuration",
        found=f"applied, directory version {state.directory_version}"
        if applied
        else "differs from what was applied last",
        remedy="" if applied else "The next start of a node applies it.",
    )


def _skew(what: str, skew_ms: float) -> Finding:
    off = abs(skew_ms)
    mark = Mark.OK if off < SKEW_NOTE_MS else Mark.NOTE if off < SKEW_WRONG_MS else Mark.WRONG
    return Finding(
        mark=mark,
        what=what,
        found=f"{skew_ms:+.0f} ms from this machine's",
        remedy="" if mark is Mark.OK else "Let NTP keep the clocks of all machines together.",
    )
