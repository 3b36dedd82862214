# SPDX-License-Identifier: Apache-2.0
"""A log without frames: its vehicles' states at the usual rates, as a bridge would have told them. One thread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from groundstation.app.replaying.captured_bus import CapturedBus
from groundstation.app.replaying.played import Played
from groundstation.bridge.changes import DECISIVE, TELLERS
from groundstation.bridge.overview import overview
from groundstation.bridge.publisher import Publisher, new_session
from groundstation.bridge.streams import MOTION, STATE_KINDS, STREAMS
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import Autopilot, Root, VehicleKey, VehicleKind, is_vehicle_id
from groundstation.fleet.kinds import INDEXED_KINDS, KINDS, Samples
from groundstation.fleet.link import LinkQuality, LinkReport
from groundstation.fleet.sample import Severity
from groundstation.fleet.vehicle import VehicleState
from groundstation.logs.flight_events import MAV_TYPES, texts
from groundstation.logs.log import Log, LogVehicle
from groundstation.logs.series import SeriesOf
from groundstation.logs.state_at import StateAt
from groundstation.mavlink.modes import MAV_AUTOPILOT_ARDUPILOT, MAV_AUTOPILOT_PX4, mode_number
from groundstation.transport import leaves, topics
from groundstation.transport.leaves import Leaf

STEP_S = STREAMS[MOTION].period_s
SLOW_STEPS = round(1.0 / STEP_S)
"""All but motion is told once a second."""
STATE_MAX_S = 10.0
_SEVERITIES = [one for one in Severity if one is not Severity.UNKNOWN]
"""By MAV_SEVERITY."""
AUTOPILOTS = {Autopilot.ARDUPILOT: MAV_AUTOPILOT_ARDUPILOT, Autopilot.PX4: MAV_AUTOPILOT_PX4}


def flying(log: Log) -> list[LogVehicle]:
    """The vehicles of a log; no ground stations, cameras and the like."""
    return [one for one in log.info.vehicles if not one.is_station]


class LoggedVehicle:
    """One vehicle of a log over time, with all that its format tells."""

    def __init__(self, log: Log, vehicle: LogVehicle) -> None:
        """Read what the log has of it.

        Args:
            log: stays open as long as this is used.
            vehicle: of the log.
        """
        series = SeriesOf(log, vehicle.id)
        self._states = StateAt(series)
        self.texts = texts(series)
        self.kind = VehicleKind(vehicle.kind or "unknown")
        self.mav_type = MAV_TYPES.get(self.kind, 0)
        self.mav_autopilot = AUTOPILOTS.get(Autopilot(vehicle.autopilot or "unknown"), 0)

    def at(self, time_s: float) -> VehicleState:
        """Its state at a moment, its mode with its number; every sample as old as the log's newest value."""
        state = self._states.at(time_s)
        mode = state.mode
        if mode is None or mode.name is None:
            return state
        # where the kind is not known, a copter's: pymavlink has a table for each kind of ArduPilot vehicle
        number = mode_number(self.mav_type or MAV_TYPES[VehicleKind.MULTICOPTER], self.mav_autopilot, mode.name)
        return replace(state, mode=replace(mode, custom_mode=number))


class DerivedSource:
    """Plays a DataFlash log, a ULog, or any recording by its values."""

    what = "the log's values, at the usual rates"

    def __init__(self, log: Log) -> None:
        self._vehicles = [(one, LoggedVehicle(log, one)) for one in flying(log)]

    def play(self, begin_s: float, end_s: float) -> Iterator[Played]:
        """See `Source.play`."""
        bus = CapturedBus()
        publisher = Publisher(bus, bus.clock)
        tellers = [_Teller(number, *one, publisher, begin_s) for number, one in enumerate(self._vehicles)]
        step = 0
        while (time_s := begin_s + step * STEP_S) <= end_s:
            bus.now_s = time_s
            for teller in tellers:
                teller.tell(time_s, is_slow_turn=step % SLOW_STEPS == 0)
            publisher.flush()
            yield from bus.take()
            step += 1


