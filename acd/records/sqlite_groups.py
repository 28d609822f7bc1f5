"""Work that waits for SQLite, and a group of it in one transaction."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from acd.domain.errors import StoreUnavailable
from acd.records.engine import BatchWork, store_errors
from acd.records.sqlite_file import driver

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

Item = TypeVar("Item")
Answer = TypeVar("Answer")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Waiting:
    """Work that waits for its turn, and where its answer goes."""

    answer: asyncio.Future[Any]
    work: Callable[[Connection], Any] | None = None
    batch: BatchWork[Any, Any] | None = None
    item: Any = None
    result: Any = None
    error: BaseException | None = None


def commit_together(connection: Connection, group: Sequence[Waiting]) -> None:
    """Do the group's work; what each came to is in it once all of it is committed."""
    with connection.begin():
        if len(group) == 1:  # there is nobody whom its failure must spare
            _run_only(connection, group[0])
            return
        batches: dict[BatchWork[Any, Any], list[Waiting]] = {}
        for waiting in group:
            if waiting.batch is not None:
                batches.setdefault(waiting.batch, []).append(waiting)
            elif waiting.work is not None:
                _run_one(connection, waiting, waiting.work)
        for batch, members in batches.items():
            _run_batch(connection, batch, members)


def _run_only(connection: Connection, waiting: Waiting) -> None:
    if waiting.work is not None:
        waiting.result = waiting.work(connection)
    elif waiting.batch is not None:
        _put(waiting, waiting.batch(connection, [waiting.item])[0])


def _run_one(connection: Connection, waiting: Waiting, work: Callable[[Connection], Any]) -> None:
    try:
        with store_errors(), savepoint(connection):
            waiting.result = work(connection)
    except Exception as error:  # noqa: BLE001  of this work alone: the others go on
        waiting.error = error


def _run_batch(connection: Connection, batch: BatchWork[Any, Any], members: list[Waiting]) -> None:
    answers = each_alone(connection, batch, [member.item for member in members])
    for member, answer in zip(members, answers, strict=True):
        _put(member, answer)


def _put(waiting: Waiting, answer: Any) -> None:
    if isinstance(answer, Exception):
        waiting.error = answer
    else:
        waiting.result = answer


def each_alone(
    tx: Connection, work: BatchWork[Item, Answer], items: Sequence[Item]
) -> list[Answer | Exception]:
    """Run batch work; if it fails, run it for each item, so that only the one at fault fails."""
    if len(items) > 1:
        try:
            with store_errors(), savepoint(tx):
                return list(work(tx, items))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  one of them is at fault: find it
            log.warning("batch failed", work=repr(work), items=len(items), error=repr(error))
    answers: list[Answer | Exception] = []
    for item in items:
        try:
            with store_errors(), savepoint(tx):
                answers.extend(work(tx, [item]))
        except StoreUnavailable:
            raise  # nothing to do with this item
        except Exception as error:  # noqa: BLE001  its caller alone must hear of it
            answers.append(error)
    return answers


@contextlib.contextmanager
def savepoint(tx: Connection) -> Iterator[None]:
    """Undo what is done inside if it raises. Several times cheaper than `begin_nested`."""
    connection = driver(tx)
    connection.execute("SAVEPOINT work")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK TO SAVEPOINT work")
        raise
    finally:
        connection.execute("RELEASE SAVEPOINT work")


def tell(group: Sequence[Waiting]) -> None:
    """Answer each; on the event loop."""
    for waiting in group:
        if waiting.answer.done():
            continue  # the caller was cancelled
        if waiting.error is not None:
            waiting.answer.set_exception(waiting.error)
        else:
            waiting.answer.set_result(waiting.result)
