# SPDX-License-Identifier: Apache-2.0
"""When a vehicle was armed, as far as its log tells. Used by one thread at a time, as the log is.

- A sample that says "disarmed" parts two armings, however short; a sample that is missing parts none.
- A log that an autopilot writes tells changes: when its first word is "disarmed", it was armed before.
- A reboot ends an arming: the clock since boot went back.
- So does a silence of `SILENCE_S` and more, in which nothing came at all, for nobody knows what happened in it; unless
  the vehicle is armed before and after, and its clock since boot ran on meanwhile.

A bridge says its last state again and again while a vehicle is silent, and a broker hands out one of long ago. Such
words count only where the vehicle itself was heard (`HEARD`).

Where an arming ends without a sample that says so, `is_ended` is False and `end_s` is when it was last heard.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from groundstation.logs.log import Vocabulary
from groundstation.logs.series import SeriesOf, ValueSeries
from groundstation.logs.sources import Numbers

SILENCE_S = 300.0
"""A link that is lost behind a hill comes back sooner."""
BACK_S = 5.0
"""A clock since boot that went back by less is a message that was overtaken."""
RAN_ON = 0.9
"""Share of a silence by which a clock without a reboot has advanced at least."""
FIRST_WORD_S = 5.0
"""A log that tells the state and not the changes does so for the first time within this."""
ALL_ROUND_MS = 1 << 32
"""Clocks since boot are 32 bits of milliseconds."""

BOOT_CLOCKS = (
    ("tlm/status", "clock.boot_ms"),
    ("tlm/detail", "clock.boot_ms"),
    ("GLOBAL_POSITION_INT", "time_boot_ms"),
    ("ATTITUDE", "time_boot_ms"),
    ("SYSTEM_TIME", "time_boot_ms"),
)
"""Where the milliseconds since boot are told, the best first."""
HEARD = (
    *("tlm/motion", "tlm/status", "tlm/detail"),
    *("HEARTBEAT", "ATTITUDE", "GLOBAL_POSITION_INT", "SYS_STATUS"),
)
"""Messages that come of the vehicle, and of nobody else."""
ECHO_S = 15.0
"""A state counts when the vehicle was heard at most so long before it."""
AHEAD_S = 3.0
"""Or when it was heard at most so long after it, since its streams wait for their turn."""
OVER_A_LINK = (Vocabulary.STREAMS, Vocabulary.MAVLINK)
"""Vocabularies of what was heard from afar; the others are written on board, and nothing of them is lost on a way."""


class ArmedSpan(NamedTuple):
    """A span in which the motors could turn."""

    begin_s: float
    end_s: float
    is_ended: bool
    """False when nobody saw it being disarmed: `end_s` is when it was last heard."""
    begin_is_known: bool
    """False when it was armed already when it was first heard."""


class _Break(NamedTuple):
    """Nothing is known between two times."""

    begin_s: float
    end_s: float


def armings(series: SeriesOf) -> tuple[ArmedSpan, ...]:
    """When the motors could turn, in order; none when the log never tells so."""
    told = _told(series)
    if told is None:
        return ()
    is_ours = series.vocabularies[:1] == (Vocabulary.STREAMS,)
    last_s = float(_heard_s(series)[-1]) if is_ours else series.last_s(told.time_s[-1])
    told, is_of_changes = _with_beginning(series, told)
    clock = boot_clock(series)
    breaks = [*_reboots(clock), *_silences(series, told, clock)]
    return tuple(_spans(told, breaks, last_s, is_of_changes=is_of_changes))


def armed_words(series: SeriesOf) -> ValueSeries | None:
    """What was said of it, 1 for armed: the newest word up to a moment holds; None when the log never tells."""
    told = _told(series)
    return None if told is None else _with_beginning(series, told)[0]


def _told(series: SeriesOf) -> ValueSeries | None:
    told = series.get("armed.is_armed")
    # only recordings of ours have a bridge and a broker between, which say again what they know
    if told is not None and series.vocabularies[:1] == (Vocabulary.STREAMS,):
        return _without_echoes(told, _heard_s(series))
    return told


def _heard_s(series: SeriesOf) -> Numbers:
    """When the vehicle itself was heard, in order; shape (n,)."""
    found = [series.columns(message, ()) for message in HEARD]
    return np.sort(np.concatenate([np.empty(0), *(one.time_s for one in found if one is not None)]))


def _without_echoes(told: ValueSeries, heard_s: Numbers) -> ValueSeries | None:
    """What was told when the vehicle was heard; None when that is nothing."""
    before = np.searchsorted(heard_s, told.time_s - ECHO_S)
    after = np.searchsorted(heard_s, told.time_s + AHEAD_S, side="right")
    is_heard = after > before
    return ValueSeries(told.time_s[is_heard], told.values[is_heard]) if is_heard.any() else None


def _with_beginning(series: SeriesOf, told: ValueSeries) -> tuple[ValueSeries, bool]:
    """What is told, and whether its first value is a change. A change to disarmed is given what was before it."""
    begin_s = series.log.info.begin_s
    is_on_board = series.vocabularies[:1] == (Vocabulary.DATAFLASH,)
    if not is_on_board or begin_s is None:
        return told, False
    # on board the first word "armed" is the change itself
    if told.values[0] > 0.5:
        return told, True
    # a state at the beginning and no change: it was disarmed when the log began
    if told.time_s[0] - begin_s < FIRST_WORD_S:
        return told, False
    # on board only changes are written: before "disarmed" it was armed, since the log began
    times, values = np.insert(told.time_s, 0, begin_s), np.insert(told.values, 0, 1.0)
    return ValueSeries(times, values), False


def _spans(told: ValueSeries, breaks: list[_Break], last_s: float, *, is_of_changes: bool) -> Iterator[ArmedSpan]:
    is_on = told.values > 0.5
    # of two breaks behind the same sample the earlier one counts, and so comes last
    first_last = sorted(breaks, reverse=True)
    broken = {int(np.searchsorted(told.time_s, one.begin_s, side="right")) - 1: one for one in first_last}
    begin: int | None = None
    for place, on in enumerate(is_on.tolist()):
        if on and begin is None:
            begin = place
        if begin is None or not on:
            continue
        after = place + 1
        if after < len(is_on) and is_on[after] and place not in broken:
            continue
        # behind a break nobody knows when it was disarmed, whatever is told there
        is_ended = after < len(is_on) and place not in broken
        end_s = float(told.time_s[after]) if is_ended else broken[place].begin_s if place in broken else last_s
        is_first = begin == 0
        begin_is_known = is_of_changes if is_first else begin - 1 not in broken
        yield ArmedSpan(float(told.time_s[begin]), max(end_s, float(told.time_s[place])), is_ended, begin_is_known)
        begin = None


def boot_clock(series: SeriesOf) -> ValueSeries | None:
    """Milliseconds since boot over time; None where the log does not tell."""
    for message, field in BOOT_CLOCKS:
        columns = series.columns(message, (field,))
        if columns is None:
            continue
        values = np.array([_number(one) for one in columns.values[field].tolist()], dtype=np.float64)
        is_good = np.isfinite(values) & np.isfinite(columns.time_s)
        if is_good.any():
            # rows need not be in the order of time, and one out of turn would look like a restart
            order = np.argsort(columns.time_s[is_good], kind="stable")
            return ValueSeries(columns.time_s[is_good][order], values[is_good][order])
    return None


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else float("nan")


def _reboots(clock: ValueSeries | None) -> Iterator[_Break]:
    if clock is None:
        return
    # a 32-bit clock that starts over after 49 days steps forward by a little, not back by all of it
    steps = (np.diff(clock.values) + ALL_ROUND_MS / 2) % ALL_ROUND_MS - ALL_ROUND_MS / 2
    for place in np.flatnonzero(steps < -BACK_S * 1e3).tolist():
        yield _Break(float(clock.time_s[place]), float(clock.time_s[place + 1]))


def _silences(series: SeriesOf, told: ValueSeries, clock: ValueSeries | None) -> Iterator[_Break]:
    # a log of changes is silent as long as nothing changes
    if series.vocabularies[:1] and series.vocabularies[0] not in OVER_A_LINK:
        return
    long = np.flatnonzero(np.diff(told.time_s) > SILENCE_S).tolist()
    heard_s = _heard_s(series) if long else np.empty(0)
    for place in long:
        begin_s, end_s = float(told.time_s[place]), float(told.time_s[place + 1])
        inside = heard_s[(heard_s > begin_s) & (heard_s < end_s)].tolist()
        words = itertools.pairwise([begin_s, *inside, end_s])
        gaps = [_Break(*pair) for pair in words if pair[1] - pair[0] > SILENCE_S]
        is_same = told.values[place] > 0.5 and told.values[place + 1] > 0.5
        yield from (one for one in gaps if not (is_same and _ran_on(clock, one)))


def _ran_on(clock: ValueSeries | None, silence: _Break) -> bool:
    if clock is None:
        return False
    before = int(np.searchsorted(clock.time_s, silence.begin_s, side="right")) - 1
    after = int(np.searchsorted(clock.time_s, silence.end_s))
    if before < 0 or after >= len(clock.values):
        return False
    advanced_ms = (clock.values[after] - clock.values[before]) % ALL_ROUND_MS
    passed_s = clock.time_s[after] - clock.time_s[before]
    # more than half of the round is a clock that went back, of which `%` has made a step forward
    return bool(RAN_ON * passed_s <= advanced_ms / 1e3 < ALL_ROUND_MS / 2e3)
