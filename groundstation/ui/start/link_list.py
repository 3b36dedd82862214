# SPDX-License-Identifier: Apache-2.0
"""The links of every bridge, a row each, with what can be done with it. GUI thread; works only while visible."""

from __future__ import annotations

from functools import partial
from itertools import islice

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.link import LinkState
from groundstation.fleet.link_table import LinkAction, LinkEntry, LinkTable, LinkUse
from groundstation.fleet.phrases import Phrase
from groundstation.transport.bus import BusState
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.help_dialogs import show_beside
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.said import said
from groundstation.ui.start.add_link_dialog import AddLinkDialog
from groundstation.ui.start.link_words import about_of, can_remove, is_quiet, state_of, title_of, tr
from groundstation.ui.start.silent_dialog import SilentDialog
from groundstation.ui.start.start_port import LinkWish, StartAccess
from groundstation.ui.theme.icons import icon

PERIOD_MS = 300
MOST_ROWS = 150
"""Of all bridges together; each is some widgets, and made-up bridges cost nothing."""
ICON_PX = 20
Key = tuple[str, str, str]
"""Root, bridge and text of a link."""


class LinkRow(QFrame):
    """One link; changed in place, so that the keyboard stays where it is."""

    wanted = Signal(object, bool)
    """A `LinkAction`, and whether it is the menu's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry: LinkEntry | None = None
        self.picture = QLabel()
        self.title, self.about, self.state = QLabel(), ElidingLabel(), QLabel()
        for label, role in ((self.title, "strong"), (self.state, "small")):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setProperty("role", role)
        self.about.setProperty("role", "small")
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.state.setWordWrap(True)
        self.state.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.button, self.more = QPushButton(), QToolButton()
        self.button.setProperty("role", "remedy")
        self.button.clicked.connect(self._on_button)
        self.more.setIcon(icon("menu"))
        self.more.setProperty("flat", True)
        self.more.setToolTip(tr("More"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self)
        self.menu.addAction(tr("Change…"), lambda: self.wanted.emit(LinkAction.REPLACE, True))
        self.remove = self.menu.addAction(tr("Remove"), lambda: self.wanted.emit(LinkAction.REMOVE, True))
        self.more.setMenu(self.menu)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.title)
        names.addWidget(self.about)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 6, 0, 6)
        row.setSpacing(10)
        row.addWidget(self.picture)
        row.addLayout(names, 4)
        row.addWidget(self.state, 3)
        row.addWidget(self.button)
        row.addWidget(self.more)

    def show_entry(self, entry: LinkEntry, bridge: str, *, can_change: bool) -> None:
        """Show a link as it is now.

        Args:
            entry: the link.
            bridge: whose, where there are several; empty where there is one.
            can_change: whether anything can be done with it from here.
        """
        if entry == self.entry and self.button.isEnabled() == can_change:
            return
        self.entry = entry
        title = title_of(entry)
        self.title.setText(title)
        self.about.setText(" · ".join(part for part in (about_of(entry), bridge) if part))
        self.state.setText(state_of(entry))
        self.state.setToolTip("")
        self.setToolTip("")
        is_off = entry.use in (LinkUse.PAUSED, LinkUse.LEFT_ALONE)
        words = tr("Use") if entry.use is LinkUse.LEFT_ALONE else tr("Resume") if is_off else tr("Pause")
        self.button.setText(words)
        self.button.setAccessibleName(f"{words} {title}")
        self.more.setAccessibleName(tr("More about {link}").format(link=title))
        self.setAccessibleName(f"{title}, {self.state.text()}")
        name = "link" if is_quiet(entry) else "link_lost"
        self.picture.setPixmap(icon(name).pixmap(QSize(ICON_PX, ICON_PX)))
        self.button.setEnabled(can_change)
        self.more.setEnabled(can_change)
        self.more.setVisible(can_remove(entry))

    def _on_button(self) -> None:
        is_off = self.entry is not None and self.entry.use in (LinkUse.PAUSED, LinkUse.LEFT_ALONE)
        self.wanted.emit(LinkAction.RESUME if is_off else LinkAction.PAUSE, False)


class LinkList(LivePanel):
    """All of them, a line that says why a wish was refused, and buttons that add one."""

    def __init__(self, feed: FleetView, access: StartAccess | None, parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            feed: knows the tables of the bridges.
            access: says wishes; None for who only looks.
            parent: Qt's.
        """
        super().__init__(PERIOD_MS, parent)
        self._feed, self._access = feed, access
        self.rows: dict[Key, LinkRow] = {}
        self._asked: tuple[str, LinkWish] | None = None
        self.dialog: AddLinkDialog | None = None
        """The one that was opened last."""
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self._list.addStretch(1)
        inner = QWidget()
        inner.setLayout(self._list)
        self._list.setContentsMargins(0, 0, 6, 0)
        scroll = QScrollArea()
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inner)
        self.empty = QLabel(tr("Waiting for a bridge to tell of its links…"))
        self.empty.setProperty("role", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.empty)
        layout.addWidget(scroll, 1)
        layout.addWidget(self._refusal())
        layout.addLayout(self._adding())

    def _refusal(self) -> QWidget:
        self.refused = QWidget()
        self.reason, self.sure = QLabel(), QPushButton(tr("Do it all the same"))
        self.reason.setTextFormat(Qt.TextFormat.PlainText)
        self.reason.setProperty("role", "caution")
        self.reason.setWordWrap(True)
        self.sure.setProperty("role", "remedy")
        self.sure.clicked.connect(self._on_sure)
        row = QHBoxLayout(self.refused)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.reason, 1)
        row.addWidget(self.sure)
        self.refused.hide()
        return self.refused

    def _adding(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.adders: dict[str, QPushButton] = {}
        for kind, words in (("tcp", tr("TCP…")), ("udpin", tr("UDP…")), ("serial", tr("Serial port…"))):
            button = self.adders[kind] = QPushButton(icon("add"), words)
            button.setAccessibleName(tr("Add: {what}").format(what=words))
            button.clicked.connect(partial(self.ask_to_add, kind))
            row.addWidget(button)
        row.addStretch(1)
        self.silent = QPushButton(tr("Drone silent?"))
        self.silent.setProperty("dim", True)
        self.silent.setToolTip(tr("Six things to look at"))
        self.silent.clicked.connect(lambda: show_beside(SilentDialog(self.window())))
        row.addWidget(self.silent)
        return row

    # ---- showing ----

    def tables(self) -> dict[tuple[str, str], LinkTable]:
        """Those of the bridges that are there; none without a broker, when what is known may be long over."""
        if self._feed.bus.state is not BusState.CONNECTED:
            return {}
        return {
            key: table
            for key, table in sorted(self._feed.link_tables.items())
            if key in self._feed.bridges and self._feed.bridges[key].state is LinkState.ONLINE
        }

    def refresh(self) -> None:
        """Show every link as it is now."""
        tables = self.tables()
        every = (((*key, one.text), one) for key, table in tables.items() for one in table.links)
        wanted: dict[Key, LinkEntry] = dict(islice(every, MOST_ROWS))
        for key in [key for key in self.rows if key not in wanted]:
            row = self.rows.pop(key)
            self._list.removeWidget(row)
            row.deleteLater()
        for place, (key, entry) in enumerate(wanted.items()):
            row = self.rows.get(key) or self._made(key)
            if self._list.indexOf(row) != place:
                self._list.insertWidget(place, row)
            can_change = self._access is not None and tables[key[:2]].can_change
            row.show_entry(entry, "/".join(key[:2]) if len(tables) > 1 else "", can_change=can_change)
        self.empty.setVisible(not tables)
        for button in self.adders.values():
            button.setEnabled(self._access is not None and any(one.can_change for one in tables.values()))
        self._show_answer(tables)

    def _made(self, key: Key) -> LinkRow:
        row = self.rows[key] = LinkRow()
        row.wanted.connect(partial(self._on_wanted, key))
        return row

    def _show_answer(self, tables: dict[tuple[str, str], LinkTable]) -> None:
        if self._asked is None:
            return
        name, wish = self._asked
        table = tables.get((wish.root, wish.bridge))
        answer = next((one for one in table.answers if one.id == name), None) if table is not None else None
        if answer is None:
            return
        if answer.refused:
            self.reason.setText(said(answer.refused))
            code = answer.refused.code if isinstance(answer.refused, Phrase) else ""
            self.sure.setVisible(code == "link_carries")
            self.refused.show()
            # kept for who is sure
            return
        self._asked = None

    # ---- acting ----

    def _wish(self, wish: LinkWish) -> None:
        if self._access is not None:
            self.refused.hide()
            self._asked = (self._access.wish(wish), wish)

    def _on_wanted(self, key: Key, action: LinkAction, _is_menu: bool) -> None:
        root, bridge, text = key
        if action is LinkAction.REPLACE:
            self._ask(key[:2], "udpin", text)
            return
        self._wish(LinkWish(root=root, bridge=bridge, action=action, link=text))

    def _on_sure(self) -> None:
        if self._asked is not None:
            _, wish = self._asked
            self._wish(
                LinkWish(
                    root=wish.root, bridge=wish.bridge, action=wish.action, link=wish.link, new=wish.new, is_sure=True
                )
            )

    def ask_to_add(self, kind: str = "udpin") -> None:
        """Ask for a link, for the first bridge that takes one."""
        bridge = next((key for key, table in self.tables().items() if table.can_change), None)
        if bridge is not None and self._access is not None:
            self._ask(bridge, kind)

    def _ask(self, bridge: tuple[str, str], kind: str, text: str = "") -> None:
        found = [one.text.removeprefix("serial:").partition(":")[0] for one in self.tables()[bridge].links]
        ports = [one for one in found if one.startswith("/dev/")]
        dialog = self.dialog = AddLinkDialog(kind, ports, self.window(), text)
        root, name = bridge
        action = LinkAction.REPLACE if text else LinkAction.ADD

        def on_chosen(new: str) -> None:
            wish = LinkWish(root=root, bridge=name, action=action, link=text or new, new=new if text else "")
            self._wish(wish)

        dialog.chosen.connect(on_chosen)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        show_beside(dialog)
