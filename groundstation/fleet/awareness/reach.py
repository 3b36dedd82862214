# SPDX-License-Identifier: Apache-2.0
"""From how far a vehicle gets home with what its battery has left. Pure.

What is left is a time: as the autopilot tells it, else charge by measured current, of the pack that is worst off. Of it
comes off what the landing takes, by its height, and half a minute. In the rest it flies home through the air as fast as
it does now (slower than 3 m/s: as its parameters say), while the wind moves it: so it gets home from inside a circle
whose middle is home, moved against the wind by as much as that blows meanwhile. All of it is an estimate, and None
where a part is not known.
"""

from __future__ import annotations

import math

import msgspec

from groundstation.fleet.awareness.approach import velocity_of
from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.geometry import bearing_deg, distance_m, moved
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Freshness
from groundstation.fleet.plans.pace import LAND_SLOWS_M, pace_of
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.vehicle import VehicleState

KEPT_S = 30.0
"""Beside what coming down takes."""
MOVING_MPS = 3.0
IDLE_A = 0.5
"""Less is no current of flight, and says nothing of how long a pack lasts."""
FULL_FRACTION = 0.95
"""Of a pack that is fuller its size can't be told by what came out of it."""
MEAN_S = 20.0
"""Currents are averaged over about so long."""
SPEED_PARAMETERS: dict[str, float] = {
    "WPNAV_SPEED": 0.01,
    "MPC_XY_CRUISE": 1.0,
    "AIRSPEED_CRUISE": 1.0,
    "TRIM_ARSPD_CM": 0.01,
}
"""What a vehicle flies missions and returns with, and how many m/s one of it is."""


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate."""

    key: VehicleKey
    centre: Place
    """Of the circle from inside of which it gets home."""
    radius_m: float
    """0 where what is left does not even do for the landing."""
    reach_m: float
    """From home to the edge of it, in the direction in which the vehicle is."""
    return_s: float
    """Home from where it is."""
    landing_s: float
    """Kept for coming down."""
    margin_fraction: float
    """Share of what is left now that would be left after it has landed at home; negative where it is not enough."""


class Currents:
    """Mean currents of the packs of a fleet; one thread owns it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[VehicleKey, int], tuple[float, float]] = {}

    def take(self, state: VehicleState) -> dict[int, float]:
        """The means, by pack, with what a vehicle tells now.

        Args:
            state: the vehicle.
        """
        found = {}
        for pack in state.battery:
            key = state.key, pack.index
            if pack.current_a is None:
                self._kept.pop(key, None)
                continue
            at_s, mean_a = self._kept.get(key, (pack.at_s, pack.current_a))
            share = 1.0 - math.exp(-max(0.0, pack.at_s - at_s) / MEAN_S)
            # a clock that began anew, and another flight, begin a mean anew
            is_new = not 0.0 <= pack.at_s - at_s < 3.0 * MEAN_S
            found[pack.index] = pack.current_a if is_new else mean_a + share * (pack.current_a - mean_a)
            self._kept[key] = pack.at_s, found[pack.index]
        return found

    def keep(self, keys: set[VehicleKey]) -> None:
        """Forget all others."""
        self._kept = {key: one for key, one in self._kept.items() if key[0] in keys}


