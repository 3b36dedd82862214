# SPDX-License-Identifier: Apache-2.0
"""What differs: a vehicle from a file, from its defaults, from another vehicle, and within a fleet. Pure.

What belongs to one airframe alone - calibration, identity, counters - is left out unless it is asked for: copied to
another vehicle it makes that one unsafe (ArduPilot's arming check refuses a foreign calibration).
"""

from __future__ import annotations

import enum
import re
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from groundstation.fleet.parameters.parameter import Parameter, float32, is_same_value, is_whole

_OWN_NAMES = (
    # ArduPilot: compasses, inertial sensors (not their filters), pressure, trim, counters, identity
    r"COMPASS_((OFS|DIA|ODI|MOT)\d?_[XYZ]|SCALE\d?|DEC|CAL_FIT|PRIO\d_ID|DEV_ID\d?)",
    r"INS\d?_(ACC|GYR)O?\d?_?(OFFS|OFF|SCAL|SCALE|ID|CALTEMP)(_[XYZ])?",
    r"INS\d?_TCAL\d?_.*",
    r"BARO\d?_GND_PRESS|GND_(ABS_PRESS|TEMP)\d?|BARO_GND_TEMP",
    r"ARSPD\d?_OFFSET|AHRS_TRIM_[XYZ]|STAT_.*",
    r"SYSID_THISMAV|SYSID_SW_MREV|SYS_NUM_RESETS|FORMAT_VERSION|LOG_LASTFILE",
    r"(MIS|FENCE|RALLY|WP|CMD)_(TOTAL|INDEX)",
    r".*_DEV_?ID\d?",
    # PX4: the same
    r"CAL_.*|TC_[ABGM]\d?_.*",
    r"MAV_SYS_ID|COM_FLIGHT_UUID|LND_FLIGHT_T_(HI|LO)|SENS_DPRES_OFF|SENS_BOARD_[XYZ]_OFF|_HASH_CHECK",
)
_OWN = re.compile("|".join(_OWN_NAMES), re.ASCII)
"""Names of what belongs to one airframe (metadata tells more of them: `ParameterFacts.is_calibration`)."""


class Standing(enum.Enum):
    """How a parameter stands in two sets."""

    EQUAL = "equal"
    DIFFERENT = "different"
    ONLY_FIRST = "only in the first"
    ONLY_SECOND = "only in the second"


class Change(enum.Enum):
    """Which of two sets left the default."""

    NEITHER = "neither"
    FIRST = "first"
    SECOND = "second"
    BOTH = "both"


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One parameter of two sets."""

    name: str
    standing: Standing
    first: Parameter | None
    """None where the first set has none."""
    second: Parameter | None
    default: float | None = None
    """None where it is not known."""
    change: Change | None = None
    """Who left the default; None where that is not known."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two sets, by name."""

    rows: tuple[Row, ...]
    """All that were compared, equal ones too."""
    left_out: tuple[str, ...] = ()
    """Names of those that belong to one airframe, and differ or stand in one set alone."""

    def of(self, *standings: Standing) -> tuple[Row, ...]:
        """The rows of some standings."""
        return tuple(row for row in self.rows if row.standing in standings)

    @property
    def is_same(self) -> bool:
        """Whether nothing that was compared differs."""
        return all(row.standing is Standing.EQUAL for row in self.rows)


def is_own(name: str) -> bool:
    """Whether a parameter belongs to one airframe alone: calibration, identity, counters."""
    return _OWN.fullmatch(name) is not None


def compare(
    first: Iterable[Parameter],
    second: Iterable[Parameter],
    *,
    defaults: Mapping[str, float] | None = None,
    is_rounded: bool = False,
    with_own: bool = False,
) -> Comparison:
    """Compare two sets, and both with the defaults where those are known.

    Args:
        first: of a vehicle, say.
        second: of a file, or of another vehicle.
        defaults: value by name.
        is_rounded: whether one of them comes from a file of rounded decimals; see `is_same_value`.
        with_own: whether what belongs to one airframe is compared too.
    """
    ours, theirs = _by_name(first), _by_name(second)
    rows: list[Row] = []
    left_out: list[str] = []
    for name in sorted(ours.keys() | theirs.keys()):
        default = defaults.get(name) if defaults is not None else None
        row = _row(name, (ours.get(name), theirs.get(name)), default, is_rounded=is_rounded)
        if with_own or not is_own(name):
            rows.append(row)
        elif row.standing is not Standing.EQUAL:
            left_out.append(name)
    return Comparison(rows=tuple(rows), left_out=tuple(left_out))


