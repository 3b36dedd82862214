# SPDX-License-Identifier: Apache-2.0
"""Which vehicles somebody in the window looks at closely, so that the station asks for their detail. GUI thread.

The way: a panel says whom it shows (`show`), the feed looks three times a second (`look`), and what is wanted goes to
the connection (`changed`), which subscribes. Of all others the overview comes, once a second.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.identity import VehicleKey
from groundstation.transport.interest import STILL_FEW, wanted_of


class Followed(QObject):
    """Counts who shows what."""

    changed = Signal(object)
    """A frozenset of `VehicleKey` whose detail is wanted from now on; None for everybody."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: dict[object, frozenset[VehicleKey]] = {}
        # None is what a connection begins with, see `transport/interest.py`
        self._wanted: frozenset[VehicleKey] | None = None

    def show(self, by: object, keys: Iterable[VehicleKey] = ()) -> None:
        """Somebody shows these vehicles closely now, and no others.

        Args:
            by: who; a word or the panel itself.
            keys: of a large selection only the newest count: nobody looks closely at fifty.
        """
        # the newest are the last ones, as in the selection
        self._shown[by] = frozenset(list(keys)[-STILL_FEW:])
        if not self._shown[by]:
            del self._shown[by]

    def look(self, known: Collection[VehicleKey]) -> None:
        """Tell what is wanted, if that has changed.

        Args:
            known: every vehicle of this station.
        """
        shown = frozenset().union(*self._shown.values())
        wanted = wanted_of(known, shown, was_all=self._wanted is None)
        # each change subscribes or unsubscribes at the broker
        if wanted != self._wanted:
            self._wanted = wanted
            self.changed.emit(wanted)
