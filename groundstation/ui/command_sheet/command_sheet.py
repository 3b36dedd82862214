# SPDX-License-Identifier: Apache-2.0
"""Arguments and confirmation of one order, inside the window and never in its way. GUI thread; plain text only.

The vehicles stay those that it was opened for, whatever is selected meanwhile. Enter confirms nothing; Escape cancels.
"""

from __future__ import annotations

import itertools

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from groundstation.fleet.awareness.order_way import way_nearest
from groundstation.fleet.commands import Args, Verb
from groundstation.fleet.errors import UsageError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import orders_of
from groundstation.fleet.plans.plan_progress import item_count, start_number
from groundstation.fleet.separation import TO_A_POINT, kept_apart
from groundstation.fleet.vehicle import GROUND_KINDS
from groundstation.fleet.verbs import VERBS, Risk
from groundstation.ui.call_signs import call_sign
from groundstation.ui.command_sheet.arg_editors import ArgEditors
from groundstation.ui.command_sheet.confirm_area import ConfirmArea
from groundstation.ui.command_sheet.group_options import GroupOptions
from groundstation.ui.command_sheet.start_values import modes_of, start_values
from groundstation.ui.command_sheet.target_list import TargetList
from groundstation.ui.commanding.desk import Draft, OperatorDesk
from groundstation.ui.commanding.words import (
    condition_text,
    label_of,
    names_text,
    order_text,
    unlock_word,
    vehicles_text,
)
from groundstation.ui.language.words import verb_help
from groundstation.ui.said import said, said_by
from groundstation.ui.theme.icons import icon

NAMES_ON_BUTTON = 3
HEIGHT_ARGS = ("height_m", "frame")
"""Arguments that mean nothing to what drives."""


