"""What one gateway writes and says in a turn of the SIP thread: first all is written, then said.

So nothing is said that relies on what is not written yet, and a turn costs one exchange with the
ledger, whatever is done in it. What cannot be written is said all the same: calls go on, and are
not taken up as they stand should this node die just then. Used in that thread alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from acd.telephony.sip.thread import sip_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from acd.telephony.sip.ledger import Ledger, Record

_log = structlog.get_logger(__name__)


class WriteAhead:
    """`write` and `say` take effect at the end of the turn; outside of one, at once."""

    def __init__(self, ledger: Ledger | None) -> None:
        """Args: without a ledger nothing is written."""
        self._ledger = ledger
        self._records: dict[str, Callable[[], Record | None]] = {}
        self._said: list[Callable[[], None]] = []

    def write(self, name: str, record: Callable[[], Record | None]) -> None:
        """Have a record written as it is then, or dropped where it answers None."""
        if self._ledger is not None:
            self._records[name] = record
            sip_thread.at_end(self.flush)

    def say(self, send: Callable[[], None]) -> None:
        """Send a message."""
        self._said.append(send)
        sip_thread.at_end(self.flush)

    def flush(self) -> None:
        """Do now what was to be done at the end."""
        self._write()
        said, self._said = self._said, []
        for send in said:
            try:
                send()
            except Exception:  # noqa: BLE001 - the others are sent all the same
                # whoever sends us a datagram may cause it: no more than this is written
                _log.debug("sip.not_said", exc_info=True)

    def unsay(self) -> None:
        """Send nothing of what was said: another node has the dialogs."""
        self._said.clear()

    def _write(self) -> None:
        waiting, self._records = self._records, {}
        records: dict[str, Record | None] = {}
        for name, record in waiting.items():
            try:
                records[name] = record()
            except Exception:  # noqa: BLE001 - the others are written all the same
                _log.exception("sip.not_written")
        if not records or self._ledger is None:
            return
        try:
            self._ledger.write(records)
        except Exception:  # noqa: BLE001 - said all the same, as while Redis is away
            _log.exception("sip.not_written")
