# SPDX-License-Identifier: Apache-2.0
"""What `watch --json` tells scripts of a vehicle."""

from __future__ import annotations

from groundstation.app.watch import state_for_scripts
from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import Connection, LinkState
from groundstation.fleet.vehicle import VehicleState


def test_conditions_are_told_in_words_and_as_codes_with_their_numbers() -> None:
    state = VehicleState(
        key=VehicleKey("fleet", "uav-1"),
        connection=Connection(state=LinkState.ONLINE),
        battery=(BatteryPack(at_s=0.0, index=0, charge_fraction=0.2),),
    )
    assert state_for_scripts(state, 1.0)["conditions"] == [
        {
            "level": "caution",
            "text": "battery low 20 %",
            "said": {"code": "battery_low", "args": {"name": {"code": "battery"}, "percent": 20.0}},
        }
    ]
