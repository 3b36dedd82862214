# SPDX-License-Identifier: Apache-2.0
"""`groundstation replay`: a log in the window, over MQTT, or as a living MAVLink vehicle."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from groundstation.app import log_times
from groundstation.app.replaying.names import ROOT_HELP, name_from_file, name_from_root
from groundstation.app.replaying.timeline import MAX_SPEED, MIN_SPEED
from groundstation.fleet.errors import UsageError

WINDOW = "groundstation.app.replay_window"
"""The module that shows files in the window: `open_window(files: list[Path])`."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Folder of a session, MCAP, tlog, DataFlash (.bin, .log) or ULog."),
    ],
    mqtt: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Play it into this broker, where every window sees it and none can command it; "
            "written as --broker of the other commands.",
        ),
    ] = None,
    root: Annotated[
        str | None, typer.Option(metavar="replay/NAME", help=f"With --mqtt: {ROOT_HELP}. By default the file's name.")
    ] = None,
    mavlink: Annotated[
        str | None,
        typer.Option(
            metavar="LINK",
            help="Play it as a living vehicle to a ground station: udpout:127.0.0.1:14550, udpin:host:port, "
            "tcp:host:port, tcpin:host:port.",
        ),
    ] = None,
    speed: Annotated[
        float, typer.Option(help=f"Seconds of the recording for each real one, {MIN_SPEED:g} to {MAX_SPEED:g}.")
    ] = 1.0,
    loop: Annotated[bool, typer.Option("--loop", help="Begin again at the end, until Ctrl-C.")] = False,
    begin: Annotated[str | None, typer.Option("--from", metavar="TIME", help=f"Begin at {log_times.HELP}.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="End there; written in the same way.")] = None,
) -> None:
    """Play a log: in the window, into a broker, or to any ground station.

    With --mqtt the vehicles stand under replay/ as NAME-ID (cut to 32 letters, and told apart where two would be the
    same). With --mavlink each has its own system id. The past can't be commanded: what is sent to it is refused.
    """
    if mqtt is None and mavlink is None:
        _show(files)
        return
    from groundstation.app.processes import stop_on_signal
    from groundstation.app.replaying.mavlink_out import link_of
    from groundstation.app.replaying.replay import Wish
    from groundstation.app.replaying.replay import replay as play
    from groundstation.app.wiring import broker_from_text

    if len(files) > 1:
        raise UsageError(
            "one file at a time goes out by --mqtt or --mavlink; run a replay for each, with its own --root"
        )
    if not MIN_SPEED <= speed <= MAX_SPEED:
        raise UsageError(f"--speed {speed:g}: give {MIN_SPEED:g} (slowest) to {MAX_SPEED:g}")
    if root is not None and mqtt is None:
        raise UsageError("--root names a replay under replay/, for --mqtt")
    wish = Wish(
        file=files[0],
        broker=broker_from_text(mqtt) if mqtt is not None else None,
        name=name_from_root(root) if root is not None else name_from_file(files[0]),
        link=link_of(mavlink) if mavlink is not None else None,
        speed=speed,
        is_loop=loop,
        begin=begin,
        end=end,
    )
    console = Console(stderr=True)

    def say(line: str) -> None:
        console.print(line, soft_wrap=True, markup=False, highlight=False)

    with stop_on_signal() as stop:
        play(wish, stop, say)


def _show(files: list[Path]) -> None:
    """Open the window on the files."""
    try:
        window = importlib.import_module(WINDOW)
    except ModuleNotFoundError as error:
        # a module that it needs and that is not there is another trouble
        if error.name != WINDOW:
            raise
        raise UsageError("say where to play it: --mqtt URL or --mavlink LINK") from error
    window.open_window(files)
