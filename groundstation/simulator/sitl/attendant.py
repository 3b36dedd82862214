# SPDX-License-Identifier: Apache-2.0
"""Stands beside one real autopilot as a second ground station: sees when it is ready, sets its simulator. Sans-I/O."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

from groundstation.mavlink.frames import Frame, frame_bytes
from groundstation.simulator.engine.wire import known_type

SYSTEM, COMPONENT = 254, 190
"""Its own ids; the station that the bridge is stays 255, whose heartbeats the autopilot waits for."""
_HEARTBEAT, _SYS_STATUS, _GPS_RAW_INT, _PARAM_VALUE, _COMMAND_ACK, _STATUSTEXT = 0, 1, 24, 22, 77, 253
_PARAM_SET, _COMMAND_LONG, _EKF_STATUS = 23, 76, 193
_TIMED = (30, 33)
"""ATTITUDE and GLOBAL_POSITION_INT begin with the time since the start, milliseconds."""
_LATE_MS = 1000
"""So much older than the one before a message may be: a busy PX4 tells a place after an attitude that is newer."""
_SET_MESSAGE_INTERVAL, _REBOOT = 511, 246
_PREARM_BIT = 1 << 28
_FIX_3D = 3
_PLACED, _PLACELESS = (1 << 4) | (1 << 9), 1 << 7
"""Flags of the estimator: it knows where it is, or would once armed; it takes itself to stand still, not knowing."""
_HEALTH = struct.Struct("<III")
_SHOWN = (_SYS_STATUS, _GPS_RAW_INT, _EKF_STATUS)
"""What ArduPilot shows its readiness by. Its check alone passes without a place in modes that need none."""
_ASK_S = 2.0
_REASON_S = 35.0
"""ArduPilot repeats what keeps it from arming each 30 s."""
_TRIES = 8
_TRY_S = 1.0
_REAL32, _INT32 = 9, 6
_AUTOPILOTS = {3: "ardupilot", 12: "px4"}
MOST_REASON = 50


class Attendant:
    """One autopilot's readiness and wishes to its simulator."""

    def __init__(
        self,
        number: int,
        whole_numbers: frozenset[str] = frozenset(),
        alternatives: tuple[frozenset[str], ...] = (),
    ) -> None:
        """Nothing is known yet.

        Args:
            number: system id of the autopilot.
            whole_numbers: parameters that PX4 keeps as integers, which travel as their bits.
            alternatives: names of one thing in several releases, of which one is enough.
        """
        self._number, self._whole, self._alternatives = number, whole_numbers, alternatives
        self._seq = 0
        self._heard_s: float | None = None
        self._asked_s = -_ASK_S
        self._fix = 0
        self._is_placed = True
        """Its estimator knows where it is; also where it does not tell."""
        self._reasons: dict[str, float] = {}
        self._wishes: dict[str, tuple[float, int, float]] = {}
        self._stored: set[str] = set()
        self._readers: dict[int, Callable[[bytes, float], bool]] = {
            _HEARTBEAT: self._on_heartbeat,
            _SYS_STATUS: self._on_status,
            _GPS_RAW_INT: self._on_gps,
            _EKF_STATUS: self._on_estimate,
            _STATUSTEXT: self._on_text,
            _PARAM_VALUE: self._on_parameter,
            _COMMAND_ACK: self._on_ack,
            **dict.fromkeys(_TIMED, self._on_time),
        }
        self.lived_s = 0.0
        """Seconds by its own clock since it was first heard, over restarts: its time need not go as fast as asked."""
        self._boot_ms: int | None = None
        self.firmware = ""
        """``ardupilot`` or ``px4``, once heard."""
        self.is_armed = False
        self.is_ready = False
        """It would arm; stays true once it was."""
        self.problems: list[str] = []
        """Wishes that came to nothing, one line each; who reads them empties the list."""

    def waits_for(self, now_s: float) -> str:
        """What stands between it and its first arming, in a few words; empty when nothing does."""
        if self.is_ready:
            return ""
        if self._heard_s is None:
            return "its first heartbeat"
        if self._fix < _FIX_3D:
            return "GPS"
        told = [text for text, at_s in self._reasons.items() if now_s - at_s < _REASON_S]
        return told[-1] if told else "its position"

    def set(self, values: Mapping[str, float], now_s: float) -> None:
        """Set parameters of the simulator; said again until the autopilot has them."""
        for name, value in values.items():
            self._wishes[name] = (value, 0, now_s)

    def reboot(self) -> bytes:
        """What makes it start anew (MAV_CMD_PREFLIGHT_REBOOT_SHUTDOWN)."""
        self._heard_s, self.is_ready, self._fix = None, False, 0
        return self._command(_REBOOT, 1.0)

    def hear(self, frame: Frame, now_s: float) -> bool:
        """Take in a frame of the autopilot.

        Returns:
            Whether it is for us alone: an answer to what we asked.
        """
        read = self._readers.get(frame.msgid)
        return read is not None and frame.compid == 1 and read(frame.payload, now_s)

    def tick(self, now_s: float) -> bytes:
        """What to say to the autopilot now."""
        said = b""
        if self._heard_s is not None and not self.is_ready and now_s - self._asked_s >= _ASK_S:
            self._asked_s = now_s
            if self.firmware == "ardupilot":  # PX4 tells both unasked
                said += b"".join(self._command(_SET_MESSAGE_INTERVAL, one, 1e6) for one in _SHOWN)
        if self._heard_s is not None:
            said += b"".join(self._wished(name, now_s) for name in list(self._wishes))
        return said

    def _wished(self, name: str, now_s: float) -> bytes:
        value, tries, due_s = self._wishes[name]
        if now_s < due_s:
            return b""
        if tries == _TRIES:
            del self._wishes[name]
            if not self._others(name) & self._stored:
                self.problems.append(f"has no parameter {name}, or does not store it: this simulator can't do that")
            return b""
        self._wishes[name] = (value, tries + 1, now_s + _TRY_S)
        is_whole = self.firmware == "px4" and name in self._whole
        stored = struct.unpack("<f", struct.pack("<i", int(value)))[0] if is_whole else value
        return self._said(
            _PARAM_SET,
            target_system=self._number,
            target_component=1,
            param_id=name,
            param_value=stored,
            param_type=_INT32 if is_whole else _REAL32,
        )

    def _command(self, number: int, *values: float) -> bytes:
        fields = {f"param{place}": value for place, value in enumerate(values, start=1)}
        return self._said(_COMMAND_LONG, target_system=self._number, target_component=1, command=number, **fields)

    def _said(self, msgid: int, **values: object) -> bytes:
        self._seq = (self._seq + 1) & 0xFF
        return frame_bytes(msgid, known_type(msgid).payload(values), self._seq, SYSTEM, COMPONENT)

    # ---- what each message means ----

    def _on_heartbeat(self, payload: bytes, now_s: float) -> bool:
        values = known_type(_HEARTBEAT).values(payload)
        firmware = _AUTOPILOTS.get(values["autopilot"])
        if firmware is not None:
            self._heard_s, self.firmware = now_s, firmware
            self.is_armed = bool(values["base_mode"] & 0x80)
        return False

    def _on_status(self, payload: bytes, now_s: float) -> bool:
        del now_s
        _, _, health = _HEALTH.unpack_from(payload.ljust(_HEALTH.size, b"\0"))
        # PX4 1.14 says that the check passes, and not that it has one
        self.is_ready |= self._fix >= _FIX_3D and self._is_placed and bool(health & _PREARM_BIT)
        return False

    def _on_gps(self, payload: bytes, now_s: float) -> bool:
        del now_s
        self._fix = known_type(_GPS_RAW_INT).values(payload)["fix_type"]
        return False

    def _on_estimate(self, payload: bytes, now_s: float) -> bool:
        del now_s
        flags = known_type(_EKF_STATUS).values(payload)["flags"]
        self._is_placed = bool(flags & _PLACED) and not flags & _PLACELESS
        return False

    def _on_time(self, payload: bytes, now_s: float) -> bool:
        del now_s
        boot_ms = int.from_bytes(payload[:4].ljust(4, b"\0"), "little")
        last_ms = self._boot_ms
        if last_ms is not None:
            back_ms = last_ms - boot_ms
            if 0 < back_ms <= _LATE_MS:
                return False
            # after a restart its clock begins anew: what it shows is how long the start has taken
            self.lived_s += (boot_ms if back_ms > 0 else -back_ms) / 1000.0
        self._boot_ms = boot_ms
        return False

    def _on_text(self, payload: bytes, now_s: float) -> bool:
        text = known_type(_STATUSTEXT).values(payload)["text"].strip()
        if text.startswith(("PreArm: ", "Preflight Fail: ")):
            reason = text.split(": ", 1)[1][:MOST_REASON]
            self._reasons.pop(reason, None)
            self._reasons[reason] = now_s
            while len(self._reasons) > _TRIES:
                del self._reasons[next(iter(self._reasons))]
        return False

    def _on_parameter(self, payload: bytes, now_s: float) -> bool:
        del now_s
        values = known_type(_PARAM_VALUE).values(payload)
        name = values["param_id"]
        wish = self._wishes.get(name)
        if wish is not None:
            is_whole = self.firmware == "px4" and name in self._whole
            value = values["param_value"]
            stored = struct.unpack("<i", struct.pack("<f", value))[0] if is_whole else value
            if abs(stored - wish[0]) <= 1e-4 * max(1.0, abs(wish[0])):
                del self._wishes[name]
                self._stored.add(name)
        return False

    def _others(self, name: str) -> frozenset[str]:
        """Names of the same thing in other releases."""
        return frozenset().union(*(one for one in self._alternatives if name in one))

    def _on_ack(self, payload: bytes, now_s: float) -> bool:
        del now_s
        return bool(known_type(_COMMAND_ACK).values(payload)["target_system"] == SYSTEM)
