# SPDX-License-Identifier: Apache-2.0
"""The panel of operators: who is on, what they say, a line to answer. GUI thread."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.identity import VehicleKey, vehicle_key
from groundstation.fleet.operators.handover_page import HandoverPage
from groundstation.fleet.operators.names import is_same, name_key
from groundstation.fleet.operators.said import MAX_TEXT, OperatorMessage, SaidKind
from groundstation.fleet.shown_text import harmless
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.help_dialogs import show_beside
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.operators.handover_dialog import HandoverDialog, HandoverView
from groundstation.ui.operators.handover_gather import gathered
from groundstation.ui.operators.operators_port import OperatorsAccess
from groundstation.ui.operators.said_model import SaidModel, SaidRow
from groundstation.ui.operators.said_row import SaidRowDelegate
from groundstation.ui.operators.stations_list import StationsList
from groundstation.ui.selection import Selection
from groundstation.ui.theme.icons import icon

PERIOD_MS = 500
SPOKEN = 200
"""Of so many messages, the newest, who said them can be spoken to."""


class OperatorsPanel(LivePanel):
    """The panel of the `operators` dock."""

    vehicles_wanted = Signal(object)
    """A tuple of `VehicleKey` that are gone to."""
    moment_wanted = Signal(float)
    """A moment that somebody meant, on the clock of the view's timeline."""

    def __init__(
        self, feed: FleetFeed, selection: Selection, access: OperatorsAccess, parent: QWidget | None = None
    ) -> None:
        """Build the panel.

        Args:
            feed: what is known.
            selection: what a message may be about.
            access: ways to other operators.
            parent: Qt's.
        """
        super().__init__(PERIOD_MS, parent)
        self._feed, self._selection, self._access = feed, selection, access
        self._conversation = feed.fleet.conversation
        self.stations = StationsList()
        self.stations.operator_wanted.connect(self.answer)
        self.stations.vehicles_wanted.connect(self.vehicles_wanted)
        self.model = SaidModel(access, self)
        self.list = _SaidList()
        self.list.setModel(self.model)
        self.list.setItemDelegate(SaidRowDelegate(self.list))
        self.list.activated.connect(self._on_activated)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self._build()
        selection.changed.connect(self._show_about)
        # the tab tells how many wait though nobody looks at the panel
        feed.timeline.passed.connect(self._on_passed)
        self._seen_revision = -1
        self._views: list[HandoverView] = []
        """Handovers that are open."""
        self._draft = HandoverPage()
        """What was written of a handover that was not given."""
        self._show_about()
        self.refresh()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        # in line with the words below
        inset = QHBoxLayout()
        inset.setContentsMargins(8, 0, 8, 4)
        inset.addWidget(self.stations)
        layout.addLayout(inset)
        self.empty = QLabel(self.tr("Nobody has said anything yet."))
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.empty.setProperty("role", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.list)
        layout.addWidget(self.pages, 1)
        layout.addLayout(self._line())

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(8)
        self.text_box = QLineEdit()
        self.text_box.setPlaceholderText(self.tr("Search what was said"))
        self.text_box.setAccessibleName(self.tr("Search what was said"))
        self.text_box.setClearButtonEnabled(True)
        self.text_box.addAction(QAction(icon("search"), "", self.text_box), QLineEdit.ActionPosition.LeadingPosition)
        self.text_box.textChanged.connect(self.refresh)
        self.handover_button = QPushButton(self.tr("Hand over…"))
        self.handover_button.setToolTip(self.tr("A page with vehicles, alarms and orders, which the next shift signs"))
        self.handover_button.clicked.connect(self.open_handover)
        bar.addWidget(self.text_box, 1)
        bar.addWidget(self.handover_button)
        return bar

    def _line(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self.to = QComboBox()
        self.to.setAccessibleName(self.tr("To whom"))
        self.to.addItem(self.tr("All"), "")
        self.to.setMinimumContentsLength(6)
        self.to.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box = QLineEdit()
        self.box.setMaxLength(MAX_TEXT)
        self.box.setPlaceholderText(self.tr("Say something to all"))
        self.box.setAccessibleName(self.tr("What to say"))
        self.box.returnPressed.connect(self.send)
        self.about = QToolButton()
        self.about.setCheckable(True)
        self.about.setIcon(icon("vehicle"))
        self.about.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.about.setToolTip(self.tr("With the vehicle that is selected, and where it is"))
        self.send_button = QPushButton(self.tr("Send"))
        self.send_button.clicked.connect(self.send)
        self.to.currentIndexChanged.connect(self._show_hint)
        row.addWidget(self.to)
        row.addWidget(self.box, 1)
        row.addWidget(self.about)
        row.addWidget(self.send_button)
        return row

    # ---- what is shown ----

    def refresh(self) -> None:
        """Show everything as it is now."""
        now_s = self._feed.now_s()
        stations = self._feed.fleet.stations.on(now_s)
        self.stations.show_stations(stations, self._controls(), self._access.me)
        self.stations.fit()
        is_at_end = self.list.is_at_end
        count = len(self.model.rows)
        self.model.show(self._conversation, self._feed.timeline.now_unix_s, self.text_box.text().strip())
        self.pages.setCurrentWidget(self.list if self.model.rows else self.empty)
        is_search = bool(self.text_box.text())
        nothing = self.tr("Nothing that was said has this in it.")
        self.empty.setText(nothing if is_search else self.tr("Nobody has said anything yet."))
        if is_at_end and len(self.model.rows) != count:
            self.list.scrollToBottom()
            QTimer.singleShot(0, self.list.scrollToBottom)
        self._offer(self._feed.fleet.stations.operators(now_s))
        self._read()
        self._show_title()

    def _on_passed(self, now_s: float) -> None:
        del now_s
        if self._conversation.revision == self._seen_revision:
            return
        self._seen_revision = self._conversation.revision
        # a handover is read beside the window, whatever panel is in front there
        for view in self._views:
            view.refresh()
        if not self.isVisible():
            self._show_title()

    def _show_title(self) -> None:
        waiting = len(self._conversation.unread(self._access.me.op))
        title = self.tr("Operators {count}").format(count=waiting) if waiting else self.tr("Operators")
        if title != self.windowTitle():
            self.setWindowTitle(title)

    def _controls(self) -> dict[str, list[VehicleKey]]:
        found: dict[str, list[VehicleKey]] = {}
        for state in self._feed.fleet:
            if state.control is not None and state.control.owner is not None:
                found.setdefault(state.control.owner.gs, []).append(state.key)
        return found

    def _offer(self, on: list[str]) -> None:
        """Who can be spoken to: who is on, and who has said something; what is chosen stays."""
        # a list that is open must not change under the hand
        if self.to.view().isVisible():
            return
        chosen = self.to.currentData()
        spoken = (one.by.op for one in self._conversation.newest(SPOKEN))
        found: dict[str, str] = {}
        for name in (*((chosen,) if chosen else ()), *on, *spoken):
            if not is_same(name, self._access.me.op):
                found.setdefault(name_key(name), name)
        names = sorted(found.values(), key=name_key)
        if names != [self.to.itemData(row) for row in range(1, self.to.count())]:
            self._fill(names, chosen)

    def _fill(self, names: list[str], chosen: str | None) -> None:
        self.to.blockSignals(True)
        while self.to.count() > 1:
            self.to.removeItem(self.to.count() - 1)
        for name in names:
            self.to.addItem(harmless(name), name)
        self.to.setCurrentIndex(max(0, self.to.findData(chosen)))
        self.to.blockSignals(False)

    def _read(self) -> None:
        """What is on the screen of a window that is worked with was read."""
        if not self.isVisible() or not self.window().isActiveWindow():
            return
        shown = [row.message.id for row in self.list.seen(self.model.rows) if row.is_unread]
        if shown:
            self._access.read(shown)

    def _show_about(self) -> None:
        keys = self._selection.keys
        self.about.setVisible(len(keys) == 1)
        if len(keys) == 1:
            self.about.setText(keys[0].id)
        else:
            self.about.setChecked(False)

    def _show_hint(self) -> None:
        name = self.to.currentData()
        words = (
            self.tr("Say something to {name}").format(name=harmless(name)) if name else self.tr("Say something to all")
        )
        self.box.setPlaceholderText(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: who is on gives way to what is said, and the newest stays in view."""
        is_at_end = self.list.is_at_end
        super().resizeEvent(event)
        self.stations.fit(self.height())
        if is_at_end:
            # heights of rows are by the width, and known once they are laid out
            QTimer.singleShot(0, self.list.scrollToBottom)

    # ---- what is done ----

    def send(self) -> None:
        """Say what stands in the line."""
        text = self.box.text().strip()
        if not text:
            return
        name = self.to.currentData()
        more: dict[str, object] = {"to": (name,) if name else ()}
        keys = self._selection.keys
        if self.about.isChecked() and len(keys) == 1:
            more |= self._about(keys[0])
        self._access.say(text, **more)
        self.box.clear()
        self.about.setChecked(False)
        self.text_box.clear()
        self.refresh()
        self.list.scrollToBottom()

    def _about(self, key: VehicleKey) -> dict[str, object]:
        found: dict[str, object] = {"vehicle": str(key), "about_unix_s": self._feed.timeline.now_unix_s}
        state = self._feed.fleet.get(key)
        place = state.position if state is not None else None
        if place is not None and place.lat_deg is not None and place.lon_deg is not None:
            found |= {"lat_deg": place.lat_deg, "lon_deg": place.lon_deg}
        return found

    def answer(self, name: str) -> None:
        """Speak to one operator."""
        if is_same(name, self._access.me.op):
            return
        rows = range(1, self.to.count())
        row = next((row for row in rows if is_same(self.to.itemData(row), name)), None)
        # one who said something long ago: what is meant for him alone must not go to all
        if row is None:
            row = self.to.count()
            self.to.addItem(harmless(name), name)
        self.to.setCurrentIndex(row)
        self.box.setFocus()

    def open_handover(self) -> HandoverDialog:
        """Gather the page of a handover."""
        now_s = self._feed.now_s()
        others = [one for one in self._feed.fleet.stations.operators(now_s) if not is_same(one, self._access.me.op)]
        page, draft = gathered(self._feed, self._access.under_way()), self._draft
        page = msgspec.structs.replace(
            page, notes=draft.notes, limits=draft.limits, weather=draft.weather or page.weather
        )
        dialog = HandoverDialog(page, others, self._access, self)
        # a stray Escape must not cost what was written
        dialog.rejected.connect(lambda: self._keep_draft(dialog.words, page.weather))
        dialog.accepted.connect(lambda: self._keep_draft(HandoverPage(), ""))
        show_beside(dialog)
        return dialog

    def _keep_draft(self, words: HandoverPage, weather: str) -> None:
        # what was gathered is gathered again: it is of its moment
        is_own = words.weather != weather
        self._draft = msgspec.structs.replace(words, weather=words.weather if is_own else "")

    def open_message(self, one: OperatorMessage) -> None:
        """Go to what a message is about: a handover's page, a vehicle."""
        handover = one if one.kind is SaidKind.HANDOVER else self._conversation.get(one.about)
        key = vehicle_key(one.vehicle)
        if handover is not None and handover.kind is SaidKind.HANDOVER:
            view = HandoverView(handover, self._conversation, self._access, self)
            self._views.append(view)
            view.finished.connect(lambda _result: self._views.remove(view))
            show_beside(view)
        elif key is not None:
            self.vehicles_wanted.emit((key,))

    def _on_activated(self, index: QModelIndex) -> None:
        row = self.model.rows[index.row()]
        self.open_message(row.message)

    def _show_menu(self, place: QPoint) -> None:
        index = self.list.indexAt(place)
        if not index.isValid():
            return
        row = self.model.rows[index.row()]
        self.menu_of(row).popup(self.list.viewport().mapToGlobal(place))

    def menu_of(self, row: SaidRow) -> QMenu:
        """What can be done about a message."""
        one, menu = row.message, QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if one.kind is SaidKind.HANDOVER:
            menu.addAction(self.tr("&Open the handover"), lambda: self.open_message(one))
        key = vehicle_key(one.vehicle)
        if key is not None:
            menu.addAction(self.tr("&Go to the vehicle"), lambda: self.vehicles_wanted.emit((key,)))
        moment_s = one.about_unix_s if one.about_unix_s is not None else one.at_unix_s
        menu.addAction(self.tr("&Look at that moment"), lambda: self._look_at(moment_s))
        if not row.is_mine:
            menu.addAction(self.tr("&Answer"), lambda: self.answer(one.by.op))
        menu.addAction(self.tr("&Copy"), lambda: QGuiApplication.clipboard().setText(row.body))
        return menu

    def _look_at(self, unix_s: float) -> None:
        timeline = self._feed.timeline
        self.moment_wanted.emit(timeline.now_s() - (timeline.now_unix_s - unix_s))


class _SaidList(QListView):
    """The messages."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        # heights are by the width
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("What operators say"))

    @property
    def is_at_end(self) -> bool:
        """Whether the newest is in view: then what is newer is shown too."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - 4

    def seen(self, rows: list[SaidRow]) -> list[SaidRow]:
        """Those of some rows that are in view."""
        first = self.indexAt(QPoint(4, 2)).row()
        last = self.indexAt(QPoint(4, self.viewport().height() - 2)).row()
        return rows[max(0, first) : (last if last >= 0 else len(rows) - 1) + 1]
