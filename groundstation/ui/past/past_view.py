# SPDX-License-Identifier: Apache-2.0
"""The fleet at a moment of a recording, for the same panels that show it live. GUI thread.

It has no command desk and nothing that could be sent: the past can't be commanded, by type.
"""

from __future__ import annotations

import bisect

from PySide6.QtCore import QObject

from groundstation.fleet.awareness.derived import Awareness
from groundstation.fleet.awareness.watch import AwarenessWatch
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import Landmark, LandmarkKind
from groundstation.fleet.past import Moment, Track
from groundstation.fleet.sensors import SensorReading
from groundstation.fleet.summary import Summaries, VehicleSummary
from groundstation.fleet.time_order import put_in
from groundstation.fleet.topics.topic_tree import TopicTree
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.fleet_view import FleetView, LoggedEvent
from groundstation.ui.past import past_topics
from groundstation.ui.past.past_history import PastHistory
from groundstation.ui.past.past_timeline import PastTimeline

EVENTS_SHOWN = 400
"""Before the moment, of all vehicles, after a jump; what is played meanwhile is added to them."""
JUMP_S = 60.0
"""Further on than this is no playing, but a jump."""


class PastView(FleetView):
    """What was known at the moment that its timeline shows."""

    timeline: PastTimeline

    def __init__(self, parent: QObject | None = None) -> None:
        """Begin with nobody."""
        super().__init__(PastTimeline(), parent)
        # a current of another moment is none of this one
        self.awareness = AwarenessWatch(has_means=False)
        self.timeline.setParent(self)
        self._past_history = PastHistory()
        self._history = self._past_history
        self._summaries = Summaries()
        self._events: list[LoggedEvent] = []
        self._commands: list[Landmark] = []
        self._bookmarks: list[Landmark] = []
        self._shown_s: float | None = None
        self._given: dict[VehicleKey, VehicleState] = {}
        """As the player gave them: what is worked out of them is put into another."""
        self._found: dict[VehicleKey, Awareness | None] = {}
        self._readings: dict[str, SensorReading] = {}
        self._are_topics_old = False

    @property
    def topics(self) -> TopicTree:
        """Every topic of the moment; thousands of them are only looked at for who asks."""
        if self._are_topics_old:
            self._are_topics_old = False
            past_topics.fit(self._topics, self._readings, self._board)
        return self._topics

    def summary(self, state: VehicleState) -> VehicleSummary:
        """One vehicle in a few words."""
        return self._summaries.of(state, self.now_s())

    def tell_landmarks(self, landmarks: list[Landmark]) -> None:
        """What stands on the recording's timeline, all of it, in the order of time."""
        self._events, self._commands, self._bookmarks = [], [], []
        self.add_landmarks(landmarks)

    def add_landmarks(self, added: list[Landmark]) -> None:
        """What stands on it besides, in the order of time."""
        events = (one for one in added if one.kind is LandmarkKind.EVENT)
        put_in(
            self._events,
            (LoggedEvent(one.key, one.event, one.at_s) for one in events if one.key and one.event),
            _heard_s,
        )
        put_in(self._commands, (one for one in added if one.kind is LandmarkKind.COMMAND), _at_s)
        put_in(self._bookmarks, (one for one in added if one.kind is LandmarkKind.BOOKMARK), _at_s)

    def happened(self, begin_s: float, end_s: float) -> tuple[list[LoggedEvent], list[Landmark]]:
        """Events of a span of the recording, and when it was commanded and noted; also what comes after the moment."""
        first, stop = (bisect.bisect_left(self._events, at_s, key=_heard_s) for at_s in (begin_s, end_s))
        noted: list[Landmark] = []
        for some in (self._commands, self._bookmarks):
            begin, end = (bisect.bisect_left(some, at_s, key=_at_s) for at_s in (begin_s, end_s))
            # of a command its first step
            noted += [one for one in some[begin:end] if one.report is None or one.report.step == 0]
        newest = {one.id: one for one in noted if one.id}
        return self._events[first:stop], [one for one in noted if not one.id or newest[one.id] is one]

    def commands(self) -> list[Landmark]:
        """Steps in the life of commands up to the moment, in the order of time."""
        return self._commands[: bisect.bisect_right(self._commands, self.now_s(), key=_at_s)]

    def show(self, moment: Moment, tracks: dict[VehicleKey, Track], *, is_playing: bool = False) -> None:
        """Show another moment.

        Args:
            moment: what was known then.
            tracks: where vehicles were, around it.
            is_playing: whether the next one comes at once.
        """
        before_s, at_s = self._shown_s, moment.at_s
        self._shown_s = at_s
        # panels that add what is new to what they show have to begin anew after a jump
        is_rewound = before_s is None or not 0.0 <= at_s - before_s <= JUMP_S
        # first all of it, then who shows it: a panel that asks about another vehicle sees one moment
        self.timeline.set(at_s)
        self._past_history.show(at_s, tracks)
        added, changed, gone = self._take(moment)
        changed |= self._work_out(at_s, is_playing=is_playing and not is_rewound)
        self._board.put_back(list(moment.readings))
        self._are_topics_old = True
        self._fleet.alarms.put_back(moment.alarms, at_s)
        self.timeline.tell(is_rewound=is_rewound, is_playing=is_playing)
        if gone:
            self.vehicles_forgotten.emit(gone)
        if added:
            self.vehicles_added.emit(added)
        if changed or gone:
            self.vehicles_changed.emit(changed | gone)
        self._tell_events(None if is_rewound else before_s, at_s)
        self.bridges_changed.emit()
        topics = frozenset(self._board.take_changed())
        if topics:
            self.sensors_changed.emit(topics)

    def clear(self) -> None:
        """Another recording is to be shown: nothing of this one stays."""
        self._shown_s = None
        self.tell_landmarks([])
        # an empty moment takes vehicles and sensors out of every panel by the signals that they know
        self.show(Moment(at_s=0.0), {})
        self._shown_s = None

    def _take(self, moment: Moment) -> tuple[frozenset[VehicleKey], frozenset[VehicleKey], frozenset[VehicleKey]]:
        known = self._given
        shown = {state.key: state for state in moment.states}
        gone = frozenset(known.keys() - shown.keys())
        for key in gone:
            self._fleet.remove(key)
            self._summaries.forget(key)
        for key, state in shown.items():
            # a player hands out the same frozen state for as long as nothing came: the panels are left alone
            if known.get(key) is not state:
                self._fleet.put_back_state(state)
        self._given = shown
        for root, bridge, session, presence in moment.bridges:
            self._fleet.put_back_bridge(root, bridge, session, presence)
        changed = frozenset(self._fleet.take_changed()) & shown.keys()
        return frozenset(shown.keys() - known.keys()), frozenset(changed), gone

    def _work_out(self, at_s: float, *, is_playing: bool) -> frozenset[VehicleKey]:
        """The same as live: of this moment after a jump, as often as live while it is played; whom that changed."""
        if is_playing:
            self._found = {**self._found, **self.awareness.turn(self._fleet, at_s)}
        else:
            self._found = dict(self.awareness.whole(self._fleet, at_s))
        # a state that the player gave anew has nothing of it
        self._fleet.tell_awareness(self._found)
        return frozenset(self._fleet.take_changed())

    def _tell_events(self, since_s: float | None, at_s: float) -> None:
        last = bisect.bisect_right(self._events, at_s, key=_heard_s)
        first = max(0, last - EVENTS_SHOWN)
        if since_s is not None:
            first = bisect.bisect_right(self._events, since_s, key=_heard_s)
        if last > first:
            self.events_arrived.emit(self._events[first:last])


def _heard_s(one: LoggedEvent) -> float:
    return one.received_s


def _at_s(one: Landmark) -> float:
    return one.at_s
