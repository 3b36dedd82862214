# SPDX-License-Identifier: Apache-2.0
"""Asks a player on a thread of its own, and brings what it told to the GUI thread.

Of moments the newest wish counts: who drags asks for more than can be shown. A player is made, used and closed by the
thread `player` alone; only frozen values come over.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from groundstation.fleet.alignment import Alignment
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import Landmark
from groundstation.fleet.past import Alignable, Extent, Moment, PastValues, Player, Track, WorksAhead
from groundstation.fleet.progress import CancelledError, Progress
from groundstation.fleet.raw import RawMessage, RawTeller
from groundstation.fleet.time_order import added_to
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.series import HISTORY_S
from groundstation.ui.timeline import monotonic_s

log = logging.getLogger("groundstation.player")

WORK_S = 0.2
"""A player works so long before it is looked whether somebody waits."""
TRACK_MARGIN_S = 120.0
"""Trails are read so much further than they are shown, so that not each moment reads them anew."""
LOOK_S = 2.0
"""A recording that grows is looked at so often."""
OPENING_S = 0.1
MOST_VALUES = 64
"""Values that are asked for at once; the oldest wish goes first."""
PAINT_S = 0.25
"""So long at most nothing else is read while a moment is painted: both would take twice as long."""
PAINTED_MS = 40
"""Qt paints a window 5 ms after it was asked to, and once more what the first round made stale; a timer that ends later
is served when it is painted."""
MOST_TURNS = 10
"""A value gives way to moments so often; then it is read to its end, else who plays would never see it."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A moment, and what of the past is shown with it."""

    wanted_s: float
    """The moment that was asked for."""
    moment: Moment | None
    """None for one that is not read yet."""
    tracks: dict[VehicleKey, Track] | None = None
    """Where vehicles were, around it; None where those that were told before still do."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """How a recording is: told when that changed."""

    name: str
    extent: Extent
    vehicles: tuple[VehicleKey, ...]
    landmarks: list[Landmark]
    """All of them, in the order of time."""
    added: list[Landmark] | None = None
    """Those that were not told before, in the order of time; None where all of them are others."""
    alignment: Alignment | None = None
    """By what several recordings are laid over each other; None for one alone."""
    missing: tuple[str, ...] = ()
    """Names of those without it."""
    raw: dict[VehicleKey, tuple[RawMessage, ...]] = {}
    """What a log has of each vehicle in its own words: the same as long as it is open; empty for a session of ours."""


class Playback(QObject):
    """One open recording."""

    shown = Signal(object)
    """A `Shown`."""
    opening = Signal(float)
    """How far the opening is, 0 to 1; told now and then while it takes its time."""
    told = Signal(object)
    """A `Told`."""
    failed = Signal(str)
    """It can't be read, or no more; one line."""
    stepped = Signal(object)
    """Time of the next message; None where there is none."""
    values_came = Signal(object, float, float, object)
    """A `ValueRef`, from when to when it was asked for, and its `PastValues`."""
    raw_came = Signal(object, float, object)
    """A `VehicleKey`, the moment that was asked for, and a tuple of `RawRow`."""
    _said = Signal(object, object)

    def __init__(self, open_player: Callable[[Progress], Player], parent: QObject | None = None) -> None:
        """Open a recording; `told` tells when it is there.

        Args:
            open_player: opens it; called on the player's thread, told whom to tell how far it is.
            parent: Qt's.
        """
        super().__init__(parent)
        self._open = open_player
        self._lock = threading.Condition()
        self._is_stopped = False
        self._next_opening_s = 0.0
        self._wanted_s: float | None = None
        self._step: tuple[float, bool] | None = None
        self._values: OrderedDict[ValueRef, tuple[float, float]] = OrderedDict()
        self._painted_by_s = 0.0
        """Until then a moment is being painted, on the monotonic clock."""
        self._painting: Shown | None = None
        """It."""
        self._turns: dict[ValueRef, int] = {}
        """How often a value gave way; of the player's thread."""
        self._raw: dict[VehicleKey, tuple[float, frozenset[str]]] = {}
        self._tracks: tuple[float, float] | None = None
        self._alignment: Alignment | None = None
        self._said.connect(self._on_said, Qt.ConnectionType.QueuedConnection)
        # its files and decoders belong to it: no lock is needed for any of them
        self.thread_ = threading.Thread(target=self._run, name="player", daemon=True)
        self.thread_.start()

    # ---- GUI thread ----

    def seek(self, at_s: float) -> None:
        """Ask for a moment; one that was asked for before and is not shown yet is wanted no more."""
        self._ask(lambda: setattr(self, "_wanted_s", at_s))

    def step(self, at_s: float, *, is_forward: bool) -> None:
        """Ask when the next or the previous message came."""
        self._ask(lambda: setattr(self, "_step", (at_s, is_forward)))

    def ask_values(self, ref: ValueRef, begin_s: float, end_s: float) -> None:
        """Ask for a value between two times; of one value the newest wish counts."""

        def ask() -> None:
            self._values[ref] = (begin_s, end_s)
            self._values.move_to_end(ref)
            # a queue that only grows would answer questions of panels that are long gone
            while len(self._values) > MOST_VALUES:
                self._values.popitem(last=False)

        self._ask(ask)

    def ask_raw(self, key: VehicleKey, at_s: float, names: frozenset[str]) -> None:
        """Ask for some messages of a log in its own words; of each vehicle the newest moment counts."""

        def ask() -> None:
            asked_s, before = self._raw.get(key, (at_s, names))
            # several panels may look at one vehicle
            self._raw[key] = (at_s, names | before if asked_s == at_s else names)

        self._ask(ask)

    def align(self, alignment: Alignment) -> None:
        """Lay several recordings over each other by something else; `told` tells."""
        self._ask(lambda: setattr(self, "_alignment", alignment))

    def stop(self, timeout_s: float = 2.0) -> None:
        """Close the recording."""

        def end() -> None:
            self._is_stopped = True

        self._ask(end)
        self.thread_.join(timeout_s)

    def _ask(self, change: Callable[[], None]) -> None:
        with self._lock:
            change()
            self._lock.notify()

    def _on_said(self, signal: Callable[..., None], arguments: tuple[object, ...]) -> None:
        if self._is_stopped:
            return
        signal(*arguments)
        if signal == self.shown.emit:
            QTimer.singleShot(PAINTED_MS, self, partial(self._on_painted, arguments[0]))

    def _on_painted(self, shown: object) -> None:
        # another one may have been shown meanwhile, and be painted just now
        if shown is self._painting:
            self._ask(lambda: setattr(self, "_painted_by_s", 0.0))

    # ---- thread `player` ----

    def _say(self, signal: object, *arguments: object) -> None:
        # Qt deletes this with the window, while the thread goes on to the end of its work
        with contextlib.suppress(RuntimeError):
            self._said.emit(signal.emit, arguments)  # type: ignore[attr-defined]

    def _run(self) -> None:
        try:
            player = self._open(self._opening)
        except CancelledError:
            return
        except GroundStationError as error:
            self._say(self.failed, str(error))
            return
        except Exception as error:  # else whoever asked would wait for ever
            log.exception("a recording can't be opened")
            self._say(self.failed, f"it can't be read: {type(error).__name__}; report it")
            return
        try:
            self._serve(player)
        except GroundStationError as error:
            self._say(self.failed, str(error))
        except Exception as error:
            log.exception("a recording can't be read")
            self._say(self.failed, f"it can't be read any more: {type(error).__name__}; report it")
        finally:
            # whatever happened: an incident has a folder that must be deleted
            player.close()

    def _opening(self, share: float) -> None:
        if self._is_stopped:
            raise CancelledError("not wanted any more")
        now_s = monotonic_s()
        if now_s >= self._next_opening_s:
            self._next_opening_s = now_s + OPENING_S
            self._say(self.opening, share)

    def _serve(self, player: Player) -> None:
        teller = _Teller(player)
        self._tell(teller)
        has_more = True
        while not self._is_stopped:
            if has_more:
                has_more = player.work(self._until(monotonic_s() + WORK_S))
                self._tell(teller)
            with self._lock:
                if not self._is_asked() and not has_more:
                    self._lock.wait(LOOK_S)
                self._lock.wait_for(self._may_go_on, PAINT_S)
            if not self._is_stopped:
                self._answer(player, teller)

    def _answer(self, player: Player, teller: _Teller) -> None:
        """What was asked for by now; a moment goes before what is drawn or read beside it."""
        with self._lock:
            wanted_s, self._wanted_s = self._wanted_s, None
            step, self._step = self._step, None
            alignment, self._alignment = self._alignment, None
            # one at a time, so that a moment that is wanted meanwhile waits for one answer at most
            values = self._values.popitem(last=False) if self._values and wanted_s is None else None
            raw = self._raw.popitem() if self._raw and wanted_s is None else None
        if alignment is not None:
            self._lay(player, alignment, teller)
        if wanted_s is not None:
            self._show(player, wanted_s)
        if step is not None:
            self._say(self.stepped, player.step(step[0], is_forward=step[1]))
        if values is not None:
            self._tell_values(player, values[0], *values[1])
        if raw is not None:
            self._tell_raw(player, raw[0], *raw[1])
        if teller.is_due:
            self._tell(teller)

    def _lay(self, player: Player, alignment: Alignment, teller: _Teller) -> None:
        if isinstance(player, Alignable):
            player.align(alignment)
            self._tracks = None
            self._tell(teller)

    def _tell_values(self, player: Player, ref: ValueRef, begin_s: float, end_s: float) -> None:
        is_patient = self._turns.get(ref, 0) < MOST_TURNS
        is_ended = False

        def goes_on() -> bool:
            nonlocal is_ended
            is_ended = self._is_stopped or (is_patient and self._is_moved())
            return not is_ended

        found: PastValues = player.values(ref, begin_s, end_s, goes_on)
        if not is_ended:
            self._turns.pop(ref, None)
            self._say(self.values_came, ref, begin_s, end_s, found)
            return
        self._turns[ref] = self._turns.get(ref, 0) + 1
        with self._lock:
            # a newer wish for it may have come meanwhile
            self._values.setdefault(ref, (begin_s, end_s))

    def _tell_raw(self, player: Player, key: VehicleKey, at_s: float, names: frozenset[str]) -> None:
        if isinstance(player, RawTeller):
            self._say(self.raw_came, key, at_s, player.raw(key, at_s, names))

    def _until(self, end_s: float) -> Callable[[], bool]:
        return lambda: not self._is_asked() and monotonic_s() < end_s

    def _is_asked(self) -> bool:
        return self._is_stopped or self._is_moved() or bool(self._values) or bool(self._raw)

    def _may_go_on(self) -> bool:
        return self._is_stopped or self._is_moved() or monotonic_s() >= self._painted_by_s

    def _is_moved(self) -> bool:
        return self._wanted_s is not None or self._step is not None or self._alignment is not None

    def _show(self, player: Player, wanted_s: float) -> None:
        if isinstance(player, WorksAhead):
            player.begin(wanted_s)
        tracks: dict[VehicleKey, Track] | None = None
        begin_s, end_s = wanted_s - HISTORY_S, wanted_s
        if player.extent.read_share < 1.0:
            self._tracks = None  # places may not be read yet
        if self._tracks is None or begin_s < self._tracks[0] or end_s > self._tracks[1]:
            self._tracks = (begin_s - TRACK_MARGIN_S, end_s + TRACK_MARGIN_S)
            # of everybody, also of who is not known yet at this moment: the next ones may be
            tracks = {key: player.track(key, *self._tracks) for key in player.vehicles()}
            # of a recording that grows what is not written yet has to be read later
            self._tracks = (self._tracks[0], min(self._tracks[1], player.extent.end_s))
        moment = player.moment(wanted_s)
        if moment is None:
            self._tracks = tracks = None
        shown = Shown(wanted_s=wanted_s, moment=moment, tracks=tracks)
        self._painted_by_s, self._painting = monotonic_s() + PAINT_S, shown
        self._say(self.shown, shown)

    def _tell(self, teller: _Teller) -> None:
        news = teller.news()
        if news is not None:
            self._say(self.told, news)


class _Teller:
    """Looks now and then whether a recording has grown."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._last: Told | None = None
        self._next_s = 0.0
        self._raw: dict[VehicleKey, tuple[RawMessage, ...]] = {}

    @property
    def is_due(self) -> bool:
        """Whether it is time to look again."""
        return monotonic_s() >= self._next_s

    def news(self) -> Told | None:
        """How it is now; None where nothing changed."""
        self._next_s = monotonic_s() + LOOK_S
        landmarks = self._player.landmarks()
        player = self._player
        keys = player.vehicles()
        if isinstance(player, RawTeller) and self._raw.keys() != set(keys):
            self._raw = {key: player.raw_messages(key) for key in keys}
        now = Told(name=player.name, extent=player.extent, vehicles=keys, landmarks=landmarks, raw=self._raw)
        if isinstance(player, Alignable):
            now = msgspec.structs.replace(now, alignment=player.alignment, missing=player.missing)
        last, self._last = self._last, now
        added = added_to(last.landmarks, landmarks) if last is not None else None
        if last is not None and added == []:
            same = ("extent", "vehicles", "alignment", "missing")
            if all(getattr(last, one) == getattr(now, one) for one in same):
                return None
        return msgspec.structs.replace(now, added=added)
