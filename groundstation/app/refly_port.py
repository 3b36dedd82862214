# SPDX-License-Identifier: Apache-2.0
"""The window's ways to flying again: the command, as a process of its own, whose lines tell how far it is."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import platformdirs

from groundstation.app.processes import END, SUPERVISED
from groundstation.app.refly_cli import NOT_MET, PROGRESS
from groundstation.app.simulator_port import found
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.progress import CancelledError
from groundstation.fleet.refly.news import FlightNews, Phase
from groundstation.fleet.refly.result import Result
from groundstation.ui.refly.refly_port import Outcome, ReflyAccess, ReflyWish, Told

STOP_S = 15.0
"""A flight that is given up ends its simulator and its recording first."""
MOST_BYTES = 100_000_000


def refly_access() -> ReflyAccess:
    """The window's ways."""
    return ReflyAccess(
        programs=found,
        fly=fly,
        read=read,
        folder=platformdirs.user_data_path("groundstation", appauthor=False) / "flown-again",
    )


def read(folder: Path) -> Outcome:
    """A result by its folder.

    Raises:
        GroundStationError: there is none.
    """
    # flying again loads the whole simulator, which a window does without
    from groundstation.app.refly.refly import COMPARISON

    path = folder / COMPARISON
    try:
        if path.stat().st_size > MOST_BYTES:
            raise GroundStationError(f"{path} is too large for a comparison; choose another folder")
        return Outcome(folder=folder, result=msgspec.json.decode(path.read_bytes(), type=Result))
    except OSError as error:
        raise GroundStationError(f"{path} can't be read ({error.strerror}); choose a folder of 'refly'") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GroundStationError(f"{path} is no comparison ({error}); choose a folder of 'refly'") from error


def fly(wish: ReflyWish, told: Told) -> Outcome:
    """Fly it again in a process of its own.

    Args:
        wish: what.
        told: told how far it is; may cancel.

    Raises:
        GroundStationError: what the process said.
        CancelledError: by `told`.
    """
    access = refly_access()
    name = f"{wish.files[0].stem}-{time.strftime('%Y%m%d-%H%M%S')}"
    folder = access.folder / name
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GroundStationError(f"{folder.parent} can't be made ({error.strerror}); make room") from error
    process = subprocess.Popen(
        [sys.executable, "-m", "groundstation", "refly", *words_of(wish), "-o", str(folder), "--tell"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env={**os.environ, SUPERVISED: "1"},
    )
    try:
        said = _followed(process, told)
    except CancelledError:
        _end(process)
        raise
    if process.wait() not in (0, NOT_MET):
        raise GroundStationError(said or "it ended without a word; try 'groundstation refly' in a terminal")
    return read(folder)


def words_of(wish: ReflyWish) -> list[str]:
    """A wish as words of the command line."""
    words = [str(one) for one in wish.files]
    options = {
        "--vehicle": wish.vehicle,
        "--flight": "" if wish.number is None else str(wish.number),
        "--sitl": "" if wish.program is None else str(wish.program),
        "--tolerance": f"{wish.tolerance_m:g}",
        "--speed-up": f"{wish.speed:g}",
        "--wind": wish.wind,
        "--fault": wish.fault,
        "--battery": "" if wish.battery_percent is None else f"{wish.battery_percent:g}",
    }
    return [*words, *(word for name, value in options.items() if value for word in (name, value))]


def _followed(process: subprocess.Popen[str], told: Told) -> str:
    """Read what it says to its end; returns its last line that is no progress."""
    assert process.stderr is not None  # noqa: S101 - asked for
    said, news = "", FlightNews(share=0.0, phase=Phase.READING)
    lines: list[str | None] = []
    arrived = threading.Condition()

    def read_lines() -> None:
        assert process.stderr is not None  # noqa: S101 - asked for
        for line in process.stderr:
            with arrived:
                lines.append(line.strip())
                arrived.notify()
        with arrived:
            lines.append(None)
            arrived.notify()

    threading.Thread(target=read_lines, name="refly-lines", daemon=True).start()
    while True:
        with arrived:
            arrived.wait_for(lambda: bool(lines), timeout=0.2)
            new, lines[:] = list(lines), []
        for line in new:
            if line is None:
                return said
            if line.startswith(PROGRESS):
                with contextlib.suppress(msgspec.DecodeError):
                    news = msgspec.json.decode(line.removeprefix(PROGRESS), type=FlightNews)
                    told(news)
            elif line:
                said = line.removeprefix("groundstation: ")
        # also where nothing came: it may be cancelled meanwhile
        told(news)


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None  # noqa: S101 - asked for
    with contextlib.suppress(OSError):
        os.write(process.stdin.fileno(), END)
        process.stdin.close()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
