# SPDX-License-Identifier: Apache-2.0
"""Asks an autopilot for what a station shows, on one link. Sans-I/O: acks and ticks in, messages to send out.

ArduPilot gives nothing but its heartbeat until asked; PX4 gives 330 frames a second and must be slowed. Requests go out
one at a time, each waits for its ack; a message that is refused (2, 3, 4) is not asked for again, one that was granted
and doesn't flow is, ever less often. Where SET_MESSAGE_INTERVAL itself is unsupported, REQUEST_DATA_STREAM does it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import msgspec

from groundstation.fleet.identity import Autopilot
from groundstation.mavlink import encode
from groundstation.mavlink.dialect import MSGIDS

ACK_TIMEOUT_S = 1.0
"""Query class of commands: 1 s, three tries."""
MAX_TRIES = 3
CHECK_PERIOD_S = 5.0
"""How often it is looked whether everything flows; doubles up to `CHECK_PERIOD_MAX_S` while it doesn't."""
CHECK_PERIOD_MAX_S = 60.0
ACCEPTED, UNSUPPORTED = 0, 3
FALLBACK_RATE_HZ = 4

_COMMON_HZ: dict[str, float] = {
    "ATTITUDE": 5.0,
    "GLOBAL_POSITION_INT": 4.0,
    "VFR_HUD": 4.0,
    "SYS_STATUS": 1.0,
    "GPS_RAW_INT": 1.0,
    "GPS2_RAW": 1.0,
    "BATTERY_STATUS": 1.0,
    # this one and HOME_POSITION are in no stream of ArduPilot: they must be asked for by name (observed)
    "EXTENDED_SYS_STATE": 1.0,
    "HOME_POSITION": 0.2,
    "MISSION_CURRENT": 1.0,
    "RC_CHANNELS": 1.0,
    "SYSTEM_TIME": 1.0,
    "VIBRATION": 1.0,
    "POSITION_TARGET_GLOBAL_INT": 1.0,
    "LOCAL_POSITION_NED": 1.0,
    "DISTANCE_SENSOR": 1.0,
}
_ARDUPILOT_HZ: dict[str, float] = {
    **_COMMON_HZ,
    "NAV_CONTROLLER_OUTPUT": 1.0,
    "EKF_STATUS_REPORT": 1.0,
    "WIND": 1.0,
    "TERRAIN_REPORT": 0.5,
    "SCALED_PRESSURE": 1.0,
    "ESC_TELEMETRY_1_TO_4": 1.0,
}
_PX4_HZ: dict[str, float] = {
    **_COMMON_HZ,
    "ESTIMATOR_STATUS": 1.0,
    "WIND_COV": 1.0,
    "ALTITUDE": 1.0,
    # PX4 sends these at 50 Hz unasked, and nothing here shows them.
    "ATTITUDE_QUATERNION": -1.0,
    "ATTITUDE_TARGET": -1.0,
    "POSITION_TARGET_LOCAL_NED": -1.0,
    "SERVO_OUTPUT_RAW": -1.0,
}
WANTED_HZ: dict[Autopilot, dict[str, float]] = {
    Autopilot.ARDUPILOT: _ARDUPILOT_HZ,
    Autopilot.PX4: _PX4_HZ,
    Autopilot.OTHER: _COMMON_HZ,
}
"""Messages and rates asked of each firmware; -1 stops a message."""

FALLBACK_STREAMS = (1, 2, 3, 6, 10, 11, 12)
"""MAV_DATA_STREAM: sensors, status, RC, position, extra 1 to 3."""
ONCE = ("AUTOPILOT_VERSION",)
"""Asked for once on each link by REQUEST_MESSAGE, until it comes."""

Outbound = tuple[int, bytes]
"""Message id and payload of anything that is to be sent to an autopilot, by whomever; `bridge/service.py` frames it."""


class _Request(msgspec.Struct):
    msgid: int
    command: int
    message: Outbound
    tries: int = 0
    sent_s: float = 0.0


