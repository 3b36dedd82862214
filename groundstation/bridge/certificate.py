# SPDX-License-Identifier: Apache-2.0
"""Who a vehicle is, as the bus is told (topic `info`). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from groundstation.bridge.command_desk import CommandDesk
from groundstation.bridge.ear import Ear
from groundstation.bridge.silent_desk import SilentDesk
from groundstation.fleet.commands import Verb
from groundstation.fleet.identity import StreamInfo, VehicleInfo
from groundstation.mavlink.modes import mode_names
from groundstation.mavlink.verb_table import verb_table

LIST_ORDERS = (Verb.PLAN_UPLOAD, Verb.PLAN_READ, Verb.PLAN_CLEAR, Verb.PARAM_READ, Verb.PARAM_WRITE)
"""Who can be commanded at all speaks the mission and the parameter protocol."""


def certificate(
    name: str,
    sysid: int,
    active: Ear,
    ears: Sequence[Ear],
    uid: str | None,
    components: Iterable[str],
    desk: CommandDesk | SilentDesk,
    streams: tuple[StreamInfo, ...],
    kept: tuple[str, ...],
    bridge_id: str,
) -> VehicleInfo:
    """What is known of it now.

    Args:
        name: human name.
        sysid: MAVLink system id that it was discovered with.
        active: the ear whose telemetry counts.
        ears: all of them.
        uid: hardware id; None until it is known.
        components: names of others of its system.
        desk: knows what its firmware refuses.
        streams: what is published of it.
        kept: leaves that a recorder can ask for again.
        bridge_id: our id on the bus.
    """
    modes = mode_names(active.mav_type, active.mav_autopilot, active.firmware)
    verbs = verb_table(active.autopilot, active.kind)
    return VehicleInfo(
        name=name,
        sysid=sysid,
        compid=active.compid,
        kind=active.kind,
        autopilot=active.autopilot,
        mav_type=active.mav_type,
        firmware=active.firmware,
        uid=uid,
        modes=tuple(one for one in modes if one not in desk.lacking_modes),
        verbs=tuple(one.value for one in (*verbs, *(LIST_ORDERS if verbs else ())) if one not in desk.unsupported),
        components=tuple(components),
        links=tuple(one.peer.name for one in ears),
        streams=streams,
        kept=kept,
        bridge=bridge_id,
    )
