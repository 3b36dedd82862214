# SPDX-License-Identifier: Apache-2.0
"""`groundstation replay FILE...` without a way out: the window on recorded flights, with no broker. GUI thread."""

from __future__ import annotations

import sys
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
        raise GroundStationError(f"{problem}; use 'groundstation log info' in a terminal, or start a desktop session")
    check_qt()
    with stop_on_signal() as stop:
        from PySide6.QtCore import QSettings

        from groundstation.app.display import WINDOW_OPEN
        from groundstation.app.logbook_reader import logbook_access
        from groundstation.app.players import player_access
        from groundstation.app.refly_port import refly_access
        from groundstation.app.window_loop import WindowLoop
        from groundstation.transport.bus import BusState, BusStatus
        from groundstation.transport.inbox import Inbox
        from groundstation.ui.application import make_application
        from groundstation.ui.fleet_feed import FleetFeed
        from groundstation.ui.main_window import MainWindow

        application = make_application(sys.argv[:1])
        # nobody is heard, and there is nobody to command: this window has no orders, and no desk
        feed = FleetFeed(Inbox(), lambda: BusStatus(state=BusState.CLOSED))
        settings = QSettings("groundstation", "groundstation")
        window = MainWindow(feed, settings, logbook=logbook_access(None), players=player_access(), refly=refly_access())

        def start() -> None:
            window.show()
            sys.stderr.write(f"{WINDOW_OPEN}\n")
            feed.start()
            if window.past is not None:
                window.past.open_files(files)

        WindowLoop(application, window).run(stop, start, (feed.stop,))
