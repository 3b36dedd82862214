# SPDX-License-Identifier: Apache-2.0
"""Things that go wrong on request: a table of named faults, each with a beginning and an end.

Written as ``kind:sysid@start+duration`` in seconds of the simulation, ``link_loss:2@30+10``; some say how much,
``wind=12,305:2@30``. Without ``+duration`` a fault stays. Pure: a `FaultBoard` is told the time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from groundstation.simulator.engine.errors import FaultFormatError
from groundstation.simulator.engine.flight import Flight
from groundstation.simulator.engine.vehicle import Vehicle

_NUMBER = r"\d+(?:\.\d+)?"
_FORM = re.compile(
    rf"(?P<kind>\w+)(?:=(?P<values>{_NUMBER}(?:,{_NUMBER})*))?"
    rf":(?P<system>\d+)@(?P<start>{_NUMBER})(?:\+(?P<duration>{_NUMBER}))?"
)
GAP_FRAMES = 25
SLOW_S = 4.0
_LOW_CHARGE = 0.09
"""Below BATT_LOW_VOLT under load, above BATT_CRT_VOLT."""


@dataclass(frozen=True)
class Fault:
    """One fault of one vehicle."""

    kind: str
    """A key of `KINDS`."""
    number: int
    """Of the vehicle: its system id, counted on where the ids begin anew."""
    start_s: float
    """Of the simulation."""
    duration_s: float | None = None
    """``None``: it stays."""
    values: tuple[float, ...] = ()
    """How much, as its kind says."""

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read a fault from its text form.

        Raises:
            FaultFormatError: It isn't one; the message says what is expected.
        """
        match = _FORM.fullmatch(text.strip())
        if match is None or match["kind"] not in KINDS:
            raise FaultFormatError(
                f"{text!r} is no fault: expected kind:sysid@start+duration, for example link_loss:2@30+10, "
                f"with one of {', '.join(KINDS)}"
            )
        values = tuple(float(one) for one in (match["values"] or "").split(",") if one)
        _check_values(match["kind"], values)
        duration = match["duration"]
        return cls(
            match["kind"],
            int(match["system"]),
            float(match["start"]),
            None if duration is None else float(duration),
            values,
        )

    @property
    def text(self) -> str:
        """The text form."""
        tail = "" if self.duration_s is None else f"+{self.duration_s:g}"
        much = "=" + ",".join(f"{one:g}" for one in self.values) if self.values else ""
        return f"{self.kind}{much}:{self.number}@{self.start_s:g}{tail}"


class Victim(NamedTuple):
    """The vehicle a fault happens to."""

    vehicle: Vehicle
    flight: Flight
    column: int
    """Of the flight."""
    others: tuple[int, ...]
    """System ids of the other vehicles."""
    values: tuple[float, ...] = ()
    """Of the fault."""


class Amount(NamedTuple):
    """What one value of a fault means, and how large it may be."""

    name: str
    most: float


class Kind(NamedTuple):
    """What a fault does."""

    begin: Callable[[Victim], None]
    end: Callable[[Victim], None]
    needs: tuple[Amount, ...] = ()
    """What its values are; they all have to be given."""


def _nothing(_victim: Victim) -> None:
    """Leave it as it is."""


def _set_silent(victim: Victim, *, silent: bool) -> None:
    for link in victim.vehicle.links:
        link.is_silent = silent


def _gap(victim: Victim) -> None:
    for link in victim.vehicle.links:
        link.gaps += GAP_FRAMES


def _set_delay(victim: Victim, delay_s: float) -> None:
    victim.vehicle.answer_delay_s = delay_s


def _set_mute(victim: Victim, *, mute: bool) -> None:
    victim.vehicle.is_mute = mute


def _reboot(victim: Victim) -> None:
    victim.vehicle.reboot()


def _drain(victim: Victim) -> None:
    victim.flight.set_charge(victim.column, _LOW_CHARGE)


def _charge(victim: Victim) -> None:
    victim.flight.set_charge(victim.column, victim.values[0] / 100.0)


def _weaken(victim: Victim) -> None:
    victim.flight.set_motor(victim.column, victim.values[0] / 100.0)


def _mend(victim: Victim) -> None:
    victim.flight.set_motor(victim.column, 1.0)


def _blow(victim: Victim) -> None:
    speed_mps, from_deg = victim.values
    victim.flight.set_wind(victim.column, speed_mps, from_deg)


def _calm(victim: Victim) -> None:
    victim.flight.set_wind(victim.column, None)


def _speak_as(victim: Victim, system: int) -> None:
    """Put a system id into every frame of the links that are open now; the vehicle still answers to its own."""
    for link in victim.vehicle.links:
        link.system = system


def _impersonate(victim: Victim) -> None:
    if victim.others:
        _speak_as(victim, victim.others[0])


KINDS: dict[str, Kind] = {
    "link_loss": Kind(lambda v: _set_silent(v, silent=True), lambda v: _set_silent(v, silent=False)),
    "gps_loss": Kind(lambda v: v.vehicle.lose_gps(), lambda v: v.vehicle.restore_gps()),
    "battery_low": Kind(_drain, _nothing),
    "battery": Kind(_charge, _nothing, (Amount("charge in %", 100.0),)),
    "motor": Kind(_weaken, _mend, (Amount("power of one motor in %", 100.0),)),
    "wind": Kind(_blow, _calm, (Amount("m/s", 60.0), Amount("from, in degrees", 360.0))),
    "sequence_gap": Kind(_gap, _nothing),
    "slow_ack": Kind(lambda v: _set_delay(v, SLOW_S), lambda v: _set_delay(v, 0.0)),
    "no_ack": Kind(lambda v: _set_mute(v, mute=True), lambda v: _set_mute(v, mute=False)),
    "reboot": Kind(_reboot, _nothing),
    "duplicate_sysid": Kind(_impersonate, lambda v: _speak_as(v, v.vehicle.system)),
}
"""Name to what it does; ``duplicate_sysid`` makes a vehicle talk with the id of the first other one."""


def _check_values(kind: str, values: tuple[float, ...]) -> None:
    """See that a fault says how much, as far as its kind has that.

    Raises:
        FaultFormatError: it does not, or by a number that can't be.
    """
    needs = KINDS[kind].needs
    if len(values) == len(needs) and all(value <= one.most for value, one in zip(values, needs, strict=True)):
        return
    if not needs:
        raise FaultFormatError(f"fault {kind} takes no value; write it as {kind}:1@30")
    words = " and ".join(f"{one.name} (0 to {one.most:g})" for one in needs)
    example = ",".join(f"{one.most / 4:g}" for one in needs)
    raise FaultFormatError(f"fault {kind} needs {words}; write it as {kind}={example}:1@30")


class FaultBoard:
    """Begins and ends faults in time."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        edges = []
        for fault in faults:
            edges.append((fault.start_s, True, fault))
            if fault.duration_s is not None:
                edges.append((fault.start_s + fault.duration_s, False, fault))
        self._edges = sorted(edges, key=lambda edge: (edge[0], edge[1]))
        self._done = 0

    @property
    def next_s(self) -> float:
        """When the next edge is due; infinity when there is none."""
        return self._edges[self._done][0] if self._done < len(self._edges) else math.inf

    def due(self, now_s: float) -> list[tuple[Fault, bool]]:
        """Return the faults that begin (``True``) or end (``False``) now."""
        ready = []
        while self.next_s <= now_s:
            _, begins, fault = self._edges[self._done]
            self._done += 1
            ready.append((fault, begins))
        return ready
