# SPDX-License-Identifier: Apache-2.0
"""How an ArduPilot tells of its mission: a text as each item begins, and one as it is done. Sans-I/O."""

from __future__ import annotations

from groundstation.simulator.ardupilot.mission_items import title_of
from groundstation.simulator.engine.boot import INFO
from groundstation.simulator.engine.mission_run import ItemFlyer, MissionRun
from groundstation.simulator.engine.missions import MISSION, Item
from groundstation.simulator.engine.vehicle import Vehicle

_ITEM_REACHED = 46


class ArduPilotMissionRun(MissionRun):
    """The progress of an ArduPilot through its mission; item 0 is home."""

    first_seq = 1

    def __init__(self, vehicle: Vehicle, flyer: ItemFlyer) -> None:
        super().__init__(vehicle.plans[MISSION], flyer)
        self._vehicle = vehicle

    def _announce(self, seq: int, item: Item) -> None:
        self._vehicle.say(INFO, f"Mission: {seq} {title_of(item)}")

    def _tell_reached(self) -> None:
        """Say it; a DO_ item right behind lends its number to MISSION_ITEM_REACHED, not to the text."""
        seq = self.current
        following = self.items[seq + 1] if seq + 1 < len(self.items) else None
        self._vehicle.broadcast(_ITEM_REACHED, seq=seq + 1 if following and not following.is_flown else seq)
        text = self._flyer.reached_text(seq, self.items[seq])
        if text:
            self._vehicle.say(INFO, text)
