# SPDX-License-Identifier: Apache-2.0
"""Values that follow from others, over time. Pure numpy.

Their address is a formula behind `=`, so that they are plotted, dragged and remembered like any other value of a
vehicle; no kind of sample begins so. At each moment of any of its values a formula has the last known one of each, for
as long as that says something of the moment.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.errors import UsageError
from groundstation.fleet.expression_text import ExpressionError
from groundstation.fleet.formulas import Acts, Formula, Leaf, parse_formula
from groundstation.fleet.kinds import EXPECTED_PERIOD_S
from groundstation.fleet.units import Unit
from groundstation.fleet.value_names import address_named
from groundstation.fleet.value_path import kind_of, unit_of_path

SIGN = "="
Numbers = NDArray[np.float64]
Points = tuple[Numbers, Numbers]
"""Times, ascending, and values, NaN where unknown; shape (n,) each."""
_SHORT = {"height": "position.height_home_m", "speed": "velocity.ground_speed_mps"}
"""Words of the filter that stand for one value."""


ARRAYS: Acts = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "neg": np.negative,
    "abs": np.abs,
    "sqrt": np.sqrt,
    "min": np.minimum,
    "max": np.maximum,
}
"""The acts of formulas with arrays."""


def is_derived(path: str) -> bool:
    """Whether an address is a formula."""
    return path.startswith(SIGN)


def parse_derived(text: str) -> Formula:
    """A formula about values of a vehicle.

    Raises:
        ExpressionError: it means nothing, or is about no value; tells where, and what would.
    """
    formula = parse_formula(text, _look)
    if not formula.names:
        raise ExpressionError("there is no value in it; write one, as in gps.0.satellites", text, 0, len(text.rstrip()))
    return formula


@functools.lru_cache(maxsize=512)
def formula_of(path: str) -> Formula | None:
    """The formula of an address; None where it is none that can be read, as in settings of another version."""
    try:
        return parse_derived(path.removeprefix(SIGN)) if is_derived(path) else None
    except UsageError:
        return None


def age_limit_s(address: str) -> float:
    """For how long a value says something of the time after it, seconds: then a line of it breaks, too."""
    return max(3.0, 3.0 * EXPECTED_PERIOD_S.get(kind_of(address), 2.0))


def derived(formula: Formula, values: Mapping[str, Points], since_s: float = -math.inf) -> Points:
    """A formula over time.

    Args:
        formula: what to compute.
        values: by the formula's names.
        since_s: only from then on.

    Returns:
        At each moment of any value; of a stretch where it is unknown the first moment alone, and none before all began.
    """
    moments = [times[np.searchsorted(times, since_s) :] for times, _ in (values[name] for name in formula.names)]
    times = np.unique(np.concatenate(moments))
    if not len(times):
        return times, times
    held = {name: _held(*values[name], times, age_limit_s(name)) for name in formula.names}

    def value(name: str) -> Numbers:
        unit: Unit = unit_of_path(name)
        return held[name] * unit.factor + unit.offset

    with np.errstate(all="ignore"):
        found = np.broadcast_to(formula.of(value, ARRAYS), times.shape)
    is_unknown = ~np.isfinite(found)
    found = np.where(is_unknown, math.nan, found)
    is_told = ~is_unknown
    is_told[1:] |= ~is_unknown[:-1]
    # what was before that moment may have been known
    is_told[0] |= since_s > -math.inf
    return times[is_told], found[is_told]


def _held(times: Numbers, values: Numbers, moments: Numbers, limit_s: float) -> Numbers:
    """The last value at each of some moments; NaN where there is none, or it is too old."""
    if not len(times):
        return np.full(len(moments), math.nan)
    places = np.searchsorted(times, moments, "right") - 1
    held: Numbers = values[np.maximum(places, 0)].astype(np.float64)
    held[(places < 0) | (moments - times[np.maximum(places, 0)] > limit_s)] = math.nan
    return held


def _look(word: str) -> Leaf | None:
    address = _SHORT.get(word.casefold()) or address_named(word) or address_named(word.casefold())
    return None if address is None else Leaf(address, unit_of_path(address).symbol)
