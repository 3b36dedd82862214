# SPDX-License-Identifier: Apache-2.0
"""The form in which a firmware writes down a flavour: identity, modes, boot, texts, habits. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from groundstation.simulator.engine.boot import BootScript
from groundstation.simulator.engine.flight import Airframe
from groundstation.simulator.engine.parameters import Declared


@dataclass(frozen=True)
class Mode:
    """One flight mode."""

    name: str
    base: int
    """HEARTBEAT.base_mode while disarmed."""
    needs_position: bool
    can_arm: bool


@dataclass(frozen=True)
class SensorBits:
    """SYS_STATUS masks as they were seen."""

    present: int
    enabled: int
    health: int


@dataclass(frozen=True)
class Flavour:
    """What tells one kind of simulated autopilot from the others in numbers and words."""

    name: str
    mav_type: int
    """HEARTBEAT.type."""
    title: str
    """As its version text begins."""
    frame_text: str
    airframe: Airframe
    boot: BootScript
    modes: dict[int, Mode]
    first_mode: int
    rtl_mode: int
    land_mode: int | None
    """``None``: lands only as part of a mission."""
    loiter_mode: int
    auto_mode: int
    guided_mode: int
    armed_text: str
    disarmed_text: str
    idle_disarm_parameter: str | None
    """Names the seconds after which it disarms on the ground (0 never), ``None``: it has no such habit."""
    default_intervals_s: Mapping[int, float]
    """What a fresh link gets unasked: message id to seconds between two."""
    gcs_failsafe_parameter: str
    gcs_failsafe_texts: tuple[str, str]
    """When the station's heartbeats stop, and when they are back."""
    motor_channels: frozenset[int]
    """Servo outputs that DO_SET_SERVO may not touch."""
    sensors: SensorBits
    parameters: tuple[Declared, ...]
    """All of them with their defaults, in the order of their indices."""
    autopilot: int
    """HEARTBEAT.autopilot, a MAV_AUTOPILOT."""
    system_id_parameter: str
    boot_count_parameter: str | None
    """``None``: it doesn't count."""
    shows_mode_at_once: bool = True
    """A new mode comes with a HEARTBEAT of its own; else it waits for the next one."""
    numbers_texts: bool = False
    """STATUSTEXT.id counts up; else it is 0."""
    home_messages: tuple[int, ...] = (49, 242)
    """Sent on every link when home moves."""
    parameters_per_s: int = 2000
    """How fast it lists them."""
    has_home_item: bool = True
    """Item 0 of a mission is home; else it is flown."""
    placeless_frame: int = 0
    """MAV_FRAME of a mission's items that have no place."""
    disabled_modes: Mapping[int, str] = field(default_factory=dict)
    """Modes that exist and are switched off, to the text of the refusal."""
    checks_mode_early: bool = False
    """A mode that can't be armed in spoils the pre-arm bit and is told unasked."""
    most_peers: int = 8
    """On one UDP port."""
    first_as_v1: Mapping[int, int] = field(default_factory=dict)
    """Message id to MAVLink 1 length: the first frame of a link leaves as MAVLink 1 when it is one of these."""
