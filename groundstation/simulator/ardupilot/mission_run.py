# SPDX-License-Identifier: Apache-2.0
"""How an ArduPilot tells of its mission: a text as each item begins, and one as it is done. Sans-I/O."""

from __future__ import annotations

from groundstation.simulator.ardupilot.mission_items import title_of
from groundstation.simulator.engine.boot import CRITICAL, INFO
from groundstation.simulator.engine.mission_run import ItemFlyer, MissionRun
from groundstation.simulator.engine.missions import MISSION, Item, Nav
from groundstation.simulator.engine.vehicle import Vehicle

_ITEM_REACHED = 46
_LOOKED_AT = 3


class ArduPilotMissionRun(MissionRun):
    """The progress of an ArduPilot through its mission; item 0 is home."""

    first_seq = 1

    def __init__(self, vehicle: Vehicle, flyer: ItemFlyer) -> None:
        super().__init__(vehicle.plans[MISSION], flyer)
        self._vehicle = vehicle
        self._restarts = vehicle.flavour.name == "copter"
        self._seen: list[Item] = []

    def resume(self) -> None:
        """Fly on at the number where it was, also of a list that came since; from the start where that has none."""
        if self.current >= len(self.items):
            self.forget()
        super().resume()

    def changed(self) -> None:
        """An ArduCopter that flies to a waypoint begins the same number of the new list; what else it does goes on.

        It looks at the next three items alone, and says so each time (observed; AP_Mission_ChangeDetector). An
        ArduPlane flies to where it was going.
        """
        coming = self._coming()
        is_same = coming == self._seen
        self._seen = coming
        item = self.item
        if is_same or not self.is_running or item is None or item.command != Nav.WAYPOINT or not self._restarts:
            return
        if self.current < len(self.items):
            self._go(self.current)
            self._vehicle.say(CRITICAL, "Auto mission changed, restarted command")
        else:
            self._vehicle.say(CRITICAL, "Auto mission changed but failed to restart command")

    def _go(self, seq: int) -> None:
        super()._go(seq)
        self._seen = self._coming()

    def _coming(self) -> list[Item]:
        return [one for one in self.items[self.current :] if one.is_flown][:_LOOKED_AT]

    def _announce(self, seq: int, item: Item) -> None:
        self._vehicle.say(INFO, f"Mission: {seq} {title_of(item)}")

    def _tell_reached(self) -> None:
        """Say it; a DO_ item right behind lends its number to MISSION_ITEM_REACHED, not to the text."""
        seq = self.current
        following = self.items[seq + 1] if seq + 1 < len(self.items) else None
        self._vehicle.broadcast(_ITEM_REACHED, seq=seq + 1 if following and not following.is_flown else seq)
        text = self._flyer.reached_text(seq, self.item) if self.item is not None else ""
        if text:
            self._vehicle.say(INFO, text)
