# SPDX-License-Identifier: Apache-2.0
"""What is plugged in, by its USB ids and names: whether an autopilot may be behind a serial port. Pure.

Ids after QGroundControl's table (`USBBoardInfo.json`); bootloaders after ArduPilot's and Mission Planner's habits.
"""

from __future__ import annotations

import enum
import re

import msgspec

USB_BAUD = 115_200
"""Of a port that is USB all the way any speed is the same; some boards want this one."""
RADIO_BAUDS = (57_600, 115_200, 921_600)
"""Speeds at which a heartbeat is looked for behind an adapter: telemetry radios are shipped with the first."""


class PortPlan(enum.Enum):
    """What is done with a serial port by itself."""

    OPEN = enum.auto()
    """An autopilot: it may wait for our heartbeat before it says anything."""
    LISTEN = enum.auto()
    """An adapter that anything may be behind: nothing is sent before an autopilot was heard."""
    LEAVE = enum.auto()
    """Nothing of ours."""


class UsbPort(msgspec.Struct, frozen=True, kw_only=True):
    """A serial port as the system tells of it."""

    device: str
    vid: int
    pid: int
    product: str = ""
    maker: str = ""
    serial: str = ""
    interface: str = ""
    """Name of the interface where a device has several ports."""
    location: str = ""

    @property
    def identity(self) -> str:
        """The same after it was unplugged, and on another day."""
        serial = self.serial or self.location
        return f"{self.vid:04x}:{self.pid:04x}:{serial}:{self.interface}"[:200]

    @property
    def board(self) -> str:
        """The same for all ports of one device."""
        return f"{self.vid:04x}:{self.pid:04x}:{self.serial or self.location.partition(':')[0]}"

    @property
    def about(self) -> str:
        """Maker and ids."""
        return f"{self.maker} {self.vid:04x}:{self.pid:04x}".strip()


class Known(msgspec.Struct, frozen=True):
    """A row of the table."""

    title: str
    plan: PortPlan


_AUTOPILOTS: dict[tuple[int, int | None], str] = {
    (0x26AC, 0x0010): "PX4 FMU v1",
    (0x26AC, 0x0011): "Pixhawk (FMU v2/v3)",
    (0x26AC, 0x0012): "Pixracer (FMU v4)",
    (0x26AC, 0x0013): "Pixhawk 3 Pro (FMU v4 Pro)",
    (0x26AC, 0x0032): "Pixhawk 4 (FMU v5)",
    (0x26AC, None): "Pixhawk",
    (0x2DAE, None): "CubePilot",
    (0x3162, 0x004B): "Durandal",
    (0x3162, None): "Holybro",
    (0x3163, 0x004C): "CUAV",
    (0x3185, 0x0033): "Pixhawk FMU v5X",
    (0x3185, 0x0035): "Pixhawk FMU v6X",
    (0x3185, 0x0038): "Pixhawk FMU v6C",
    (0x3185, 0x0039): "ARK FMU v6X",
    (0x3185, 0x003B): "ARK FPV",
    (0x3185, None): "Pixhawk",
    (0x1B8C, 0x0036): "Pixhawk FMU v6U",
    (0x3643, 0x001D): "FMU v6X-RT",
    (0x3643, 0x15E0): "ZeroOne X6",
    (0x0483, 0xA32F): "ModalAI Flight Core",
    (0x0483, 0xA330): "ModalAI Flight Core v2",
    (0x0483, 0x5740): "ArduPilot",
    (0x1209, 0x5740): "ArduPilot",
    (0x1209, 0x5741): "ArduPilot",
}
"""By vendor and product; None for any other product of that vendor."""
_ADAPTERS: dict[tuple[int, int | None], str] = {
    (0x0403, None): "FTDI adapter",
    (0x10C4, None): "CP210x adapter",
    (0x1A86, None): "CH340 adapter",
    (0x067B, None): "Prolific adapter",
}
_OTHERS: dict[tuple[int, int | None], str] = {
    (0x1546, None): "u-blox GNSS receiver",
    (0x0525, 0xA4A7): "Trimble GNSS receiver",
    (0x152A, 0x85C0): "Septentrio GNSS receiver",
}
_BOOTLOADERS = {(0x26AC, 0x0016), (0x2DAE, 0x0001)}
_AUTOPILOT_NAMES = re.compile(
    r"ardupilot|px4|pixhawk|cubepilot|cube(orange|black|blue)|holybro|mro\b|3d ?robotics", re.IGNORECASE
)
_BOOTLOADER_NAMES = re.compile(r"(^|[\s_-])bl([\s_-]|$)", re.IGNORECASE)


def known_as(port: UsbPort) -> Known:
    """What a port is, and what is done with it."""
    if (port.vid, port.pid) in _BOOTLOADERS or _BOOTLOADER_NAMES.search(port.product):
        # opened now, the board might stay in it
        return Known(f"{port.product or 'Autopilot'} (starting)", PortPlan.LEAVE)
    for table, plan in ((_AUTOPILOTS, PortPlan.OPEN), (_OTHERS, PortPlan.LEAVE), (_ADAPTERS, PortPlan.LISTEN)):
        title = table.get((port.vid, port.pid)) or table.get((port.vid, None))
        if title is not None:
            return Known(port.product or title, plan)
    if _AUTOPILOT_NAMES.search(f"{port.product} {port.maker}"):
        return Known(port.product or port.maker, PortPlan.OPEN)
    return Known(port.product or "Serial port", PortPlan.LEAVE)
