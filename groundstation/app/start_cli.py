# SPDX-License-Identifier: Apache-2.0
"""`groundstation` alone, and `groundstation start` with its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from groundstation.fleet.errors import GroundStationError

errors = Console(stderr=True, emoji=False)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(start)


def start(
    loopback: Annotated[
        bool, typer.Option("--loopback", help="Hear vehicles of this computer alone, not of the network.")
    ] = False,
    serial: Annotated[
        bool, typer.Option("--serial/--no-serial", help="Open autopilots on serial ports as they are plugged in.")
    ] = True,
    links: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where added links are remembered; this user's own by default.")
    ] = None,
    recordings: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the recordings; this user's own by default.")
    ] = None,
) -> None:
    """Open the window, and start what it needs and nobody runs: broker, bridge, recorder, alarms.

    A drone that is plugged in, or calls UDP 14550 or 14540, appears by itself. 'groundstation' alone does the same.
    """
    from groundstation.app.display import check_qt, display_problem
    from groundstation.app.links_file import default_links_path
    from groundstation.app.processes import stop_on_signal

    problem = display_problem()
    if problem is not None:
        raise GroundStationError(
            f"{problem}; start a desktop session, or see 'groundstation --help' for what runs in a terminal"
        )
    check_qt()
    with stop_on_signal() as stop:
        from groundstation.app.settings_file import read_settings
        from groundstation.app.settings_work import scale_text
        from groundstation.app.splash import show_splash

        # Qt reads how large everything is once, with the first thing that it shows
        scale_text(read_settings()[0].window.text_size_percent)
        splash = show_splash()
        # what takes long is loaded while something is seen
        from groundstation.app.start_window import run_windows

        run_windows(
            links or default_links_path(),
            recordings,
            _say,
            stop,
            splash.finish,
            is_loopback=loopback,
            finds_serial=serial,
        )


def _say(line: str) -> None:
    """A line from outside, letter by letter."""
    errors.print(line, markup=False, highlight=False, soft_wrap=True)
