# SPDX-License-Identifier: Apache-2.0
"""What the vehicles of a replay are called: by the replay's name and their own, so that two replays are told apart.

Pure.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from groundstation.fleet.errors import UsageError
from groundstation.fleet.identity import Root, VehicleKey, is_vehicle_id

MAX_NAME = 16
"""Letters of a replay's name: a vehicle's id has 32, and some of them are to be its own."""
MAX_ID = 32
MARK_LETTERS = 4
"""Of the mark of an id that was cut, or that two would have."""
ROOT_HELP = "replay/NAME; NAME has letters, digits, '-' and '_', at most 16, and begins the id of each vehicle"


def name_from_root(text: str) -> str:
    """The name in `replay/NAME`.

    Raises:
        UsageError: it is another tree, or the name can't be one.
    """
    root, _, name = text.partition("/")
    if root != Root.REPLAY.value:
        raise UsageError(f"--root '{text[:80]}': a recording is never shown as alive; write {ROOT_HELP}")
    if not is_vehicle_id(name) or len(name) > MAX_NAME:
        raise UsageError(f"--root '{text[:80]}': write {ROOT_HELP}")
    return name


def name_from_file(path: Path) -> str:
    """A name for the replay of a file: as much of the file's as can stand in an id."""
    stem = path.resolve().name if path.is_dir() else path.stem
    return re.sub(r"[^A-Za-z0-9]+", "-", stem, flags=re.ASCII).strip("-")[:MAX_NAME].strip("-") or "log"


class Names:
    """The keys of a replay's vehicles; each stays the same from its first naming on."""

    def __init__(self, name: str) -> None:
        """Begin with nobody.

        Args:
            name: of the replay.
        """
        self._name = name
        self._keys: dict[VehicleKey, VehicleKey] = {}
        self._taken: set[str] = set()

    def key_of(self, recorded: VehicleKey) -> VehicleKey:
        """What a vehicle of the recording is called now."""
        known = self._keys.get(recorded)
        if known is None:
            known = self._keys[recorded] = VehicleKey(Root.REPLAY.value, self._new_id(recorded))
            self._taken.add(known.id)
        return known

    def _new_id(self, recorded: VehicleKey) -> str:
        whole = f"{self._name}-{recorded.id}"
        if len(whole) <= MAX_ID and whole not in self._taken:
            return whole
        digest, place = hashlib.sha256(str(recorded).encode()).hexdigest(), 0
        begin = whole[: MAX_ID - MARK_LETTERS - 1]
        # by what it is, not by the order in which they come: the same vehicle has the same id in each replay
        while (found := f"{begin}-{digest[place : place + MARK_LETTERS]}") in self._taken:
            place += 1
        return found
