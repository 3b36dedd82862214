# SPDX-License-Identifier: Apache-2.0
"""Plans and files to read them from, as small as a test needs."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from groundstation.fleet.plans.plan_items import PlanItem

LAT, LON = 47.397, 8.545


def simple(command: int = 16, number: int = 1, **keys: Any) -> dict[str, Any]:
    """A SimpleItem as QGroundControl writes it."""
    said: dict[str, Any] = {
        "type": "SimpleItem",
        "command": command,
        "frame": 3,
        "params": [0, 0, 0, None, LAT, LON, 50],
        "autoContinue": True,
        "doJumpId": number,
    }
    return said | keys


def jump(to: object, number: int = 1, times: int = 2) -> dict[str, Any]:
    """A jump to the item with a doJumpId."""
    return simple(177, number, frame=2, params=[to, times, 0, 0, 0, 0, 0])


def survey(*items: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """A survey that stores its items."""
    style = {"version": 2, "Items": list(items), "CameraCalc": {"CameraName": "Odd"}}
    return {"type": "ComplexItem", "complexItemType": "survey", "version": 5, "TransectStyleComplexItem": style} | keys


def landing(kind: str = "fwLandingPattern", **keys: Any) -> dict[str, Any]:
    """A landing pattern."""
    said: dict[str, Any] = {
        "type": "ComplexItem",
        "complexItemType": kind,
        "version": 2,
        "altitudesAreRelative": True,
        "landCoordinate": [LAT, LON, 0],
        "landingApproachCoordinate": [LAT, LON + 0.01, 40],
        "loiterClockwise": True,
        "loiterRadius": 75,
    }
    return said | keys


def document(*items: Any, mission: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    """A plan with these items."""
    said: dict[str, Any] = {
        "fileType": "Plan",
        "version": 1,
        "groundStation": "QGroundControl",
        "mission": {
            "version": 2,
            "firmwareType": 12,
            "vehicleType": 2,
            "cruiseSpeed": 15,
            "hoverSpeed": 5,
            "plannedHomePosition": [LAT, LON, 488.25],
            "items": list(items),
        }
        | (mission or {}),
        "geoFence": {"version": 2, "circles": [], "polygons": []},
        "rallyPoints": {"version": 2, "points": []},
    }
    return said | keys


def as_text(*items: Any, **keys: Any) -> str:
    """The text of such a plan."""
    return json.dumps(document(*items, **keys))


def waypoint(lat: float = LAT, lon: float = LON, **keys: Any) -> PlanItem:
    """The item of a waypoint."""
    return msgspec.structs.replace(PlanItem(command=16, x=lat, y=lon, z=50.0, params=(0.0, 0.0, 0.0, None)), **keys)


SQUARE = ((LAT, LON), (LAT, LON + 0.01), (LAT + 0.01, LON + 0.01), (LAT + 0.01, LON))
