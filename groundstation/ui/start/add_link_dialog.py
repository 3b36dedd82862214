# SPDX-License-Identifier: Apache-2.0
"""Asks for a link that is to be added, or for what one is to become. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from groundstation.ui.choice_field import ChoiceField
from groundstation.ui.start.link_words import tr

KINDS = (
    ("It calls us by UDP", "udpin"),
    ("We call it by UDP", "udpout"),
    ("We call it by TCP", "tcp"),
    ("It calls us by TCP", "tcpin"),
    ("Serial port", "serial"),
)
BAUDS = (("57600", 57_600), ("115200", 115_200), ("230400", 230_400), ("460800", 460_800), ("921600", 921_600))
WIDTH = 420


class AddLinkDialog(QDialog):
    """Not modal: emergency keys work while it is open."""

    chosen = Signal(str)
    """Text of a link."""

    def __init__(self, kind: str, ports: list[str], parent: QWidget | None = None, text: str = "") -> None:
        """Build it.

        Args:
            kind: that is offered first.
            ports: serial ports that are plugged in.
            parent: Qt's.
            text: the link that is to become another one; empty for a new one.
        """
        super().__init__(parent)
        self.setWindowTitle(tr("Change the link") if text else tr("Add a link"))
        self.setMinimumWidth(WIDTH)
        self.kind = ChoiceField(tr("How the vehicle is reached"), [(tr(words), value) for words, value in KINDS])
        self.host, self.device = QLineEdit(), QLineEdit(ports[0] if ports else "")
        self.host.setAccessibleName(tr("Address"))
        self.device.setAccessibleName(tr("Serial port"))
        self.device.setPlaceholderText("/dev/ttyUSB0")
        self.port = QSpinBox()
        self.port.setRange(1, 65_535)
        self.port.setAccessibleName(tr("Port"))
        self.baud = ChoiceField(tr("Speed, bits a second"), BAUDS)
        self.form = QFormLayout()
        self.form.addRow(tr("Way"), self.kind)
        self.form.addRow(tr("Address"), self.host)
        self.form.addRow(tr("Port"), self.port)
        self.form.addRow(tr("Device"), self.device)
        self.form.addRow(tr("Speed"), self.baud)
        self.note = QLabel()
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setProperty("role", "small")
        self.note.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText(tr("Change") if text else tr("Add"))
        self.ok.setProperty("role", "go")
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(self.form)
        layout.addWidget(self.note)
        layout.addWidget(buttons)
        self.kind.currentIndexChanged.connect(lambda _row: self._show())
        for field in (self.host, self.device):
            field.textChanged.connect(lambda _text: self._look())
        self._show_text(text, kind)

    def _show_text(self, text: str, kind: str) -> None:
        """Fill the fields with what a link is."""
        first, _, rest = text.partition(":")
        values = [value for _, value in KINDS]
        self.kind.setCurrentIndex(values.index(first) if first in values else values.index(kind))
        host, _, last = rest.rpartition(":")
        if first == "serial":
            device, baud = (host, last) if last.isdecimal() else (rest, "57600")
            self.device.setText(device)
            rates = [words for words, _ in BAUDS]
            self.baud.setCurrentIndex(rates.index(baud) if baud in rates else 0)
        elif text:
            self.host.setText(host)
        self._show()
        if first != "serial" and last.isdecimal():
            self.port.setValue(int(last))

    def _show(self) -> None:
        """Only the fields that the way has."""
        kind = self.kind.value
        is_serial, is_listening = kind == "serial", kind in ("udpin", "tcpin")
        for field, is_shown in (
            (self.host, not is_serial),
            (self.port, not is_serial),
            (self.device, is_serial),
            (self.baud, is_serial),
        ):
            self.form.setRowVisible(field, is_shown)
        self.host.setPlaceholderText(tr("all interfaces") if is_listening else "192.168.1.10")
        if kind in ("tcp", "tcpin") and self.port.value() in (1, 14_550):
            self.port.setValue(5_760)
        elif kind in ("udpin", "udpout") and self.port.value() in (1, 5_760):
            self.port.setValue(14_550)
        self._look()

    def _look(self) -> None:
        """Say what is missing, and what the address means."""
        kind, host = self.kind.value, self.host.text().strip()
        missing = ""
        if kind == "serial" and not self.device.text().strip():
            missing = tr("Name the device.")
        elif kind in ("udpout", "tcp") and not host:
            missing = tr("Name the other side's address.")
        elif " " in host:
            missing = tr("An address has no blanks.")
        self.ok.setEnabled(not missing)
        if missing:
            self.note.setText(missing)
        elif kind in ("udpin", "tcpin") and not host:
            self.note.setText(tr("Whoever reaches this computer can call; write 127.0.0.1 for this computer alone."))
        else:
            self.note.setText(self.text)

    @property
    def text(self) -> str:
        """The link as it stands in the fields."""
        kind = self.kind.value
        if kind == "serial":
            return f"serial:{self.device.text().strip()}:{self.baud.value}"
        host = self.host.text().strip() or "0.0.0.0"  # noqa: S104 - said above
        # an IPv6 address is written in brackets
        host = f"[{host}]" if ":" in host and not host.startswith("[") else host
        return f"{kind}:{host}:{self.port.value()}"

    def _on_accepted(self) -> None:
        self.chosen.emit(self.text)
        self.accept()
