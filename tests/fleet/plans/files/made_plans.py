# SPDX-License-Identifier: Apache-2.0
"""Plans made at random, of everything that a plan can hold."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import strategies as st

from groundstation.fleet.plans.files.fence_shapes import Circle, Polygon, ReturnPoint, items_of
from groundstation.fleet.plans.files.plan_file import PlanFile, PlannedHome, Spot
from groundstation.fleet.plans.files.qgc_limits import plain_fence
from groundstation.fleet.plans.plan_commands import BY_COMMAND, Cmd
from groundstation.fleet.plans.plan_items import PlanItem
from tests.fleet.plans.files.drafts import document, jump, landing, simple, survey

LATS = st.floats(-90.0, 90.0)
LONS = st.floats(-180.0, 180.0)
NUMBERS = st.one_of(st.integers(-1_000, 1_000).map(float), st.floats(-1e6, 1e6))
PARAMS = st.one_of(st.none(), NUMBERS)
FLOWN = sorted(command for command, row in BY_COMMAND.items() if row.is_flown)
PLAIN = sorted(command for command in BY_COMMAND if command < Cmd.FENCE_RETURN and command not in {*FLOWN, Cmd.JUMP})


@st.composite
def items(draw: st.DrawFn) -> PlanItem:
    """An item of a mission that is no jump."""
    is_flown = draw(st.booleans())
    return PlanItem(
        command=draw(st.sampled_from(FLOWN if is_flown else PLAIN)),
        frame=draw(st.sampled_from((0, 3, 10) if is_flown else (2,))),
        params=(draw(PARAMS), draw(PARAMS), draw(PARAMS), draw(PARAMS)),
        x=draw(LATS if is_flown else PARAMS),
        y=draw(LONS if is_flown else PARAMS),
        z=draw(PARAMS),
        goes_on=draw(st.booleans()),
    )


@st.composite
def missions(draw: st.DrawFn) -> tuple[PlanItem, ...]:
    """A mission whose jumps lead somewhere."""
    found = draw(st.lists(items(), max_size=12))
    if found:
        for at in draw(st.lists(st.integers(0, len(found)), max_size=2)):
            target = float(draw(st.integers(1, len(found))))
            found.insert(at, PlanItem(command=int(Cmd.JUMP), frame=2, params=(target, draw(NUMBERS), 0.0, 0.0)))
    return tuple(found)


SPOTS = st.builds(Spot, LATS, LONS, st.just(0.0))
SHAPES = st.one_of(
    st.builds(ReturnPoint, st.builds(Spot, LATS, LONS, NUMBERS)),
    st.builds(Circle, centre=SPOTS, radius_m=st.floats(0.1, 1e5), is_inside=st.booleans()),
    st.builds(
        Polygon,
        # one whose last corner is its first is closed, and opened as it is read
        corners=st.lists(SPOTS, min_size=3, max_size=8, unique_by=lambda one: round(one.lat_deg, 3)).map(tuple),
        is_inside=st.booleans(),
    ),
)


@st.composite
def fences(draw: st.DrawFn) -> tuple[PlanItem, ...]:
    """A fence as QGroundControl can hold it."""
    shapes = draw(st.lists(SHAPES, max_size=4))
    # it has one return point at most
    first = next((one for one in shapes if isinstance(one, ReturnPoint)), None)
    kept = [one for one in shapes if one is first or not isinstance(one, ReturnPoint)]
    return plain_fence(tuple(item for shape in kept for item in items_of(shape)))


RALLY = st.builds(lambda x, y, z: PlanItem(command=5100, x=x, y=y, z=z), LATS, LONS, NUMBERS)
SPEEDS = st.one_of(st.none(), st.floats(0.1, 100.0))
PLANS = st.builds(
    PlanFile,
    mission=missions(),
    fence=fences(),
    rally=st.lists(RALLY, max_size=4).map(tuple),
    # 0/0 says that no home is known
    home=st.one_of(st.none(), st.builds(PlannedHome, st.floats(0.001, 90.0), LONS, st.one_of(st.none(), NUMBERS))),
    firmware=st.one_of(st.none(), st.integers(1, 20)),
    vehicle=st.one_of(st.none(), st.integers(0, 40)),
    cruise_mps=SPEEDS,
    hover_mps=SPEEDS,
)

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=8,
)
# no key that anybody knows: hypothesis tries the words that it finds in the code
ODD = st.dictionaries(st.text().map("odd ".__add__), JSON, max_size=3)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A plan as QGroundControl writes it, with unknown keys at every level and complex items that nobody knows."""
    entries: list[dict[str, Any]] = []
    for at in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(("simple", "survey", "landing", "unknown", "jump")))
        entries.append(_entry(draw, kind, at + 1, entries))
    made = document(*entries)
    for holder in (made, made["mission"], made["geoFence"], made["rallyPoints"]):
        for key, value in draw(ODD).items():
            holder.setdefault(key, value)
    return made


def _entry(draw: st.DrawFn, kind: str, number: int, before: list[dict[str, Any]]) -> dict[str, Any]:
    ids = [entry["doJumpId"] for entry in before if entry["type"] == "SimpleItem"]
    if kind == "jump" and ids:
        return draw(ODD) | jump(draw(st.sampled_from(ids)), number)
    if kind == "survey":
        return draw(ODD) | survey(*[draw(ODD) | simple(number=1_000 + at) for at in range(draw(st.integers(0, 3)))])
    if kind == "landing":
        return draw(ODD) | landing(draw(st.sampled_from(("fwLandingPattern", "vtolLandingPattern"))))
    if kind == "unknown":
        return draw(ODD) | {"type": "ComplexItem", "complexItemType": draw(JSON.filter(_is_unknown))}
    return draw(ODD) | simple(draw(st.sampled_from((16, 21, 22, 31_014))), number)


def _is_unknown(kind: object) -> bool:
    return kind not in ("survey", "CorridorScan", "StructureScan", "fwLandingPattern", "vtolLandingPattern")


def as_text(made: dict[str, Any]) -> bytes:
    """A document as its file."""
    return json.dumps(made).encode()


def bare(plan: PlanFile) -> PlanFile:
    """A plan without what its reader said, and what it kept."""
    return msgspec.structs.replace(plan, kept="", notes=())
