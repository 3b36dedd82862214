# SPDX-License-Identifier: Apache-2.0
"""What operators draw on the map for each other: types, what a station knows, GeoJSON. Pure."""
