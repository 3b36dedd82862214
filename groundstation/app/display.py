# SPDX-License-Identifier: Apache-2.0
"""Looks at what a window needs before Qt does, which ends the process over what it doesn't find. Any thread."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from groundstation.app.qt_libraries import missing_libraries, qt_folder, remedy
from groundstation.fleet.errors import GroundStationError
from groundstation.ui.resources import resource_folder

WINDOW_OPEN = "the window is open; close it or press Ctrl-C to end"
"""Said on the terminal."""
ANSWER_S = 5.0
"""A display on another computer that takes longer is not there."""
_SHOWS_BY_ITSELF = ("eglfs", "linuxfb", "vnc", "vkkhrdisplay")
"""Qt's platforms that need no display server."""


def display_problem() -> str | None:
    """Why no window can be shown here, in a few words; None when one can."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM", "").startswith(_SHOWS_BY_ITSELF):
        return None
    x_display, wayland = os.environ.get("DISPLAY"), os.environ.get("WAYLAND_DISPLAY")
    if wayland and _wayland_answers(wayland):
        return None
    if x_display and _in_time(_x_answers):
        return None
    if x_display or wayland:
        return f"the display '{x_display or wayland}' does not answer"
    return "no display here"


def _in_time(ask: Callable[[], bool]) -> bool:
    """Ask on a thread of its own, since connecting to a computer that is off takes minutes."""
    answers: list[bool] = []
    asking = threading.Thread(target=lambda: answers.append(ask()), name="display-probe", daemon=True)
    asking.start()
    # a daemon that hangs in the library is left behind; nothing waits for it
    asking.join(ANSWER_S)
    return bool(answers and answers[0])


def _x_answers() -> bool:
    """Connect as Qt will, with the same library and the same permission; True too where the library is missing."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # that is another fault, and is told by `check_qt`
    # ctypes takes a result for an int of 32 bits unless it is told, and would cut the pointer
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    # NULL twice: the display and screen of DISPLAY; what fails is told by a connection too, which has to be given back
    connection = xcb.xcb_connect(None, None)
    has_error = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not has_error


def _wayland_answers(name: str) -> bool:
    # WAYLAND_DISPLAY may be an absolute path, which pathlib then takes alone, as libwayland does
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "/run")) / name
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(ANSWER_S)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def check_qt(platform: str = "") -> None:
    """See that the program's files, Qt, and what Qt needs of the system are there.

    Args:
        platform: the plug-in that will be used, such as `offscreen`; empty for what a display needs.

    Raises:
        GroundStationError: something is missing; names it and what brings it.
    """
    resource_folder()
    try:
        import PySide6.QtSvg
        import PySide6.QtWidgets  # noqa: F401 - loads it
    except ImportError as error:
        raise _qt_is_missing(error) from error
    folder = qt_folder()
    plugin = platform or ("xcb" if os.environ.get("DISPLAY") else "wayland")
    if folder is None or not sys.platform.startswith("linux"):
        return
    try:
        # loading the plug-in loads all that it needs: the system itself says what is missing
        ctypes.CDLL(str(folder / f"Qt/plugins/platforms/libq{plugin}.so"))
    except OSError as error:
        raise _qt_is_missing(error) from error


def _qt_is_missing(error: Exception) -> GroundStationError:
    missing = missing_libraries()
    found = f"libraries that it needs are missing: {', '.join(missing)}" if missing else str(error)
    what = remedy(missing) if missing else "'groundstation doctor' tells what to do"
    return GroundStationError(f"Qt can't be loaded, {found}; {what}")