class StreamRequests:
    """The requests of one link to one autopilot."""

    def __init__(self, sysid: int, compid: int, autopilot: Autopilot, now_s: float, rate_scale: float = 1.0) -> None:
        self._target = (sysid, compid)
        self._rate_scale = rate_scale
        self._wanted = WANTED_HZ.get(autopilot, _COMMON_HZ)
        self._refused: set[int] = set()
        self._seen: set[int] = set()
        self.on_message: Callable[[int], None] = self._seen.add
        """To be called with the id of every message that came on this link; no method, since it is for every frame."""
        self._queue: deque[_Request] = deque()
        self._in_flight: _Request | None = None
        self._uses_streams = False
        self._check_period_s = CHECK_PERIOD_S
        self._next_check_s = now_s + CHECK_PERIOD_S
        self._enqueue_all()

    @property
    def is_settled(self) -> bool:
        """True when nothing is left to ask at the moment."""
        return self._in_flight is None and not self._queue

    @property
    def awaits(self) -> int:
        """MAV_CMD whose answer is awaited; 0 for none."""
        return self._in_flight.command if self._in_flight is not None else 0

    @property
    def refused(self) -> frozenset[int]:
        """Ids of messages that this autopilot doesn't have."""
        return frozenset(self._refused)

    def on_ack(self, command: int, result: int, now_s: float) -> list[Outbound]:
        """A COMMAND_ACK came: the next request goes out. Acks are taken in order, as they don't say what they mean."""
        request = self._in_flight
        if request is None or request.command != command:
            return []
        self._in_flight = None
        if result == ACCEPTED:
            return self.tick(now_s)
        self._refused.add(request.msgid)
        # the command itself is not known: none of the others would be either
        if result == UNSUPPORTED and command == encode.SET_MESSAGE_INTERVAL:
            return [*self._fall_back(), *self.tick(now_s)]
        return self.tick(now_s)

    def tick(self, now_s: float) -> list[Outbound]:
        """What to send now; to be called a few times a second."""
        request = self._in_flight
        if request is not None:
            if now_s - request.sent_s < ACK_TIMEOUT_S:
                return []
            self._in_flight = None
            if request.tries < MAX_TRIES:
                # in front again: its answer is awaited, and acks come in order
                self._queue.appendleft(request)
        if now_s >= self._next_check_s and self.is_settled:
            self._check(now_s)
        if not self._queue:
            return []
        request = self._queue.popleft()
        request.tries += 1
        request.sent_s = now_s
        self._in_flight = request
        return [request.message]

    def _enqueue_all(self) -> None:
        for name in ONCE:
            msgid = MSGIDS[name]
            message = encode.request_message(*self._target, msgid)
            self._queue.append(_Request(msgid, encode.REQUEST_MESSAGE, message))
        self._queue.extend(self._interval(name) for name in self._wanted)

    def _interval(self, name: str) -> _Request:
        hertz = self._wanted[name]
        interval_us = -1 if hertz < 0 else round(1e6 / (hertz * self._rate_scale))
        message = encode.set_message_interval(*self._target, MSGIDS[name], interval_us)
        return _Request(MSGIDS[name], encode.SET_MESSAGE_INTERVAL, message)

    def _check(self, now_s: float) -> None:
        """Ask again for what was not refused and has not come since the last look."""
        # slower ones, and those that we stopped, need not have come in that time
        flows = {MSGIDS[name]: name for name, hertz in self._wanted.items() if hertz * CHECK_PERIOD_S >= 1.0}
        silent = [name for msgid, name in flows.items() if msgid not in self._seen and msgid not in self._refused]
        # a sensor that is not fitted never sends: asking for it gets rare
        self._check_period_s = min(self._check_period_s * 2, CHECK_PERIOD_MAX_S) if silent else CHECK_PERIOD_S
        self._next_check_s = now_s + self._check_period_s
        for name in ONCE:
            if MSGIDS[name] not in self._seen and MSGIDS[name] not in self._refused:
                message = encode.request_message(*self._target, MSGIDS[name])
                self._queue.append(_Request(MSGIDS[name], encode.REQUEST_MESSAGE, message))
        # what came once is never asked for again; the others have to come in each period
        self._seen.intersection_update(MSGIDS[name] for name in ONCE)
        if self._uses_streams:
            self._queue.extend(self._stream_requests() if silent else ())
        else:
            self._queue.extend(self._interval(name) for name in silent)

    def _fall_back(self) -> list[Outbound]:
        """SET_MESSAGE_INTERVAL is not known to this autopilot: the older way, once, without acks."""
        if self._uses_streams:
            return []
        self._uses_streams = True
        # they were refused for the command, not for the message
        self._refused.clear()
        self._queue = deque(one for one in self._queue if one.command != encode.SET_MESSAGE_INTERVAL)
        return [one.message for one in self._stream_requests()]

    def _stream_requests(self) -> list[_Request]:
        return [
            # one try: REQUEST_DATA_STREAM has no answer to wait for
            _Request(0, 0, encode.request_data_stream(*self._target, stream, FALLBACK_RATE_HZ), tries=MAX_TRIES - 1)
            for stream in FALLBACK_STREAMS
        ]
