# SPDX-License-Identifier: Apache-2.0
"""What can be made of a log. Pure."""

from __future__ import annotations

import enum


class ExportFormat(enum.StrEnum):
    """A format; the value is the suffix."""

    CSV = "csv"
    TLOG = "tlog"
    KML = "kml"
    GPX = "gpx"
    GEOJSON = "geojson"
    MCAP = "mcap"


COUNTED = {
    ExportFormat.CSV: "lines",
    ExportFormat.TLOG: "frames",
    ExportFormat.KML: "positions",
    ExportFormat.GPX: "positions",
    ExportFormat.GEOJSON: "positions",
    ExportFormat.MCAP: "messages",
}
"""What is counted of each."""
