# SPDX-License-Identifier: Apache-2.0
"""The window's ways to alarms: wishes over the bus, files, tones and a voice. GUI thread."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from groundstation.app.players import open_file
from groundstation.app.sounds import Sounds
from groundstation.app.whole_file import write_whole
from groundstation.fleet.alarms.alarm import AlarmAction
from groundstation.fleet.alarms.rule import RuleSet
from groundstation.fleet.alarms.trial import Trial, tried
from groundstation.fleet.alarms.wishes import new_wish
from groundstation.fleet.commands import Actor, Role
from groundstation.fleet.progress import Progress
from groundstation.logs.csv_cells import guarded
from groundstation.transport.bus import Outgoing
from groundstation.transport.commander import alarm_wish
from groundstation.ui.alarms.alarm_port import AlarmAccess


class WindowAlarms:
    """Says what the operator of a window wants of alarms."""

    def __init__(self, actor: Actor, publish: Callable[[list[Outgoing]], object]) -> None:
        """Prepare.

        Args:
            actor: who wishes.
            publish: puts messages on the bus.
        """
        self._actor, self._publish, self._number = actor, publish, 0
        self.sounds = Sounds()

    def access(self) -> AlarmAccess:
        """For the window."""
        return AlarmAccess(
            wish=self.wish if self._actor.role is Role.OPERATOR else None,
            write_csv=write_csv,
            trial=tried_on,
            play=self.sounds.play if self.sounds.has_tone else None,
            speak=self.sounds.speak if self.sounds.has_voice else None,
        )

    def wish(self, action: AlarmAction, keys: tuple[str, ...] = (), **more: Any) -> None:
        """Ask the engine that leads."""
        self._publish([alarm_wish(new_wish(action, self._actor, keys, **more), self._number)])
        self._number += 1


def tried_on(path: Path, rules: RuleSet, told: Progress | None = None) -> Trial:
    """What rules would have raised in a log of any format.

    Raises:
        GroundStationError: it can't be read, or a rule means nothing.
        CancelledError: by `told`.
    """
    player = open_file(path)
    try:
        return tried(player, rules, told)
    finally:
        player.close()


def write_csv(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """Rows as a file that spreadsheets open, whole or not at all.

    Raises:
        OSError: the disk does not take it.
    """
    text = io.StringIO()
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    # the mark tells spreadsheets that it is UTF-8
    write_whole(text.getvalue().encode("utf-8-sig"), path)
