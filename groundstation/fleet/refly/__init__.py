# SPDX-License-Identifier: Apache-2.0
"""A flight of the past, flown again: its way, the mission that follows it, and how two flights differ. Pure."""
