# SPDX-License-Identifier: Apache-2.0
"""Cameras that look straight down, and what they see of flat ground. Pure.

Over hills the overlap is least at the highest ground, and the ground sampling distance largest at the lowest.
"""

from __future__ import annotations

import msgspec

CM_IN_M = 100.0


class Camera(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A camera with a lens of one focal length."""

    name: str
    """Brand and model; plain text from outside where a file has it."""
    sensor_width_mm: float
    sensor_height_mm: float
    image_width_px: int
    image_height_px: int
    focal_mm: float
    """The real focal length, not that of a full frame with the same angle."""
    least_interval_s: float = 0.0
    """Between two pictures; 0 is not known."""
    is_landscape: bool = True
    """Whether the long side of the picture lies across the way."""


class Footprint(msgspec.Struct, frozen=True, gc=False):
    """The ground in one picture, metres."""

    across_m: float
    along_m: float


CAMERAS: tuple[Camera, ...] = (
    Camera(
        name="Canon PowerShot S100", sensor_width_mm=7.44, sensor_height_mm=5.58, image_width_px=4000,
        image_height_px=3000, focal_mm=5.2, least_interval_s=2.0,
    ),
    Camera(
        name="DJI Mavic 3 Enterprise", sensor_width_mm=17.3, sensor_height_mm=13.0, image_width_px=5280,
        image_height_px=3956, focal_mm=12.3, least_interval_s=0.7,
    ),
    Camera(
        name="DJI Phantom 4 Pro", sensor_width_mm=13.2, sensor_height_mm=8.8, image_width_px=5472,
        image_height_px=3648, focal_mm=8.8, least_interval_s=2.0,
    ),
    Camera(
        name="DJI Zenmuse P1 35 mm", sensor_width_mm=35.9, sensor_height_mm=24.0, image_width_px=8192,
        image_height_px=5460, focal_mm=35.0, least_interval_s=0.7,
    ),
    Camera(
        name="MicaSense RedEdge-MX", sensor_width_mm=4.8, sensor_height_mm=3.6, image_width_px=1280,
        image_height_px=960, focal_mm=5.4, least_interval_s=1.0,
    ),
    Camera(
        name="Parrot Sequoia RGB", sensor_width_mm=6.17, sensor_height_mm=4.63, image_width_px=4608,
        image_height_px=3456, focal_mm=4.9, least_interval_s=1.0,
    ),
    Camera(
        name="Sony a6000 16 mm", sensor_width_mm=23.5, sensor_height_mm=15.6, image_width_px=6000,
        image_height_px=4000, focal_mm=16.0, least_interval_s=2.0,
    ),
    Camera(
        name="Sony a7R IV 35 mm", sensor_width_mm=35.7, sensor_height_mm=23.8, image_width_px=9504,
        image_height_px=6336, focal_mm=35.0, least_interval_s=2.0,
    ),
    Camera(
        name="Sony RX1R II", sensor_width_mm=35.9, sensor_height_mm=24.0, image_width_px=7952,
        image_height_px=5304, focal_mm=35.0, least_interval_s=1.0,
    ),
)  # fmt: skip
"""Some that are flown much. Sizes and focal lengths are of the makers' data sheets; where a sheet names no interval
between pictures, two seconds, which all of them keep."""


def gsd_cm_px(camera: Camera, height_m: float) -> float:
    """Ground sampling distance, centimetres a pixel, from a height above the ground."""
    return CM_IN_M * height_m * camera.sensor_width_mm / (camera.image_width_px * camera.focal_mm)


def height_for_gsd_m(camera: Camera, wanted_cm_px: float) -> float:
    """The height above the ground from which a camera has a ground sampling distance."""
    return wanted_cm_px * camera.image_width_px * camera.focal_mm / (CM_IN_M * camera.sensor_width_mm)


def footprint_of(camera: Camera, height_m: float) -> Footprint:
    """The ground in one picture from a height."""
    gsd_m = gsd_cm_px(camera, height_m) / CM_IN_M
    wide_m, high_m = camera.image_width_px * gsd_m, camera.image_height_px * gsd_m
    return Footprint(wide_m, high_m) if camera.is_landscape else Footprint(high_m, wide_m)


def advance_m(footprint_m: float, overlap: float) -> float:
    """From one picture or line to the next.

    Args:
        footprint_m: of the picture in that direction.
        overlap: part of it that both have, 0 to below 1.
    """
    return footprint_m * (1.0 - overlap)
