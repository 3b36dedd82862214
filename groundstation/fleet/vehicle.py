# SPDX-License-Identifier: Apache-2.0
"""Everything a station knows about one vehicle, with the age of each part. Pure: time comes in as an argument.

`VehicleState.after(...)` returns a new state; nothing is changed in place, so a state may cross threads.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import msgspec

from groundstation.fleet.awareness.derived import Awareness
from groundstation.fleet.control import Control
from groundstation.fleet.events import Event
from groundstation.fleet.identity import VehicleInfo, VehicleKey, VehicleKind
from groundstation.fleet.kinds import INDEXED_KINDS, KINDS, Freshness, Samples, freshness, newer
from groundstation.fleet.link import Connection, LinkReport, LinkState
from groundstation.fleet.overview import Overview
from groundstation.fleet.parameters.component_metadata import ParamMeta
from groundstation.fleet.parameters.parameter import Parameter
from groundstation.fleet.parameters.parameter_entries import parameters_of
from groundstation.fleet.parameters.parameter_status import ParamList, ParamStatus
from groundstation.fleet.plans.plan_items import PlanKind
from groundstation.fleet.plans.plan_status import PlanList, PlanStatus
from groundstation.fleet.status import LandedState

GROUND_KINDS = frozenset({VehicleKind.ROVER, VehicleKind.BOAT})
"""Vehicles that never fly."""
FLYING_HEIGHT_M = 1.5
"""Armed and higher than this over home is flying, where the vehicle doesn't tell ground from air."""
WRITING_SLACK_S = 1.0
"""A bridge rounds its clock to milliseconds; more than this is no rounding."""
SAME_S = 0.02
"""An overview tells of the sample that finer telemetry brought, to the millisecond: that is no news."""
OVERVIEW_S = 3.0
"""An overview comes once a second; an older one has nothing to say of now."""
HEADING_S = 2.0
"""An attitude so much older than the position says no more where the nose points."""
MAX_MESSAGES = 200
"""Newest events kept with a vehicle; the message log keeps more."""


class Height(NamedTuple):
    """A height and where it comes from."""

    height_m: float | None
    """Metres; None when nothing tells."""
    above: str
    """`home`, or `start`: where its estimator began, for a vehicle that does not know where home is."""
    kind: str
    """The kind of sample that it is taken from, for its age."""


