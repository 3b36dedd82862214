# SPDX-License-Identifier: Apache-2.0
"""What this station has drawn on the map: kept, and said to all others. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from groundstation.fleet.commands import Actor
from groundstation.fleet.drawings.drawing import MAX_BYTES, MAX_DRAWINGS, REPEAT_S, Drawing, DrawingBoard

Say = Callable[[DrawingBoard], None]


class DrawingDesk(QObject):
    """One writer: others see what is said here, and change nothing of it."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        """Nothing is drawn, and nobody hears of it before `join`."""
        super().__init__(parent)
        self.own: tuple[Drawing, ...] = ()
        self.actor: Actor | None = None
        """Who we are; None for a window without a broker."""
        self.revision = 0
        self._say: Say = lambda _board: None
        self._has_said = False
        self._again = QTimer(self, interval=round(REPEAT_S * 1000))
        self._again.timeout.connect(self.say)

    def join(self, actor: Actor, say: Say) -> None:
        """From now on others are told.

        Args:
            actor: who we are.
            say: publishes a board; without a broker it is lost, and said again later.
        """
        self.actor, self._say = actor, say
        self._again.start()
        self.say()

    def add(self, drawings: Iterable[Drawing]) -> bool:
        """Draw some more; False where they are too many for one message, and none is drawn."""
        wanted = (*self.own, *drawings)
        by = self.actor or Actor(op="", gs="")
        is_room = len(wanted) <= MAX_DRAWINGS
        if not is_room or len(msgspec.json.encode(DrawingBoard(by=by, drawings=wanted))) > MAX_BYTES:
            return False
        self._set(wanted)
        return True

    def remove(self, drawing_id: str) -> bool:
        """Take one away; False where there is none of ours with this id."""
        left = tuple(one for one in self.own if one.id != drawing_id)
        if left == self.own:
            return False
        self._set(left)
        return True

    def clear(self) -> None:
        """Take all away."""
        self._set(())

    def say(self) -> None:
        """Tell all; nothing is told of nothing, but that it is gone."""
        if self.actor is not None and (self.own or self._has_said):
            self._has_said = bool(self.own)
            self._say(DrawingBoard(by=self.actor, drawings=self.own))

    def view_state(self) -> list[object]:
        """What settings remember."""
        found: list[object] = msgspec.to_builtins(self.own)
        return found

    def restore_state(self, state: object) -> None:
        """Back from settings; what doesn't fit is left out."""
        found = []
        for one in state if isinstance(state, list) else []:
            try:
                found.append(msgspec.convert(one, Drawing))
            except msgspec.ValidationError:
                continue
        if found:
            self.own = ()
            self.add(one for one in found[:MAX_DRAWINGS] if one.is_whole)

    def _set(self, drawings: tuple[Drawing, ...]) -> None:
        self.own = drawings
        self.revision += 1
        self.say()
        self.changed.emit()
