# SPDX-License-Identifier: Apache-2.0
"""What metadata tells of the parameters of a firmware, looked for on another thread. GUI thread; no widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.parameters.component_metadata import ParamMeta
from groundstation.fleet.parameters.fact_entries import ParameterFacts
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.parameters.param_port import FoundFacts, ParamAccess
from groundstation.ui.task import Ended, Tasks

ASK_AGAIN_S = 10.0
"""A file that was asked for is no more retained than other large content: it may have been lost on its way."""
NO_FACTS: Mapping[str, ParameterFacts] = {}


class FactsByFirmware(QObject):
    """Metadata of each firmware that was shown."""

    came = Signal()
    """Some were found."""
    failed = Signal(str)
    """A file can't be read; says why."""

    def __init__(
        self,
        access: ParamAccess | None,
        ask: Callable[[VehicleKey], None] = lambda _key: None,
        parent: QObject | None = None,
    ) -> None:
        """Begin with nothing.

        Args:
            access: reads and keeps metadata on disk, on another thread; None for a window without.
            ask: asks the bridge of a vehicle for the vehicle's own file.
            parent: Qt's.
        """
        super().__init__(parent)
        self._access, self._ask = access, ask
        self._lacking: set[str] = set()
        """Names of own files that are not on this disk."""
        self._asked_s: dict[str, float] = {}
        self._tasks = Tasks("parameter-facts", self.tr("descriptions can't be read from disk"), self)
        self._facts: dict[str, Mapping[str, ParameterFacts]] = {}
        """By firmware; empty while it is looked for, and where there is none."""

    def of(self, states: Sequence[VehicleState]) -> Mapping[str, ParameterFacts]:
        """What is known of the parameters of vehicles: each firmware's names, those of the first before others.

        Args:
            states: the vehicles that are shown.
        """
        firmwares = {self._firmware(one): one for one in reversed(states) if one.info is not None}
        if self._access is None or not firmwares:
            return NO_FACTS
        firmwares = dict(reversed(firmwares.items()))
        for firmware, state in firmwares.items():
            if firmware not in self._facts:
                # before it is looked for: a refresh meanwhile must not begin it again
                self._facts[firmware] = NO_FACTS
                self._start(firmware, state)
        found = [self._facts[one] for one in firmwares if self._facts[one]]
        if len(found) < 2:
            return found[0] if found else NO_FACTS
        together = tuple(firmwares)
        joined = "\n".join(together)
        if joined not in self._facts:
            self._facts[joined] = {name: one for facts in reversed(found) for name, one in facts.items()}
        return self._facts[joined]

    def forget(self) -> None:
        """Look anew."""
        self._facts.clear()

    def fetch(self, states: Sequence[VehicleState], now_s: float) -> None:
        """Ask for own files that are not on this disk, one vehicle of each, and keep what came.

        Args:
            states: the vehicles that are shown.
            now_s: seconds on the feed's clock.
        """
        for state in states:
            own, came = self._own(state), state.parameter_meta
            if own not in self._lacking:
                continue
            if came is not None and came.crc == own:
                self._lacking.discard(own)
                self._keep(came)
            elif now_s - self._asked_s.get(own, -ASK_AGAIN_S) >= ASK_AGAIN_S:
                self._asked_s[own] = now_s
                self._ask(state.key)

    @staticmethod
    def _own(state: VehicleState) -> str:
        """The name of its own file; empty without one."""
        return (state.parameters.meta if state.parameters is not None else None) or ""

    @classmethod
    def _firmware(cls, state: VehicleState) -> str:
        info = state.info
        named = "" if info is None else f"{info.autopilot.value} {info.kind.value} {info.firmware}"
        return f"{named} {cls._own(state)}"

    def _start(self, firmware: str, state: VehicleState) -> None:
        access, info, own = self._access, state.info, self._own(state)
        if access is None or info is None:
            return

        def came(ended: Ended[FoundFacts]) -> None:
            if ended.problem or ended.value is None:
                self.failed.emit(ended.problem)
                return
            if ended.value.lacks_own:
                self._lacking.add(own)
            if ended.value.facts:
                # what was joined without it is joined anew
                self._facts = {key: one for key, one in self._facts.items() if "\n" not in key}
                self._facts[firmware] = ended.value.facts
                self.came.emit()

        self._tasks.run_task(lambda _task: access.facts(info, own), came)

    def _keep(self, meta: ParamMeta) -> None:
        access = self._access
        if access is None:
            return

        def kept(ended: Ended[None]) -> None:
            if ended.problem:
                # not asked for again: the same would come
                self.failed.emit(ended.problem)
            else:
                self.forget()
                self.came.emit()

        self._tasks.run_task(lambda _task: access.keep_own_facts(meta), kept)
