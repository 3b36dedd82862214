# SPDX-License-Identifier: Apache-2.0
"""States that the commands of our own orders went through, seen or not. GUI thread; no widgets."""

from __future__ import annotations

from PySide6.QtCore import QObject

from groundstation.fleet.command_book import CommandRecord, Transition
from groundstation.fleet.commands import CommandState
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.commanding.desk import OperatorDesk


class BatchLog(QObject):
    """States with their times, for as many orders as the desk keeps."""

    def __init__(self, desk: OperatorDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._steps: dict[str, dict[tuple[VehicleKey, str], dict[CommandState, float]]] = {}
        desk.orders.changed.connect(self._on_changed)

    def records(self, batch: str) -> list[CommandRecord]:
        """Commands of an order as they are now, in its order."""
        return self._desk.orders.book.of_batch(batch)

    def steps(self, record: CommandRecord) -> dict[CommandState, float]:
        """States that a command went through, and when, seconds since 1970."""
        return self._steps.get(record.batch or "", {}).get((record.key, record.id), {})

    def _on_changed(self, transitions: list[Transition]) -> None:
        ours = set(self._desk.batches)
        for one in transitions:
            record = one.record
            if record.batch in ours:
                steps = self._steps.setdefault(record.batch, {}).setdefault((record.key, record.id), {})
                # when it came into the state: the progress within it is told many times
                steps.setdefault(record.state, record.changed_unix_s)
        # bounded by the desk, which keeps the newest orders only
        for batch in [batch for batch in self._steps if batch not in ours]:
            del self._steps[batch]
