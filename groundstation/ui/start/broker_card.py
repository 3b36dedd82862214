# SPDX-License-Identifier: Apache-2.0
"""A broker to connect to: address, user, password. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

from groundstation.fleet.errors import GroundStationError
from groundstation.ui.start.start_port import BrokerWish, StartAccess


def tr(text: str) -> str:
    """A text of this card in the operator's language."""
    return QCoreApplication.translate("BrokerCard", text)


class BrokerCard(QWidget):
    """What was used last stands in it; a password is never shown again."""

    def __init__(self, access: StartAccess, parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            access: connects.
            parent: Qt's.
        """
        super().__init__(parent)
        self._access = access
        known = access.broker
        self.url, self.user, self.password = QLineEdit(known.url), QLineEdit(known.user), QLineEdit()
        self.url.setPlaceholderText("mqtts://broker.example:8883")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        kept = tr("kept in the key store") if known.user else ""
        self.password.setPlaceholderText(kept)
        for field, name in ((self.url, tr("URL")), (self.user, tr("User")), (self.password, tr("Password"))):
            field.setAccessibleName(name)
            field.returnPressed.connect(self.connect_now)
        self.button = QPushButton(tr("Connect"))
        self.button.clicked.connect(self.connect_now)
        self.problem = QLabel()
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setProperty("role", "caution")
        self.problem.setWordWrap(True)
        self.problem.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(QLabel(tr("URL")), 0, 0)
        grid.addWidget(self.url, 0, 1, 1, 3)
        grid.addWidget(QLabel(tr("User")), 1, 0)
        grid.addWidget(self.user, 1, 1)
        grid.addWidget(QLabel(tr("Password")), 1, 2)
        grid.addWidget(self.password, 1, 3)
        grid.addWidget(self.button, 2, 1)
        grid.addWidget(self.problem, 3, 0, 1, 4)
        self.url.textChanged.connect(lambda _text: self.button.setEnabled(bool(self.url.text().strip())))
        self.button.setEnabled(bool(known.url))

    def connect_now(self) -> None:
        """Make the window anew on that broker."""
        url = self.url.text().strip()
        if not url or self._access.connect is None:
            return
        wish = BrokerWish(url=url, user=self.user.text().strip(), password=self.password.text())
        try:
            self._access.connect(wish)
        except GroundStationError as error:
            self.problem.setText(str(error))
            self.problem.show()
        else:
            self.problem.hide()