def reach_of(
    state: VehicleState, now_s: float, mean_a: dict[int, float] | None = None, told: dict[str, float] | None = None
) -> Reach | None:
    """From how far it gets home.

    Args:
        state: the vehicle.
        now_s: seconds on the station's clock.
        mean_a: currents by pack, amperes; None for those of this moment.
        told: what of its parameters is known, see `told_parameters.py`; None for nothing.

    Returns:
        None where it is not known to fly, or home, height, wind, speed or what is left are not known or old; and where
        the wind is as fast as the vehicle.
    """
    position, home = state.position, state.home
    if state.is_flying is not True or not state.is_heard or position is None or home is None:
        return None
    if position.lat_deg is None or position.lon_deg is None or home.lat_deg is None or home.lon_deg is None:
        return None
    if any(state.freshness(kind, now_s) is not Freshness.FRESH for kind in ("position", "battery", "wind")):
        return None
    wind, left_s, landing_s = _wind(state), _left_s(state, mean_a), _landing_s(state)
    if wind is None or left_s is None or landing_s is None:
        return None
    air_mps = _air_mps(state, wind, now_s, told or {})
    if air_mps is None or air_mps <= math.hypot(*wind):
        return None
    at_home = Place(home.lat_deg, home.lon_deg)
    away_m = distance_m(*at_home, position.lat_deg, position.lon_deg)
    turn = math.radians(bearing_deg(*at_home, position.lat_deg, position.lon_deg))
    usable_s, along_mps = max(0.0, left_s - landing_s), math.cos(turn) * wind[0] + math.sin(turn) * wind[1]
    return_s = _return_s(away_m, along_mps, air_mps, math.hypot(*wind))
    reach_m = usable_s * (math.sqrt(along_mps**2 + air_mps**2 - math.hypot(*wind) ** 2) - along_mps)
    return Reach(
        key=state.key,
        centre=Place(*moved(*at_home, -wind[0] * usable_s, -wind[1] * usable_s)),
        radius_m=air_mps * usable_s,
        # at home there is no direction: the shortest counts
        reach_m=reach_m if away_m >= 1.0 else usable_s * (air_mps - math.hypot(*wind)),
        return_s=return_s,
        landing_s=landing_s,
        margin_fraction=(left_s - return_s - landing_s) / max(left_s, 1.0),
    )


def _return_s(away_m: float, along_mps: float, air_mps: float, wind_mps: float) -> float:
    """How long it flies home: as long as the wind and its own speed together need for the way.

    Args:
        away_m: from home.
        along_mps: of the wind, away from home in the direction of the vehicle.
        air_mps: of the vehicle through the air, more than the wind.
        wind_mps: of the wind.
    """
    ahead, gain = along_mps * away_m, air_mps**2 - wind_mps**2
    return (ahead + math.sqrt(ahead**2 + gain * away_m**2)) / gain


def _wind(state: VehicleState) -> tuple[float, float] | None:
    """North and east, m/s, where it blows to."""
    wind = state.wind
    if wind is None or wind.speed_mps is None or wind.from_deg is None:
        return None
    turn = math.radians(wind.from_deg)
    return -wind.speed_mps * math.cos(turn), -wind.speed_mps * math.sin(turn)


def _air_mps(state: VehicleState, wind: tuple[float, float], now_s: float, told: dict[str, float]) -> float | None:
    velocity = velocity_of(state)
    if velocity is not None and state.freshness("velocity", now_s) is Freshness.FRESH:
        found = math.hypot(velocity[0] - wind[0], velocity[1] - wind[1])
        # who hovers has the wind's speed through the air, which is not the one it comes home with
        if math.hypot(velocity[0], velocity[1]) >= MOVING_MPS and found >= MOVING_MPS:
            return found
    for name, unit in SPEED_PARAMETERS.items():
        if told.get(name, 0.0) * unit > 0.1:
            return told[name] * unit
    return None


def _left_s(state: VehicleState, mean_a: dict[int, float] | None) -> float | None:
    """Of the pack that is worst off; None where one of them does not tell."""
    found = [_pack_left_s(one, (mean_a or {}).get(one.index, one.current_a)) for one in state.battery]
    known = [one for one in found if one is not None]
    return min(known) if known and len(known) == len(found) else None


def _pack_left_s(pack: BatteryPack, current_a: float | None) -> float | None:
    if pack.time_left_s is not None:
        return pack.time_left_s
    charge, used_mah = pack.charge_fraction, pack.used_mah
    if charge is None or used_mah is None or current_a is None or current_a < IDLE_A:
        return None
    if charge > FULL_FRACTION or used_mah <= 0.0:
        return None
    left_mah = used_mah / (1.0 - charge) * charge
    return left_mah * 3.6 / current_a


def _landing_s(state: VehicleState) -> float | None:
    """How long it comes down over home, and half a minute; what has wings comes down on its way."""
    height_m, info = state.height.height_m, state.info
    if height_m is None or info is None:
        return None
    pace = pace_of(info.kind, info.autopilot)
    if pace.is_wing:
        return KEPT_S
    high_m = max(0.0, height_m)
    return KEPT_S + max(0.0, high_m - LAND_SLOWS_M) / pace.sink_mps + min(high_m, LAND_SLOWS_M) / pace.land_mps
