# SPDX-License-Identifier: Apache-2.0
"""Leads the window into the past and back: asks the player, moves the moment, shows what was. GUI thread.

What flies goes on meanwhile: the feed of now folds, the recorder records, alarms of the present are told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.alignment import Alignment, Anchor
from groundstation.fleet.flight import TimeBase
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import LandmarkKind
from groundstation.fleet.past import Player, Track
from groundstation.fleet.progress import Progress
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.past.banner import age_text
from groundstation.ui.past.lane_data import Jump
from groundstation.ui.past.past_view import PastView
from groundstation.ui.past.playback import Playback, Shown, Told
from groundstation.ui.past.player_port import PlayerAccess
from groundstation.ui.past.playing import Playing
from groundstation.ui.past.recorded_now import recorded_now
from groundstation.ui.past.timeline_note import timeline_note
from groundstation.ui.past.timeline_panel import TimelinePanel
from groundstation.ui.past.typed_time import seconds_from_text, time_from_text
from groundstation.ui.timeline import monotonic_s, wall_s

FIRST_BACK_S = 10.0
"""F9 goes so far back at first: what one wants to see again has just happened."""
BEFORE_ARMING_S = 3.0
"""A log that is opened begins so long before the first arming."""
RETRY_S = 5.0


class LookBack(QObject):
    """The past of this window: of what is recorded now, or of a file."""

    entered = Signal()
    left = Signal()
    moment_shown = Signal(float)
    """Another moment is shown; seconds on the recording's clock."""
    opened = Signal()
    """Another recording is open: what was shown of the one before is of no use."""
    values_came = Signal(object, float, float, object)
    """A `ValueRef`, from when to when it was asked for, and its `PastValues`."""
    raw_came = Signal(object, float, object)
    """A `VehicleKey`, the moment that was asked for, and a tuple of `RawRow`."""
    noticed = Signal(str)
    """One line for the operator: why it can't be shown."""

    def __init__(
        self, feed: FleetFeed, access: PlayerAccess, panel: TimelinePanel, parent: QObject | None = None
    ) -> None:
        """Nothing is open yet.

        Args:
            feed: what is now.
            access: ways to recordings.
            panel: the timeline.
            parent: Qt's.
        """
        super().__init__(parent)
        self._feed, self._access, self.panel = feed, access, panel
        self.view = PastView(self)
        self.view.use_meanings(feed.meanings)
        feed.meanings_changed.connect(lambda: self.view.use_meanings(feed.meanings))
        self.playback: Playback | None = None
        self.told: Told | None = None
        """How the open recording is; None before it is there."""
        self.is_past = False
        self.is_file = False
        """Whether a log was opened, and not what is recorded now."""
        self.sources: tuple[Path, ...] = ()
        """All that is laid over each other, that first."""
        self.source: Path | None = None
        """What is open: the folder of a session, or the first of the files; None for nothing."""
        self._has_panels = False
        """Whether the panels of the past are those of the open recording."""
        self._session: Path | None = None
        self._has_newer = False
        """Whether another session is recorded by now than the one that is looked at."""
        self._retry_at_s = 0.0
        """Not before this a session that could not be opened is tried again, on the monotonic clock."""
        self._wanted_s: float | None = None
        """Asked for and not shown yet."""
        self._after_open: Callable[[Told], float] | None = None
        self._placed_s: float | None = None
        """Where it was put after opening: nobody has moved it as long as it is there."""
        self._tracks: dict[VehicleKey, Track] = {}
        self.playing = Playing(self.view.timeline, panel.bar, self._go_on, self)
        self.playing.changed.connect(self._show_state)
        feed.timeline.passed.connect(lambda _now_s: self._on_present())
        self._join()

    def _join(self) -> None:
        bar, canvas = self.panel.bar, self.panel.canvas
        bar.back_wanted.connect(self.look_back)
        bar.live_wanted.connect(self.leave)
        bar.step_wanted.connect(lambda is_forward: self.step(is_forward=is_forward))
        bar.jump_wanted.connect(lambda is_forward: self.jump(is_forward=is_forward))
        bar.time_typed.connect(self.go_to_text)
        self.panel.compare.alignment_wanted.connect(self.align)
        canvas.moment_wanted.connect(self.seek)
        canvas.part_changed.connect(self._say_span)

    # ---- opening ----

    def open_files(self, paths: Sequence[Path], at_s: float | None = None, anchor: Anchor | None = None) -> None:
        """Show logs, or sessions that are over; several are laid over each other.

        Args:
            paths: of files or of folders; the first one is what the others are compared with.
            at_s: the moment that is shown first; None for its first flight.
            anchor: by what several are laid over each other; None for the clock.
        """
        self.is_file = True
        self._open(lambda told: self._access.open_files(paths, told))
        self.source, self.sources = paths[0], tuple(paths)
        if anchor is not None and self.playback is not None:
            self.playback.align(Alignment(anchor))
        self._after_open = _first_flight if at_s is None else lambda _told: at_s
        self._enter()
        self.panel.bar.show_note(self.tr("opening {name}…").format(name=", ".join(one.name for one in paths)))

    def _open(self, open_player: Callable[[Progress], Player]) -> None:
        self.close()
        self.playback = Playback(open_player, self)
        self.playback.told.connect(self._on_told)
        self.playback.opening.connect(self._on_opening)
        self.playback.shown.connect(self._on_shown)
        self.playback.stepped.connect(self._on_stepped)
        self.playback.failed.connect(self._on_failed)
        self.playback.values_came.connect(self.values_came)
        self.playback.raw_came.connect(self.raw_came)
        self._has_panels = False
        self.opened.emit()

    def close(self, wait_s: float = 0.0) -> None:
        """Close what is open.

        Args:
            wait_s: how long to wait until its files are given back; the process may end before that.
        """
        playback, self.playback, self.source = self.playback, None, None
        self.sources = ()
        self.told, self._wanted_s, self._tracks, self._after_open = None, None, {}, None
        self.panel.canvas.scale.reset()
        self.view.error_ways = ()
        self.panel.compare.hide()
        self.panel.canvas.hide()
        if playback is not None:
            for signal in (
                *(playback.told, playback.shown, playback.stepped),
                *(playback.failed, playback.values_came, playback.raw_came, playback.opening),
            ):
                signal.disconnect()
            # while the window goes on nobody waits for it: it ends within a question
            playback.stop(wait_s)
            playback.deleteLater()
            self.view.clear()

    def _on_present(self) -> None:
        """Open what is recorded now as soon as there is something; tell the age of what is shown."""
        if self.is_past:
            self._say_span()
        if not self.is_file:
            self._open_recorded()
        if not self.is_past and self.told is not None:
            self._show_whole(self.told)

    def _open_recorded(self) -> None:
        recorders = (update.content for update in self._feed.fleet.recorders.values())
        session = recorded_now(recorders, self._access.host, self._session)
        if session is None:
            return
        is_other = session != self._session
        if self.is_past:
            # who looks at a moment keeps it; the new one is there as soon as now is
            self._has_newer = is_other
        elif is_other or (self.playback is None and monotonic_s() >= self._retry_at_s):
            self._session, self._has_newer = session, False
            self._open(lambda _told: self._access.open_session(session))
            self.source, self.sources = session, (session,)

    # ---- going and coming ----

    def toggle(self) -> None:
        """F9: back into the past, or to now."""
        if self.is_past:
            self.leave()
        else:
            self.look_back()

    def look_back(self, at_s: float | None = None) -> None:
        """Show what was.

        Args:
            at_s: when, on the clock of what is recorded now; None for some seconds ago.
        """
        if self.told is None and self.playback is None:
            # it may have been a disk that was gone for a moment
            self._retry_at_s = 0.0
            self._open_recorded()
        if self.told is None and self.playback is not None:
            self._after_open = lambda told: max(told.extent.begin_s, self._back_at(at_s))
            self.panel.bar.show_note(self.tr("the recording is being opened…"))
            return
        if self.told is None:
            self.noticed.emit(self.tr("There is no recording to look back on: nothing is recorded on this computer."))
            return
        self.seek(max(self.told.extent.begin_s, self._back_at(at_s)))

    def _back_at(self, at_s: float | None) -> float:
        return self.now_s - FIRST_BACK_S if at_s is None else at_s

    def leave(self) -> None:
        """Back to now."""
        if not self.is_past:
            return
        self.is_past = self._has_panels = False
        self.playing.switch(is_on=False)
        self._wanted_s = None
        if self.is_file:
            self.is_file = False
            self._session = None
            self.close()
        self.panel.canvas.show_moment(None)
        self.panel.show_past(is_past=False)
        self._show_state()
        self.panel.bar.show_note("")
        self.left.emit()

    def _enter(self) -> None:
        if self.is_past and self._has_panels:
            return
        self.is_past = self._has_panels = True
        self.playing.switch(is_on=True)
        self.panel.show_past(is_past=True)
        self._show_state()
        self.entered.emit()

    # ---- moving ----

    @property
    def now_s(self) -> float:
        """Now, on the recording's clock; the end of a recording that is over."""
        if self.told is not None and (self.is_file or self.told.extent.time_base is not TimeBase.UTC):
            return self.told.extent.end_s
        return self._feed.timeline.now_unix_s

    @property
    def at_s(self) -> float:
        """The moment that is shown, or was asked for."""
        return self._wanted_s if self._wanted_s is not None else self.view.now_s()

    def seek(self, at_s: float) -> None:
        """Show a moment."""
        if self.playback is None or self.told is None:
            return
        extent = self.told.extent
        at_s = min(max(at_s, extent.begin_s), max(extent.end_s, self.now_s if not self.is_file else extent.end_s))
        self._wanted_s = at_s
        self._enter()
        # the mark follows the hand; what was then comes a moment later
        self.panel.canvas.show_moment(at_s)
        self.playback.seek(at_s)

    def ask_values(self, ref: ValueRef, begin_s: float, end_s: float) -> None:
        """Ask for a value between two times of the recording; `values_came` tells."""
        if self.playback is not None:
            self.playback.ask_values(ref, begin_s, end_s)

    @property
    def present_offset_s(self) -> float:
        """From the station's monotonic clock to that of what is recorded now."""
        return self._feed.timeline.unix_s(0.0)

    def align(self, alignment: Alignment) -> None:
        """Lay several recordings over each other by something else."""
        if self.playback is not None:
            self.playback.align(alignment)
            self.playback.seek(self.at_s)

    def step(self, *, is_forward: bool) -> None:
        """Show the next or the previous message."""
        self.playing.pause()
        if self.playback is not None:
            self.playback.step(self.at_s, is_forward=is_forward)

    def jump(self, *, is_forward: bool) -> None:
        """Show the next or the previous event of the chosen kind."""
        kind = self.panel.bar.jump_box.currentData()
        at_s = self.panel.canvas.data.jump(kind or Jump.ANY, self.at_s, is_forward=is_forward)
        if at_s is not None:
            self.seek(at_s)
        else:
            self.panel.bar.show_note(self.tr("none after this") if is_forward else self.tr("none before this"))

    def go_to_text(self, text: str) -> None:
        """Show the moment that was typed."""
        if self.told is None:
            self.look_back()
            return
        has_date = self.told.extent.time_base is TimeBase.UTC
        at_s = (
            time_from_text(text, self.now_s, self.at_s if self.is_past else None)
            if has_date
            else seconds_from_text(text, self.told.extent.end_s)
        )
        self.panel.bar.show_wrong(is_wrong=at_s is None)
        if at_s is None:
            self.panel.bar.show_note(self.tr("no time: 10:12:06, 2026-03-14 10:12 or -14:20"))
            return
        self.seek(at_s)

    def to_begin(self) -> None:
        """Show the beginning."""
        if self.told is not None:
            self.seek(self.told.extent.begin_s)

    def to_end(self) -> None:
        """Show the end of a log; of what is recorded now the end is now."""
        if self.is_file and self.told is not None:
            self.seek(self.told.extent.end_s)
        else:
            self.leave()

    def _go_on(self, by_s: float) -> bool:
        """Show what comes next while it is played; returns whether the moment before is shown by now."""
        told = self.told
        if told is None or self._wanted_s is not None:
            return False
        at_s = self.view.now_s() + by_s
        low, high = told.extent.begin_s, told.extent.end_s
        # of what is recorded now the end is not the end
        if at_s < low or (at_s > high and not told.extent.is_growing):
            self.playing.pause()
        self.seek(min(max(at_s, low), high))
        return True

    # ---- what the player said ----

    def _on_opening(self, share: float) -> None:
        if self.told is None and self.is_file:
            self.panel.bar.show_note(self.tr("opening… {share} % (F9 cancels)").format(share=int(share * 100)))

    def _on_told(self, told: Told) -> None:
        is_first = self.told is None
        share = self.told.extent.read_share if self.told is not None else 0.0
        self.told = told
        self.view.timeline.has_date = told.extent.time_base is TimeBase.UTC
        data = self.panel.canvas.data
        # a day of a large fleet has a hundred thousand of them: what is known stays where it is
        if told.added is None:
            self.view.tell_landmarks(told.landmarks)
            data.take(told.landmarks, told.vehicles, told.extent.end_s)
        else:
            self.view.add_landmarks(told.added)
            data.add(told.added, told.vehicles, told.extent.end_s)
        self.panel.canvas.renew()
        self.panel.canvas.show()
        self.panel.compare.show_alignment(told.alignment, told.missing)
        self._show_whole(told)
        is_whole = told.extent.read_share >= 1.0 and told.extent.read_until_s >= told.extent.end_s
        after_open, self._after_open = self._after_open, None if is_whole else self._after_open
        # until all of it is read its first flight may be told later; who moved meanwhile stays
        if after_open is not None and (is_first or self.at_s in (told.extent.begin_s, self._placed_s)):
            self._placed_s = after_open(told)
            self.seek(self._placed_s)
        elif (
            self.playback is not None
            and self.is_past
            and (self._wanted_s is not None or share != told.extent.read_share)
        ):
            # it was not read yet when it was asked for, or not all of it
            self.playback.seek(self.at_s)
        self._say_span()

    def _on_shown(self, shown: Shown) -> None:
        if shown.tracks is not None:
            self._tracks = dict(shown.tracks)
        if not self.is_past or shown.moment is None:
            return
        if self._wanted_s == shown.wanted_s:
            self._wanted_s = None
        self.view.show(shown.moment, self._tracks, is_playing=bool(self.view.timeline.rate))
        if self._wanted_s is None:
            self.panel.canvas.show_moment(shown.moment.at_s)
        if self.told is not None and self.told.alignment is not None:
            self.panel.compare.show_differences(list(self.view.fleet))
        self._say_span()
        self.moment_shown.emit(shown.moment.at_s)

    def _on_stepped(self, at_s: float | None) -> None:
        if at_s is not None:
            self.seek(at_s)

    def _on_failed(self, problem: str) -> None:
        # a session that has just begun may have nothing in it yet: nobody asked for it, and it is tried again
        if self.is_past:
            self.noticed.emit(problem)
        is_file = self.is_file
        self.leave()
        if not is_file:
            self._retry_at_s = monotonic_s() + RETRY_S
            self.close()

    # ---- showing ----

    def _show_whole(self, told: Told) -> None:
        extent = told.extent
        end_s = extent.end_s if self.is_file or not extent.is_growing else max(extent.end_s, self.now_s)
        read_s = end_s if extent.read_until_s >= extent.end_s else extent.read_until_s
        self.panel.canvas.show_recording(extent.begin_s, end_s, read_s, has_date=extent.time_base is TimeBase.UTC)

    def _show_state(self) -> None:
        rate = self.view.timeline.rate
        self.panel.bar.show_state(is_past=self.is_past, rate=rate, is_forward=rate >= 0)

    @property
    def age_s(self) -> float | None:
        """How long ago the moment was that is shown; None where its date is not known."""
        if self.told is None or self.told.extent.time_base is not TimeBase.UTC:
            return None
        return wall_s() - self.view.now_s() if self.is_file else self._feed.timeline.now_unix_s - self.view.now_s()

    @property
    def age_text(self) -> str:
        """The same as text for each panel."""
        age_s = self.age_s
        return self.tr("PAST") if age_s is None else self.tr("{age} ago").format(age=age_text(age_s))

    def _say_span(self) -> None:
        if not self.is_past or self.told is None:
            return
        has_newer = self._has_newer and not self.is_file
        self.panel.bar.show_note(timeline_note(self.told.extent, self.panel.canvas.scale.span_s, has_newer=has_newer))


def _first_flight(told: Told) -> float:
    armed = next((one.at_s for one in told.landmarks if one.kind is LandmarkKind.ARMED), None)
    return told.extent.begin_s if armed is None else max(told.extent.begin_s, armed - BEFORE_ARMING_S)