class _Teller:
    """Says of one vehicle what is new."""

    def __init__(
        self, number: int, vehicle: LogVehicle, logged: LoggedVehicle, publisher: Publisher, begin_s: float
    ) -> None:
        root, _, own_id = vehicle.id.rpartition("/")
        # only a recording of ours has ids; readers of other logs have words of their own for the one that it is of
        is_id = bool(root) and is_vehicle_id(own_id) and not own_id.isdigit()
        self._key = VehicleKey(Root.REPLAY.value, own_id if is_id else f"uav-{vehicle.sysid or number + 1}")
        self._name = vehicle.name or self._key.id
        self._logged, self._publisher, self._session = logged, publisher, new_session()
        self._told_s: dict[str, float] = {}
        self._decisive: dict[str, Any] = {}
        self._before: VehicleState | None = None
        self._state_s = -STATE_MAX_S
        self._texts = iter([one for one in logged.texts if one.time_s >= begin_s])
        self._text = next(self._texts, None)

    def _say(self, leaf: Leaf, content: Any) -> None:
        self._publisher.say(topics.vehicle(self._key, leaf.name), leaf, self._session, content)

    def tell(self, time_s: float, *, is_slow_turn: bool) -> None:
        """Say what is new at a moment."""
        state = self._logged.at(time_s)
        if self._before is None:
            mav_type = self._logged.mav_type or None
            if state.info is not None:
                self._say(leaves.INFO, replace(state.info, name=self._name, streams=STREAMS, mav_type=mav_type))
            self._say(leaves.CONN, state.connection)
        self._tell_events(state, time_s)
        for number, stream in enumerate(STREAMS):
            if number == MOTION or is_slow_turn:
                self._tell_stream(leaves.stream(stream.name), stream.kinds, state)
        self._tell_state(state, time_s)
        if is_slow_turn:
            self._say(leaves.TLM_SUM, overview(state, time_s))
            self._say(leaves.LINK, _link(state, time_s))
        self._before = state

    def _tell_events(self, state: VehicleState, time_s: float) -> None:
        while self._text is not None and self._text.time_s <= time_s:
            one, self._text = self._text, next(self._texts, None)
            known = one.severity is not None and 0 <= one.severity < len(_SEVERITIES)
            severity = _SEVERITIES[one.severity or 0] if known else Severity.INFO
            self._say(leaves.EVT, Event(at_s=one.time_s, kind=EventKind.STATUS_TEXT, severity=severity, text=one.text))
        for kind, teller in TELLERS.items():
            old, new = getattr(self._before, kind, None), getattr(state, kind)
            event = teller(old, new) if old is not None and new is not None else None
            if event is not None:
                self._say(leaves.EVT, event)

    def _tell_stream(self, leaf: Leaf, kinds: tuple[str, ...], state: VehicleState) -> None:
        news = {kind: getattr(state, kind) for kind in kinds if self._is_news(kind, state)}
        if news:
            self._say(leaf, Samples(**news))

    def _is_news(self, kind: str, state: VehicleState) -> bool:
        at_s = _newest_s(kind, state)
        if at_s is None or at_s <= self._told_s.get(kind, float("-inf")):
            return False
        self._told_s[kind] = at_s
        return True

    def _tell_state(self, state: VehicleState, time_s: float) -> None:
        known = {kind: getattr(state, kind) for kind in STATE_KINDS if getattr(state, kind)}
        decisive = {kind: DECISIVE[kind](value) for kind, value in known.items()}
        if decisive != self._decisive or time_s - self._state_s >= STATE_MAX_S:
            self._decisive, self._state_s = decisive, time_s
            self._say(leaves.STATE, Samples(**known))


def _newest_s(kind: str, state: VehicleState) -> float | None:
    value = getattr(state, kind)
    if kind in INDEXED_KINDS:
        return max((one.at_s for one in value), default=None)
    return None if value is None else float(value.at_s)


def _link(state: VehicleState, time_s: float) -> LinkReport:
    """A vehicle's own log hears it as long as it tells anything."""
    told = [at_s for at_s in (_newest_s(kind, state) for kind in KINDS) if at_s is not None]
    age_s = max(0.0, time_s - max(told)) if told else None
    return LinkReport(links=(LinkQuality(at_s=time_s, link="log", is_best=True, heartbeat_age_s=age_s),))
