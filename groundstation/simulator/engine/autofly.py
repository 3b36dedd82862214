# SPDX-License-Identifier: Apache-2.0
"""The pilot on board of a vehicle that flies by itself: waits, plans a mission, arms, flies it, lands, rests. Sans-I/O.

It does what an operator could have done, with the same refusals; every link sees the modes, texts and
missions of it. The first order of an operator ends it for that vehicle.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from groundstation.simulator.engine.commands import MavResult
from groundstation.simulator.engine.flight import Flight
from groundstation.simulator.engine.missions import MISSION, Item, Nav
from groundstation.simulator.engine.vehicle import Vehicle

_LOOK_S = 1.0
_STAGGER_S = 4.0
_GOLDEN_RAD = 2.399963
"""Neighbours fly in quite different directions."""
_LOW_ENOUGH = 0.6
"""It puts in a new battery below this much charge."""
_APPROACH_M = 700.0

Course = list[tuple[float, float, float]]
"""Waypoints: metres north and east of home, metres above it."""


def _ring(size_m: float, height_m: float, spin: float) -> Course:
    """A polygon of eight corners, climbing and sinking by a quarter."""
    corners = [spin + step * math.pi / 4.0 for step in range(9)]
    return [(size_m * math.cos(a), size_m * math.sin(a), height_m * (1.0 + 0.25 * math.sin(2.0 * a))) for a in corners]


def _star(size_m: float, height_m: float, spin: float) -> Course:
    """A star of five points."""
    corners = [spin + step * 4.0 * math.pi / 5.0 for step in range(6)]
    return [(size_m * math.cos(a), size_m * math.sin(a), height_m) for a in corners]


def _lanes(size_m: float, height_m: float, spin: float) -> Course:
    """Parallel lanes, as for a survey."""
    course: Course = []
    for lane in range(5):
        across = size_m * (lane / 2.0 - 1.0)
        ends = (-size_m, size_m) if lane % 2 == 0 else (size_m, -size_m)
        for along in ends:
            north = along * math.cos(spin) - across * math.sin(spin)
            course.append((north, along * math.sin(spin) + across * math.cos(spin), height_m))
    return course


def _spiral(size_m: float, height_m: float, spin: float) -> Course:
    """Two turns outwards and upwards."""
    return [
        (
            size_m * (0.25 + 0.75 * step / 16.0) * math.cos(spin + step * math.pi / 4.0),
            size_m * (0.25 + 0.75 * step / 16.0) * math.sin(spin + step * math.pi / 4.0),
            height_m * (0.6 + 0.6 * step / 16.0),
        )
        for step in range(17)
    ]


FIGURES: tuple[Callable[[float, float, float], Course], ...] = (_ring, _star, _lanes, _spiral)


class OnboardPilot:
    """Flies one vehicle again and again."""

    def __init__(self, vehicle: Vehicle, flight: Flight, index: int, seed: int) -> None:
        """Begin with a wait that is longer the higher the index, so that not all start at once."""
        self._vehicle = vehicle
        self._flight = flight
        self._index = index
        self._random = np.random.default_rng([seed, index])
        self._next_look_s = _STAGGER_S * (index % 25) + 3.0
        self._flights = 0
        self._armed_s: float | None = None
        self._is_started = self._is_ours = self._has_flown = False

    def tick(self, now_s: float) -> None:
        """Look once a second whether something is to do."""
        if now_s < self._next_look_s:
            return
        self._next_look_s = now_s + _LOOK_S
        vehicle = self._vehicle
        if vehicle.is_commanded:
            return  # an operator has it now, for good: nobody takes off again who was told to land
        if vehicle.armed:
            self._has_flown = True
            # who is armed by an operator is flown by the operator
            if self._is_ours and not self._is_started:
                self._start_mission()
        elif self._has_flown:
            self._has_flown = self._is_ours = self._is_started = False
            self._rest(now_s)
        elif vehicle.home is not None and vehicle.has_position:
            self._get_going()

    def _rest(self, now_s: float) -> None:
        """Stay on the ground for a while; change a battery that is far down."""
        self._next_look_s = now_s + float(self._random.uniform(20.0, 60.0))
        vehicle = self._vehicle
        used = vehicle.motion.consumed_mah / vehicle.flavour.airframe.capacity_mah
        if 1.0 - used < _LOW_ENOUGH:
            self._flight.set_charge(self._index, 1.0)
            vehicle.failsafes.new_battery()

    def _get_going(self) -> None:
        """Plan, then arm; when refused try again at the next look."""
        vehicle = self._vehicle
        is_plane = vehicle.flavour.airframe.is_plane
        items = self._plane_mission() if is_plane else self._copter_mission()
        vehicle.plans[MISSION].items = items if vehicle.flavour.has_home_item else items[1:]
        vehicle.guidance.mission.forget()
        vehicle.set_mode(vehicle.flavour.first_mode if is_plane else vehicle.flavour.guided_mode)
        if vehicle.arming.arm() == MavResult.ACCEPTED:
            self._flights += 1
            self._is_ours = True

    def _start_mission(self) -> None:
        self._is_started = True
        self._vehicle.set_mode(self._vehicle.flavour.auto_mode)
        self._vehicle.guidance.start_mission()

    def _course(self, reach_m: tuple[float, float], size_m: tuple[float, float], height_m: float) -> Course:
        """Choose a figure around a centre of this vehicle's own."""
        draw = self._random.uniform
        angle = self._index * _GOLDEN_RAD + self._flights * 0.7
        reach = draw(*reach_m)
        figure = FIGURES[(self._index + self._flights) % len(FIGURES)]  # another one each time, and not the neighbours'
        north, east = reach * math.cos(angle), reach * math.sin(angle)
        size = draw(*size_m)
        return [(north + n, east + e, up) for n, e, up in figure(size, height_m, draw(0.0, math.tau))]

    def _item(self, command: int, place: tuple[float, float, float], param1: float = 0.0) -> Item:
        home = self._vehicle.guidance.home
        x, y = self._vehicle.field.scaled(home.north_m + place[0], home.east_m + place[1])
        return Item(command, params=(param1, 0.0, 0.0, 0.0), x=x, y=y, z=round(place[2], 2))

    def _copter_mission(self) -> list[Item]:
        height_m = float(self._random.uniform(25.0, 90.0))
        course = self._course((120.0, 700.0), (60.0, 160.0), height_m)
        speed = float(self._random.uniform(6.0, 12.0))
        placeless = self._vehicle.flavour.placeless_frame
        items = [Item(Nav.WAYPOINT, frame=0), self._item(Nav.TAKEOFF, (0.0, 0.0, 0.5 * height_m))]
        items.append(Item(Nav.DO_CHANGE_SPEED, frame=placeless, params=(1.0, speed, -1.0, 0.0)))
        for step, place in enumerate(course):
            pause_s = 8.0 if step % 4 == 3 else 0.0  # so that some hover now and then
            items.append(self._item(Nav.WAYPOINT, place, pause_s))
        if self._flights % 3 == 2:
            items.append(self._item(Nav.LAND, (0.0, 0.0, 0.0)))
        else:
            items.append(Item(Nav.RETURN_TO_LAUNCH, frame=placeless))
        return items

    def _plane_mission(self) -> list[Item]:
        height_m = float(self._random.uniform(90.0, 180.0))
        course = self._course((500.0, 1200.0), (280.0, 450.0), height_m)
        runway = self._vehicle.motion.yaw_rad
        items = [Item(Nav.WAYPOINT, frame=0), self._item(Nav.TAKEOFF, (0.0, 0.0, 50.0), 15.0)]
        items += [self._item(Nav.WAYPOINT, place) for place in course]
        for far, up in ((2.2, 80.0), (1.0, 45.0)):
            back = -far * _APPROACH_M
            place = (back * math.cos(runway), back * math.sin(runway), up)
            items.append(self._item(Nav.WAYPOINT, place))
        items.append(self._item(Nav.LAND, (0.0, 0.0, 0.0)))
        return items
