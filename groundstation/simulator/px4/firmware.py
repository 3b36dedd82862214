# SPDX-License-Identifier: Apache-2.0
"""What a simulated PX4 takes from a link, and what it does of its own accord after power-on. Sans-I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

from groundstation.simulator.engine.links import Link
from groundstation.simulator.engine.microservices import MISSION_HANDLERS, take_timesync
from groundstation.simulator.engine.parameters import PARAM_VALUE
from groundstation.simulator.engine.vehicle import Firmware, Vehicle
from groundstation.simulator.engine.wire import Message
from groundstation.simulator.px4 import commands, modes
from groundstation.simulator.px4.arming import Px4Arming, tell_log
from groundstation.simulator.px4.boot import LOGGER_S, ORIGIN_S
from groundstation.simulator.px4.failsafes import Px4Failsafes
from groundstation.simulator.px4.files import take_file_transfer
from groundstation.simulator.px4.flavour import PX4_FLAVOUR
from groundstation.simulator.px4.guidance import Px4Guidance, pilot_of
from groundstation.simulator.px4.mission_transfer import Px4MissionTransfer
from groundstation.simulator.px4.parameters import HASH_NAME, Px4ParameterSet
from groundstation.simulator.px4.telemetry import BUILDERS

_PING, _GCS_TYPE, _ORIGIN = 4, 6, 49
_ECHO_S = 0.015
"""A changed parameter is sent a second time, on every link."""
_BURST = (*range(17), *range(103, 341))
"""Places in the list of the parameters it sends unasked, as soon as it speaks."""
_BURST_S = 0.61

_OWN = (0, 1)
_PLANNER = (0, 1, 190)
"""MAV_COMP_ID_MISSIONPLANNER is answered as well."""


class Taker(NamedTuple):
    """What takes a message, and when."""

    do: Callable[[Vehicle, Link, Message], None]
    components: tuple[int, ...] | None = None
    """Answered target components, ``None`` for all."""
    heeds_all: bool = False
    """Is system 0 answered too."""


def take(vehicle: Vehicle, link: Link, message: Message) -> None:
    """Take a frame that is for this system and component; PX4 forwards nothing."""
    taker = TAKERS.get(message.number)
    if taker is None:
        return
    # PX4 looks at the target component too, which ArduPilot does not
    values = message.values
    system = values.get("target_system")
    if system is not None and message.number not in _ADDRESSED_BY_THEMSELVES:
        if system != vehicle.system and not (taker.heeds_all and system == 0):
            return
        component = values.get("target_component", 0)
        if taker.components is not None and component not in taker.components:
            return
    taker.do(vehicle, link, message)


def begin(vehicle: Vehicle) -> None:
    """Start a life; one that skipped its boot is in LOITER already."""
    boot = vehicle.flavour.boot
    if vehicle.age_s >= boot.healthy_s:
        vehicle.mode = modes.HOLD
        vehicle.arming.is_healthy = True
        return
    for age_s, job in (
        (_BURST_S, _tell_parameters),
        (LOGGER_S, tell_log),
        (ORIGIN_S, lambda it: it.announce(_ORIGIN)),
        (boot.healthy_s, _get_ready),
    ):
        vehicle.at_age(age_s, lambda do=job: do(vehicle))  # type: ignore[misc]


def _tell_parameters(vehicle: Vehicle) -> None:
    for index in _BURST:
        parameter = vehicle.parameters.at(index)
        if parameter is not None:
            vehicle.echo_parameter(parameter, index=index)


def _get_ready(vehicle: Vehicle) -> None:
    """Everything is known: home is taken anew, and the mode nobody flies in is left."""
    vehicle.set_home(vehicle.position)
    if vehicle.mode == modes.MANUAL:
        vehicle.set_mode(modes.HOLD)


# --- conversations --------------------------------------------------


def _heartbeat(vehicle: Vehicle, _link: Link, message: Message) -> None:
    """A HEARTBEAT of any ground station feeds the failsafe."""
    if message.values["type"] == _GCS_TYPE:
        vehicle.failsafes.heard_station()


def _ping(_vehicle: Vehicle, link: Link, message: Message) -> None:
    """Answer a PING that is for nobody in particular."""
    values = message.values
    if values["target_system"] == 0 and values["target_component"] == 0:
        link.answer(message, _PING, time_usec=values["time_usec"], seq=values["seq"])


def _parameters(vehicle: Vehicle) -> Px4ParameterSet:
    return cast("Px4ParameterSet", vehicle.parameters)


def _list_parameters(vehicle: Vehicle, link: Link, _message: Message) -> None:
    link.send(PARAM_VALUE, _parameters(vehicle).hash_payload())
    vehicle.list_parameters(link)


def _read_parameter(vehicle: Vehicle, link: Link, message: Message) -> None:
    """Answer at once; silence for what doesn't exist."""
    index, name = message.values["param_index"], message.values["param_id"]
    parameters = _parameters(vehicle)
    if index < 0 and name == HASH_NAME:
        link.send(PARAM_VALUE, parameters.hash_payload())
        return
    found = parameters.at(index) if index >= 0 else parameters.find(name)
    if found is not None:
        vehicle.echo_parameter(found, link, index=found.index)


