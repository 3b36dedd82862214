# SPDX-License-Identifier: Apache-2.0
"""What a vehicle asks of its side of the mission protocol; how it asks and answers is the firmware's. Sans-I/O."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any

from groundstation.simulator.engine.links import Link
from groundstation.simulator.engine.missions import Item, Result
from groundstation.simulator.engine.wire import Message

_ACK, _ITEM_INT = 47, 73


class MissionTransfer(ABC):
    """One vehicle's side of all mission conversations."""

    @abstractmethod
    def forget(self, link: Link) -> None:
        """The link is gone; a conversation over it never ends otherwise."""

    @abstractmethod
    def tick(self) -> None:
        """Ask again, or give up."""

    @abstractmethod
    def count(self, link: Link, message: Message) -> None:
        """MISSION_COUNT: somebody wants to upload."""

    @abstractmethod
    def partial(self, link: Link, message: Message) -> None:
        """MISSION_WRITE_PARTIAL_LIST: somebody wants to replace some items of the list."""

    @abstractmethod
    def item(self, link: Link, message: Message) -> None:
        """MISSION_ITEM or MISSION_ITEM_INT: one item of the upload."""

    @abstractmethod
    def request_list(self, link: Link, message: Message) -> None:
        """MISSION_REQUEST_LIST: somebody wants to download."""

    @abstractmethod
    def request(self, link: Link, message: Message) -> None:
        """MISSION_REQUEST or MISSION_REQUEST_INT: send one item."""

    @abstractmethod
    def clear(self, link: Link, message: Message) -> None:
        """MISSION_CLEAR_ALL."""

    @abstractmethod
    def set_current(self, link: Link, message: Message) -> None:
        """MISSION_SET_CURRENT."""

    def _answer(self, link: Link, message: Message, result: Result) -> None:
        self._ack(link, message.system, message.component, message.values["mission_type"], result)

    @staticmethod
    def _ack(link: Link, system: int, component: int, kind: int, result: Result) -> None:
        link.say(_ACK, target_system=system, target_component=component, type=int(result), mission_type=kind)


def item_values(item: Item, *, as_int: bool) -> dict[str, Any]:
    """Return what MISSION_ITEM_INT, or the float message, holds of an item itself."""
    scale = 1 if as_int else 1e-7
    params = {f"param{place}": value for place, value in enumerate(item.params, start=1)}
    place = {"x": item.x * scale, "y": item.y * scale, "z": item.z}
    return {**params, **place, "command": item.command, "autocontinue": item.autocontinue}


def item_of(message: Message) -> Item:
    """Read an item from either message; the float one loses some precision on its way."""
    values = message.values
    scale = 1 if message.number == _ITEM_INT else 1e7
    return Item(
        command=values["command"],
        frame=values["frame"],
        params=(values["param1"], values["param2"], values["param3"], values["param4"]),
        x=_scaled(values["x"], scale),
        y=_scaled(values["y"], scale),
        z=values["z"],
        autocontinue=values["autocontinue"],
    )


def _scaled(degrees: float, scale: float) -> int:
    """Return a coordinate as an integer; what is none becomes one that is refused."""
    return round(degrees * scale) if math.isfinite(degrees) else 2**31 - 1