def _by_name(parameters: Iterable[Parameter]) -> dict[str, Parameter]:
    return {one.name: one for one in parameters}


def _row(name: str, pair: tuple[Parameter | None, Parameter | None], default: float | None, *, is_rounded: bool) -> Row:
    first, second = pair
    return Row(
        name=name,
        standing=_standing(first, second, is_rounded=is_rounded),
        first=first,
        second=second,
        default=default,
        change=_change(pair, default, is_rounded=is_rounded),
    )


def _standing(first: Parameter | None, second: Parameter | None, *, is_rounded: bool) -> Standing:
    if first is None:
        return Standing.ONLY_SECOND
    if second is None:
        return Standing.ONLY_FIRST
    # files of most programs have no types: the side that has one decides
    kind = first.type if first.type is not None else second.type
    is_same = is_same_value(first.value, second.value, kind, is_rounded=is_rounded)
    return Standing.EQUAL if is_same else Standing.DIFFERENT


_CHANGES = {
    (False, False): Change.NEITHER,
    (True, False): Change.FIRST,
    (False, True): Change.SECOND,
    (True, True): Change.BOTH,
}


def _change(
    pair: tuple[Parameter | None, Parameter | None], default: float | None, *, is_rounded: bool
) -> Change | None:
    first, second = pair
    if default is None or first is None or second is None:
        return None
    kind = first.type if first.type is not None else second.type
    has_left = [not is_same_value(one.value, default, kind, is_rounded=is_rounded) for one in (first, second)]
    return _CHANGES[has_left[0], has_left[1]]


class FleetRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One parameter of a fleet."""

    name: str
    values: dict[str, float]
    """By vehicle; vehicles without it are not here."""
    majority: float | None
    """What more than half of the vehicles that have it hold; None where no value is held by so many."""
    outliers: tuple[str, ...]
    """Vehicles that hold another value than the majority; all that have it where there is none."""
    missing: tuple[str, ...]
    """Vehicles without it."""

    @property
    def is_same(self) -> bool:
        """Whether all vehicles have it, with one value."""
        return not self.outliers and not self.missing


def across(fleet: Mapping[str, Iterable[Parameter]], *, with_own: bool = False) -> tuple[FleetRow, ...]:
    """Compare the vehicles of a fleet.

    Args:
        fleet: parameters by vehicle.
        with_own: whether what belongs to one airframe is compared too.

    Returns:
        A row for each parameter that any of them has, by name.
    """
    held: dict[str, dict[str, float]] = {}
    for vehicle, parameters in fleet.items():
        for one in parameters:
            # as vehicles keep them, so that values which are the same are found by looking them up
            value = one.value if is_whole(one.type) else float32(one.value)
            held.setdefault(one.name, {})[vehicle] = value
    names = sorted(name for name in held if with_own or not is_own(name))
    return tuple(_fleet_row(name, held[name], fleet) for name in names)


def _fleet_row(name: str, values: dict[str, float], fleet: Iterable[str]) -> FleetRow:
    value, count = Counter(values.values()).most_common(1)[0]
    majority = value if 2 * count > len(values) else None
    return FleetRow(
        name=name,
        values=values,
        majority=majority,
        outliers=tuple(sorted(one for one, value in values.items() if value != majority)),
        missing=tuple(sorted(one for one in fleet if one not in values)),
    )


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A few parameters with a name, as `heavy payload`, that are laid over a baseline."""

    name: str
    parameters: tuple[Parameter, ...]


def overlay(profile: Profile, baseline: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """A baseline with the values of a profile in place of its own, by name.

    Args:
        profile: what is laid over it; what the baseline lacks is added.
        baseline: a whole set, whose types count where the profile has none.
    """
    found = _by_name(baseline)
    for one in profile.parameters:
        before = found.get(one.name)
        kind = one.type if one.type is not None or before is None else before.type
        found[one.name] = Parameter(one.name, one.value, kind)
    return tuple(found[name] for name in sorted(found))


def typed(wanted: Iterable[Parameter], held: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """What is wanted, with the types that the vehicle has, so that it can be written.

    Files of most programs have no types, and others' may be of another firmware: a PX4 keeps silent about a wrong type.

    Args:
        wanted: of a file, in its order.
        held: of the vehicle; what it lacks keeps the type of the file, or none.
    """
    kinds = {one.name: one.type for one in held}
    return tuple(Parameter(one.name, one.value, kinds.get(one.name) or one.type) for one in wanted)
