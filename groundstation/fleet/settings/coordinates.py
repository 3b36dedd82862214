# SPDX-License-Identifier: Apache-2.0
"""Places on the earth in the ways in which people write them: degrees, minutes, seconds, MGRS, UTM. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import mgrs
import utm

from groundstation.fleet.settings.settings import CoordinateFormat

UTM_SOUTH_DEG, UTM_NORTH_DEG = -80.0, 84.0
"""Nearer to the poles there is no UTM; MGRS has its own squares there."""
MINUTES = "\N{PRIME}"
_GRIDS = mgrs.MGRS()
Written = Callable[[str], str]
"""Gives a number the signs of a language."""
_UTM = re.compile(
    r"\s*(\d{1,2})\s*([C-HJ-NP-X])\s+(\d{5,7}(?:\.\d+)?)\s*m?\s*E?[\s,]+(\d{1,8}(?:\.\d+)?)\s*m?\s*N?\s*", re.IGNORECASE
)
_MGRS = re.compile(r"\d{0,2}[A-Z]{3}(\d\d)*", re.IGNORECASE)
_TURN = r"""(?P<deg>\d{1,3}(?:[.,]\d+)?)\s*(?:°|\s)\s*
    (?:(?P<min>\d{1,2}(?:[.,]\d+)?)\s*(?:['\u2019\u2032]|\s|$)\s*)?
    (?:(?P<sec>\d{1,2}(?:[.,]\d+)?)\s*(?:"|''|\u201d|\u2033)?\s*)?"""
_ANGLES = tuple(
    re.compile(pattern, re.IGNORECASE | re.VERBOSE)
    for pattern in (rf"\s*(?P<letter>[NSEW])\s*{_TURN}", rf"\s*{_TURN}(?P<letter>[NSEW])\s*")
)
"""With the letter of the compass in front, and behind: without one nobody knows which of two numbers is which."""


def _plain(text: str) -> str:
    return text


def place_text(
    lat_deg: float, lon_deg: float, format_: CoordinateFormat, written: Written = _plain, letters: str = "NSEW"
) -> str:
    """A place as the operator wants it.

    Args:
        lat_deg: degrees north; what lies beyond a pole is written in degrees.
        lon_deg: degrees east.
        format_: how. Where it has no name for a place (UTM at the poles), degrees are written.
        written: gives numbers the signs of the language; those of grids have none.
        letters: for north, south, east and west.
    """
    is_place = abs(lat_deg) <= 90.0 and math.isfinite(lon_deg)
    if is_place and format_ == "MGRS":
        return mgrs_text(lat_deg, lon_deg)
    if is_place and format_ == "UTM" and UTM_SOUTH_DEG <= lat_deg <= UTM_NORTH_DEG:
        return utm_text(lat_deg, lon_deg)
    write = {"minutes": _minutes, "seconds": _seconds}.get(format_, _degrees)
    return f"{write(lat_deg, letters[:2], 2, written)}  {write(lon_deg, letters[2:], 3, written)}"


def mgrs_text(lat_deg: float, lon_deg: float) -> str:
    """The square of one metre: `36S VJ 84321 17812`."""
    text = str(_GRIDS.toMGRS(lat_deg, _east(lon_deg), MGRSPrecision=5))
    zone = re.match(r"\d*[A-Z]", text)
    # at the poles there is no number in front
    end = zone.end() if zone is not None else 0
    return f"{text[:end]} {text[end : end + 2]} {text[end + 2 : end + 7]} {text[end + 7 :]}"


def utm_text(lat_deg: float, lon_deg: float) -> str:
    """Zone, band, metres east and north: `36S 484321 E 4417812 N`."""
    # a hair south of the equator the library has the band of the north with the metres of the south
    lat_deg = 0.0 if abs(lat_deg) < 1e-7 else lat_deg
    east_m, north_m, zone, band = utm.from_latlon(lat_deg, _east(lon_deg))
    return f"{zone}{band} {float(east_m):.0f} E {float(north_m):.0f} N"


def place_in_words(text: str) -> tuple[float, float] | None:
    """Latitude and longitude of a place in degrees with minutes, in MGRS or in UTM; None for none of these.

    Args:
        text: typed or pasted by somebody. Plain degrees are read elsewhere, see `ui/language/typed.py`.
    """
    bare = text.strip()[:100]
    return _from_utm(bare) or _from_mgrs(bare) or _from_angles(bare)


def _from_utm(text: str) -> tuple[float, float] | None:
    match = _UTM.fullmatch(text)
    if match is None:
        return None
    try:
        lat_deg, lon_deg = utm.to_latlon(float(match[3]), float(match[4]), int(match[1]), match[2].upper())
    except utm.OutOfRangeError:
        return None
    return float(lat_deg), float(lon_deg)


def _from_mgrs(text: str) -> tuple[float, float] | None:
    bare = "".join(text.split()).upper()
    # four figures at least: a word of three letters is no place
    if _MGRS.fullmatch(bare) is None or sum(one.isdigit() for one in bare) < 4:
        return None
    try:
        lat_deg, lon_deg = _GRIDS.toLatLon(bare)
    except mgrs.core.MGRSError:
        return None
    return float(lat_deg), float(lon_deg)


def _from_angles(text: str) -> tuple[float, float] | None:
    for pattern in _ANGLES:
        first = pattern.match(text)
        second = pattern.fullmatch(text[first.end() :].lstrip(" ,;")) if first is not None else None
        lat_deg, lon_deg = _angle(first, "NS"), _angle(second, "EW")
        if lat_deg is not None and lon_deg is not None and abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0:
            return lat_deg, lon_deg
    return None


def _angle(match: re.Match[str] | None, letters: str) -> float | None:
    if match is None or not match["min"] or match["letter"].upper() not in tuple(letters):
        return None
    degrees, minutes, seconds = (float((match[one] or "0").replace(",", ".")) for one in ("deg", "min", "sec"))
    if minutes >= 60.0 or seconds >= 60.0:
        return None
    whole = degrees + minutes / 60.0 + seconds / 3600.0
    return -whole if match["letter"].upper() == letters[1] else whole


def _east(lon_deg: float) -> float:
    return (lon_deg + 180.0) % 360.0 - 180.0


def _degrees(angle_deg: float, letters: str, width: int, written: Written) -> str:
    del width
    return f"{written(f'{abs(angle_deg):.5f}')}° {letters[angle_deg < 0]}"


def _minutes(angle_deg: float, letters: str, width: int, written: Written) -> str:
    # in the smallest part that is written, so that no 60.0000' comes of rounding
    tens = round(abs(angle_deg) * 600_000)
    degrees, rest = divmod(tens, 600_000)
    return f"{degrees:0{width}d}° {written(f'{rest / 10_000:07.4f}')}{MINUTES} {letters[angle_deg < 0]}"


def _seconds(angle_deg: float, letters: str, width: int, written: Written) -> str:
    tenths = round(abs(angle_deg) * 36_000)
    minutes, rest = divmod(tenths, 600)
    degrees, minutes = divmod(minutes, 60)
    return f"{degrees:0{width}d}° {minutes:02d}{MINUTES} {written(f'{rest / 10:04.1f}')}″ {letters[angle_deg < 0]}"
