# SPDX-License-Identifier: Apache-2.0
"""MAVLink messages of a vehicle's state, as an autopilot would send them. Pure.

What is not known, or older than it may be, has no message or MAVLink's own mark for unknown: nothing is made up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.kinds import Freshness
from groundstation.fleet.navigation import GpsReceiver
from groundstation.fleet.sample import Severity
from groundstation.fleet.vehicle import VehicleState
from groundstation.mavlink import encode
from groundstation.mavlink.decoders.navigation import FIXES
from groundstation.mavlink.decoders.status import LANDED_STATES, SYSTEM_STATES
from groundstation.mavlink.modes import CUSTOM_MODE_ENABLED, SAFETY_ARMED
from groundstation.mavlink.stream_requests import Outbound

TEXT_BYTES = 50
"""Of one STATUSTEXT; longer ones are cut at a letter."""
MAX_PACKS = 8
_SEVERITIES: dict[Severity, int] = {one: number for number, one in enumerate(Severity) if one is not Severity.UNKNOWN}
"""MAV_SEVERITY."""
_STANDBY, _ACTIVE = 3, 4
"""MAV_STATE."""
_I16, _U16, _I32, _U32 = 1 << 15, 1 << 16, 1 << 31, 1 << 32
_NO_U16 = _U16 - 1


def heartbeat(state: VehicleState, mav_type: int, mav_autopilot: int) -> Outbound:
    """HEARTBEAT: who it is, its mode and whether it is armed.

    Args:
        state: of the vehicle.
        mav_type: HEARTBEAT.type.
        mav_autopilot: HEARTBEAT.autopilot.
    """
    is_armed = state.armed is not None and state.armed.is_armed is True
    number = state.mode.custom_mode if state.mode is not None else None
    told = state.flight_status.system_status if state.flight_status is not None else None
    known = SYSTEM_STATES.index(told) if told in SYSTEM_STATES else None
    return encode.payload(
        "HEARTBEAT",
        type=mav_type,
        autopilot=mav_autopilot,
        base_mode=(SAFETY_ARMED if is_armed else 0) | (CUSTOM_MODE_ENABLED if number is not None else 0),
        custom_mode=number or 0,
        system_status=known if known is not None else (_ACTIVE if is_armed else _STANDBY),
        mavlink_version=3,
    )


def motion(state: VehicleState, time_s: float, boot_ms: int) -> Iterator[Outbound]:
    """Where it is and how it moves.

    Args:
        state: of the vehicle, with samples on the clock of `time_s`.
        time_s: now.
        boot_ms: the vehicle's clock, milliseconds.
    """
    attitude, air = _fresh(state, "attitude", time_s), _fresh(state, "air_data", time_s)
    if attitude is not None and attitude.roll_deg is not None and attitude.pitch_deg is not None:
        yaw_deg = attitude.yaw_deg if attitude.yaw_deg is not None else state.heading_deg or 0.0
        yield encode.payload(
            "ATTITUDE",
            time_boot_ms=boot_ms % _U32,
            roll=math.radians(attitude.roll_deg),
            pitch=math.radians(attitude.pitch_deg),
            yaw=math.radians((yaw_deg + 180.0) % 360.0 - 180.0),
            rollspeed=math.radians(attitude.roll_rate_dps or 0.0),
            pitchspeed=math.radians(attitude.pitch_rate_dps or 0.0),
            yawspeed=math.radians(attitude.yaw_rate_dps or 0.0),
        )
    yield from _position(state, time_s, boot_ms)
    velocity, amsl_m = _fresh(state, "velocity", time_s), state.height_amsl_m
    speed_mps = velocity.ground_speed_mps if velocity is not None else None
    if air is not None or speed_mps is not None:
        climb_mps = air.climb_mps if air is not None else None
        if climb_mps is None and velocity is not None and velocity.down_mps is not None:
            climb_mps = -velocity.down_mps
        yield encode.payload(
            "VFR_HUD",
            airspeed=(air.airspeed_mps if air is not None else None) or 0.0,
            groundspeed=speed_mps or (air.ground_speed_mps if air is not None else None) or 0.0,
            heading=_clipped((state.heading_deg or 0.0) % 360.0, 1.0, _I16),
            throttle=_clipped((air.throttle_fraction if air is not None else None) or 0.0, 100.0, 101),
            alt=amsl_m if amsl_m is not None else 0.0,
            climb=climb_mps or 0.0,
        )


def _position(state: VehicleState, time_s: float, boot_ms: int) -> Iterator[Outbound]:
    place, velocity = _fresh(state, "position", time_s), _fresh(state, "velocity", time_s)
    if place is None or place.lat_deg is None or place.lon_deg is None:
        return
    speeds = (velocity.north_mps, velocity.east_mps, velocity.down_mps) if velocity is not None else (None,) * 3
    north, east, down = (_clipped(one or 0.0, 100.0, _I16) for one in speeds)
    heading_deg = state.heading_deg
    yield encode.payload(
        "GLOBAL_POSITION_INT",
        time_boot_ms=boot_ms % _U32,
        lat=_clipped(place.lat_deg, 1e7, _I32),
        lon=_clipped(place.lon_deg, 1e7, _I32),
        alt=_clipped(state.height_amsl_m or 0.0, 1e3, _I32),
        relative_alt=_clipped(state.height.height_m or 0.0, 1e3, _I32),
        vx=north,
        vy=east,
        vz=down,
        hdg=_NO_U16 if heading_deg is None else _clipped(heading_deg % 360.0, 100.0, 36_000),
    )


def status(state: VehicleState, time_s: float) -> Iterator[Outbound]:
    """How it is: batteries, receivers, ground or air, mission, home. For once a second."""
    packs = state.battery[:MAX_PACKS] if state.freshness("battery", time_s) is Freshness.FRESH else ()
    yield _sys_status(packs[0] if packs else None)
    for pack in packs:
        yield _battery(pack)
    if state.gps and state.freshness("gps", time_s) is Freshness.FRESH:
        yield _receiver(state.gps[0])
    landed, mission, home = _fresh(state, "landed", time_s), _fresh(state, "mission_progress", time_s), state.home
    if landed is not None and landed.state in LANDED_STATES:
        yield encode.payload("EXTENDED_SYS_STATE", landed_state=LANDED_STATES.index(landed.state))
    if mission is not None and mission.item is not None:
        told = {"seq": mission.item % _U16, "total": (mission.items or 0) % _U16}
        yield encode.payload("MISSION_CURRENT", **told)
    if home is not None and home.lat_deg is not None and home.lon_deg is not None:
        yield encode.whole_payload(
            "HOME_POSITION",
            latitude=_clipped(home.lat_deg, 1e7, _I32),
            longitude=_clipped(home.lon_deg, 1e7, _I32),
            altitude=_clipped(home.height_amsl_m or 0.0, 1e3, _I32),
        )


def text(severity: Severity, words: str) -> Outbound:
    """STATUSTEXT, cut to what one has room for."""
    data = words.encode()[:TEXT_BYTES].decode("utf-8", "ignore")
    return encode.whole_payload("STATUSTEXT", severity=_SEVERITIES.get(severity, 6), text=data)


def _sys_status(pack: BatteryPack | None) -> Outbound:
    voltage = pack.voltage_v if pack is not None else None
    current = pack.current_a if pack is not None else None
    charge = pack.charge_fraction if pack is not None else None
    return encode.payload(
        "SYS_STATUS",
        voltage_battery=_NO_U16 if voltage is None else _clipped(voltage, 1e3, _NO_U16),
        current_battery=-1 if current is None else _clipped(current, 100.0, _I16),
        battery_remaining=-1 if charge is None else _clipped(charge, 100.0, 101),
    )


def _battery(pack: BatteryPack) -> Outbound:
    cells = [_clipped(one, 1e3, _NO_U16) for one in pack.cells_v[:10]]
    if not cells and pack.voltage_v is not None:
        # of a pack whose cells are not measured the first place has it all, if it is not more than that can hold
        cells = [_clipped(pack.voltage_v, 1e3, _NO_U16)]
    return encode.whole_payload(
        "BATTERY_STATUS",
        id=pack.index % 256,
        temperature=_I16 - 1 if pack.temperature_c is None else _clipped(pack.temperature_c, 100.0, _I16),
        voltages=[*cells, *[_NO_U16] * 10][:10],
        current_battery=-1 if pack.current_a is None else _clipped(pack.current_a, 100.0, _I16),
        current_consumed=-1 if pack.used_mah is None else _clipped(pack.used_mah, 1.0, _I32),
        energy_consumed=-1 if pack.used_wh is None else _clipped(pack.used_wh, 36.0, _I32),
        battery_remaining=-1 if pack.charge_fraction is None else _clipped(pack.charge_fraction, 100.0, 101),
        time_remaining=0 if pack.time_left_s is None else _clipped(pack.time_left_s, 1.0, _I32),
    )


def _receiver(one: GpsReceiver) -> Outbound:
    return encode.payload(
        "GPS_RAW_INT",
        fix_type=FIXES.index(one.fix) if one.fix in FIXES else 0,
        lat=_clipped(one.lat_deg or 0.0, 1e7, _I32),
        lon=_clipped(one.lon_deg or 0.0, 1e7, _I32),
        alt=_clipped(one.height_amsl_m or 0.0, 1e3, _I32),
        eph=_NO_U16 if one.hdop is None else _clipped(one.hdop, 100.0, _NO_U16),
        epv=_NO_U16 if one.vdop is None else _clipped(one.vdop, 100.0, _NO_U16),
        vel=_NO_U16 if one.ground_speed_mps is None else _clipped(one.ground_speed_mps, 100.0, _NO_U16),
        cog=_NO_U16,
        satellites_visible=255 if one.satellites is None else min(max(one.satellites, 0), 254),
    )


def _fresh(state: VehicleState, kind: str, time_s: float) -> Any:
    """The sample of a kind, unless it is too old to be told as of now."""
    return getattr(state, kind) if state.freshness(kind, time_s) is Freshness.FRESH else None


def _clipped(value: float, scale: float, bound: int) -> int:
    """A whole number within a field's bounds: a log may hold anything."""
    return min(max(round(value * scale), -bound + 1), bound - 1) if math.isfinite(value) else 0
