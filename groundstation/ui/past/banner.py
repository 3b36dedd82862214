# SPDX-License-Identifier: Apache-2.0
"""What keeps the past from being mistaken for now: the banner, and a strip in every panel. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.language.shown import long_moment
from groundstation.ui.language.speaking import speaking
from groundstation.ui.theme.dress import set_mark, set_style
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.timeline import local_time

HEIGHT = 44
STRIP_HEIGHT = 18
FRAME_PX = 4


def age_text(age_s: float) -> str:
    """How long ago, as a clock shows it: `14:20 ago`."""
    whole = max(0, int(age_s))
    hours, rest = divmod(whole, 3600)
    days, hours = divmod(hours, 24)
    clock = f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours or days else f"{rest // 60}:{rest % 60:02d}"
    return f"{days} d {clock}" if days else clock


def age_words(age_s: float) -> str:
    """The same in words, for reading from afar: `14 min 20 s`."""
    whole = max(0, int(age_s))
    parts = [(whole // 86_400, "d"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "min"), (whole % 60, "s")]
    first = next((place for place, (count, _) in enumerate(parts) if count), 3)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2])


class PastFrame(QWidget):
    """Fills the window; ivory around everything while the past is shown."""

    def __init__(self) -> None:
        super().__init__()
        self._is_past = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    @property
    def column(self) -> QVBoxLayout:
        """Where everything stands, from above."""
        return self._column

    def show_past(self, *, is_past: bool) -> None:
        """Show the frame, or none."""
        self._is_past = is_past
        width = FRAME_PX if is_past else 0
        self._column.setContentsMargins(width, width, width, width)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: painted and not styled, since a style sheet here would dress every widget of the window anew."""
        super().paintEvent(event)
        if self._is_past:
            painter = QPainter(self)
            painter.fillRect(self.rect(), ink(Ink.PAST))
            painter.end()


class PastBanner(QFrame):
    """Stands under the top bar while the past is shown."""

    live_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pastBanner")
        self.setFixedHeight(HEIGHT)
        set_style(self, "#pastBanner { background: $past; } QLabel { color: $past_surface; }")
        mark = QLabel()
        set_mark(mark, "history", 24, Ink.PAST_SURFACE)
        self.age, self.date, self.what = QLabel(), QLabel(), ElidingLabel()
        for label, style in (
            (self.age, "font-size: 22px; font-weight: 700;"),
            (self.date, "font-size: ${title_px}px; font-weight: 600;"),
            (self.what, ""),
        ):
            label.setTextFormat(Qt.TextFormat.PlainText)
            set_style(label, f"color: $past_surface; {style}")
        none = QLabel(self.tr("nothing here can be commanded"))
        self.back = QPushButton(self.tr("Back to live  F9"))
        self.back.setAutoDefault(False)
        self.back.clicked.connect(self.live_wanted)
        set_style(
            self.back,
            "QPushButton { background: $past_surface; color: $past; border: 1px solid $past_surface; font-weight: 700;"
            " padding: 4px 12px; } QPushButton:focus { border: 2px solid $accent; }",
        )
        layout = QHBoxLayout(self)
        # narrower than its words it loses the least of them, and never the way back
        layout.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        layout.setContentsMargins(14, 0, 10, 0)
        layout.setSpacing(14)
        # nor does it make the window wider: names of files are as long as somebody wants
        self.setMinimumWidth(1)
        for one in (mark, self.age, self.date):
            layout.addWidget(one)
        layout.addWidget(self.what, 1)
        layout.addWidget(none)
        layout.addWidget(self.back)
        self._none = none

    def show_moment(self, at_s: float, age_s: float | None, name: str, *, has_date: bool) -> None:
        """Show which moment is shown.

        Args:
            at_s: the moment, seconds since 1970, or since the start where no date is known.
            age_s: how long ago that was; None where nobody can tell.
            name: of the recording.
            has_date: whether the date is known.
        """
        age = self.tr("PAST   {age} ago").format(age=age_words(age_s)) if age_s is not None else self.tr("PAST")
        self.age.setText(age)
        date = (
            f"{long_moment(at_s)}{speaking().numerals.decimal}{int(at_s % 1 * 10)}"
            if has_date
            else self.tr("date not known")
        )
        self.date.setText(date)
        self.what.setText(f"{local_time(at_s, 'UTC%z')[:6] if has_date else ''}  {name}".strip())
        self._none.setVisible(self.width() > 1000)
        self.what.setVisible(self.width() > 820)


class PastStrip(QFrame):
    """Over each panel of the past: one that stands on another screen can't be mistaken either."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pastStrip")
        self.setFixedHeight(STRIP_HEIGHT)
        set_style(self, "#pastStrip { background: $surface; border-top: 2px solid $past; }")
        self._chip = QLabel()
        self._chip.setTextFormat(Qt.TextFormat.PlainText)
        set_style(
            self._chip,
            "background: $past; color: $past_surface; font-size: ${tiny_px}px; font-weight: 700;"
            " padding: 0 8px 2px 8px; border-bottom-left-radius: 4px; border-bottom-right-radius: 4px;",
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 10, 0)
        layout.addStretch(1)
        layout.addWidget(self._chip, 0, Qt.AlignmentFlag.AlignTop)

    def show_text(self, text: str) -> None:
        """Say how long ago it was."""
        if self._chip.text() != text:
            self._chip.setText(text)


class DockContent(QStackedWidget):
    """What a dock holds: the panel of now, and that of the past, once there is one.

    Args:
        live: the panel of now; `fill` puts it in.
    """

    def __init__(self, live: QWidget) -> None:
        super().__init__()
        self.live = live
        self.past: QWidget | None = None
        self._strip = PastStrip()

    def fill(self) -> None:
        """Put the panel of now in, before any of the past.

        Best when the dock has its place: wherever a dock is put, Qt styles anew all that is in it.
        """
        self.addWidget(self.live)

    def set_past(self, past: QWidget) -> None:
        """The panel that stands here while the past is shown."""
        if self.past is not None:
            return
        self.past = past
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._strip)
        layout.addWidget(past, 1)
        self.addWidget(page)

    def drop_past(self) -> None:
        """The panel of the past is of no use any more."""
        page = self.widget(1)
        if page is not None:
            self.setCurrentIndex(0)
            self.removeWidget(page)
            self.past, self._strip = None, PastStrip()
            page.deleteLater()

    def show_past(self, *, is_past: bool) -> None:
        """Show the one or the other; a panel without a past stays."""
        if self.past is not None:
            self.setCurrentIndex(1 if is_past else 0)

    def show_age(self, text: str) -> None:
        """How long ago what is shown was."""
        self._strip.show_text(text)
