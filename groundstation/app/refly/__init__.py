# SPDX-License-Identifier: Apache-2.0
"""A recorded flight flown again: a private world for it, the flight, and what came of it (docs/adr/0036)."""
