# SPDX-License-Identifier: Apache-2.0
"""Flights and what was ordered, on disk."""
