# SPDX-License-Identifier: Apache-2.0
"""By what several flights are laid over each other, and how far they are apart at the moment. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QSpinBox, QWidget

from groundstation.fleet.alignment import Alignment, Anchor, Difference, difference
from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.call_signs import call_sign
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.theme.dress import set_style
from groundstation.ui.units import quantity, way_text

HEIGHT = 34
MAX_ITEM = 9_999
FAR_M = 10_000.0


def tr(text: str) -> str:
    """A text of this bar in the operator's language."""
    return QCoreApplication.translate("CompareBar", text)


ANCHORS = {
    Anchor.CLOCK: "the clock",
    Anchor.ARM: "arming",
    Anchor.TAKE_OFF: "take-off",
    Anchor.MISSION_ITEM: "mission item",
}


class CompareBar(QFrame):
    """Stands between the buttons and the timeline while several flights are shown."""

    alignment_wanted = Signal(object)
    """An `Alignment`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        layout = QHBoxLayout(self)
        # words that have no room are cut, and push nothing off the screen
        layout.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        self.setMinimumWidth(1)
        layout.setContentsMargins(12, 0, 12, 4)
        layout.setSpacing(8)
        caption = QLabel(tr("aligned by"))
        caption.setProperty("role", "muted")
        self.anchor_box, self.item_box = QComboBox(), QSpinBox()
        self.anchor_box.setAccessibleName(tr("What the flights are aligned by"))
        for anchor, text in ANCHORS.items():
            self.anchor_box.addItem(tr(text), anchor)
        self.item_box.setRange(0, MAX_ITEM)
        self.item_box.setValue(1)
        self.item_box.setAccessibleName(tr("Number of the mission item"))
        self.anchor_box.activated.connect(self._on_chosen)
        self.item_box.editingFinished.connect(self._on_chosen)
        self.note = ElidingLabel()
        self.note.setProperty("role", "muted")
        self._numbers = QHBoxLayout()
        self._numbers.setSpacing(18)
        self.labels: list[ElidingLabel] = []
        """One for each flight beside the first, with how far it is away."""
        for widget in (caption, self.anchor_box, self.item_box):
            layout.addWidget(widget)
        layout.addLayout(self._numbers)
        layout.addWidget(self.note, 1)

    def show_alignment(self, alignment: Alignment | None, missing: tuple[str, ...]) -> None:
        """Show by what they are aligned; None for one flight alone, which has nothing to be compared with."""
        self.setVisible(alignment is not None)
        if alignment is None:
            return
        self.anchor_box.setCurrentIndex(self.anchor_box.findData(alignment.anchor))
        self.item_box.setVisible(alignment.anchor is Anchor.MISSION_ITEM)
        if not self.item_box.hasFocus():
            self.item_box.setValue(alignment.item)
        names = ", ".join(missing)
        self.note.setText(tr("without it, by their beginning: {names}").format(names=names) if missing else "")

    def show_differences(self, states: list[VehicleState]) -> None:
        """Show how far each is from the first."""
        found = [difference(states[0], one) for one in states[1:]] if states else []
        while len(self.labels) < len(found):
            label = ElidingLabel()
            self._numbers.addWidget(label)
            self.labels.append(label)
        for label, one in zip(self.labels, found, strict=False):
            text = f"{call_sign(one.key)}: {difference_text(one)}"
            if label.text() != text:
                label.setText(text)
                set_style(label, "font-weight: 600;")
                label.setToolTip(tr("beside {name}").format(name=call_sign(states[0].key)))
            label.show()
        for label in self.labels[len(found) :]:
            label.hide()

    def _on_chosen(self) -> None:
        anchor = self.anchor_box.currentData()
        self.item_box.setVisible(anchor is Anchor.MISSION_ITEM)
        self.alignment_wanted.emit(Alignment(anchor, self.item_box.value()))


def difference_text(one: Difference) -> str:
    """What is known of it; a dash where nothing is."""
    parts = [
        _away(one.distance_m),
        ""
        if one.height_m is None
        else tr("height {metres}").format(metres=quantity(one.height_m, Dimension.HEIGHT, 1, "+")),
        ""
        if one.speed_mps is None
        else tr("speed {speed}").format(speed=quantity(one.speed_mps, Dimension.SPEED, 1, "+")),
        "" if one.charge_fraction is None else tr("battery {percent:+.0f} %").format(percent=one.charge_fraction * 100),
    ]
    return " \N{MIDDLE DOT} ".join(part for part in parts if part) or "\N{EM DASH}"


def _away(metres: float | None) -> str:
    if metres is None:
        return ""
    far = metres >= FAR_M
    return tr("{way} away").format(way=way_text(metres, 0) if far else quantity(metres, Dimension.DISTANCE, 1))
