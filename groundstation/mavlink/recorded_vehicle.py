# SPDX-License-Identifier: Apache-2.0
"""What a vehicle that is a recording answers to a ground station: what it has, or that it refuses. Sans-I/O.

No order reaches anything here. A station that waits for a list or an acknowledgement gets one, since it would else ask
for ever. Messages and results: MAVLink guide, "Command Protocol", "Parameter Protocol", "Mission Protocol", "FTP".
"""

from __future__ import annotations

import struct
from collections.abc import Callable

import msgspec

from groundstation.mavlink import encode
from groundstation.mavlink.dialect import DEFINITIONS, MSGIDS, Fields, unpack
from groundstation.mavlink.stream_requests import Outbound

ACCEPTED, DENIED, UNSUPPORTED = 0, 2, 3
"""MAV_RESULT."""
MISSION_DENIED = 14
"""MAV_MISSION_RESULT: no mission commands from this station are taken."""
PARAM_ERROR_NOT_THERE, PARAM_ERROR_READ_ONLY = 1, 5
"""MAV_PARAM_ERROR."""
REAL32 = 9
"""MAV_PARAM_TYPE."""
AUTOPILOT_VERSION, REQUEST_CAPABILITIES, REQUEST_MESSAGE = 148, 520, 512
MAX_PARAMETERS = 5_000
_FTP = struct.Struct("<HBBBBBxI")
"""Number, session, opcode, size, opcode asked for, burst complete, offset; data follow."""
_FTP_ACK, _FTP_NAK, _FTP_NOT_FOUND = 128, 129, 10
_FTP_ENDS = (1, 2)
"""Terminate and reset of sessions, of which there is none."""


TALK = frozenset(
    MSGIDS[name]
    for name in (
        *("COMMAND_ACK", "MISSION_ACK", "MISSION_COUNT", "MISSION_REQUEST", "MISSION_REQUEST_INT", "MISSION_ITEM"),
        *("MISSION_ITEM_INT", "PARAM_ERROR", "FILE_TRANSFER_PROTOCOL", "LOG_ENTRY", "LOG_DATA", "TIMESYNC", "PING"),
    )
)
"""What a recorded vehicle said to a station of then: a station of now would take it for the answer to its own order."""


class Parameter(msgspec.Struct, frozen=True):
    """One parameter as the recording has it."""

    name: str
    value: float
    """As PARAM_VALUE has it: of some firmwares the bits of a whole number."""
    kind: int = REAL32
    """MAV_PARAM_TYPE."""


NOTHING_RECORDED = (Parameter("REPLAY", 1.0),)
"""All parameters of a recording without any: a list of none has no message, and stations would ask on and on."""


