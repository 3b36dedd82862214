# SPDX-License-Identifier: Apache-2.0
"""Flying a mission: which item is current, what happens when it is done. Sans-I/O.

Works for every firmware: its guidance begins an item and says when it is done; this module goes on to the next and
does what isn't flown (speed, jumps, servo). How the ground is told is the firmware's own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from groundstation.simulator.engine.missions import Item, MissionPlan, Nav

NO_MISSION, NOT_STARTED, ACTIVE, COMPLETE = 1, 2, 3, 5
"""MISSION_STATE."""
_MOST_STEPS = 100
"""Items done without flying in one go; a jump onto itself must not hang the vehicle."""


class ItemFlyer(ABC):
    """What a mission asks of the guidance that flies it."""

    @property
    @abstractmethod
    def now_s(self) -> float:
        """Simulation time."""

    @property
    @abstractmethod
    def is_in_auto(self) -> bool:
        """Is the vehicle in the mode that flies missions."""

    @abstractmethod
    def begin_item(self, item: Item) -> None:
        """Start flying an item."""

    @abstractmethod
    def is_item_done(self, item: Item) -> bool:
        """Tell whether the item that was begun is finished."""

    @abstractmethod
    def do_item(self, item: Item) -> None:
        """Do an item that isn't flown."""

    @abstractmethod
    def finish_mission(self) -> None:
        """Do what comes behind the last item."""

    def reached_text(self, seq: int, item: Item) -> str:
        """Return what is said when an item is done, empty for nothing."""
        del seq, item
        return ""


class MissionRun(ABC):
    """The progress of one vehicle through its mission."""

    first_seq: int
    """Where it begins: 1 where item 0 is home."""

    def __init__(self, plan: MissionPlan, flyer: ItemFlyer) -> None:
        self._plan = plan
        self._flyer = flyer
        self.current = 0
        """MISSION_CURRENT.seq."""
        self.is_complete = False
        self._is_flying_item = False
        self.item: Item | None = None
        """What was begun last, as it was then: the list may be another one since. None before anything was."""
        self._jumps: dict[int, int] = {}
        self._wait_until_s = 0.0

    @property
    def items(self) -> list[Item]:
        """The items, item 0 (home) among them."""
        return self._plan.items

    @property
    def has_items(self) -> bool:
        """Is there anything to fly."""
        return len(self.items) > self.first_seq

    @property
    def state(self) -> int:
        """MISSION_CURRENT.mission_state."""
        if not self.has_items:
            return NO_MISSION
        if self.is_complete:
            return COMPLETE
        return ACTIVE if self._is_flying_item else NOT_STARTED

    def forget(self) -> None:
        """Begin from the first item: the list was replaced or cleared."""
        self.current = 0
        self.is_complete = False
        self._is_flying_item = False
        self.item = None
        self._jumps.clear()

    def set_current(self, seq: int) -> bool:
        """Jump to an item; ``False`` when there is none with that number."""
        if not 0 <= seq < len(self.items):
            return False
        self.current = seq
        self.is_complete = False
        was_flying = self._is_flying_item
        self._is_flying_item = False
        if was_flying and self._flyer.is_in_auto:  # in any other mode the number waits for AUTO
            self.resume()
        return True

    def resume(self) -> None:
        """Fly on at the current item; from the start after a finished mission."""
        if self.is_complete:
            self.forget()
        self._is_flying_item = False
        self._go(max(self.current, self.first_seq))

    def suspend(self) -> None:
        """Another mode took over; the current item stays."""
        self._is_flying_item = False

    def tick(self) -> None:
        """Look whether the item is done, and go on."""
        item = self.item
        if self.is_complete or not self._is_flying_item or item is None:
            return
        if self._flyer.now_s < self._wait_until_s or not self._flyer.is_item_done(item):
            return
        self._tell_reached()
        self._go(self.current + 1)

    @property
    def is_running(self) -> bool:
        """Is an item flown."""
        return self._is_flying_item

    @abstractmethod
    def _tell_reached(self) -> None:
        """Tell the ground that the current item is done."""

    def _go(self, seq: int) -> None:
        """Do items from ``seq`` on until one has to be flown."""
        for _ in range(_MOST_STEPS):
            if seq >= len(self.items):
                self._complete()
                return
            item = self.items[seq]
            if item.command == Nav.DO_JUMP:
                seq = self._jumped(seq, item)
                continue
            self._announce(seq, item)
            if item.is_flown:
                self.current, self.item = seq, item
                self._is_flying_item = True
                self._flyer.begin_item(item)
                return
            if item.command == Nav.CONDITION_DELAY:
                self._wait_until_s = self._flyer.now_s + item.params[0]
            self._flyer.do_item(item)
            seq += 1
        self._complete()

    @abstractmethod
    def _announce(self, seq: int, item: Item) -> None:
        """Tell the ground that an item begins."""

    def _jumped(self, seq: int, item: Item) -> int:
        """Return where a DO_JUMP leads; a repeat count of -1 never ends."""
        target, repeat = int(item.params[0]), int(item.params[1])
        done = self._jumps.get(seq, 0)
        if not self.first_seq <= target < len(self.items) or (repeat >= 0 and done >= repeat):
            return seq + 1
        self._jumps[seq] = done + 1
        return target

    def _complete(self) -> None:
        self.is_complete = True
        self._is_flying_item = False
        self._flyer.finish_mission()