class CommandSheet(QFrame):
    """Hidden until there is something to confirm."""

    opened = Signal()
    closed = Signal()
    point_changed = Signal()
    """The place in the fields changed, for the map."""

    def __init__(self, desk: OperatorDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sheet")
        self._desk = desk
        self.draft: Draft | None = None
        self.editors: ArgEditors | None = None
        self.confirm: ConfirmArea | None = None
        self._risk = Risk.NONE
        self._is_given = False
        self._named: list[VehicleKey] = []
        """For whom the button is at this moment."""
        self._before: QWidget | None = None
        self._build()
        self.hide()
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        # wherever the keyboard is in the window: it may have been given back to the map meanwhile
        self._escape.setContext(Qt.ShortcutContext.WindowShortcut)
        self._escape.activated.connect(self.cancel)
        desk.draft_wanted.connect(self.open)
        desk.point_offered.connect(self._on_point_offered)
        desk.feed.timeline.passed.connect(self.refresh)
        self.point_changed.connect(self._on_point_changed)

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude in the fields; None where there are none."""
        args = self.editors.args() if self.editors is not None else {}
        lat, lon = args.get("lat_deg"), args.get("lon_deg")
        return (lat, lon) if isinstance(lat, float) and isinstance(lon, float) else None

    def open(self, draft: Draft) -> None:
        """Ask for an order; what was asked before is forgotten."""
        if self.draft is None:
            # of the first of several that replace each other: the sheet itself is nowhere to go back to
            self._before = QApplication.focusWidget()
        self.draft = draft
        self._is_given = False
        self._risk = Risk.NONE
        self.title.setText(label_of(draft.verb))
        self._fill_editors(draft)
        # stopping motors in an emergency is not spread over minutes
        is_paced = len(draft.keys) > 1 and draft.verb is not Verb.FORCE_DISARM
        self.group.setVisible(is_paced)
        self.group.show_apart(is_shown=is_paced and draft.verb in TO_A_POINT, drives=self._all_drive(draft))
        # what was set for the group before must not delay this order unseen
        if not is_paced:
            self.group.reset()
        self.confirm = None
        self.refresh()
        self.show()
        self.adjustSize()
        self._give_focus()
        self.opened.emit()
        self.point_changed.emit()

    def cancel(self) -> None:
        """Forget what was asked for."""
        self._close()

    def refresh(self) -> None:
        """Show targets and button as things are now."""
        # it was given, and only waits for the hand to leave the button: what it names must not change
        if self.draft is None or self._is_given:
            return
        args, problem = self._args(), ""
        keys = self.group.ordered(self.draft.keys)
        try:
            able, left_out = self._desk.split(keys, self.draft.verb, args)
        # half a number is being written: the vehicles stay in the list, the reason stands below
        except UsageError as error:
            able, left_out, problem = list(keys), [], said_by(error)
        reasons = dict(left_out)
        self.targets.show_rows(
            [(key.id, condition_text(self._desk.state(key)), reasons.get(key, ""), call_sign(key)) for key in keys]
        )
        if not able:
            problem = self.tr("Nothing can be sent now: see above.")
        problem = problem or self._too_near(able, args)
        self.help.setText(" ".join(filter(None, (verb_help(self.draft.verb), self._begins(able)))))
        self.problem.setText(problem)
        self.problem.setVisible(bool(self.problem.text()))
        self._show_nearest(able, args)
        self._show_confirm(able, args, problem)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 14)
        layout.setSpacing(10)
        top = QHBoxLayout()
        self.title = QLabel()
        self.title.setProperty("role", "title")
        close = QToolButton()
        close.setIcon(icon("close"))
        close.setProperty("flat", True)
        close.setToolTip(self.tr("Cancel (Esc)"))
        close.setAccessibleName(self.tr("Cancel"))
        # Escape and the button below do the same: one stop less for the Tab key
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.cancel)
        top.addWidget(self.title, 1)
        top.addWidget(close)
        layout.addLayout(top)
        self.help, self.problem, self.nearest = QLabel(), QLabel(), QLabel()
        self.help.setProperty("role", "muted")
        self.problem.setProperty("role", "caution")
        for label in (self.title, self.help, self.problem, self.nearest):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        layout.addWidget(self.help)
        self._editors_at = QVBoxLayout()
        layout.addLayout(self._editors_at)
        self.targets = TargetList()
        self.targets.setAccessibleName(self.tr("Vehicles"))
        layout.addWidget(self.targets)
        self.group = GroupOptions()
        self.group.changed.connect(self.refresh)
        layout.addWidget(self.group)
        layout.addWidget(self.nearest)
        layout.addWidget(self.problem)
        self._confirm_at = QVBoxLayout()
        layout.addLayout(self._confirm_at)
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.setToolTip(self.tr("Escape does the same"))
        self.cancel_button.clicked.connect(self.cancel)
        layout.addWidget(self.cancel_button, 0, Qt.AlignmentFlag.AlignRight)

    def _fill_editors(self, draft: Draft) -> None:
        _clear(self._editors_at)
        self.editors = None
        spec = VERBS[draft.verb]
        if self._all_drive(draft):
            spec = replace(spec, args=tuple(one for one in spec.args if one.name not in HEIGHT_ARGS))
        if not spec.args:
            return
        states = [self._desk.state(key) for key in draft.keys]
        start = start_values(spec, states, {**self._desk.remembered(draft.verb), **draft.args})
        self.editors = ArgEditors(spec, start, modes_of(states))
        self.editors.changed.connect(self.refresh)
        self.editors.changed.connect(self.point_changed)
        self._editors_at.addWidget(self.editors)
        if self.editors.takes_point:
            hint = QLabel(self.tr("A click on the map puts its place in here."))
            hint.setProperty("role", "small")
            self._editors_at.addWidget(hint)

    def _show_confirm(self, able: list[VehicleKey], args: Args, problem: str) -> None:
        assert self.draft is not None  # noqa: S101 - the caller looked
        verb = self.draft.verb
        # it never falls while the sheet is open: what was a second's hold a moment ago is no click now
        self._risk = max(self._risk, self._desk.orders.risk(verb, able or self.draft.keys))
        if self.confirm is None or self.confirm.risk is not self._risk:
            _clear(self._confirm_at)
            self.confirm = ConfirmArea(self._risk, self._desk.feed.now_s)
            self.confirm.confirmed.connect(self._on_confirmed)
            self.confirm.finished.connect(self._on_finished)
            self._confirm_at.addWidget(self.confirm)
            self._order_tabs()
        # with nobody left the button is dim, and still says whom it was for
        named = able or list(self.draft.keys)
        whom = vehicles_text(named, NAMES_ON_BUTTON)
        words = f"{order_text(verb, args)} · {whom}" if args else f"{label_of(verb)} {whom}"
        self._named = named
        self.confirm.show_order(words, unlock_word(verb, len(named)), problem)
        self.confirm.button.setToolTip(names_text(named, len(named)))

    def _order_tabs(self) -> None:
        """The tab key goes from the top to the bottom, and ends at Cancel."""
        chain: list[QWidget] = list(self.editors.tab_stops) if self.editors is not None else []
        chain += [self.group.order_box, self.group.stagger_box, self.group.one_by_one, self.group.stops]
        chain += [self.group.step_box, self.group.spread_box, self.group.apart_button]
        if self.confirm is not None:
            chain += [self.confirm.type_box] if self.confirm.type_box is not None else []
            chain.append(self.confirm.button)
        for before, after in itertools.pairwise([*chain, self.cancel_button]):
            QWidget.setTabOrder(before, after)

    def _begins(self, keys: list[VehicleKey]) -> str:
        """With which item of its mission each goes on; empty for what is no mission, and where nobody tells."""
        if self.draft is None or self.draft.verb not in (Verb.MISSION_START, Verb.MISSION_RESUME):
            return ""
        told = []
        for key in keys[:NAMES_ON_BUTTON]:
            state = self._desk.state(key)
            number = start_number(state) if state is not None else None
            count = item_count(state) if state is not None else None
            if number is not None:
                words = (
                    self.tr("{name} with item {number} of {count}") if count else self.tr("{name} with item {number}")
                )
                told.append(words.format(name=call_sign(key), number=number, count=count))
        return self.tr("Begins: {told}.").format(told=", ".join(told)) if told else ""

    def _too_near(self, able: list[VehicleKey], args: Args) -> str:
        """Why these vehicles can't all be sent to one point; empty when they stay apart."""
        assert self.draft is not None  # noqa: S101 - the caller looked
        try:
            orders_of(able, self.draft.verb, args, self.group.policy(), self._desk.feed.fleet)
        except UsageError as error:
            return said_by(error)
        return ""

    def _show_nearest(self, able: list[VehicleKey], args: Args) -> None:
        """How near the way comes to others, as they fly now: said before it is sent, and refused by nobody."""
        assert self.draft is not None  # noqa: S101 - the caller looked
        feed = self._desk.feed
        # spread over places and heights, as they would be given
        orders = self._apart(able, args) if self.point is not None else {}
        found = way_nearest(self.draft.verb, orders, feed.fleet.get, feed.fleet, feed.now_s()) if orders else None
        self.nearest.setText(said(found.said) if found is not None else "")
        self.nearest.setVisible(found is not None)
        role = "caution" if found is not None and found.is_near else "muted"
        if self.nearest.property("role") != role:
            self.nearest.setProperty("role", role)
            self.nearest.style().polish(self.nearest)

    def _apart(self, able: list[VehicleKey], args: Args) -> dict[VehicleKey, Args]:
        policy, states = self.group.policy(), self._desk.feed.fleet.get
        return kept_apart(able, args, states, spread_m=policy.spread_m, height_step_m=policy.height_step_m)

    def _all_drive(self, draft: Draft) -> bool:
        """Whether none of the vehicles flies: then a height means nothing to them."""
        states = [self._desk.state(key) for key in draft.keys]
        return all(state is not None and state.info is not None and state.info.kind in GROUND_KINDS for state in states)

    def _args(self) -> Args:
        return self.editors.args() if self.editors is not None else {}

    def _give_focus(self) -> None:
        """The first field, the box to type in, or Cancel: never what confirms."""
        first = next(iter(self.editors.fields.values()), None) if self.editors is not None else None
        box = self.confirm.type_box if self.confirm is not None else None
        (first or box or self.cancel_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_point_offered(self, lat_deg: float, lon_deg: float) -> None:
        if self.draft is not None and self.editors is not None and self.editors.takes_point:
            self.editors.set_number("lat_deg", lat_deg)
            self.editors.set_number("lon_deg", lon_deg)

    def _on_point_changed(self) -> None:
        point, draft = self.point, self.draft
        self._desk.set_sketch((draft.keys, *point) if draft is not None and point is not None else None)

    def _on_confirmed(self) -> None:
        draft, args = self.draft, self._args()
        if draft is None or self._is_given:
            return
        # the button named these: looked at again at the last moment, and not given when others would be told
        named = self._named
        self.refresh()
        if named != self._named or not self.confirm or not self.confirm.is_possible:
            return
        self._is_given = self._desk.give(named, draft.verb, args, self.group.policy()) is not None

    def _on_finished(self) -> None:
        """A key that is still held must not go on to the button that gets the keyboard next."""
        if self._is_given:
            self._close()

    def _close(self) -> None:
        if self.draft is None:
            return
        self.draft = self.editors = self.confirm = None
        focus = QApplication.focusWidget()
        had_focus = focus is not None and self.isAncestorOf(focus)
        self.hide()
        _clear(self._editors_at)
        _clear(self._confirm_at)
        # Python outlives the widget: its panel may have been closed meanwhile
        if had_focus and self._before is not None and isValid(self._before):
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._before = None
        self.point_changed.emit()
        self.closed.emit()


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            # gone from sight at once: Qt deletes it a turn of the loop later
            widget.hide()
            widget.deleteLater()
