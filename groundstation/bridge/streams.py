# SPDX-License-Identifier: Apache-2.0
"""Which kinds travel together in which `tlm/<stream>`, and how often. Pure.

Kinds are grouped because a message costs the same whatever it holds, on the wire and in every receiver; docs/adr/0004.
"""

from __future__ import annotations

import msgspec

from groundstation.fleet.identity import StreamInfo
from groundstation.fleet.kinds import KINDS
from groundstation.mavlink.decode import DECODERS
from groundstation.mavlink.dialect import MSGIDS

STREAMS: tuple[StreamInfo, ...] = (
    StreamInfo(name="motion", kinds=("position", "altitude", "velocity", "attitude", "air_data"), period_s=0.2),
    StreamInfo(
        name="status",
        kinds=(
            "mode",
            "armed",
            "landed",
            "flight_status",
            "mission_progress",
            "navigation_target",
            "battery",
            "gps",
            "health",
        ),
        period_s=1.0,
    ),
    StreamInfo(
        name="detail",
        kinds=(
            "home",
            "position_target",
            "estimator",
            "esc",
            "vibration",
            "wind",
            "range_finder",
            "traffic",
            "terrain",
            "environment",
            "rc",
            "radio",
            "clock",
        ),
        period_s=1.0,
    ),
)
"""Every stream; each kind is in exactly one."""

MOTION = 0
"""Index into `STREAMS` of what is told first where there is not room for all."""
STREAM_OF: dict[str, int] = {kind: number for number, stream in enumerate(STREAMS) for kind in stream.kinds}
"""Index into `STREAMS` by kind."""

STATE_KINDS = (
    "mode",
    "armed",
    "landed",
    "flight_status",
    "mission_progress",
    "home",
    "health",
    "gps",
    "battery",
)
"""What the retained `state` holds."""

_STREAM_BY_MESSAGE_NAME: dict[str, str] = {
    "HEARTBEAT": "status",
    "EXTENDED_SYS_STATE": "status",
    "MISSION_CURRENT": "status",
    "NAV_CONTROLLER_OUTPUT": "status",
    "SYS_STATUS": "status",
    "SYSTEM_TIME": "detail",
    "VIBRATION": "detail",
    "RADIO_STATUS": "detail",
    "RADIO": "detail",
    "RC_CHANNELS": "detail",
    "GLOBAL_POSITION_INT": "motion",
    "LOCAL_POSITION_NED": "motion",
    "ALTITUDE": "motion",
    "ATTITUDE": "motion",
    "ATTITUDE_QUATERNION": "motion",
    "VFR_HUD": "motion",
    # nothing else comes over a satellite, and motion is told first where there is not room for all
    "HIGH_LATENCY2": "motion",
    "BATTERY_STATUS": "status",
    "ESC_TELEMETRY_1_TO_4": "detail",
    "ESC_TELEMETRY_5_TO_8": "detail",
    "ESC_TELEMETRY_9_TO_12": "detail",
    "ESC_TELEMETRY_13_TO_16": "detail",
    "GPS_RAW_INT": "status",
    "GPS2_RAW": "status",
    "EKF_STATUS_REPORT": "detail",
    "ESTIMATOR_STATUS": "detail",
    "HOME_POSITION": "detail",
    "POSITION_TARGET_GLOBAL_INT": "detail",
    "WIND": "detail",
    "WIND_COV": "detail",
    "DISTANCE_SENSOR": "detail",
    "RANGEFINDER": "detail",
    "TERRAIN_REPORT": "detail",
    "SCALED_PRESSURE": "detail",
    "ADSB_VEHICLE": "detail",
}
_NUMBERS = {stream.name: number for number, stream in enumerate(STREAMS)}

STREAM_OF_MESSAGE: dict[int, int] = {MSGIDS[name]: _NUMBERS[stream] for name, stream in _STREAM_BY_MESSAGE_NAME.items()}
"""Stream whose turn it is to decode a message; its kinds may belong to others too."""

# at import: a kind without a stream would be decoded and never be published
if set(STREAM_OF) != set(KINDS) or set(_STREAM_BY_MESSAGE_NAME) != set(DECODERS):
    raise AssertionError("every kind and every decoded message needs a stream")


def scaled(rate_scale: float) -> tuple[StreamInfo, ...]:
    """The streams at another pace, for weak links.

    Args:
        rate_scale: 0.5 halves every rate.
    """
    return tuple(msgspec.structs.replace(one, period_s=one.period_s / rate_scale) for one in STREAMS)
