# SPDX-License-Identifier: Apache-2.0
"""What rules would have raised in a recording. Pure: asks a player; on the thread that owns that."""

from __future__ import annotations

import msgspec

from groundstation.fleet.alarms.alarm import Alarm, AlarmState
from groundstation.fleet.alarms.engine import AlarmEngine
from groundstation.fleet.alarms.nearness import near_pairs
from groundstation.fleet.alarms.rule import RuleSet
from groundstation.fleet.past import Player
from groundstation.fleet.progress import Progress
from groundstation.fleet.sensors import SensorBoard
from groundstation.fleet.summary import summary_of

STEP_S, SETTLE_S = 1.0, 5.0
MOST_STEPS = 20_000
"""Of a longer recording each step is longer. In the first seconds a log does not yet tell all that it will."""


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm that there would have been."""

    rule: str
    title: str
    source: str
    begin_s: float
    """On the clock of the recording."""
    end_s: float | None = None
    """When it returned; None where it went on to the end."""
    affected: int = 1


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    raised: tuple[Raised, ...]
    begin_s: float
    end_s: float
    step_s: float

    def count(self, rule: str) -> int:
        """How often a rule would have raised."""
        return sum(one.rule == rule for one in self.raised)


def tried(player: Player, rules: RuleSet, told: Progress | None = None) -> Trial:
    """Look at a whole recording by some rules, as if nobody had acknowledged anything.

    Args:
        player: of it; read to its end.
        rules: which; those that are off count too.
        told: how far it is; may cancel.

    Raises:
        UsageError: a rule means nothing.
        LogError: the recording can't be read.
        CancelledError: by `told`.
    """
    on = tuple(msgspec.structs.replace(one, is_on=True) for one in rules.rules)
    engine, board = AlarmEngine(RuleSet(rules=on)), SensorBoard()
    # read to its end first, in slices that can be given up
    while player.work(lambda: _goes_on(told)):
        pass
    extent = player.extent
    step_s = max(STEP_S, (extent.end_s - extent.begin_s) / MOST_STEPS)
    raised: list[Raised] = []
    open_: dict[str, int] = {}
    at_s = extent.begin_s + SETTLE_S
    while at_s <= extent.end_s:
        if told is not None:
            told((at_s - extent.begin_s) / max(extent.end_s - extent.begin_s, 1e-9))
        moment = player.moment(at_s)
        if moment is not None:
            summaries = [summary_of(state, at_s) for state in moment.states]
            board.put_back(list(moment.readings))
            engine.look(summaries, near_pairs(moment.states, at_s), board, board.take_changed(), at_s)
            engine.lead(at_s, at_s)
            for alarm in engine.take_changed():
                _note(alarm, raised, open_, at_s)
        at_s += step_s
    return Trial(raised=tuple(raised), begin_s=extent.begin_s, end_s=extent.end_s, step_s=step_s)


def _goes_on(told: Progress | None) -> bool:
    if told is not None:
        told(0.0)
    return True


def _note(alarm: Alarm, raised: list[Raised], open_: dict[str, int], at_s: float) -> None:
    if alarm.is_active and alarm.key not in open_:
        open_[alarm.key] = len(raised)
        raised.append(
            Raised(rule=alarm.rule, title=alarm.title, source=alarm.source, begin_s=at_s, affected=alarm.affected)
        )
    elif alarm.state in (AlarmState.RETURNED, AlarmState.OVER) and alarm.key in open_:
        place = open_.pop(alarm.key)
        raised[place] = msgspec.structs.replace(raised[place], end_s=at_s)
