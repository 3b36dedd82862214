# SPDX-License-Identifier: Apache-2.0
"""The panel of alarms: what is wrong, the most urgent first, and what is done about it. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
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

from groundstation.fleet.alarms.alarm import Alarm, AlarmAction
from groundstation.fleet.conditions import Level
from groundstation.ui.alarms.alarm_history import AlarmHistory
from groundstation.ui.alarms.alarm_model import AlarmModel
from groundstation.ui.alarms.alarm_port import AlarmAccess
from groundstation.ui.alarms.alarm_row import AlarmRowDelegate
from groundstation.ui.alarms.alarm_voice import AlarmVoice
from groundstation.ui.alarms.alarm_words import names_of
from groundstation.ui.alarms.note_dialog import NoteDialog
from groundstation.ui.alarms.rules_dialog import RulesDialog
from groundstation.ui.alarms.shelve_dialog import ShelveDialog
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.help_dialogs import show_beside
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.theme.icons import icon

PERIOD_MS = 500
MAX_KEYS = 500
"""Alarms that one press acts on."""


class AlarmsPanel(LivePanel):
    """The panel of the `alarms` dock."""

    vehicle_wanted = Signal(object)
    """The `VehicleKey` of an alarm that is gone to."""

    def __init__(
        self,
        feed: FleetView,
        access: AlarmAccess,
        voice: AlarmVoice | None = None,
        parent: QWidget | None = None,
        *,
        is_past: bool = False,
    ) -> None:
        """Build the panel.

        Args:
            feed: what is known.
            access: ways to the engine.
            voice: says alarms; None for a silent window.
            is_past: a recording is shown: there is no engine to be missed, and nothing to be done.
            parent: Qt's.
        """
        super().__init__(PERIOD_MS, parent)
        self._feed, self._access, self._voice, self._is_past = feed, access, voice, is_past
        self.model = AlarmModel(self, can_act=access.wish is not None)
        self.list = _AlarmList()
        self.list.setModel(self.model)
        self._delegate = AlarmRowDelegate(self.list)
        self.list.setItemDelegate(self._delegate)
        self.history = AlarmHistory(feed, access)
        self._build()
        self._delegate.pressed.connect(self._acknowledge_one)
        self.list.acknowledge_wanted.connect(self.acknowledge)
        self.list.shelve_wanted.connect(self.shelve)
        self.list.goto_wanted.connect(self.go_there)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.selectionModel().selectionChanged.connect(self._show_buttons)
        # the tab tells how many wait though nobody looks at the panel, which does nothing else then
        feed.timeline.passed.connect(self._on_passed)
        self._shown_revision = -1
        self.refresh()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        self.notice = _plain(QLabel(), "small")
        self.notice.setWordWrap(True)
        self.notice.setContentsMargins(12, 0, 12, 6)
        layout.addWidget(self.notice)
        self.empty = _plain(QLabel(self.tr("No alarm.")), "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages = QStackedWidget()
        for page in (self.empty, self.list, self.history):
            self.pages.addWidget(page)
        layout.addWidget(self.pages, 1)
        self.foot = _plain(QLabel(self.tr("A  acknowledge     S  shelve for…     Enter  go to the vehicle")), "small")
        self.foot.setContentsMargins(12, 4, 12, 4)
        layout.addWidget(self.foot)

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(8)
        self.text_box = QLineEdit()
        self.text_box.setPlaceholderText(self.tr("Filter alarms"))
        self.text_box.setAccessibleName(self.tr("Filter alarms"))
        self.text_box.setClearButtonEnabled(True)
        self.text_box.addAction(QAction(icon("search"), "", self.text_box), QLineEdit.ActionPosition.LeadingPosition)
        self.text_box.textChanged.connect(self.refresh)
        self.counts = _plain(QLabel(), "muted")
        self.acknowledge_button = QPushButton(self.tr("Acknowledge"))
        self.acknowledge_button.setToolTip(self.tr("Those that are selected, for every station (A)"))
        self.acknowledge_button.clicked.connect(self.acknowledge)
        self.shelved_button = QToolButton()
        self.shelved_button.setCheckable(True)
        self.shelved_button.setIcon(icon("shelved"))
        self.shelved_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.shelved_button.setToolTip(self.tr("Show those that are shelved"))
        self.shelved_button.toggled.connect(self.refresh)
        self.history_button = QToolButton()
        self.history_button.setCheckable(True)
        self.history_button.setIcon(icon("history"))
        self.history_button.setToolTip(self.tr("What happened to alarms"))
        self.history_button.setAccessibleName(self.tr("History"))
        self.history_button.toggled.connect(self.refresh)
        self.rules_button = QToolButton()
        self.rules_button.setIcon(icon("parameters"))
        self.rules_button.setToolTip(self.tr("Rules of alarms…"))
        self.rules_button.setAccessibleName(self.tr("Rules of alarms"))
        self.rules_button.clicked.connect(self.open_rules)
        bar.addWidget(self.text_box, 1)
        for widget in (
            self.counts,
            self.acknowledge_button,
            self.shelved_button,
            self.history_button,
            self.rules_button,
        ):
            bar.addWidget(widget)
        self.acknowledge_button.setVisible(self._access.wish is not None)
        for button in (self.history_button, self.rules_button):
            button.setVisible(not self._is_past)
        return bar

    def _on_passed(self, now_s: float) -> None:
        del now_s
        book = self._feed.fleet.alarms
        if not self.isVisible() and book.revision != self._shown_revision:
            self._shown_revision = book.revision
            self._show_title(sum(book.counts().values()))

    @property
    def chosen(self) -> list[Alarm]:
        """Alarms that are selected, in the order of the list."""
        rows = sorted(index.row() for index in self.list.selectionModel().selectedRows())
        return [self.model.cards[row].alarm for row in rows if row < len(self.model.cards)]

    def choose(self, *keys: str) -> None:
        """Select alarms by their keys."""
        selection = self.list.selectionModel()
        selection.clear()
        for row, card in enumerate(self.model.cards):
            if card.alarm.key in keys:
                selection.select(self.model.index(row), QItemSelectionModel.SelectionFlag.Select)

    def refresh(self) -> None:
        """Show everything as it is now."""
        book = self._feed.fleet.alarms
        names = names_of(self._feed)
        shows_shelved = self.shelved_button.isChecked()
        self.model.show(
            book, names, self._feed.timeline.now_unix_s, self.text_box.text().strip(), shows_shelved=shows_shelved
        )
        shelved = sum(one.shelf is not None for one in book)
        waiting = sum(book.counts().values())
        self.counts.setText(self.tr("{count} to acknowledge").format(count=waiting) if waiting else "")
        self._show_title(waiting)
        self.shelved_button.setText(str(shelved) if shelved else "")
        self.shelved_button.setVisible(shelved > 0 or shows_shelved)
        is_history = self.history_button.isChecked()
        page: QWidget = self.history if is_history else self.list if self.model.cards else self.empty
        self.pages.setCurrentWidget(page)
        self.empty.setText(self.tr("No alarm passes the filter.") if self.text_box.text() else self.tr("No alarm."))
        if is_history:
            self.history.show_changes(self.text_box.text().strip())
        self._show_notice()
        self._show_buttons()
        self.foot.setVisible(page is self.list and self._access.wish is not None)

    def _show_title(self, waiting: int) -> None:
        """How many wait, where the panel is behind another one too."""
        title = self.tr("Alarms {count}").format(count=waiting) if waiting else self.tr("Alarms")
        if title != self.windowTitle():
            self.setWindowTitle(title)

    def _show_notice(self) -> None:
        leader = self._feed.fleet.alarms.leader(self._feed.now_s())
        words = ""
        if leader is None and not self._is_past:
            words = self.tr(
                "No engine of alarms is heard: nothing new is raised or acknowledged. A window starts one by itself, "
                "unless with --no-alarms; 'groundstation alarms run' is one without a window."
            )
        self.notice.setText(words)
        self.notice.setVisible(bool(words))

    def _show_buttons(self) -> None:
        is_led = self._feed.fleet.alarms.leader(self._feed.now_s()) is not None
        self.rules_button.setEnabled(self._feed.fleet.alarms.rules is not None)
        self.acknowledge_button.setEnabled(is_led and any(one.waits for one in self.chosen))

    def _acknowledge_one(self, key: str) -> None:
        self._wish(AlarmAction.ACKNOWLEDGE, (key,))
        # the row goes down, and the list must not follow it away from what is urgent
        self.list.selectionModel().clear()
        self.list.scrollToTop()

    def acknowledge(self) -> None:
        """Those that are selected."""
        self._wish(AlarmAction.ACKNOWLEDGE, tuple(one.key for one in self.chosen if one.waits))

    def shelve(self) -> None:
        """Ask for how long those that are selected are out of the way."""
        chosen = self.chosen
        if not chosen or self._access.wish is None:
            return
        keys = tuple(one.key for one in chosen)
        worst = max(one.worst for one in chosen)
        shown = {card.alarm.key: f"{card.source}  {card.title}" for card in self.model.cards}
        dialog = ShelveDialog([shown.get(key, key) for key in keys], worst is Level.WARNING, self)
        dialog.shelved.connect(lambda seconds, why: self._wish(AlarmAction.SHELVE, keys, seconds=seconds, text=why))
        show_beside(dialog)

    def unshelve(self) -> None:
        """Those that are selected come back."""
        self._wish(AlarmAction.UNSHELVE, tuple(one.key for one in self.chosen if one.shelf is not None))

    def write_note(self) -> None:
        """Ask for a note to the first one that is selected."""
        chosen = self.chosen
        if chosen and self._access.wish is not None:
            dialog = NoteDialog(chosen[0].note, chosen[0].assigned, self)
            key = chosen[0].key
            dialog.noted.connect(lambda text: self._wish(AlarmAction.NOTE, (key,), text=text))
            dialog.assigned.connect(lambda text: self._wish(AlarmAction.ASSIGN, (key,), text=text))
            show_beside(dialog)

    @property
    def mutes(self) -> list[str]:
        """What is not to be heard, to be remembered."""
        return self._voice.mutes if self._voice is not None else []

    def restore_mutes(self, mutes: list[str]) -> None:
        """What was remembered."""
        if self._voice is not None:
            self._voice.restore(mutes)

    def _add_mutes(self, menu: QMenu, alarm: Alarm) -> None:
        voice = self._voice
        if voice is None:
            return
        rows = [(self.tr("&Mute this alarm everywhere"), "rule", alarm.rule, alarm.rule in voice.muted_rules)]
        if not alarm.members:
            words = self.tr("M&ute everything of this source")
            rows.append((words, "source", alarm.source, alarm.source in voice.muted_sources))
        menu.addSeparator()
        for words, kind, name, is_muted in rows:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(is_muted)
            action.toggled.connect(lambda on, kind=kind, name=name: voice.mute(**{kind: name}, is_muted=on))

    def open_rules(self) -> RulesDialog | None:
        """Show the rules of the engine that leads; None where none has told any."""
        rules = self._feed.fleet.alarms.rules
        if rules is None:
            return None
        dialog = RulesDialog(rules, self._access, self)
        show_beside(dialog)
        return dialog

    def go_there(self) -> None:
        """Show the vehicle of the first one that is selected."""
        vehicles = [one.vehicle for one in self.chosen if one.vehicle is not None]
        if vehicles:
            self.vehicle_wanted.emit(vehicles[0])

    def _wish(self, action: AlarmAction, keys: tuple[str, ...], **more: object) -> None:
        if keys and self._access.wish is not None:
            self._access.wish(action, keys[:MAX_KEYS], **more)

    def _show_menu(self, place: object) -> None:
        chosen = self.chosen
        if not chosen:
            return
        menu = QMenu(self)
        if self._access.wish is not None:
            menu.addAction(self.tr("&Acknowledge"), self.acknowledge).setEnabled(any(one.waits for one in chosen))
            menu.addAction(self.tr("&Shelve for…"), self.shelve)
            unshelve = menu.addAction(self.tr("&Back from the shelf"), self.unshelve)
            unshelve.setEnabled(any(one.shelf is not None for one in chosen))
            menu.addAction(self.tr("&Note and operator…"), self.write_note)
        goto = menu.addAction(self.tr("&Go to the vehicle"), self.go_there)
        goto.setEnabled(any(one.vehicle is not None for one in chosen))
        self._add_mutes(menu, chosen[0])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.list.viewport().mapToGlobal(place))  # type: ignore[call-overload]


class _AlarmList(QListView):
    """Keys of the list."""

    acknowledge_wanted = Signal()
    shelve_wanted = Signal()
    goto_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(self.tr("Alarms"))
        self.doubleClicked.connect(self.goto_wanted)
        self._keys = {
            Qt.Key.Key_A: self.acknowledge_wanted,
            Qt.Key.Key_S: self.shelve_wanted,
            Qt.Key.Key_Return: self.goto_wanted,
            Qt.Key.Key_Enter: self.goto_wanted,
        }

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: letters act; with Ctrl they are the list's own (all)."""
        signal = self._keys.get(Qt.Key(event.key()))
        is_plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if signal is not None and is_plain:
            # a key that is held down must not acknowledge what comes up under it
            if not event.isAutoRepeat():
                signal.emit()
            return
        super().keyPressEvent(event)


def _plain(label: QLabel, role: str) -> QLabel:
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    return label
