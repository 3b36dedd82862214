# SPDX-License-Identifier: Apache-2.0
"""Something that an operator marked as having happened, with a note: for every station and the recording. Pure."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import Annotated

import msgspec

from groundstation.fleet.commands import Actor, Id
from groundstation.fleet.identity import VehicleKey, vehicle_key
from groundstation.fleet.sample import Whole
from groundstation.fleet.shown_text import harmless

MAX_NOTE = 2_000
"""Letters of a note; a longer one is no bookmark of ours."""
MAX_REVISION = 10_000
MAX_BOOKMARKS = 2_000
"""That a station remembers; those of the earliest moments go first."""
LATEST_UNIX_S = 4_102_444_800.0
"""Year 2100; a clock that shows more is no clock."""


class Bookmark(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One bookmark (topic `_gs/<gid>/mark`); said again with the next revision, it has another note."""

    id: Annotated[Id, msgspec.Meta(min_length=1)]
    """Unique for ever."""
    at_unix_s: float
    """What moment is meant, seconds since 1970, by the clock of the station's computer."""
    note: Annotated[str, msgspec.Meta(max_length=MAX_NOTE)] = ""
    """Plain text; never interpreted."""
    by: Actor
    """Who set it or changed it last, at which station."""
    vehicle: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """`fleet/uav-1`; empty where no single vehicle is meant."""
    revision: Annotated[int, msgspec.Meta(ge=0, le=MAX_REVISION)] = 0
    """Grows with each change of the note."""
    v: Whole = 1
    """Version of this format."""

    @property
    def key(self) -> VehicleKey | None:
        """The vehicle that is meant; None for none, and for what is no vehicle."""
        return vehicle_key(self.vehicle)

    @property
    def shown_note(self) -> str:
        """The note in one line, harmless for whoever shows it."""
        return " ".join(harmless(self.note).split())

    @property
    def is_plausible(self) -> bool:
        """Whether its moment can be."""
        return math.isfinite(self.at_unix_s) and 0.0 <= self.at_unix_s <= LATEST_UNIX_S

    def changed(self, note: str, by: Actor) -> Bookmark:
        """The same bookmark with another note."""
        return msgspec.structs.replace(self, note=note[:MAX_NOTE], by=by, revision=min(self.revision + 1, MAX_REVISION))


class Bookmarks:
    """The bookmarks that a station knows; one thread owns it."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Bookmark] = OrderedDict()
        self._changed: set[str] = set()
        self.ignored = 0
        """Bookmarks that are not shown: older revisions, repeats, and moments that can't be."""

    def __len__(self) -> int:
        return len(self._known)

    def fold(self, one: Bookmark) -> bool:
        """Take a bookmark in; False for what is no news."""
        known = self._known.get(one.id)
        if not one.is_plausible or (known is not None and one.revision <= known.revision):
            self.ignored += 1
            return False
        self._known[one.id] = one
        self._changed.add(one.id)
        if len(self._known) > MAX_BOOKMARKS:
            earliest = min(self._known.values(), key=lambda mark: mark.at_unix_s)
            del self._known[earliest.id]
            self._changed.discard(earliest.id)
        return True

    def get(self, bookmark_id: str) -> Bookmark | None:
        """A bookmark by its id; None for one that is not known."""
        return self._known.get(bookmark_id)

    def all(self) -> list[Bookmark]:
        """All of them, the earliest moment first."""
        return sorted(self._known.values(), key=lambda one: (one.at_unix_s, one.id))

    def take_changed(self) -> list[Bookmark]:
        """Those that are new or have another note since the last call, the earliest moment first."""
        changed, self._changed = self._changed, set()
        return [one for one in self.all() if one.id in changed]
