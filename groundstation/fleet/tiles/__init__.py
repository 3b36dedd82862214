# SPDX-License-Identifier: Apache-2.0
"""Tiles of maps: where they lie, the files that hold them, the addresses of servers. No Qt, no network, no clock."""
