# SPDX-License-Identifier: Apache-2.0
"""`groundstation replay FILE...` without a way out: the window on recorded flights, with no broker. GUI thread."""

from __future__ import annotations

from pathlib import Path

from groundstation.app.display import check_qt, display_problem
from groundstation.app.processes import stop_on_signal
from groundstation.fleet.errors import GroundStationError, UsageError


def open_window(files: list[Path]) -> None:
    """Show logs until the window is closed.

    Raises:
        UsageError: there is no such file.
        GroundStationError: there is no screen.
    """
    for path in files:
        if not path.exists():
            raise UsageError(f"there is no {path}; name a log or the folder of a session")
    problem = display_problem()
    if problem is not None:
        raise GroundStationError(
            f"{problem}; use 'groundstation info' or 'report' in a terminal, or start a desktop session"
        )
    check_qt()
    from PySide6.QtCore import QSettings

    from groundstation.app.gui import Station

    with stop_on_signal() as stop:
        # nothing to connect to: what is shown is over, and nothing can be commanded
        station = Station(None, QSettings("groundstation", "groundstation"))
        station.show_files(files)
        station.run(stop)