def _set_parameter(vehicle: Vehicle, link: Link, message: Message) -> None:
    """Store without a range check; a new value is echoed twice, the same one once."""
    values = message.values
    bits = message.payload[:4].ljust(4, b"\0")
    if values["param_id"] == HASH_NAME:
        # who tells the same hash has them all: the list ends (PX4 mavlink_parameters.cpp)
        link.listed = None if bits == _parameters(vehicle).hash_payload()[:4] else link.listed
        return
    stored, has_changed = _parameters(vehicle).store_bits(values["param_id"], values["param_type"], bits)
    if stored is None:
        return
    vehicle.echo_parameter(stored, link, index=stored.index)
    if has_changed:
        vehicle.later(_ECHO_S, lambda: vehicle.echo_parameter(stored, index=stored.index))


def _setpoint(vehicle: Vehicle, _link: Link, _message: Message) -> None:
    """Note that setpoints come: mode OFFBOARD can be entered, nothing else changes."""
    pilot_of(vehicle).setpoint_s = vehicle.now_s


def _transfer(vehicle: Vehicle) -> Px4MissionTransfer:
    return cast("Px4MissionTransfer", vehicle.transfer)


_ADDRESSED_BY_THEMSELVES = frozenset({75, 76, 4})
"""Commands and pings judge their address themselves."""

TAKERS: dict[int, Taker] = {
    **{number: Taker(do, _PLANNER) for number, do in MISSION_HANDLERS.items()},
    0: Taker(_heartbeat),
    4: Taker(_ping),
    11: Taker(commands.take_mode),  # SET_MODE
    20: Taker(_read_parameter, _OWN),  # PARAM_REQUEST_READ
    21: Taker(_list_parameters, _OWN),  # PARAM_REQUEST_LIST
    23: Taker(_set_parameter, _OWN),  # PARAM_SET
    47: Taker(lambda vehicle, link, message: _transfer(vehicle).acknowledged(link, message), _PLANNER),  # MISSION_ACK
    75: Taker(commands.take_command),  # COMMAND_INT
    76: Taker(commands.take_command),  # COMMAND_LONG
    82: Taker(_setpoint, _OWN, heeds_all=True),  # SET_ATTITUDE_TARGET
    84: Taker(_setpoint, _OWN, heeds_all=True),  # SET_POSITION_TARGET_LOCAL_NED
    86: Taker(_setpoint, _OWN, heeds_all=True),  # SET_POSITION_TARGET_GLOBAL_INT
    110: Taker(take_file_transfer, heeds_all=True),  # FILE_TRANSFER_PROTOCOL
    111: Taker(take_timesync),
}
"""Message id to what takes it; REQUEST_DATA_STREAM (66) and the rest are ignored."""

PX4 = Firmware(
    flavour=PX4_FLAVOUR,
    arming=Px4Arming,
    failsafes=Px4Failsafes,
    guidance=Px4Guidance,
    transfer=Px4MissionTransfer,
    parameters=Px4ParameterSet,
    builders=BUILDERS,
    begin=begin,
    take=take,
)
