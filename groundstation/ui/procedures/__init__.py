# SPDX-License-Identifier: Apache-2.0
"""Procedures in the window: chosen, rehearsed, started, confirmed, stopped (docs/adr/0044). GUI thread."""
