# SPDX-License-Identifier: Apache-2.0
"""The window's ways to recordings that can be looked at. Called on the player's thread."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from groundstation.fleet.past import Player
from groundstation.logs import session_folder
from groundstation.recording.as_replay import AsReplay
from groundstation.recording.log_player import LogPlayer
from groundstation.recording.session_player import SessionPlayer
from groundstation.recording.together import TogetherPlayer
from groundstation.ui.past.player_port import PlayerAccess


def player_access() -> PlayerAccess:
    """Opens sessions and logs."""
    return PlayerAccess(open_session=SessionPlayer, open_files=open_files)


def open_files(paths: Sequence[Path]) -> Player:
    """One log, or several that are laid over each other.

    Raises:
        GroundStationError: one of them is no log, or can't be read.
    """
    players: list[Player] = []
    with ExitStack() as stack:
        for path in paths:
            players.append(open_file(path))
            stack.callback(players[-1].close)
        made = TogetherPlayer(players) if len(players) > 1 else players[0]
        # from here on they are closed by who uses them
        stack.pop_all()
    return made


def open_file(path: Path) -> Player:
    """A log of any format; a session of ours by its folder, or by any of its files.

    Raises:
        LogError: it is no log, or it can't be read.
    """
    folder = path if path.is_dir() else path.parent
    if session_folder.load(folder) is not None and (path.is_dir() or path.suffix == session_folder.SUFFIX):
        return AsReplay(SessionPlayer(folder))
    return LogPlayer(path)
