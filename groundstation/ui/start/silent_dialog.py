# SPDX-License-Identifier: Apache-2.0
"""What to look at when a drone stays silent. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

WIDTH = 560
THINGS = (
    ("Power", "The autopilot has power and had half a minute to start; its lamps show it."),
    ("Cable", "The USB cable carries data: many that come with chargers do not. Try another one."),
    ("Port", "The port stands in the list. Is it left alone, press Use; is it missing, the system does not see it."),
    (
        "Speed and protocol",
        (
            "A radio speaks at the autopilot's speed, 57600 as a rule, and the port's protocol is MAVLink 2 "
            "(ArduPilot: SERIALn_PROTOCOL 2, SERIALn_BAUD; PX4: MAV_n_CONFIG, SER_xxx_BAUD)."
        ),
    ),
    (
        "Address",
        "A drone on Wi-Fi or LTE sends to this computer's address, UDP port 14550, and the firewall lets it in.",
    ),
    ("Others", "No other ground station holds the port; the list names it. A second one may need a port of its own."),
)
"""In English; translated where it is shown."""


def tr(text: str) -> str:
    """A text of this dialog in the operator's language."""
    return QCoreApplication.translate("SilentDialog", text)


class SilentDialog(QDialog):
    """Six things, the likeliest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("The drone is silent: six things to look at"))
        self.setMinimumWidth(WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        for row, (name, words) in enumerate(THINGS):
            title, text = QLabel(f"{row + 1}. {tr(name)}"), QLabel(tr(words))
            title.setProperty("role", "strong")
            title.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            text.setWordWrap(True)
            text.setTextFormat(Qt.TextFormat.PlainText)
            grid.addWidget(title, row, 0)
            grid.addWidget(text, row, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setText(tr("Close"))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(grid)
        layout.addWidget(buttons)
