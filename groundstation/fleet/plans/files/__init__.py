# SPDX-License-Identifier: Apache-2.0
"""Plans in the files of other programs: QGroundControl, Mission Planner, MAVProxy, KML, GeoJSON. Pure."""
