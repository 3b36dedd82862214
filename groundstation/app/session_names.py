# SPDX-License-Identifier: Apache-2.0
"""Which session is meant by a word of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from groundstation.fleet.errors import GroundStationError

Session = Annotated[
    str, typer.Argument(metavar="SESSION", help="Its name, such as 2026-05-31_08-15-00, or its folder.")
]
Recordings = Annotated[
    Path | None,
    typer.Option("--recordings", metavar="DIR", help="Folder of the recordings; this user's own by default."),
]


def session_named(name: str, recordings: Path | None) -> Path:
    """The folder of a session.

    Args:
        name: of the session; else its path.
        recordings: where it is looked for by its name; None for this user's own folder.

    Raises:
        GroundStationError: there is no such session.
    """
    from groundstation.app.settings_file import own_recordings
    from groundstation.logs import session_folder

    out = recordings or own_recordings()
    by_name = {one.name: one for one in session_folder.sessions(out)}
    if name in by_name:
        return by_name[name]
    path = Path(name)
    if session_folder.load(path) is not None:
        return path.absolute()
    newest = f"; the newest is {max(by_name)}" if by_name else ""
    raise GroundStationError(f"no session '{name}' in {out}{newest}; see 'groundstation recordings list'")
