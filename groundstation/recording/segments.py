# SPDX-License-Identifier: Apache-2.0
"""What of recorded files leads to a moment, and the fleet that is folded of it. One thread.

A part is plain, so that it may be sent to a process that folds it (`fold_apart.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from groundstation.recording.fold import Fold, Kept
from groundstation.recording.keyframes import Taken
from groundstation.recording.recorded_file import RecordedFile
from groundstation.recording.seek_files import KEY, expect_state, state_at

END_NS = 1 << 62
"""Behind all times."""


class Part(msgspec.Struct, frozen=True, array_like=True):
    """Of one file: a keyframe, and where what came since stands."""

    path: str
    """Of the recorded file."""
    states: str
    """Of the file with its states."""
    first: bytes
    """The record of the keyframe by which the state is packed, and `key` that of the state; empty for none."""
    key: bytes
    from_ns: int
    """When the keyframe was made; 0 for none."""
    begin_ns: int
    """Earlier messages are in the keyframe."""
    until_ns: int
    """When the next one was made."""
    begin: int
    """Places in the recorded file."""
    end: int
    late: tuple[tuple[int, int], ...]
    """Places with messages of these moments that were recorded later, since they had been missed."""

    @property
    def has_state(self) -> bool:
        """Whether it begins with a keyframe."""
        return bool(self.key)

    def expect(self, file: RecordedFile) -> None:
        """Let the system read what is needed of it, beside what is needed of others."""
        if self.first and self.key:
            expect_state(Path(self.states), *(np.frombuffer(one, KEY)[0] for one in (self.first, self.key)))
        file.expect(self.begin, self.end)

    def state(self) -> Kept | None:
        """What was known at the keyframe; None where there is none, or it is damaged."""
        # a key that claims to be packed by what is before the first has none to be packed by
        if not (self.first and self.key):
            return None
        first, key = (np.frombuffer(one, KEY)[0] for one in (self.first, self.key))
        return state_at(Path(self.states), first, key)


class Step(NamedTuple):
    """What is done next to come to a moment."""

    at_ns: int
    order: int
    """0 for what was known, before what came."""
    what: Kept | Taken


def steps_of(part: Part, kept: Kept | None, file: RecordedFile, to_ns: int = END_NS) -> Iterator[Step]:
    """All that leads from a keyframe to the next one, or to a moment before that.

    Args:
        part: of the file.
        kept: what was known at its keyframe; None for nothing.
        file: the same, open.
        to_ns: the moment; what came later is not unpacked.
    """
    last_ns = min(part.until_ns - 1, to_ns)
    if kept is not None:
        yield Step(part.from_ns, 0, kept)
    for message in file.messages(part.begin, part.end, part.begin_ns, last_ns, is_late=False):
        # what stands behind a keyframe came after it, whatever its time
        yield Step(max(message.log_ns, part.from_ns), 1, message)
    for begin, end in part.late:
        for message in file.messages(begin, end, part.from_ns, min(part.until_ns, to_ns), is_late=True):
            yield Step(message.log_ns, 1, message)


class Segment:
    """What came between two keyframes, and the fleet as far as it was folded."""

    def __init__(self, steps_to: Callable[[int], Iterable[Step]]) -> None:
        """Nothing is read yet.

        Args:
            steps_to: what leads to a moment, or to any (`END_NS`); in any order.
        """
        self._steps_to, self._steps = steps_to, list[Step]()
        self._to_ns = -1
        """The steps lead up to here."""
        self._fold, self._place, self._at_ns = Fold(), 0, 0

    def fold(self, at_ns: int) -> Fold:
        """The fleet at a moment; going back begins anew."""
        if at_ns > self._to_ns:
            # who jumps here and there needs what came up to the moment, which is half of it; who plays needs all of it,
            # and has folded the first of these steps
            self._to_ns = at_ns if self._to_ns < 0 else END_NS
            self._steps = sorted(self._steps_to(self._to_ns), key=lambda one: one[:2])
        if at_ns < self._at_ns:
            self._fold, self._place = Fold(), 0
        self._at_ns = at_ns
        while self._place < len(self._steps) and self._steps[self._place].at_ns <= at_ns:
            step = self._steps[self._place]
            if isinstance(step.what, Kept):
                self._fold.settle()
                self._fold.put_back(step.what)
            else:
                one = step.what
                self._fold.take(one.topic, one.data, step.at_ns / 1e9, is_retained=one.is_retained)
            self._place += 1
        self._fold.settle()
        return self._fold
