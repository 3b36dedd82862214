# SPDX-License-Identifier: Apache-2.0
"""A window's settings: read before it is built, written when they change; opening it again. Main thread."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from groundstation.app.settings_file import read_settings, settings_path, write_settings
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.settings.settings_port import SettingsAccess

SCALE, BASE_SCALE = "QT_SCALE_FACTOR", "GROUNDSTATION_BASE_SCALE"
"""Qt's own factor, which it reads once, and what it was before this program set it."""


def settings_access(path: Path | None = None) -> SettingsAccess:
    """Go by the file from now on; before the first widget, and before the application, which takes the size of text.

    Args:
        path: the file; None for this user's own.
    """
    where = path or settings_path()
    settings, problems = read_settings(where)
    chosen().put_on(settings)
    scale_text(settings.window.text_size_percent)
    return SettingsAccess(path=where, write=lambda now: write_settings(now, where), problems=problems)


def scale_text(percent: int) -> None:
    """Tell Qt how large everything is; what the system is set to counts too.

    Args:
        percent: of the usual size.
    """
    base = os.environ.get(BASE_SCALE, os.environ.get(SCALE, "1"))
    if percent == 100 and BASE_SCALE not in os.environ:
        return
    try:
        factor = float(base) * percent / 100.0
    except ValueError:
        return
    os.environ[BASE_SCALE] = base
    os.environ[SCALE] = f"{factor:g}"


def begin_again() -> None:
    """Run this program once more, with the words with which it was begun, in place of itself."""
    # children that were left to their work are found by the next window, as after a window that died
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - the same program
