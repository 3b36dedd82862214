# SPDX-License-Identifier: Apache-2.0
"""What was changed on the screen and not written yet, with undo that has no end. GUI thread; no widgets.

Changes belong to those vehicles for which they were made: with others selected there are others, or none.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.parameters.parameter import Parameter


class _Step(NamedTuple):
    words: str
    before: dict[str, float]


MOST_OWNERS = 100
"""Selections whose changes are kept; those of the oldest are forgotten."""


@dataclass
class _Page:
    """Changes for one selection."""

    values: dict[str, float] = field(default_factory=dict)
    done: list[_Step] = field(default_factory=list)
    undone: list[_Step] = field(default_factory=list)


class ParamEdits(QObject):
    """Wanted values by name, for the vehicles that are shown."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._owner: Hashable = ()
        self._page = _Page()
        self._pages: dict[Hashable, _Page] = {(): self._page}
        self.version = 0
        """Another number with each change."""

    @property
    def values(self) -> Mapping[str, float]:
        """What was changed, by name."""
        return self._page.values

    @property
    def undo_words(self) -> str:
        """What would be undone; empty for nothing."""
        return self._page.done[-1].words if self._page.done else ""

    @property
    def redo_words(self) -> str:
        """What would be done again; empty for nothing."""
        return self._page.undone[-1].words if self._page.undone else ""

    def turn_to(self, owner: Hashable) -> None:
        """Show the changes of another selection.

        Args:
            owner: the vehicles that are selected.
        """
        if owner == self._owner:
            return
        if not self._page.values and not self._page.undone:
            self._pages.pop(self._owner, None)
        self._owner = owner
        self._page = self._pages.setdefault(owner, _Page())
        if len(self._pages) > MOST_OWNERS:
            self._pages.pop(next(iter(self._pages)))
        self.version += 1
        self.changed.emit()

    def set(self, wanted: Mapping[str, float], words: str) -> None:
        """Change some; one step to be undone.

        Args:
            wanted: values by name.
            words: what this is, for undo.
        """
        after = {**self._page.values, **wanted}
        if after != self._page.values:
            self._step(after, words)

    def drop(self, names: Iterable[str], words: str) -> None:
        """Take some back; one step to be undone."""
        gone = set(names)
        after = {name: value for name, value in self._page.values.items() if name not in gone}
        if after != self._page.values:
            self._step(after, words)

    def written(self, owner: Hashable, found: Iterable[Parameter]) -> None:
        """Some are on the vehicles now: they are no edits any more, and undo has nothing of them.

        Args:
            owner: for whom they were made.
            found: what was stored as wanted.
        """
        page = self._pages.get(owner)
        if page is None:
            return
        names = {one.name for one in found}
        left = {name: value for name, value in page.values.items() if name not in names}
        if left == page.values:
            return
        # what is undone here would not be undone there
        page.values, page.done, page.undone = left, [], []
        if page is self._page:
            self.version += 1
            self.changed.emit()

    def undo(self) -> None:
        """Take the last step back."""
        self._swap(self._page.done, self._page.undone)

    def redo(self) -> None:
        """Do the last undone step again."""
        self._swap(self._page.undone, self._page.done)

    def _swap(self, source: list[_Step], target: list[_Step]) -> None:
        if source:
            step = source.pop()
            target.append(_Step(step.words, self._page.values))
            self._put(step.before)

    def _step(self, after: dict[str, float], words: str) -> None:
        self._page.done.append(_Step(words, self._page.values))
        self._page.undone.clear()
        self._put(after)

    def _put(self, values: dict[str, float]) -> None:
        self._page.values = values
        self.version += 1
        self.changed.emit()
