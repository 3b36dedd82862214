# SPDX-License-Identifier: Apache-2.0
"""The branch of a log's own messages in the tree of values: what was told of them, as rows. Pure; GUI thread."""

from __future__ import annotations

from groundstation.fleet.kinds import Freshness
from groundstation.fleet.raw import RAW, RawMessage, RawRow, raw_path
from groundstation.ui.vehicle_panel.value_rows import ValueGroup, ValueRow


class RawBranch:
    """The messages of one vehicle, and the newest of those that were asked for."""

    def __init__(self, messages: tuple[RawMessage, ...] = ()) -> None:
        """Nothing was told yet.

        Args:
            messages: what the log has; empty where there is none.
        """
        self.messages = messages
        self._numbers = {one.name: number for number, one in enumerate(messages)}
        self._rows: dict[str, RawRow] = {}
        self._asked_s = 0.0

    def take(self, asked_s: float, rows: tuple[RawRow, ...]) -> None:
        """What was known at a moment; of other messages nothing is known of that moment."""
        self._asked_s = asked_s
        self._rows = {one.message: one for one in rows}

    def place(self, path: str) -> int | None:
        """Which message has this path; None for none."""
        return self._numbers.get(path.removeprefix(RAW)) if path.startswith(RAW) else None

    def group(self, number: int) -> ValueGroup:
        """One message without its rows."""
        name = self.messages[number].name
        row = self._rows.get(name)
        is_told = row is not None and row.at_s is not None
        age_s = max(0.0, self._asked_s - row.at_s) if row is not None and row.at_s is not None else None
        # a log says at its own pace: no message of it is late
        return ValueGroup(RAW + name, name, age_s, Freshness.FRESH if is_told else Freshness.MISSING, ())

    def row(self, number: int, field: int) -> ValueRow:
        """One field of a message; its value is None before it is read, and where none came until then."""
        message = self.messages[number]
        told = self._rows.get(message.name)
        value = told.values[field] if told is not None and field < len(told.values) else None
        one = message.fields[field]
        return ValueRow(raw_path(message.name, one.name), one.name, value, False, one.unit)
