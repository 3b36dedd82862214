# SPDX-License-Identifier: Apache-2.0
"""Makes the QApplication with font and colours. GUI thread; no vehicles here."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QStyleFactory

from groundstation.ui.resources import resource
from groundstation.ui.theme.fonts import font, load_fonts
from groundstation.ui.theme.switch import dress_application

SWITCH_S = 0.001
"""How long another thread may hold the interpreter while the window waits for it; the default is five times that."""


def make_application(argv: list[str]) -> QApplication:
    """The application, ready for a window.

    Args:
        argv: the command line, program name first.

    Returns:
        The one QApplication of the process; the running one when there is one already.
    """
    # before any thread begins: the window competes with the worker for the interpreter
    sys.setswitchinterval(SWITCH_S)
    # there may be only one in a process: in tests, and where a window was open before, it is there already
    running = QApplication.instance()
    application = running if isinstance(running, QApplication) else QApplication(argv)
    application.setApplicationName("groundstation")
    application.setApplicationDisplayName("Ground station")
    application.setOrganizationName("groundstation")
    application.setDesktopFileName("groundstation")
    application.setWindowIcon(QIcon(str(resource("icons/app.svg"))))
    _apply_theme(application)
    return application


def _apply_theme(application: QApplication) -> None:
    load_fonts()
    style = QStyleFactory.create("Fusion")
    # Fusion draws itself in our colours; the system's own styles ignore parts of it
    application.setStyle(style)
    application.setFont(font())
    dress_application()
    application.setEffectEnabled(Qt.UIEffect.UI_AnimateMenu, False)
