# SPDX-License-Identifier: Apache-2.0
"""What is shown while nothing is heard: one sentence and four ways to go on. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from groundstation.ui.fleet_view import FleetView
from groundstation.ui.simulator.simulator_port import SimulatorAccess
from groundstation.ui.start.broker_card import BrokerCard
from groundstation.ui.start.link_list import LinkList
from groundstation.ui.start.recent_card import RecentCard
from groundstation.ui.start.simulator_card import SimulatorCard
from groundstation.ui.start.start_port import StartAccess
from groundstation.ui.theme.icons import icon

WIDEST = 1_240
NARROW_PX = 1_000
"""In a narrower window the cards stand below each other."""
LINKS_HIGH = 300
ICON_PX = 22


def tr(text: str) -> str:
    """A text of this page in the operator's language."""
    return QCoreApplication.translate("StartPage", text)


class Card(QFrame):
    """One way to go on, with its number."""

    def __init__(self, number: int, picture: str, title: str, words: str, content: QWidget) -> None:
        """Build it.

        Args:
            number: the key that chooses it.
            picture: icon by meaning.
            title: what it does.
            words: in a sentence.
            content: what is in it.
        """
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName(f"{number}. {title}")
        self.content = content
        picture_label = QLabel()
        picture_label.setPixmap(icon(picture).pixmap(QSize(ICON_PX, ICON_PX)))
        name, key, note = QLabel(title), QLabel(str(number)), QLabel(words)
        name.setProperty("role", "title")
        key.setProperty("role", "small")
        note.setProperty("role", "muted")
        note.setWordWrap(True)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(picture_label)
        head.addWidget(name)
        head.addStretch(1)
        head.addWidget(key)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(note)
        column.addWidget(content, 1)


class StartPage(QWidget):
    """Goes by itself with the first vehicle or sensor; the View menu brings it back."""

    simulator_wanted = Signal()
    log_wanted = Signal(str)
    """Path of a recording; empty to ask for one."""
    logbook_wanted = Signal()
    left = Signal()
    """The operator wants the panels."""

    def __init__(
        self, feed: FleetView, access: StartAccess, simulators: SimulatorAccess | None, *, has_logs: bool
    ) -> None:
        """Build it.

        Args:
            feed: what is known of bridges.
            access: ways to links, recordings and brokers.
            simulators: ways to them; None for a window without.
            has_logs: whether it can open recordings.
        """
        super().__init__()
        self.setObjectName("start")
        # a plain widget has no ground of its own in a style sheet
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        # its keys work as long as nothing in it has the keyboard
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Start page"))
        self._feed = feed
        self.links = LinkList(feed, access)
        self.links.setMinimumHeight(LINKS_HIGH)
        self.recent = RecentCard(access)
        self.recent.log_wanted.connect(self.log_wanted)
        self.recent.logbook_wanted.connect(self.logbook_wanted)
        self.broker = BrokerCard(access)
        self.simulator = SimulatorCard(simulators)
        self.simulator.more_wanted.connect(self.simulator_wanted)
        rows: list[tuple[str, str, str, QWidget, bool]] = [
            ("vehicle", tr("Connect a drone"), tr("These are open already. Nothing to set when yours is among them."),
             self.links, True),
            ("simulator", tr("Start the simulator"),
             tr("Pretend drones that behave like real ones. Marked SIM everywhere."), self.simulator,
             simulators is not None),
            ("broker", tr("Connect to a broker"),
             tr("For a fleet that is published elsewhere. Without one, nothing is missing."), self.broker,
             access.connect is not None),
            ("open", tr("Open a log"), tr("MCAP, tlog, .bin, .log, .ulg, or a session folder. Drop it anywhere here."),
             self.recent, has_logs),
        ]  # fmt: skip
        self.cards: list[Card] = []
        for picture, title, words, content, is_there in rows:
            card = Card(len(self.cards) + 1, picture, title, words, content)
            card.setVisible(is_there)
            self.cards.append(card)
        self._build()

    def _build(self) -> None:
        title, words = QLabel(tr("No vehicle yet")), QLabel()
        title.setProperty("role", "headline")
        words.setText(tr("Plug one in or switch it on: it appears here within 5 seconds, by itself."))
        words.setProperty("role", "muted")
        words.setWordWrap(True)
        self.skip = QPushButton(tr("Show the panels"))
        self.skip.clicked.connect(self.left)
        head = QHBoxLayout()
        names = QVBoxLayout()
        names.addWidget(title)
        names.addWidget(words)
        head.addLayout(names, 1)
        head.addWidget(self.skip, 0, Qt.AlignmentFlag.AlignBottom)
        self._grid = QGridLayout()
        self._grid.setSpacing(16)
        inner = QWidget()
        inner.setMaximumWidth(WIDEST)
        inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(inner)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(20)
        column.addLayout(head)
        column.addLayout(self._grid, 1)
        foot = QLabel(tr("Keys 1 to 4 choose. This page goes by itself with the first vehicle or sensor."))
        foot.setProperty("role", "small")
        column.addWidget(foot)
        holder = QWidget()
        sides = QHBoxLayout(holder)
        sides.setContentsMargins(0, 0, 0, 0)
        sides.addStretch(1)
        sides.addWidget(inner, 100)
        sides.addStretch(1)
        scroll = QScrollArea()
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(holder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        self._is_narrow: bool | None = None
        self._arrange(is_narrow=False)

    def _arrange(self, *, is_narrow: bool) -> None:
        """Two columns, or one."""
        if is_narrow is self._is_narrow:
            return
        self._is_narrow = is_narrow
        wide = ((0, 0, 2, 1), (0, 1, 1, 1), (1, 1, 1, 1), (2, 0, 1, 2))
        places = tuple((row, 0, 1, 1) for row in range(4)) if is_narrow else wide
        for card, place in zip(self.cards, places, strict=True):
            self._grid.removeWidget(card)
            self._grid.addWidget(card, *place)
        self._grid.setColumnStretch(0, 11)
        self._grid.setColumnStretch(1, 0 if is_narrow else 8)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: one column where there is no room for two."""
        super().resizeEvent(event)
        self._arrange(is_narrow=self.width() < NARROW_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: a number chooses a card."""
        number = event.key() - Qt.Key.Key_1
        if 0 <= number < len(self.cards) and not event.modifiers() and self.cards[number].isVisible():
            self.choose(number)
        else:
            super().keyPressEvent(event)

    def choose(self, number: int) -> None:
        """Give the keyboard to a card.

        Args:
            number: from 0.
        """
        targets: list[Callable[[], object]] = [
            partial(self.links.adders["udpin"].setFocus, Qt.FocusReason.TabFocusReason),
            partial(self.simulator.button.setFocus, Qt.FocusReason.TabFocusReason),
            partial(self.broker.url.setFocus, Qt.FocusReason.TabFocusReason),
            partial(self.recent.browse.setFocus, Qt.FocusReason.TabFocusReason),
        ]
        targets[number]()
