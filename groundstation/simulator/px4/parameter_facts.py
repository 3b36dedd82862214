# SPDX-License-Identifier: Apache-2.0
"""What a simulated PX4 tells of its parameters: name, type and default of all, and of some what they mean, as data.

The form is that of PX4's own file (MAVLink `parameter.schema.json`); the words are this project's, and few.
"""

from __future__ import annotations

from typing import Any

from groundstation.simulator.engine.parameters import declared
from groundstation.simulator.px4.parameter_table import ALL

_KINDS = {6: "Int32", 9: "Float"}
_FAMILIES = (("CAL_", "Sensor Calibration"), ("COM_", "Commander"), ("MPC_", "Multicopter Position Control"))
_TOLD: dict[str, dict[str, Any]] = {
    "MPC_XY_CRUISE": {"shortDesc": "Speed in missions", "units": "m/s", "min": 3.0, "max": 20.0, "increment": 1.0},
    "MPC_XY_VEL_MAX": {"shortDesc": "Fastest over the ground", "units": "m/s", "min": 0.0, "max": 20.0},
    "MPC_Z_VEL_MAX_UP": {"shortDesc": "Fastest climb", "units": "m/s", "min": 0.5, "max": 8.0},
    "MPC_Z_VEL_MAX_DN": {"shortDesc": "Fastest descent", "units": "m/s", "min": 0.5, "max": 4.0},
    "MPC_TKO_SPEED": {"shortDesc": "Climb after take-off", "units": "m/s", "min": 1.0, "max": 5.0},
    "MPC_LAND_SPEED": {"shortDesc": "Descent before the ground", "units": "m/s", "min": 0.6},
    "MPC_TILTMAX_AIR": {"shortDesc": "Most tilt in the air", "units": "deg", "min": 20.0, "max": 89.0},
    "MIS_TAKEOFF_ALT": {"shortDesc": "Least height of a take-off", "units": "m", "min": 0.0, "max": 80.0},
    "MIS_DIST_1WP": {"shortDesc": "Farthest first waypoint", "units": "m", "min": -1.0, "max": 10000.0},
    "NAV_ACC_RAD": {"shortDesc": "A waypoint counts as reached within", "units": "m", "min": 0.05, "max": 200.0},
    "RTL_RETURN_ALT": {"shortDesc": "Height of a return", "units": "m", "min": 0.0, "max": 150.0},
    "RTL_DESCEND_ALT": {"shortDesc": "Height above home before the descent", "units": "m", "min": 2.0, "max": 100.0},
    "RTL_LAND_DELAY": {"shortDesc": "Wait above home before the landing", "units": "s", "min": -1.0, "max": 300.0},
    "COM_DL_LOSS_T": {"shortDesc": "A station counts as lost after", "units": "s", "min": 5, "max": 300},
    "COM_DISARM_LAND": {"shortDesc": "Disarmed so long after a landing", "units": "s", "min": -1.0, "max": 20.0},
    "BAT_LOW_THR": {"shortDesc": "Battery is low below", "units": "norm", "min": 0.12, "max": 0.5},
    "BAT_CRIT_THR": {"shortDesc": "Battery is critical below", "units": "norm", "min": 0.05, "max": 0.25},
    "BAT1_N_CELLS": {"shortDesc": "Cells of the battery", "min": 0, "max": 16, "rebootRequired": True},
    "MAV_SYS_ID": {"shortDesc": "System id", "min": 1, "max": 250, "rebootRequired": True},
    "COM_FLIGHT_UUID": {"shortDesc": "Number of the next flight", "volatile": True, "category": "System"},
    "LND_FLIGHT_T_LO": {"shortDesc": "Time in the air, lower half", "volatile": True, "category": "System"},
    "LND_FLIGHT_T_HI": {"shortDesc": "Time in the air, upper half", "volatile": True, "category": "System"},
    "NAV_DLL_ACT": {
        "shortDesc": "What is done when no station is heard",
        "values": [
            {"value": number, "description": words}
            for number, words in enumerate(("Nothing", "Hold", "Return", "Land", "", "Terminate", "Lockdown"))
            if words
        ],
    },
    "COM_LOW_BAT_ACT": {
        "shortDesc": "What is done when the battery is low",
        "values": [
            {"value": 0, "description": "Warning"},
            {"value": 2, "description": "Land"},
            {"value": 3, "description": "Return when critical, land in an emergency"},
        ],
    },
    "GF_ACTION": {
        "shortDesc": "What is done outside of the fence",
        "values": [
            {"value": number, "description": words}
            for number, words in enumerate(("Nothing", "Warning", "Hold", "Return", "Terminate", "Land"))
        ],
    },
    "COM_RCL_EXCEPT": {
        "shortDesc": "Where a lost remote control means nothing",
        "bitmask": [
            {"index": number, "description": words} for number, words in enumerate(("Mission", "Hold", "Offboard"))
        ],
    },
}


def parameter_document() -> dict[str, Any]:
    """The whole file, before it is written as JSON."""
    rows = []
    for one in declared(ALL):
        kind = _KINDS.get(one.kind, "Int32")
        family = next((words for prefix, words in _FAMILIES if one.name.startswith(prefix)), "")
        row = {
            "name": one.name,
            "type": kind,
            "default": int(one.value) if kind == "Int32" else one.value,
            "group": family or one.name.partition("_")[0],
            "category": "Standard",
            "shortDesc": one.name.replace("_", " ").capitalize(),
        }
        rows.append(row | _TOLD.get(one.name, {}))
    return {"version": 1, "parameters": rows}