class VehicleState(Samples, frozen=True, kw_only=True, gc=False):
    """The newest sample of each kind, who it is and how it is heard. Every field of `Samples` is one of its."""

    key: VehicleKey
    """Which vehicle."""
    info: VehicleInfo | None = None
    """Its certificate; None until it came."""
    connection: Connection | None = None
    """Heard or not, by its bridge."""
    link: LinkReport | None = None
    """How it is heard."""
    control: Control | None = None
    """Who may command it; None until its bridge told."""
    plans: PlanStatus | None = None
    """How well its mission, fence and rally points are known; None until its bridge told."""
    mission_list: PlanList | None = None
    """The mission as it was read last; None before it was read."""
    fence_list: PlanList | None = None
    """The fence, in the same way."""
    rally_list: PlanList | None = None
    """The rally points, in the same way."""
    parameters: ParamStatus | None = None
    """How well its parameters are known; None until its bridge told."""
    parameter_list: ParamList | None = None
    """All of them as they were read, and heard since; None before that came."""
    parameter_meta: ParamMeta | None = None
    """The file with which it describes them; None before this station asked for it."""
    overview: Overview | None = None
    """The newest overview."""
    overview_received_s: float | None = None
    """When it came, seconds on this station's monotonic clock."""
    link_received_s: float | None = None
    """When the link report came, seconds on this station's monotonic clock."""
    heard_s: float | None = None
    """When a message came that no broker had kept, seconds on this station's monotonic clock."""
    clock_offset_s: float | None = None
    """Add it to a sample's `at_s` to get seconds on this station's monotonic clock."""
    session: str | None = None
    """The bridge's session id (`sid`) that the samples belong to."""
    messages: tuple[Event, ...] = ()
    """Newest events, oldest first."""
    awareness: Awareness | None = None
    """What this station works out about it; None where it knows nothing of the kind. Never sent, never recorded."""

    @property
    def name(self) -> str:
        """The human name, or the id until that is known."""
        return self.info.name if self.info is not None else self.key.id

    @property
    def is_heard(self) -> bool:
        """True while the bridge hears its heartbeats."""
        return self.connection is not None and self.connection.state is LinkState.ONLINE

    @property
    def is_flying(self) -> bool | None:
        """True in the air, False on the ground, None when nobody can tell."""
        is_armed = self.armed.is_armed if self.armed is not None else None
        # HEARTBEAT before EXTENDED_SYS_STATE, which comes seconds late and flaps while PX4 idles
        if is_armed is False or (self.info is not None and self.info.kind in GROUND_KINDS):
            return False
        landed = self.landed.state if self.landed is not None else LandedState.UNKNOWN
        if landed is not LandedState.UNKNOWN:
            return landed is not LandedState.ON_GROUND
        height_m = self.height.height_m
        return True if is_armed and height_m is not None and height_m > FLYING_HEIGHT_M else None

    def plan_list(self, kind: PlanKind) -> PlanList | None:
        """A list as it is known now; None where it is not, or where what came is of another time than its status."""
        found: PlanList | None = getattr(self, f"{kind.value}_list")
        status = self.plans.of(kind) if self.plans is not None else None
        return found if found is not None and status is not None and status.hash == found.hash else None

    @property
    def known_parameters(self) -> tuple[Parameter, ...] | None:
        """Its parameters as far as they are known now; None where they are not, or what came is of another time."""
        found, status = self.parameter_list, self.parameters
        if found is None or status is None or status.hash != found.hash:
            return None
        return parameters_of(found.entries)

    @property
    def height(self) -> Height:
        """How high it is, by the best that it tells, and above what."""
        position, altitude = self.position, self.altitude
        if position is not None and position.height_home_m is not None:
            return Height(position.height_home_m, "home", "position")
        if altitude is not None and altitude.height_home_m is not None:
            return Height(altitude.height_home_m, "home", "altitude")
        if altitude is not None and altitude.height_start_m is not None:
            return Height(altitude.height_start_m, "start", "altitude")
        return Height(None, "home", "position")

    @property
    def home_amsl_m(self) -> float | None:
        """Height of its home above the sea, metres: as it tells home, else by the two heights of its position."""
        home, position = self.home, self.position
        if home is not None and home.height_amsl_m is not None:
            return home.height_amsl_m
        if position is None or position.height_amsl_m is None or position.height_home_m is None:
            return None
        return position.height_amsl_m - position.height_home_m

    @property
    def height_amsl_m(self) -> float | None:
        """How high it is above the sea, metres: as it tells it, else above its home."""
        position = self.position
        if position is None or position.height_amsl_m is not None:
            return position.height_amsl_m if position is not None else None
        home_m = self.home_amsl_m
        return None if home_m is None or position.height_home_m is None else home_m + position.height_home_m

    @property
    def charge_fraction(self) -> float | None:
        """Lowest charge of its packs, 0 to 1, by the newest that tells it; None when nothing does."""
        told_s = self.received_s("battery")
        overview, came_s = self.overview, self.overview_received_s
        # of a vehicle that is not followed in detail no packs come any more: the overview is then the newer word
        if overview is not None and came_s is not None and (told_s is None or came_s - told_s > OVERVIEW_S):
            return overview.charge_fraction
        return min((one.charge_fraction for one in self.battery if one.charge_fraction is not None), default=None)

    @property
    def heading_deg(self) -> float | None:
        """Direction of the nose: from the attitude, else as reported with the position.

        Beside a newer position an old attitude tells nothing: of who is not followed any more none comes.
        """
        attitude, position = self.attitude, self.position
        by_position_deg = position.heading_deg if position is not None else None
        if attitude is None or attitude.yaw_deg is None:
            return by_position_deg
        is_old = position is not None and position.at_s - attitude.at_s > HEADING_S
        return by_position_deg if is_old else attitude.yaw_deg

    def received_s(self, kind: str) -> float | None:
        """When the newest sample of a kind came, seconds on this station's monotonic clock; None when never."""
        sample = getattr(self, kind)
        if kind in INDEXED_KINDS:
            # by the newest of several: one pack that fell silent makes the others no older
            sample = max(sample, key=lambda one: one.at_s, default=None)
        if sample is None or self.clock_offset_s is None:
            return None
        return float(sample.at_s + self.clock_offset_s)

    def age_s(self, kind: str, now_s: float) -> float | None:
        """Age of a kind.

        Args:
            kind: one of `KINDS`.
            now_s: seconds on this station's monotonic clock.

        Returns:
            Seconds, never negative; None when no sample came.
        """
        received_s = self.received_s(kind)
        # the clocks of bridge and station are known to some milliseconds only: a sample of this moment may seem ahead
        return None if received_s is None else max(0.0, now_s - received_s)

    def freshness(self, kind: str, now_s: float) -> Freshness:
        """How far the newest sample of a kind may be believed: a place for which nobody vouches is no fresh one."""
        found = freshness(kind, self.age_s(kind, now_s))
        if kind == "position" and found is Freshness.FRESH and not self.is_place_vouched(now_s):
            return Freshness.STALE
        return found

    def is_place_vouched(self, now_s: float) -> bool:
        """Whether its estimator stands by the place that it still sends; True where it tells nothing.

        ArduPilot goes on sending a place for 18 s and more after the loss of GPS (EKF_STATUS_REPORT.flags tell).
        """
        if self.position is None or self.position.lat_deg is None:
            return True
        overview, came_s = self.overview, self.overview_received_s
        # either may know it: detail does not come from who is not followed, and an overview is short-lived
        if overview is not None and came_s is not None and not overview.is_vouched and now_s - came_s < OVERVIEW_S:
            return False
        if self.estimator is None:
            return True
        is_told = freshness("estimator", self.age_s("estimator", now_s)) is Freshness.FRESH
        return not is_told or self.estimator.has_horizontal_position is not False

    def ages_s(self, now_s: float) -> dict[str, float]:
        """Age of every kind that came, seconds."""
        ages = ((kind, self.age_s(kind, now_s)) for kind in KINDS)
        return {kind: age for kind, age in ages if age is not None}

    def after(
        self, samples: Samples, clock_offset_s: float, came_s: float = math.inf, heard_s: float | None = None
    ) -> VehicleState:
        """The state once these samples are in. A sample older than the one held is dropped (reordered delivery).

        A sample from after the moment of its coming can't be: it is dropped, and one that is held gives way. Else a
        forged time would look fresh for ever and keep out all that is true.

        Args:
            samples: what came.
            clock_offset_s: bridge clock to this station's monotonic clock, seconds.
            heard_s: see `VehicleUpdate`.
            came_s: when the message came, on the bridge's clock; one that was long on its way takes nothing newer away.
        """
        changes = newer(self, samples, came_s + WRITING_SLACK_S)
        changes["clock_offset_s"] = clock_offset_s
        if heard_s is not None:
            changes["heard_s"] = heard_s
        return msgspec.structs.replace(self, **changes)

    def with_overview(
        self, overview: Overview, written_s: float, clock_offset_s: float, received_s: float
    ) -> VehicleState:
        """The state once an overview is in; where finer telemetry tells the same, that stays.

        Args:
            overview: what came.
            written_s: when it was written, on the bridge's clock.
            clock_offset_s: bridge clock to this station's monotonic clock, seconds.
            received_s: when it came, seconds on this station's monotonic clock.
        """
        came_s = received_s - clock_offset_s
        told = overview.samples(written_s, self)
        news: dict[str, Any] = {}
        for kind in _OF_OVERVIEW:
            new, old = getattr(told, kind), getattr(self, kind)
            # what is held stays while it is as new and can be true; one from the future gives way, as in `after`
            if new is not None and (old is None or not new.at_s - SAME_S <= old.at_s <= came_s + WRITING_SLACK_S):
                news[kind] = new
        state = self.after(Samples(**news), clock_offset_s, came_s, received_s)
        return msgspec.structs.replace(state, overview=overview, overview_received_s=received_s)

    def with_event(self, event: Event) -> VehicleState:
        """The state once this event is in."""
        return msgspec.structs.replace(self, messages=(*self.messages[-(MAX_MESSAGES - 1) :], event))

    def forgotten(self, session: str | None) -> VehicleState:
        """The state at the start of a new session: who it is stays, what was measured goes (its clock restarted)."""
        return VehicleState(
            key=self.key,
            info=self.info,
            connection=self.connection,
            messages=self.messages,
            session=session,
        )


_OF_OVERVIEW = ("position", "velocity", "mode", "armed")
"""Kinds that an overview tells of."""
