# SPDX-License-Identifier: Apache-2.0
"""A log that is played out, from what was asked for to its end. Main thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from rich.console import Console

from groundstation.app import log_times
from groundstation.app.long_work import progress_bar
from groundstation.app.replaying.decoded_source import DecodedSource
from groundstation.app.replaying.derived_source import DerivedSource, flying
from groundstation.app.replaying.mavlink_out import MavlinkOut
from groundstation.app.replaying.mqtt_out import MqttOut
from groundstation.app.replaying.output import Output
from groundstation.app.replaying.played import Source
from groundstation.app.replaying.player import HowFar, Player
from groundstation.app.replaying.recorded_source import RecordedSource
from groundstation.app.replaying.timeline import Timeline
from groundstation.bridge.link_text import LinkSpec
from groundstation.fleet.flight import TimeBase
from groundstation.fleet.progress import CancelledError, Progress
from groundstation.logs.damage_text import damage_lines
from groundstation.logs.log import Log, LogError, LogInfo
from groundstation.logs.open_log import open_log
from groundstation.transport.broker_url import BrokerUrl

Say = Callable[[str], None]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for."""

    file: Path
    broker: BrokerUrl | None = None
    """Where to over MQTT; None for not."""
    name: str = ""
    """Of the replay, under `replay/`."""
    link: LinkSpec | None = None
    """Where to over MAVLink; None for not."""
    speed: float = 1.0
    is_loop: bool = False
    begin: str | None = None
    """Not earlier, as `log_times.HELP` says."""
    end: str | None = None


def replay(wish: Wish, stop: threading.Event, say: Say) -> None:
    """Play a log out until its end, or until stopped.

    Args:
        wish: what is asked for.
        stop: ends it.
        say: takes a line for people.

    Raises:
        UsageError: a moment is no moment, or outside of the file.
        GroundStationError: the file can't be read, or an address can't be had.
    """

    def go_on(share: float, told: Progress | None = None) -> None:
        if stop.is_set():
            raise CancelledError("stopped")
        if told is not None:
            told(share)

    try:
        with progress_bar("reading the log") as told:
            log = open_log(wish.file, lambda share: go_on(share, told))
    except CancelledError:
        return
    with log:
        for line in damage_lines(log.info):
            say(line)
        timeline = timeline_of(wish, log.info)
        outputs = list(_outputs(wish, log, timeline, say, go_on))
        with _progress_line(log.info, wish.speed, say) as tell:
            Player(timeline, outputs, tell, is_loop=wish.is_loop).run(stop)


def timeline_of(wish: Wish, info: LogInfo) -> Timeline:
    """From when to when, how fast.

    Raises:
        UsageError: a moment is no moment, or outside of the file.
        LogError: there is nothing with a time in it.
    """
    if info.begin_s is None or info.end_s is None:
        raise LogError(f"{info.path} has no message with a time; there is nothing to play")
    begin_s, end_s = log_times.span_s(wish.begin, wish.end, info)
    for option, text, moment_s in (("--from", wish.begin, begin_s), ("--to", wish.end, end_s)):
        if moment_s is not None and not info.begin_s <= moment_s <= info.end_s:
            lasts = f"it lasts {info.end_s - info.begin_s:.0f} s, from {moment_text(info.begin_s, info)}"
            raise log_times.outside(option, text or "", lasts)
    return Timeline(info.begin_s if begin_s is None else begin_s, info.end_s if end_s is None else end_s, wish.speed)


def source_of(log: Log, told: Progress | None = None) -> Source:
    """What a log has to be said: messages of ours, else frames, else values.

    Args:
        log: open.
        told: told while frames are read; may cancel.

    Raises:
        LogError: there is nobody in it.
    """
    if RecordedSource.is_in(log):
        return RecordedSource(log)
    if not flying(log):
        raise LogError(f"{log.info.path}: there is no vehicle in it; 'groundstation log info' lists what there is")
    return DecodedSource(log, told) if DecodedSource.is_in(log) else DerivedSource(log)


def _outputs(wish: Wish, log: Log, timeline: Timeline, say: Say, told: Progress) -> Iterator[Output]:
    if wish.broker is not None:
        source = source_of(log, told)
        label = f"replay of {wish.file.name} at {wish.speed:g}x"
        say(f"{label} -> {wish.broker.shown} under replay/, each vehicle as {wish.name}-ID ({source.what})")
        yield MqttOut(wish.broker, wish.name, source, timeline, label)
    if wish.link is not None:
        if not flying(log):
            raise LogError(f"{log.info.path}: there is no vehicle in it; 'groundstation log info' lists what there is")
        out = MavlinkOut(wish.link, log, timeline, told)
        systems = ", ".join(f"{one.vehicle.id} as system {one.sysid}" for one in out.frames.systems.all[:10])
        say(f"replay of {wish.file.name} at {wish.speed:g}x -> {wish.link.text}: {systems} ({out.frames.what})")
        for line in out.frames.systems.moved:
            say(line)
        yield out


def moment_text(time_s: float, info: LogInfo) -> str:
    """A moment of a log for people: its date, or seconds since its beginning where it tells none."""
    if info.time_base is TimeBase.UTC:
        return log_times.utc_text(time_s)
    return f"{time_s - (info.begin_s or 0.0):.1f} s"


@contextlib.contextmanager
def _progress_line(info: LogInfo, speed: float, say: Say) -> Iterator[Callable[[HowFar], None]]:
    """A line that changes on a terminal; elsewhere only troubles, their ends and new passes are said."""
    console = Console(stderr=True)
    before: list[HowFar] = []
    said: list[str] = []

    def changes(one: HowFar) -> None:
        last = before[0] if before else None
        before[:] = [one]
        # the second time that it is told: a connection takes its moment
        if one.problem and last is not None and last.problem and not said:
            said.append(one.problem)
            say(f"waiting: {one.problem}")
        elif said and not one.problem:
            said.clear()
            say(f"goes on at {moment_text(one.position_s, info)}")
        if last is not None and one.passes != last.passes:
            say(f"plays it again, for the {one.passes - 1}. time")

    if not console.is_terminal:
        yield changes
        return
    with console.status("") as line:

        def tell(one: HowFar) -> None:
            changes(one)
            share = (one.position_s - (info.begin_s or 0.0)) / max((info.end_s or 0.0) - (info.begin_s or 0.0), 1e-9)
            # said only where it is another one: a computer that can't keep up is slower
            real = f" (in truth {one.real_speed:.2g}x)" if one.real_speed < 0.8 * speed and not one.problem else ""
            vehicles = f"{one.vehicles} vehicle{'s' if one.vehicles != 1 else ''}"
            line.update(f"{moment_text(one.position_s, info)}  {share:.0%}  {speed:g}x{real}  {vehicles}")

        yield tell
