# SPDX-License-Identifier: Apache-2.0
"""`groundstation record`: the recorder on the command line."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from groundstation.app.command_options import Broker, BrokerDefault
from groundstation.app.processes import Child
from groundstation.fleet.errors import UsageError

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)b?", re.IGNORECASE | re.ASCII)


def bytes_from_text(text: str, option: str) -> int:
    """A size as people write it: `20GB`, `500 MB`, `1000000`.

    Raises:
        UsageError: it is none.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{option} '{text}': write a size such as 20GB or 500MB")
    return int(float(found[1]) * _UNITS[found[2].lower()])


def recorder_child(
    broker: str, out: Path | None, say: Callable[[str], None], more: tuple[str, ...] = (), *, is_left: bool = False
) -> Child:
    """A recorder that a window keeps running; what goes wrong in it is said on the terminal.

    One that runs already, left behind by a window or started by hand, is left to its work.

    Args:
        broker: URL with its password, which goes by the environment and not by the command line.
        out: folder of the recordings; None for this user's own.
        say: takes a line.
        more: further arguments.
        is_left: a window that closes leaves it to its work while something is armed.
    """
    from groundstation.app.company import LINGER_S
    from groundstation.app.recorder_process import is_recorded
    from groundstation.app.settings_file import own_recordings
    from groundstation.transport.broker_url import parse_broker_url

    place, shown = (out or own_recordings()).absolute(), parse_broker_url(broker).shown

    def on_line(line: str) -> None:
        # it means the recorder's own terminal; in this one the key ends the window
        if "Ctrl-C ends" not in line:
            say(line)

    folder = ["--out", str(out)] if out is not None else []
    return Child(
        "recorder",
        ["record", *folder, *more],
        on_line,
        environment={"GROUNDSTATION_BROKER": broker},
        linger_s=LINGER_S,
        is_left=is_left,
        is_taken=lambda: is_recorded(place, shown),
    )


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(record)


def record(
    broker: Broker = BrokerDefault,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder of the recordings; this user's own by default.")
    ] = None,
    subscribe: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILTER", help="Topic filter of sensors besides the fleet and what windows listen to; several."
        ),
    ] = None,
    max_size: Annotated[
        str | None,
        typer.Option(
            help="All sessions together; the oldest that are not pinned are dropped. As settled: 20GB.",
            show_default=False,
        ),
    ] = None,
    max_large: Annotated[
        str,
        typer.Option(
            help="Of that, payloads of more than 192 KiB, which lie beside the files; the oldest are dropped. 0: none."
        ),
    ] = "4GB",
    keep_free: Annotated[str, typer.Option(help="Room that is left on the disk; recording waits below it.")] = "50MB",
) -> None:
    """Record every message of the fleet, of sensors, and every MAVLink frame, until Ctrl-C.

    A session is a folder with an MCAP file a vehicle, which Foxglove and PlotJuggler open as they are. After a kill or
    a power cut the next start mends the files, says what was lost, and goes on.
    """
    from groundstation.app.processes import stop_on_signal
    from groundstation.app.recorder_process import RecorderProcess, wait_for_turn
    from groundstation.app.settings_file import own_recordings, read_settings
    from groundstation.app.wiring import broker_from_text, host_name
    from groundstation.recording.recorder import RecorderSettings
    from groundstation.transport import topics

    url = broker_from_text(broker)
    own = read_settings()[0]
    settings = RecorderSettings(
        out=(out or own_recordings(own)).absolute(),
        broker=url.shown,
        filters=tuple(topics.checked_filter(text) for text in subscribe or []),
        max_bytes=bytes_from_text(max_size or f"{own.recording.limit_gb}GB", "--max-size"),
        large_bytes=bytes_from_text(max_large, "--max-large"),
        keep_free_bytes=bytes_from_text(keep_free, "--keep-free"),
        host=host_name(),
    )
    # empty until its turn comes: a recorder that only stands by has nothing to stay for
    running: list[RecorderProcess] = []

    def stay(is_left: bool, linger_s: float, stop: threading.Event) -> None:
        for one in running:
            one.stay(is_left, linger_s, stop)

    with stop_on_signal(stay) as stop:
        held = wait_for_turn(settings.out, settings.broker, stop)
        if held is None:
            return
        Console(stderr=True).print(
            f"recording {url.shown} to {settings.out}; Ctrl-C ends it", soft_wrap=True, markup=False, highlight=False
        )
        running.append(RecorderProcess(url, settings))
        running[0].run(stop)
