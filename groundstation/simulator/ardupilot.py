# SPDX-License-Identifier: Apache-2.0
"""What all simulated ArduPilots do: which frames they take, and what they say of their own accord. Sans-I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstation.simulator import commands, conversations

if TYPE_CHECKING:
    from groundstation.simulator.autopilot import Vehicle
    from groundstation.simulator.links import Link
    from groundstation.simulator.wire import Message

_TIMESYNC = 111
_TIMESYNC_S = 10.0
_RUNTIME_S = 30.0


def take(vehicle: Vehicle, link: Link, message: Message) -> None:
    """Take a frame that is for it or for all, whatever the component; forward what is for others."""
    target = message.target_system
    if target != vehicle.system:
        for other in vehicle.links:
            if other is not link:
                other.forward(message.frame)
    if target not in (0, vehicle.system):
        return
    handler = commands.MESSAGE_HANDLERS.get(message.number) or conversations.MESSAGE_HANDLERS.get(message.number)
    if handler is not None:
        handler(vehicle, link, message)


def begin(vehicle: Vehicle) -> None:
    """Start a life: clock messages and the count of running time, in step with the age."""
    age_s = max(vehicle.age_s, 0.0)
    vehicle.at_age((age_s // _TIMESYNC_S + 1.0) * _TIMESYNC_S, lambda: _tell_clock(vehicle))
    vehicle.at_age((age_s // _RUNTIME_S + 1.0) * _RUNTIME_S, lambda: _count_runtime(vehicle))


def _tell_clock(vehicle: Vehicle) -> None:
    vehicle.broadcast(_TIMESYNC, tc1=0, ts1=int(vehicle.age_s * 1e9) + 1)
    vehicle.later(_TIMESYNC_S, lambda: _tell_clock(vehicle))


def _count_runtime(vehicle: Vehicle) -> None:
    parameters = vehicle.parameters
    runtime = parameters.store("STAT_RUNTIME", parameters.value("STAT_RUNTIME") + _RUNTIME_S)
    if runtime is not None:
        vehicle.echo_parameter(runtime)
    vehicle.later(_RUNTIME_S, lambda: _count_runtime(vehicle))
