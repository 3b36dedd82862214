# SPDX-License-Identifier: Apache-2.0
"""The settings of this process, and who they are changed by. GUI thread; reading is for any."""

from __future__ import annotations

import functools

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.settings.measures import Measures
from groundstation.fleet.settings.settings import Settings, changed


class Chosen(QObject):
    """What the operator has chosen."""

    changed = Signal(object, object)
    """`Settings` as they were and as they are; `taking_effect.py` has the window show it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = Settings()
        self.measures = Measures()
        """The units of numbers that are shown."""

    def put_on(self, settings: Settings) -> None:
        """Go by these from now on; those of now do nothing."""
        before = self.now
        if settings == before:
            return
        self.now = settings
        if settings.units != before.units:
            self.measures = Measures(settings.units)
        self.changed.emit(before, settings)

    def change(self, key: str, value: object) -> None:
        """Change one value.

        Args:
            key: section and name, `units.height`.
            value: the new one.

        Raises:
            UsageError: it is none of that setting.
        """
        self.put_on(changed(self.now, key, value))


@functools.cache
def chosen() -> Chosen:
    """The one of this process."""
    return Chosen()
