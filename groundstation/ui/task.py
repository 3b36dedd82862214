# SPDX-License-Identifier: Apache-2.0
"""Work that may take its time, on a thread of its own, so that no disk ever holds up the window.

`run_task` is called on the GUI thread and its callbacks are; only the work itself runs elsewhere, and may touch nothing
of the window but its `Task`.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.progress import CancelledError

log = logging.getLogger("groundstation.task")

MOST_WAITING = 16
"""Works of one owner that wait for their turn; one more is refused. Clicks don't come faster than disks by more."""

T = TypeVar("T")


def _nobody(part: object) -> None:
    del part


@dataclasses.dataclass(frozen=True)
class Ended(Generic[T]):
    """How a work ended: with a value, with a problem, or because nobody wanted it any more."""

    value: T | None = None
    """What the work returned; None unless it came to its end."""
    problem: str = ""
    """One line that says why there is no value; empty when all is well and when it was cancelled."""
    is_cancelled: bool = False
    """The work gave up since it was told to, or never began."""


class Task:
    """One work: how far it is, and whether it is still wanted. Two plain values that both threads look at."""

    def __init__(self, work: Callable[[], None], say: Callable[[object], None]) -> None:
        self.share = 0.0
        """How far the work is, 0 to 1."""
        self.is_cancelled = False
        self.thread: threading.Thread | None = None
        """Runs it; None while it waits. For tests to wait for."""
        self.work, self._say = work, say
        self.skip: Callable[[], None] = lambda: None
        """Tells its end without having begun."""

    def cancel(self) -> None:
        """Not wanted any more: the work ends where it next looks. Any thread."""
        self.is_cancelled = True

    def told(self, share: float) -> None:
        """The work says how far it is (a `Progress`). The work's thread.

        Raises:
            CancelledError: it is not wanted any more.
        """
        self.share = share
        if self.is_cancelled:
            raise CancelledError("not wanted any more")

    def part(self, found: object) -> None:
        """The work hands over what it has so far; nobody hears it once the task is cancelled. The work's thread."""
        # read without a lock: a plain flag, and a part too many does no harm
        if not self.is_cancelled:
            self._say(found)


class Tasks(QObject):
    """Runs the works of one owner, a few at a time; the others wait for their turn."""

    def __init__(self, name: str, fault: str, parent: QObject | None = None, at_once: int = 1) -> None:
        """Nothing runs yet.

        Args:
            name: of the threads.
            fault: what to say when a work fails by a fault of ours, "logs can't be read".
            parent: owner; once it is gone nobody is called any more.
            at_once: how many works may run side by side.
        """
        super().__init__(parent)
        self._name, self._fault, self._at_once = name, fault, at_once
        self._running: list[Task] = []
        self._waiting: deque[Task] = deque()
        self._relay = _relay()

    def run_task(
        self,
        work: Callable[[Task], T],
        on_end: Callable[[Ended[T]], None],
        on_part: Callable[[Any], None] = _nobody,
    ) -> Task:
        """Do a work on a thread of its own, as soon as there is room.

        Args:
            work: what to do; given its task, to tell how far it is and to ask whether to go on.
            on_end: called once with its end, on the GUI thread.
            on_part: called with each thing that the work hands over before its end, on the GUI thread.

        Returns:
            The task, to look at and to cancel.
        """
        task = Task(lambda: self._work(task, work, on_end), lambda found: self._call(on_part, found))
        task.skip = lambda: self._call(on_end, Ended[T](is_cancelled=True))
        if len(self._waiting) >= MOST_WAITING:
            self._drop_cancelled()
        # told as its end, so that who asked never waits for nothing
        if len(self._waiting) >= MOST_WAITING:
            self._call(on_end, Ended[T](problem="too much is under way; try again when it is through"))
            return task
        self._waiting.append(task)
        self._begin()
        return task

    def _drop_cancelled(self) -> None:
        """What nobody wants any more takes no room from what somebody does: a search is overtaken by each letter."""
        for task in [one for one in self._waiting if one.is_cancelled]:
            self._waiting.remove(task)
            task.skip()

    def _begin(self) -> None:
        while self._waiting and len(self._running) < self._at_once:
            task = self._waiting.popleft()
            self._running.append(task)
            # a daemon: a process that ends does not wait for a disk that hangs
            task.thread = threading.Thread(target=task.work, name=self._name, daemon=True)
            task.thread.start()

    def _end(self, task: Task, on_end: Callable[[Ended[T]], None], ended: Ended[T]) -> None:
        # on the GUI thread, as all that counts works is: no lock is needed
        self._running.remove(task)
        self._begin()
        on_end(ended)

    # ---- the work's thread; the window may be gone when it is through ----

    def _work(self, task: Task, work: Callable[[Task], T], on_end: Callable[[Ended[T]], None]) -> None:
        try:
            # one that was overtaken while it waited is not begun
            ended = Ended[T](is_cancelled=True) if task.is_cancelled else Ended(work(task))
        except CancelledError:
            ended = Ended[T](is_cancelled=True)
        except GroundStationError as error:
            ended = Ended[T](problem=str(error))
        except Exception as error:  # else whoever asked would wait for ever
            log.exception("%s", self._fault)
            ended = Ended[T](problem=f"{self._fault}: {type(error).__name__}; report it")
        self._call(lambda told: self._end(task, on_end, told), ended)

    def _call(self, whom: Callable[[Any], None], value: object) -> None:
        self._relay.called.emit(self, whom, value)


class _Relay(QObject):
    """Brings calls over to the GUI thread; one for the whole program, which Qt never deletes.

    Works end on threads of their own, also after their owner and the window are gone: to emit a signal of an object
    that Qt is deleting at that moment ends the process.
    """

    called = Signal(object, object, object)
    """Whose work, whom to call, with what."""

    def __init__(self) -> None:
        super().__init__()
        # queued even on the GUI thread: a callback never runs inside of `run_task`, whose caller has no task yet
        self.called.connect(self._on_called, Qt.ConnectionType.QueuedConnection)

    def _on_called(self, owner: QObject, call: Callable[[object], None], value: object) -> None:
        if isValid(owner):
            call(value)


@functools.cache
def _relay() -> _Relay:
    """Made on the GUI thread, by the first that has works."""
    return _Relay()
