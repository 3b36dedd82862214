# SPDX-License-Identifier: Apache-2.0
"""The window's ways to recordings that can be looked at. Called on the player's thread."""

from __future__ import annotations

from pathlib import Path

from groundstation.fleet.past import Player
from groundstation.recording.session_player import SessionPlayer
from groundstation.ui.past.player_port import PlayerAccess


def player_access() -> PlayerAccess:
    """Opens sessions and logs."""
    return PlayerAccess(open_session=_open_session, open_file=_open_file)


def _open_session(folder: Path) -> Player:
    return SessionPlayer(folder)


def _open_file(path: Path) -> Player:
    return SessionPlayer(path)
