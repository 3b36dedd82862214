# SPDX-License-Identifier: Apache-2.0
"""Flying a mission as PX4 does: item 0 is flown, reached items are told eleven times, its own commands broadcast."""

from __future__ import annotations

from itertools import pairwise

from groundstation.simulator.engine.boot import CRITICAL, INFO
from groundstation.simulator.engine.field import Spot
from groundstation.simulator.engine.mission_run import ItemFlyer, MissionRun
from groundstation.simulator.engine.missions import MISSION, Item, Nav
from groundstation.simulator.engine.vehicle import Vehicle
from groundstation.simulator.px4.mission_items import is_place

_ITEM_REACHED, _COMMAND_ACK = 46, 77
_REPEATS, _REPEAT_S = 11, 0.1
_ANNOUNCED = frozenset({Nav.DO_CHANGE_SPEED, Nav.RETURN_TO_LAUNCH, Nav.DO_SET_HOME, Nav.DO_SET_ROI_LOCATION})
"""Items it carries out as commands to itself, whose acknowledgements every link sees."""


class Px4MissionRun(MissionRun):
    """The progress of a PX4 through its mission."""

    first_seq = 0

    def __init__(self, vehicle: Vehicle, flyer: ItemFlyer) -> None:
        super().__init__(vehicle.plans[MISSION], flyer)
        self._vehicle = vehicle

    @property
    def is_valid(self) -> bool:
        """Is there a mission that passes the checks."""
        return self.has_items and not self.faults()

    def faults(self) -> list[str]:
        """Return what is wrong with the mission, as it is said: legs that are too long."""
        value, home = self._vehicle.parameters.value, self._vehicle.guidance.home
        places = [self._spot(item) for item in self.items if is_place(item)]
        if not places:
            return []
        found = []
        first_m, most_m = home.distance_to(places[0]), value("MIS_DIST_1WP")
        if 0.0 < most_m < first_m:
            found.append(f"First waypoint too far away: {int(first_m)}m, {int(most_m)} max\t")
        most_m = value("MIS_DIST_WPS")
        longest_m = max((one.distance_to(other) for one, other in pairwise(places)), default=0.0)
        if 0.0 < most_m < longest_m:
            found.append(f"Distance between waypoints too far: {int(longest_m)} meters, {int(most_m)} max.\t")
        return found

    def _spot(self, item: Item) -> Spot:
        return self._vehicle.field.spot(item.x * 1e-7, item.y * 1e-7, 0.0)

    def check(self) -> None:
        """Say what is wrong with a mission that was just uploaded."""
        for text in self.faults():
            self._vehicle.say(CRITICAL, text)

    def resume(self) -> None:
        """Fly on at the current item, and say so."""
        self._vehicle.later(0.0, lambda: self._vehicle.say(INFO, "Executing Mission\t"))
        super().resume()

    def _announce(self, seq: int, item: Item) -> None:
        """Broadcast the acknowledgement of a command it gave itself; tell a DO_ item as reached."""
        vehicle = self._vehicle
        if item.command in _ANNOUNCED:
            fields = {"target_system": vehicle.system, "target_component": 1}
            vehicle.later(0.0, lambda: vehicle.broadcast(_COMMAND_ACK, command=item.command, result=0, **fields))
        if not item.is_flown:
            self._repeat_reached(seq)

    def _tell_reached(self) -> None:
        self._repeat_reached(self.current)

    def _repeat_reached(self, seq: int) -> None:
        for turn in range(_REPEATS):
            self._vehicle.later(turn * _REPEAT_S, lambda: self._vehicle.broadcast(_ITEM_REACHED, seq=seq))

    def _complete(self) -> None:
        super()._complete()
        end = "loitering" if self._vehicle.guidance.is_airborne else "landed"
        self._vehicle.later(0.0, lambda: self._vehicle.say(INFO, f"Mission finished, {end}\t"))
