# SPDX-License-Identifier: Apache-2.0
"""What stands on the timeline grows with the recording, and is what sorting all of it would make."""

from __future__ import annotations

import math
import random

import pytest

from groundstation.fleet.conditions import Level
from groundstation.fleet.events import Event, EventKind, Severity
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import Landmark, LandmarkKind
from groundstation.fleet.past import Extent, Moment
from groundstation.fleet.time_order import put_in
from groundstation.ui.past.lane_data import Jump, LaneData
from groundstation.ui.past.past_view import PastView
from groundstation.ui.past.playback import _Teller

KEYS = tuple(VehicleKey("fleet", f"uav-{number}") for number in (1, 2, 10))
KINDS = (
    *(LandmarkKind.ARMED, LandmarkKind.DISARMED, LandmarkKind.MODE, LandmarkKind.ONLINE, LandmarkKind.OFFLINE),
    *(LandmarkKind.LEVEL, LandmarkKind.EVENT, LandmarkKind.COMMAND, LandmarkKind.BOOKMARK),
)


def happened(dice, count):
    """Landmarks in the order in which they became known; one in eight had happened earlier."""
    for number in range(count):
        at_s = 1000.0 + number - (dice.uniform(0.0, 60.0) if dice.random() < 0.125 else 0.0)
        kind, key = dice.choice(KINDS), dice.choice(KEYS)
        event = Event(at_s=at_s, kind=EventKind.STATUS_TEXT, severity=Severity.INFO, text=str(number))
        yield Landmark(
            at_s=at_s,
            kind=kind,
            key=key,
            said=dice.choice(["AUTO", "RTL"]) if kind is LandmarkKind.MODE else str(number),
            level=dice.choice(list(Level)),
            event=event if kind is LandmarkKind.EVENT else None,
            id=f"b{number}" if kind is LandmarkKind.BOOKMARK else "",
        )


def at_s_of(one):
    return one.at_s


def everything(data):
    jumps = {}
    for kind in Jump:
        jumps[kind] = []
        at_s = -math.inf
        while (at_s := data.jump(kind, at_s, is_forward=True)) is not None:
            jumps[kind].append(at_s)
    return (
        {key: list(data.bands(key, -math.inf, math.inf)) for key in data.lanes},
        list(data.lanes),
        [data.alarms(level).tolist() for level in (Level.CAUTION, Level.WARNING)],
        [one.said for one in data.bookmarks],
        sorted(zip(*(one.tolist() for one in data.armed()), strict=True)),
        jumps,
    )


@pytest.mark.parametrize("seed", range(12))
def test_what_came_bit_by_bit_is_what_all_of_it_is(seed):
    dice = random.Random(seed)
    all_of_it, grown, known = list(happened(dice, 400)), LaneData(), []
    place, end_s = 0, 0.0
    view, whole_view = PastView(), PastView()
    while place < len(all_of_it):
        step = dice.randrange(1, 40)
        new = sorted(all_of_it[place : place + step], key=at_s_of)
        put_in(known, new, at_s_of)
        place += step
        end_s = known[-1].at_s + 1.0
        grown.add(new, KEYS[:2], end_s)
        view.add_landmarks(new)
    whole = LaneData()
    whole.take(known, KEYS[:2], end_s)
    assert everything(grown) == everything(whole)
    assert grown.lanes[KEYS[0]].bands
    whole_view.tell_landmarks(known)
    said = []
    for one in (view, whole_view):
        heard = []
        one.events_arrived.connect(lambda events, heard=heard: heard.extend(event.event.text for event in events))
        one.show(Moment(at_s=end_s), {})
        said.append((heard, [one.said for one in one.commands()]))
    assert said[0] == said[1]
    assert said[0][0]


class Growing:
    """A recording that grows, as a player tells of it."""

    name = "session"

    def __init__(self):
        self.marks = []

    @property
    def extent(self):
        return Extent(begin_s=0.0, end_s=float(len(self.marks)), read_until_s=float(len(self.marks)))

    def vehicles(self):
        return KEYS

    def landmarks(self, since=0):
        return self.marks[since:]


def test_only_what_is_new_is_told():
    dice, player = random.Random(3), Growing()
    put_in(player.marks, happened(dice, 100), at_s_of)
    teller = _Teller(player)
    assert teller.news().added is None
    assert teller.news() is None
    new = list(happened(dice, 5))
    put_in(player.marks, new, at_s_of)
    told = teller.news()
    assert sorted(one.at_s for one in told.added) == sorted(one.at_s for one in new)
    assert len(told.landmarks) == 105
    # something else altogether, as after the helpers were made anew
    player.marks = list(happened(random.Random(4), 105))
    assert teller.news().added is None
