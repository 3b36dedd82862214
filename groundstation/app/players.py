# SPDX-License-Identifier: Apache-2.0
"""The window's ways to recordings that can be looked at. Called on the player's thread."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from groundstation.app.incident_export import export_incident
from groundstation.app.log_times import Around
from groundstation.app.wiring import host_name
from groundstation.fleet.past import Player
from groundstation.fleet.progress import Progress, part_of
from groundstation.logs import session_folder
from groundstation.logs.incident import is_incident, unpack
from groundstation.recording.as_replay import AsReplay
from groundstation.recording.fold_apart import FoldApart
from groundstation.recording.journal import default_path
from groundstation.recording.log_player import LogPlayer
from groundstation.recording.session_player import SessionPlayer
from groundstation.recording.together import TogetherPlayer
from groundstation.ui.past.player_port import PlayerAccess, SetBookmark


def player_access(set_bookmark: SetBookmark | None = None, journal: Path | None = None) -> PlayerAccess:
    """Opens sessions and logs.

    Args:
        set_bookmark: tells a bookmark to everybody; None for a window without a broker.
        journal: of commands, for incidents; None for this user's own.
    """
    return PlayerAccess(
        # a broker's word names the folder: nothing is ever written there
        open_session=partial(SessionPlayer, is_whole=False, start_apart=FoldApart),
        host=host_name(),
        open_files=open_files,
        save_incident=partial(_save_incident, journal or default_path()),
        set_bookmark=set_bookmark,
    )


def _save_incident(
    journal: Path, source: Path, at_s: float, before_s: float, after_s: float, target: Path, told: Progress
) -> None:
    around = Around(at=float(at_s), before_s=before_s, after_s=after_s, vehicle=None)
    export_incident(source, around, target, journal, may_replace=True, told=told)


def open_files(paths: Sequence[Path], told: Progress | None = None) -> Player:
    """One log, or several that are laid over each other.

    Args:
        paths: of them.
        told: how far the opening is; may cancel.

    Raises:
        GroundStationError: one of them is no log, or can't be read.
        CancelledError: by `told`.
    """
    players: list[Player] = []
    with ExitStack() as stack:
        for place, path in enumerate(paths):
            players.append(open_file(path, part_of(told, place / len(paths), (place + 1) / len(paths))))
            stack.callback(players[-1].close)
        made = TogetherPlayer(players) if len(players) > 1 else players[0]
        # from here on they are closed by who uses them
        stack.pop_all()
    return made


def open_file(path: Path, told: Progress | None = None) -> Player:
    """A log of any format; a session of ours by its folder, or by any of its files.

    Args:
        path: of it.
        told: how far the opening is; may cancel.

    Raises:
        LogError: it is no log, or it can't be read.
        CancelledError: by `told`.
    """
    if path.is_file() and is_incident(path):
        return _OfZip(path, told)
    folder = path if path.is_dir() else path.parent
    if session_folder.load(folder) is not None and (path.is_dir() or path.suffix == session_folder.SUFFIX):
        return AsReplay(SessionPlayer(folder, start_apart=FoldApart))
    return LogPlayer(path, told)


class _OfZip(AsReplay):
    """An incident that was sent: unpacked for as long as it is looked at."""

    def __init__(self, path: Path, told: Progress | None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="groundstation-incident-")
        try:
            session = Path(self._folder.name) / path.stem
            unpack(path, session, told)
            super().__init__(SessionPlayer(session, start_apart=FoldApart))
        except BaseException:
            self._folder.cleanup()
            raise

    def close(self) -> None:
        """Give its files back, and delete them."""
        super().close()
        self._folder.cleanup()