class RecordedVehicle:
    """Answers for one vehicle."""

    def __init__(
        self, sysid: int, compid: int, parameters: tuple[Parameter, ...], newest: Callable[[int], bytes | None]
    ) -> None:
        """Begin.

        Args:
            sysid: our system id.
            compid: of the autopilot.
            parameters: of the recording; may be none.
            newest: gives the newest payload that the recording has of a message, by its id; None where it has none.
        """
        self.sysid, self.compid = sysid, compid
        self._parameters = parameters[:MAX_PARAMETERS] or NOTHING_RECORDED
        self._places = {one.name: place for place, one in enumerate(self._parameters)}
        self._newest = newest
        self.refused = 0
        """Orders that were refused."""

    def answers(self, msgid: int, payload: bytes, asker: tuple[int, int], now_s: float) -> list[Outbound]:
        """What to answer to a message of a station; nothing to what has no answer, and to what others are meant with.

        Args:
            msgid: of the message.
            payload: of it.
            asker: system and component of the station.
            now_s: seconds on our clock.
        """
        use = _USES.get(msgid)
        if use is None:
            return []
        fields = unpack(msgid, payload)
        # 0 is everybody; a message without a target is for everybody too
        is_ours = fields.get("target_system", 0) in (0, self.sysid)
        if not is_ours or fields.get("target_component", 0) not in (0, 1, self.compid):
            return []
        return use(self, fields, asker, now_s)

    def _command(self, fields: Fields, asker: tuple[int, int], now_s: float) -> list[Outbound]:
        del now_s
        command = int(fields["command"])
        wanted = AUTOPILOT_VERSION if command == REQUEST_CAPABILITIES else None
        if command == REQUEST_MESSAGE:
            wanted = int(fields["param1"]) if 0 <= fields["param1"] < 1 << 24 else -1
        if wanted is None:
            self.refused += 1
            return [_ack(command, DENIED, asker)]
        # to be told again what was recorded is no order
        found = self._newest(wanted) if wanted in DEFINITIONS else None
        if found is None:
            return [_ack(command, UNSUPPORTED, asker)]
        return [_ack(command, ACCEPTED, asker), (wanted, found)]

    def _set_mode(self, fields: Fields, asker: tuple[int, int], now_s: float) -> list[Outbound]:
        del fields, now_s
        self.refused += 1
        # as ArduPilot acknowledges it: by the number of the message
        return [_ack(MSGIDS["SET_MODE"], DENIED, asker)]

    def _parameter_list(self, fields: Fields, asker: tuple[int, int], now_s: float) -> list[Outbound]:
        del fields, asker, now_s
        return [self._parameter(place) for place in range(len(self._parameters))]

    def _parameter_read(self, fields: Fields, asker: tuple[int, int], now_s: float) -> list[Outbound]:
        del now_s
        place = int(fields["param_index"])
        place = place if place >= 0 else self._places.get(fields["param_id"], -1)
        if 0 <= place < len(self._parameters):
            return [self._parameter(place)]
        return [_parameter_error(fields, asker, PARAM_ERROR_NOT_THERE)]

    def _parameter_set(self, fields: Fields, asker: tuple[int, int], now_s: float) -> list[Outbound]:
        del now_s
        self.refused += 1
        place = self._places.get(fields["param_id"])
        if place is None:
            return [_parameter_error(fields, asker, PARAM_ERROR_NOT_THERE)]
        # the value that it still has is how a refusal is told; the other message only newer stations know
        return [self._parameter(place), _parameter_error(fields, asker, PARAM_ERROR_READ_ONLY)]

    def _parameter(self, place: int) -> Outbound:
        one = self._parameters[place]
        return encode.whole_payload(
            "PARAM_VALUE",
            param_id=one.name,
            param_value=one.value,
            param_type=one.kind,
            param_index=place,
            param_count=len(self._parameters),
        )

    def _mission(self, fields: Fields, asker: tuple[int, int], now_s: float) -> list[Outbound]:
        del now_s
        self.refused += 1
        told = {"type": MISSION_DENIED, "mission_type": fields.get("mission_type", 0)}
        return [encode.payload("MISSION_ACK", target_system=asker[0], target_component=asker[1], **told)]

    def _logs(self, fields: Fields, asker: tuple[int, int], now_s: float) -> list[Outbound]:
        del fields, asker, now_s
        return [encode.payload("LOG_ENTRY")]  # number of logs: none

    def _log_data(self, fields: Fields, asker: tuple[int, int], now_s: float) -> list[Outbound]:
        del asker, now_s
        return [encode.whole_payload("LOG_DATA", id=fields["id"], ofs=fields["ofs"], count=0)]  # the end of a log

    def _files(self, fields: Fields, asker: tuple[int, int], now_s: float) -> list[Outbound]:
        del now_s
        number, session, opcode, _, _, _, offset = _FTP.unpack_from(bytes(fields["payload"]))
        is_end = opcode in _FTP_ENDS
        head = ((number + 1) & 0xFFFF, session, _FTP_ACK if is_end else _FTP_NAK, 0 if is_end else 1, opcode, 0, offset)
        data = _FTP.pack(*head) + (b"" if is_end else bytes([_FTP_NOT_FOUND]))
        return [
            encode.whole_payload(
                "FILE_TRANSFER_PROTOCOL", target_system=asker[0], target_component=asker[1], payload=data
            )
        ]

    def _time(self, fields: Fields, asker: tuple[int, int], now_s: float) -> list[Outbound]:
        del asker
        # an answer, tc1 not zero, is somebody else's
        return [] if fields["tc1"] else [encode.payload("TIMESYNC", tc1=int(now_s * 1e9), ts1=fields["ts1"])]

    def _ping(self, fields: Fields, asker: tuple[int, int], now_s: float) -> list[Outbound]:
        del now_s
        if fields["target_system"]:
            return []
        told = {"time_usec": fields["time_usec"], "seq": fields["seq"]}
        return [encode.payload("PING", target_system=asker[0], target_component=asker[1], **told)]


_Use = Callable[[RecordedVehicle, Fields, tuple[int, int], float], list[Outbound]]
_MISSION_MESSAGES = (
    *("MISSION_REQUEST_LIST", "MISSION_REQUEST", "MISSION_REQUEST_INT", "MISSION_REQUEST_PARTIAL_LIST"),
    *("MISSION_COUNT", "MISSION_ITEM", "MISSION_ITEM_INT", "MISSION_CLEAR_ALL", "MISSION_WRITE_PARTIAL_LIST"),
    "MISSION_SET_CURRENT",
)
_USES: dict[int, _Use] = {
    **{MSGIDS[name]: RecordedVehicle._mission for name in _MISSION_MESSAGES},  # noqa: SLF001 - this module's own
    MSGIDS["COMMAND_LONG"]: RecordedVehicle._command,  # noqa: SLF001
    MSGIDS["COMMAND_INT"]: RecordedVehicle._command,  # noqa: SLF001
    MSGIDS["SET_MODE"]: RecordedVehicle._set_mode,  # noqa: SLF001
    MSGIDS["PARAM_REQUEST_LIST"]: RecordedVehicle._parameter_list,  # noqa: SLF001
    MSGIDS["PARAM_REQUEST_READ"]: RecordedVehicle._parameter_read,  # noqa: SLF001
    MSGIDS["PARAM_SET"]: RecordedVehicle._parameter_set,  # noqa: SLF001
    MSGIDS["LOG_REQUEST_LIST"]: RecordedVehicle._logs,  # noqa: SLF001
    MSGIDS["LOG_REQUEST_DATA"]: RecordedVehicle._log_data,  # noqa: SLF001
    MSGIDS["FILE_TRANSFER_PROTOCOL"]: RecordedVehicle._files,  # noqa: SLF001
    MSGIDS["TIMESYNC"]: RecordedVehicle._time,  # noqa: SLF001
    MSGIDS["PING"]: RecordedVehicle._ping,  # noqa: SLF001
}
"""By message id. What is not here has no answer in MAVLink: joysticks, overridden channels, points to fly to."""


def _ack(command: int, result: int, asker: tuple[int, int]) -> Outbound:
    return encode.payload(
        "COMMAND_ACK", command=command, result=result, target_system=asker[0], target_component=asker[1]
    )


def _parameter_error(fields: Fields, asker: tuple[int, int], error: int) -> Outbound:
    return encode.whole_payload(
        "PARAM_ERROR",
        target_system=asker[0],
        target_component=asker[1],
        param_id=fields["param_id"],
        param_index=fields.get("param_index", -1),
        error=error,
    )
