# SPDX-License-Identifier: Apache-2.0
"""The panel of parameters: of the selected vehicles, changed on the screen, reviewed, written together. GUI thread."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.commands import Verb
from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.parameters.fact_entries import ParameterFacts
from groundstation.fleet.parameters.parameter import Parameter, is_same_value
from groundstation.fleet.parameters.parameter_entries import ParamEnd
from groundstation.fleet.parameters.parameter_load import need_reboot
from groundstation.fleet.shown_text import harmless
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.call_signs import call_sign
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.words import vehicle_count
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.parameters.compare_table import CompareTable
from groundstation.ui.parameters.param_browser import ParamBrowser
from groundstation.ui.parameters.param_edits import ParamEdits
from groundstation.ui.parameters.param_facts import FactsByFirmware
from groundstation.ui.parameters.param_files import ParamFiles, Sets
from groundstation.ui.parameters.param_form import changes_for, sort_of, unusual_words
from groundstation.ui.parameters.param_orders import ParamOrders, parameter_in
from groundstation.ui.parameters.param_port import ParamAccess
from groundstation.ui.parameters.param_rows import ParamRow
from groundstation.ui.parameters.param_strip import ParamStrip
from groundstation.ui.parameters.set_words import MOST_VEHICLES, head_words, name_words
from groundstation.ui.selection import Selection
from groundstation.ui.theme.icons import icon

REFRESH_MS = 300
MOST_REVIEWED = 8
ASK_AGAIN_S = 10.0
"""A list is no more retained than other large content: the answer to a window that was cut off then is lost."""


class ParamPanel(LivePanel):
    """The panel of the `parameters` dock."""

    def __init__(
        self,
        feed: FleetView,
        selection: Selection,
        desk: OperatorDesk,
        access: ParamAccess | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Build the panel.

        Args:
            feed: what is known of the fleet.
            selection: shared by the window.
            desk: to read and write with.
            access: ways to disk; None for a window without.
            parent: Qt's.
        """
        super().__init__(REFRESH_MS, parent)
        self._feed, self._selection, self._desk, self._access = feed, selection, desk, access
        self.orders = ParamOrders(desk, access, self)
        self.edits = ParamEdits(self)
        self._facts = FactsByFirmware(access, desk.orders.ask_metadata, self)
        self._sets: Sets = {}
        self._hashes: dict[VehicleKey, str] = {}
        self._asked: dict[VehicleKey, tuple[str, float]] = {}
        """For which list bridges were asked, and when."""
        self._shown: object = None
        self._keys: tuple[VehicleKey, ...] = ()
        self._owner: tuple[VehicleKey, ...] = ()
        """For whom the changes were made that are being written."""
        self.name = ElidingLabel()
        self.name.setProperty("role", "strong")
        self.state = ElidingLabel()
        self.state.setProperty("role", "small")
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(self.tr("What is shown"))
        for title in (self.tr("Parameters"), self.tr("Compare")):
            self.tabs.addTab(title)
        self.browser, self.compare, self.strip = ParamBrowser(can_edit=True), CompareTable(), ParamStrip()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.browser)
        self.pages.addWidget(self.compare)
        self.undo = _button("undo", self.tr("Undo"), self.edits.undo)
        self.redo = _button("redo", self.tr("Do again"), self.edits.redo)
        self.files = QToolButton()
        self.files.setIcon(icon("folder"))
        self.files.setAccessibleName(self.tr("Files and undoing"))
        self.files.setToolTip(self.tr("Open, save, undo the last writing, descriptions"))
        self.files.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.file_acts = ParamFiles(self, self, access)
        self.files.setMenu(self.file_acts.menu)
        self._build()
        self._connect()
        self._on_edits()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 8, 12, 4)
        head.setSpacing(4)
        head.addWidget(self.name, 1)
        for button in (self.undo, self.redo, self.files):
            head.addWidget(button)
        line = QHBoxLayout()
        line.setContentsMargins(12, 0, 12, 2)
        line.addWidget(self.state, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addLayout(line)
        layout.addWidget(self.tabs)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.strip)

    # ---- what is shown ----

    def refresh(self) -> None:
        """Show what is known of the selected vehicles, and how far an order is."""
        states = self._states()
        self._keys = tuple(one.key for one in states)
        self.edits.turn_to(self._keys)
        self._take_sets(states)
        facts = self._facts.of(states)
        self._facts.fetch(states, self._feed.now_s())
        now = (self._keys, tuple(self._hashes.get(key) for key in self._keys), self.edits.version, id(facts))
        if now != self._shown:
            self._shown = now
            held = [{one.name: one for one in self._sets[key]} for key in self._keys if key in self._sets]
            self.browser.show_sets(held, self.edits.values, facts)
        self._show_head(states)
        known = {key: self._sets[key] for key in self._keys if key in self._sets}
        if self.tabs.currentIndex() == 1:
            self.compare.show_sets(known, tuple(key for key in self._keys if key not in known))
        self.browser.show_hint("" if known else self._hint(states))
        # what became of others says nothing of those that are selected now
        is_about = any(one.key in self._keys for one in self.orders.records)
        self.strip.show_records(self.orders.records if is_about else [], is_busy=self.orders.is_busy)
        self._show_buttons(states, is_known=bool(known))

    def _states(self) -> list[VehicleState]:
        found = (self._feed.fleet.get(key) for key in self._selection.keys[:MOST_VEHICLES])
        return [one for one in found if one is not None]

    def _take_sets(self, states: list[VehicleState]) -> None:
        """Unpack lists that are new, and ask for those that a bridge knows and this window does not have."""
        lacking = []
        for state in states:
            status = state.parameters
            wanted = status.hash if status is not None else None
            if wanted is None:
                self._sets.pop(state.key, None)
                self._hashes.pop(state.key, None)
                continue
            if self._hashes.get(state.key) == wanted:
                continue
            found = state.known_parameters
            if found is not None:
                self._sets[state.key], self._hashes[state.key] = found, wanted
            elif self._is_to_be_asked(state.key, wanted):
                lacking.append(state.key)
        if lacking:
            self.orders.ask_known(lacking)

    def _is_to_be_asked(self, key: VehicleKey, wanted: str) -> bool:
        """Whether it was not asked for this list yet, or so long ago that the answer was lost on the way."""
        now_s = self._feed.now_s()
        hash_, at_s = self._asked.get(key, ("", 0.0))
        if hash_ == wanted and now_s - at_s < ASK_AGAIN_S:
            return False
        self._asked[key] = wanted, now_s
        return True

    def _show_head(self, states: list[VehicleState]) -> None:
        self.name.setText(name_words(states, len(self._selection.keys)))
        words, tip = head_words(states, self._feed.now_s())
        self.state.setText(words)
        self.state.setToolTip(tip)

    def _hint(self, states: list[VehicleState]) -> str:
        if not states:
            return self.tr("Select a vehicle.")
        if self.orders.is_busy:
            return self.tr("Reading…")
        return self.tr("Parameters are read when you ask: press Read. It takes some seconds over a good link.")

    def _show_buttons(self, states: list[VehicleState], *, is_known: bool) -> None:
        count, is_busy = len(self.edits.values), self.orders.is_busy
        whom = self._whom(self._keys)
        strip = self.strip
        strip.write.setText(
            self.tr("Write {count} to {whom}…").format(count=count, whom=whom) if count and whom else self.tr("Write…")
        )
        reason = self._reason()
        strip.write.setEnabled(not reason)
        strip.write.setToolTip(reason)
        strip.discard.setVisible(bool(count) and not is_busy)
        able = [key for key in self._keys if self.orders.objection(key, Verb.PARAM_READ) is None]
        strip.read.setText(self.tr("Read again") if is_known else self.tr("Read"))
        strip.read.setEnabled(bool(able) and not is_busy)
        first = self.orders.objection(self._keys[0], Verb.PARAM_READ) if self._keys and not able else ""
        strip.read.setToolTip(first or "")
        self.file_acts.enable(is_one=len(states) == 1, is_known=is_known, is_any=bool(states))

    def _whom(self, keys: tuple[VehicleKey, ...]) -> str:
        if len(keys) == 1:
            return keys[0].id
        return vehicle_count(len(keys)) if keys else ""

    def _reason(self) -> str:
        """Why nothing can be written now; empty when it can."""
        if not self._keys:
            return self.tr("no vehicle is selected")
        if not self.edits.values:
            return self.tr("nothing was changed")
        if self.orders.is_busy:
            return self.tr("one is under way")
        unread = [call_sign(key) for key in self._keys if key not in self._sets]
        if unread:
            return self.tr("not read yet: {names}").format(names=", ".join(unread))
        found = [self.orders.objection(key, Verb.PARAM_WRITE) for key in self._keys]
        return next(
            (f"{call_sign(key)}: {why}" for key, why in zip(self._keys, found, strict=True) if why is not None), ""
        )

    @property
    def states(self) -> list[VehicleState]:
        """The vehicles that are shown."""
        return self._states()

    @property
    def sets(self) -> Sets:
        """What is known of them."""
        return {key: self._sets[key] for key in self._keys if key in self._sets}

    @property
    def facts(self) -> Mapping[str, ParameterFacts]:
        """What metadata tells of them."""
        return self._facts.of(self._states())

    def notice(self, words: str, level: Level = Level.ADVISORY) -> None:
        """Tell the operator something."""
        self._desk.noticed.emit(words, level)

    def take_changes(self, wanted: Mapping[str, float], words: str) -> None:
        """Make changes of values from elsewhere, and show them; nothing is written by it."""
        if wanted:
            self.edits.set(wanted, words)
            self.browser.changed.setChecked(True)

    def forget_facts(self) -> None:
        """Look for metadata anew."""
        self._facts.forget()
        self.refresh()

    # ---- editing ----

    def _on_edited(self, name: str, value: float) -> None:
        row = next((one for one in self.browser.rows if one.name == name), None)
        if row is None:
            return
        first, agreed = row.first, row.agreed
        is_everywhere = None not in row.held
        is_there = first is not None and agreed is not None and is_same_value(agreed, value, first.type)
        if is_everywhere and is_there:
            self._on_dropped(name)
        else:
            self.edits.set({name: value}, self.tr("change {name}").format(name=name))

    def _on_dropped(self, name: str) -> None:
        self.edits.drop((name,), self.tr("take {name} back").format(name=name))

    def _on_edits(self) -> None:
        for button, words, title, nothing in (
            (self.undo, self.edits.undo_words, self.tr("Undo: {words} (Ctrl+Z)"), self.tr("Nothing to undo")),
            (
                self.redo,
                self.edits.redo_words,
                self.tr("Again: {words} (Ctrl+Shift+Z)"),
                self.tr("Nothing to do again"),
            ),
        ):
            button.setEnabled(bool(words))
            button.setToolTip(title.format(words=words) if words else nothing)
        # a question is about the changes that it was asked for
        self.strip.forget()
        self.refresh()

    def _on_selected(self) -> None:
        self.strip.forget()
        self.refresh()

    # ---- vehicles ----

    def read(self) -> None:
        """Read all parameters of the selected vehicles."""
        able = [key for key in self._keys if self.orders.objection(key, Verb.PARAM_READ) is None]
        if able:
            self.orders.read(able)

    def ask_write(self) -> None:
        """Show what would be written to whom, and ask."""
        self.refresh()
        if self._reason():
            return
        rows = [row for row in self.browser.rows if row.edit is not None]
        sorts = [sort_of(one) for one in self._states()]
        wanted = {key: changes_for(rows, place, sorts) for place, key in enumerate(self._keys)}
        wanted = {key: found for key, found in wanted.items() if found}
        question = self._review(rows, tuple(wanted))
        for key in self._keys:
            number = len(wanted.get(key, ()))
            if number < len(rows):
                told = self.tr("{name} gets {count} of them: its kind does not have the others.")
                question.append(told.format(name=call_sign(key), count=number))
        self.strip.ask(
            "\n".join(question),
            self.tr("Write {count} to {whom}").format(count=len(rows), whom=self._whom(tuple(wanted))),
            lambda: self._write(wanted),
        )

    def _write(self, wanted: dict[VehicleKey, tuple[Parameter, ...]]) -> None:
        self._owner = self._keys
        self.orders.write(wanted, {key: self._sets[key] for key in wanted})

    def _review(self, rows: list[ParamRow], whom: tuple[VehicleKey, ...]) -> list[str]:
        """What is asked, with everything that should be known before the yes."""
        names = ", ".join(call_sign(key) for key in whom)
        lines = [self.tr("Write to {names}?  Parameters: {count}").format(count=len(rows), names=names)]
        for row in rows[:MOST_REVIEWED]:
            unusual = unusual_words(row, row.edit) if row.edit is not None else ""
            lines.append(f"    {harmless(row.name)}  {row.value} \N{RIGHTWARDS ARROW} {row.wanted}")
            # on a line of its own: a long one is broken without the space before it
            lines += [f"        {unusual}"] if unusual else []
        if len(rows) > MOST_REVIEWED:
            lines.append(self.tr("    and {more} more (filter: Changed here)").format(more=len(rows) - MOST_REVIEWED))
        states = (one for one in self._states() if one.key in whom)
        armed = ", ".join(call_sign(one.key) for one in states if one.armed is not None and one.armed.is_armed)
        if armed:
            lines.append(self.tr("Armed now, it counts at once: {names}.").format(names=armed))
        facts = {row.name: row.facts for row in rows if row.facts is not None}
        reboot = need_reboot((row.name for row in rows), facts)
        if reboot:
            lines.append(self.tr("Count after a reboot: {names}.").format(names=", ".join(reboot[:MOST_REVIEWED])))
        return lines

    def _on_written(self, records: list[CommandRecord]) -> None:
        """What every vehicle stored is no change any more."""
        ends: dict[str, set[ParamEnd]] = {}
        for record in records:
            for one in record.results:
                ends.setdefault(one.name, set()).add(one.end)
        results = [one for record in records for one in record.results]
        done = [parameter_in(one) for one in results if ends[one.name] == {ParamEnd.STORED}]
        self.edits.written(self._owner, done)

    # ---- building ----

    def _connect(self) -> None:
        self.edits.changed.connect(self._on_edits)
        self._facts.came.connect(self.refresh)
        self._facts.failed.connect(self.notice)
        self.orders.changed.connect(self.refresh)
        self.orders.written.connect(self._on_written)
        # a question names vehicles: with others selected it would be another one
        self._selection.changed.connect(self._on_selected)
        self.tabs.currentChanged.connect(self.pages.setCurrentIndex)
        self.tabs.currentChanged.connect(lambda _place: self.refresh())
        self.browser.edited.connect(self._on_edited)
        self.browser.dropped.connect(self._on_dropped)
        self.strip.write.clicked.connect(self.ask_write)
        self.strip.read.clicked.connect(self.read)
        self.strip.cancel.clicked.connect(self.orders.cancel)
        self.strip.discard.clicked.connect(lambda: self.edits.drop(tuple(self.edits.values), self.tr("discard")))
        for keys, act in (("Ctrl+Z", self.edits.undo), ("Ctrl+Shift+Z", self.edits.redo)):
            action = QAction(self, shortcut=QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(act)
            self.addAction(action)

    def set_favourites(self, names: list[str]) -> None:
        """Names that are remembered."""
        self.browser.set_favourites(names)


def _button(drawing: str, name: str, act: object) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(drawing))
    button.setAccessibleName(name)
    button.setToolTip(name)
    button.clicked.connect(act)
    return button
